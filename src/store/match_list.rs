//! The list of matches as people work through it: filtered, in the order of urgency, a page at a
//! time.

use serde::Deserialize;

use crate::domain::matching::match_record::MatchRecord;
use crate::domain::search::{Search, searched_text};
use crate::domain::{AlertId, Band, Cause, Counterparty, Entry, ItemId, ListCode, MatchId};
use crate::store::matches::match_of;
use crate::store::row::Row;
use crate::store::statement::{CHUNK, Sql, placeholders, sql};
use crate::store::{MatchListQuery, MatchStates, Result, Store};

/// The parts of a match that have no column of their own.
#[derive(Deserialize)]
struct Inside {
    found: FoundInside,
}

#[derive(Deserialize)]
struct FoundInside {
    counterparty: Counterparty,
    entry: Option<Entry>,
    cause: Cause,
}

impl Store {
    /// The numbers of the matches that are asked for. Those that nobody has decided come first, and
    /// among them the strong ones; then by watchlist, in the order of the file, best first.
    pub async fn match_numbers(&self, query: &MatchListQuery) -> Result<Vec<i64>> {
        const ACTION: &str = "find matches";
        if !query.needs_content() {
            let statement = selected("SELECT m.seq", query);
            return self.pools.fetch(ACTION, statement, |row| row.integer(0)).await;
        }
        let search = query.search.as_deref().map(Search::new);
        let read = |row: &Row| {
            let Inside { found } = row.json(1)?;
            Ok(is_wanted(&found, query, search.as_ref()).then_some(row.integer(0)?))
        };
        let found = self.pools.fetch(ACTION, selected("SELECT m.seq, m.json", query), read).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The matches with these numbers, in this order. One that was removed is left out.
    pub async fn matches_numbered(&self, numbers: &[i64]) -> Result<Vec<MatchRecord>> {
        let mut found = Vec::with_capacity(numbers.len());
        for chunk in numbers.chunks(CHUNK) {
            let text = format!(
                "SELECT json, watchlist, seq FROM possible_match WHERE seq IN ({})",
                placeholders(0, chunk.len())
            );
            let statement = sql(text).bind_all(chunk.iter().copied());
            let read = |row: &Row| Ok((row.integer(2)?, match_of(row)?));
            let mut rows = self.pools.fetch("read matches", statement, read).await?;
            rows.sort_by_key(|(seq, _)| chunk.iter().position(|number| number == seq));
            found.extend(rows.into_iter().map(|(_, record)| record));
        }
        Ok(found)
    }

    /// The alerts that show this match to any receiver.
    pub async fn alerts_with_match(&self, id: &MatchId) -> Result<Vec<AlertId>> {
        let statement =
            sql("SELECT DISTINCT alert_id FROM shown_match WHERE match_id = $1 ORDER BY alert_id")
                .bind(id.as_str());
        self.pools
            .fetch("find the alerts with a match", statement, |row| Ok(AlertId(row.text(0)?)))
            .await
    }

    /// The items of the alerts that show this match to any receiver.
    pub async fn items_with_match(&self, id: &MatchId) -> Result<Vec<ItemId>> {
        let statement = sql("SELECT DISTINCT a.item_id \
                             FROM item_alert a \
                             JOIN shown_match s ON s.alert_id = a.alert_id \
                             WHERE s.match_id = $1 \
                             ORDER BY a.item_id")
        .bind(id.as_str());
        self.pools
            .fetch("find the items with a match", statement, |row| Ok(ItemId(row.text(0)?)))
            .await
    }
}

fn is_wanted(found: &FoundInside, query: &MatchListQuery, search: Option<&Search>) -> bool {
    let entry = found.entry.as_ref();
    let has_list = |list: ListCode| entry.is_some_and(|entry| entry.list == list);
    let has_text = |search: &Search| {
        let party = &found.counterparty;
        let ours = [&party.id, &party.name, &party.owner];
        let mut ours = ours.into_iter().chain(&party.aliases).chain(&party.addresses);
        ours.any(|text| search.finds(text))
            || entry.is_some_and(|entry| search.finds(&searched_text(entry)))
    };
    query.cause.is_none_or(|cause| found.cause == cause)
        && query.list.is_none_or(has_list)
        && search.is_none_or(has_text)
}

fn selected(columns: &'static str, query: &MatchListQuery) -> Sql {
    let statement = sql(columns)
        .then(
            " FROM possible_match m \
             LEFT JOIN counterparty c ON c.watchlist = m.watchlist \
             AND c.id = m.id AND c.incarnation = m.incarnation \
             WHERE 1 = 1",
        )
        .and_if(" AND m.watchlist = $?", query.watchlist.as_deref())
        .and_if(" AND m.band = $?", query.band.map(Band::as_str))
        .and_if(
            " AND m.match_id IN (SELECT match_id FROM shown_match WHERE alert_id = $?)",
            query.alert.as_ref().map(AlertId::as_str),
        );
    let statement = match query.states {
        MatchStates::All => statement,
        MatchStates::Undecided => statement.then(" AND m.state IN ('open', 'stale')"),
        MatchStates::One(state) => statement.and(" AND m.state = $?", state.as_str()),
    };
    let statement = if query.with_ended { statement } else { statement.then(" AND m.ended = 0") };
    statement.then(
        " ORDER BY m.ended, CASE m.state WHEN 'open' THEN 0 WHEN 'stale' THEN 0 \
         WHEN 'confirmed' THEN 1 ELSE 2 END, \
         CASE m.band WHEN 'strong' THEN 0 WHEN 'review' THEN 1 ELSE 2 END, \
         m.watchlist, c.position, m.id, m.score DESC, m.seq",
    )
}
