//! `entitywatch matches show`: everything that a person decides on, both sides in full.

use std::io::{Write, stdout};

use anyhow::Result;
use jiff::Timestamp;

use crate::cli::args::OutputFormat;
use crate::cli::output::{self, or_dash, time};
use crate::cli::usage::Usage;
use crate::domain::matching::decision::DismissalReason;
use crate::domain::matching::match_record::{EndReason, MatchEvent};
use crate::domain::{Band, Cause, Counterparty, Entry, MatchId, MatchState, country};
use crate::store::Store;
use crate::stored_json::MatchRow;

pub async fn one_match(store: &Store, id: &str, format: OutputFormat) -> Result<()> {
    let Some(record) = store.match_record(&MatchId(id.to_owned())).await? else {
        return Err(Usage(format!(
            "expected the id of a match (`entitywatch matches list` shows them), but got `{id}`"
        ))
        .into());
    };
    let is_ordered_only = record.is_ordered_only;
    let row = MatchRow::from(record);
    let out = &mut stdout();
    if format != OutputFormat::Text {
        return Ok(output::records(out, format, "matches", &[row])?);
    }
    for line in lines(&row, is_ordered_only) {
        output::one_line(out, &line)?;
    }
    writeln!(out)?;
    let happened = row.history.iter().map(|event| {
        vec![time(event.at), event.what.clone(), or_dash(event.by.as_ref()), detail(event)]
    });
    output::line(out, &output::table(&["at", "what", "by", "detail"], happened))?;
    Ok(())
}

fn lines(row: &MatchRow, is_ordered_only: bool) -> Vec<String> {
    let mut lines = vec![
        format!("match:       {}", row.match_id),
        format!("state:       {}", state(row)),
        format!("band:        {}, score {:.3}", band(row.band), row.score),
        format!("cause:       {}", row.cause.in_words()),
        format!("first seen:  {}", time(row.first_seen_at)),
    ];
    lines.extend(decision(row));
    if let Some(ended) = row.ended {
        lines.push(format!("ended:       {}{}", ended.in_words(), at(row.ended_at)));
    }
    lines.push(String::new());
    lines.push(format!("our counterparty, of the watchlist {}", row.watchlist));
    lines.extend(ours(&row.counterparty));
    lines.push(String::new());
    lines.push(match is_ordered_only {
        true => "entry that a rule orders, and that no list shows yet".to_owned(),
        false => "listed entry".to_owned(),
    });
    lines.extend(row.entry.as_ref().map(listed).unwrap_or_default());
    if !row.sharing.is_empty() {
        lines.push(format!("  at this address:       {}", row.sharing.join("; ")));
    }
    lines.push(format!("  shown by:              {}", row.sources.join(", ")));
    lines.push(String::new());
    let compared = &row.compared;
    lines.push(format!("compared:    “{}” with “{}”", compared.counterparty, compared.entry));
    lines.push(format!("because:     {}", row.reasons.join("; ")));
    lines
}

fn state(row: &MatchRow) -> &'static str {
    match row.state {
        MatchState::Open => "open: nobody has decided",
        MatchState::Confirmed => "confirmed: a person says that it is the listed party",
        MatchState::Dismissed => "dismissed: a person says that it is another party",
        MatchState::Stale => "stale: it was dismissed, and the dismissal is no longer in force",
    }
}

fn band(band: Band) -> &'static str {
    match band {
        Band::Strong => "strong match",
        Band::Review => "for review",
        Band::None => "weak match",
    }
}

/// Who decided what, when and why, and why that is no longer in force.
fn decision(row: &MatchRow) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(decision) = &row.decision {
        let why: Vec<&str> = decision
            .reason
            .map(DismissalReason::in_words)
            .into_iter()
            .chain(Some(decision.note.as_str()).filter(|note| !note.is_empty()))
            .collect();
        let why = if why.is_empty() { String::new() } else { format!(": {}", why.join(", ")) };
        let (what, by, at) = (decision.decision.as_str(), &decision.by, time(decision.at));
        lines.push(format!("decision:    {what} by {by} ({}), {at}{why}", decision.identified));
    }
    lines.extend(row.stale_because.iter().map(|because| format!("changed:     {because}")));
    lines
}

fn ours(party: &Counterparty) -> Vec<String> {
    let country = Some(party.country.as_str()).filter(|code| !code.is_empty());
    let mut lines = vec![
        format!("  id:                    {}", party.id),
        format!("  name:                  {}", party.name),
    ];
    lines.extend(several("also known as", &party.aliases));
    lines.extend(several("address", &party.addresses));
    lines.extend(country.map(|code| fact("country", country::name_in_messages(code))));
    lines.extend(Some(&party.owner).filter(|o| !o.is_empty()).map(|owner| fact("owner", owner)));
    lines
}

fn listed(entry: &Entry) -> Vec<String> {
    let countries: Vec<&str> =
        entry.countries.iter().map(|code| country::name_in_messages(code)).collect();
    let citations: Vec<String> = entry.citations.iter().map(ToString::to_string).collect();
    let mut lines = vec![fact("name", if entry.name.is_empty() { "–" } else { &entry.name })];
    lines.extend(several("also known as", &entry.aliases));
    lines.extend(several("address", &entry.addresses));
    let facts = [
        ("country", countries.join(", ")),
        ("list", entry.list.title().to_owned()),
        ("citation", citations.join(", ")),
        ("license requirement", entry.license_requirement.clone()),
        ("license review policy", entry.license_policy.clone()),
        ("remarks", entry.remarks.clone()),
    ];
    let filled = facts.into_iter().filter(|(_, text)| !text.is_empty());
    lines.extend(filled.map(|(label, text)| fact(label, &text)));
    lines
}

fn several<'a>(label: &'a str, texts: &'a [String]) -> impl Iterator<Item = String> + 'a {
    texts.iter().map(move |text| fact(label, text))
}

fn fact(label: &str, text: &str) -> String {
    format!("  {:<22} {text}", format!("{label}:"))
}

fn at(time_of: Option<Timestamp>) -> String {
    time_of.map(|at| format!(", {}", time(at))).unwrap_or_default()
}

/// The detail of an event: its codes in words.
fn detail(event: &MatchEvent) -> String {
    let text = event.detail.as_str();
    let known = || match event.what.as_str() {
        "found" | "returned" => {
            Cause::ALL.iter().find(|cause| cause.as_str() == text).map(|cause| cause.in_words())
        }
        "ended" => EndReason::ALL.iter().find(|end| end.as_str() == text).map(|e| e.in_words()),
        _ => None,
    };
    known().map_or_else(|| with_reason_in_words(text, &event.what), str::to_owned)
}

/// `different-country: a bakery` as `another country: a bakery`.
fn with_reason_in_words(text: &str, what: &str) -> String {
    let reason = DismissalReason::ALL.iter().find_map(|reason| {
        let note = text.strip_prefix(reason.as_str())?.strip_prefix(": ")?;
        Some(format!("{}: {note}", reason.in_words()))
    });
    reason.filter(|_| what == "dismissed").unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_has_words_instead_of_codes() {
        let check = |what: &str, text: &str, expected: &str| {
            let event = MatchEvent {
                at: Timestamp::UNIX_EPOCH,
                what: what.to_owned(),
                by: None,
                identified: None,
                detail: text.to_owned(),
            };
            assert_eq!(detail(&event), expected);
        };
        check("found", "first-screening", "the first comparison of the file");
        check("ended", "entry-removed", "the entry is no longer listed");
        check("dismissed", "different-country: a bakery", "another country: a bakery");
        check("confirmed", "different-country: a bakery", "different-country: a bakery");
        check("stale", "the entry has another name", "the entry has another name");
    }
}
