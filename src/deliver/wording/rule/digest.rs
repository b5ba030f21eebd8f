//! The documents of a digest, each with the entries that it changes.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::counted;
use crate::deliver::wording::entry::{self, EntryScope};
use crate::deliver::wording::grouping::grouped;
use crate::deliver::wording::rule::title::orders;
use crate::deliver::wording::rule_facts::reference;
use crate::deliver::wording::{EntryText, Fact, IndexGroup, IndexPlace, Section, country, time};
use crate::domain::alert::RuleListing;
use crate::domain::{Change, ChangeKind, Rule};

pub fn listed(listing: &RuleListing, context: &Context<'_>) -> Fact {
    let Rule { title, url, filed_at, effective_on, published_on, .. } = &listing.rule;
    let mut text = vec![title.as_deref().map(plain::line).unwrap_or_default()];
    text.push(match orders(&listing.summary, true) {
        counts if counts.is_empty() => "entries not readable yet".to_owned(),
        counts if listing.certain => counts,
        counts => format!("{counts} (not read with certainty)"),
    });
    text.extend(filed_at.map(|at| format!("filed {}", context.moment(at))));
    text.extend(effective_on.map(|date| format!("effective {}", time::date(date))));
    let published = if listing.published { "published" } else { "to be published" };
    text.extend(published_on.map(|date| format!("{published} {}", time::date(date))));
    Fact::linked(
        &name(listing),
        text.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; "),
        url.clone(),
    )
}

/// One document of a digest: the names of the entries that it changes.
pub fn listed_entries(listing: &RuleListing, scope: EntryScope<'_>) -> Option<Section> {
    let kind = listing.changes.first()?.kind;
    let more = count(listing).saturating_sub(listing.changes.len());
    let note = (more > 0).then(|| format!("{} more are in the document.", counted(more, "entry")));
    let text = |change: &Change| EntryText {
        brief: done(change.kind).to_owned(),
        ..entry::named(change, scope)
    };
    let entries: Vec<EntryText> = listing.changes.iter().map(text).collect();
    Some(Section { title: title(listing), kind, note, groups: grouped(entries) })
}

/// The names of one document by country.
pub fn listed_names(listing: &RuleListing) -> Option<IndexGroup> {
    if listing.changes.is_empty() {
        return None;
    }
    let mut places: Vec<IndexPlace> = Vec::new();
    for change in &listing.changes {
        let country = country::names(&change.entry.countries);
        let name = match change.kind {
            ChangeKind::Added => entry::heading(&change.entry),
            kind => format!("{} ({})", entry::heading(&change.entry), done(kind)),
        };
        match places.iter_mut().find(|place| place.country == country) {
            Some(place) => place.names.push(name),
            None => places.push(IndexPlace { country, names: vec![name] }),
        }
    }
    Some(IndexGroup { title: title(listing), places })
}

fn done(kind: ChangeKind) -> &'static str {
    kind.as_str()
}

fn title(listing: &RuleListing) -> String {
    format!("{} ({})", name(listing), count(listing))
}

fn name(listing: &RuleListing) -> String {
    reference(Some(&listing.rule)).unwrap_or_else(|| "Rule".to_owned())
}

fn count(listing: &RuleListing) -> usize {
    listing.summary.added + listing.summary.revised + listing.summary.removed
}
