//! The documents of a digest, each with the entries that it changes.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::counted;
use crate::deliver::wording::grouping::grouped;
use crate::deliver::wording::rule::title::orders;
use crate::deliver::wording::{Fact, Section, entry, time};
use crate::domain::Rule;
use crate::domain::alert::RuleListing;

pub fn listed(listing: &RuleListing, context: &Context<'_>) -> Fact {
    let Rule { citation, document_number, title, url, filed_at, effective_on, published_on } =
        &listing.rule;
    let name = citation.as_deref().or(document_number.as_deref()).unwrap_or("Rule");
    let mut text = vec![title.as_deref().map(plain::line).unwrap_or_default()];
    text.push(match orders(&listing.summary) {
        counts if counts.is_empty() => "entries not known".to_owned(),
        counts if listing.certain => counts,
        counts => format!("{counts} (not read with certainty)"),
    });
    text.extend(filed_at.map(|at| format!("filed {}", context.moment(at))));
    text.extend(effective_on.map(|date| format!("effective {}", time::date(date))));
    let published = if listing.published { "published" } else { "to be published" };
    text.extend(published_on.map(|date| format!("{published} {}", time::date(date))));
    Fact::linked(
        &plain::line(name),
        text.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; "),
        url.clone(),
    )
}

/// One document of a digest: the names of the entries that it changes.
pub fn listed_entries(listing: &RuleListing) -> Option<Section> {
    let kind = listing.changes.first()?.kind;
    let name = listing
        .rule
        .citation
        .as_deref()
        .or(listing.rule.document_number.as_deref())
        .unwrap_or("Rule");
    let count = listing.summary.added + listing.summary.revised + listing.summary.removed;
    let more = count.saturating_sub(listing.changes.len());
    let note = (more > 0).then(|| format!("{} more are in the document.", counted(more, "entry")));
    let entries: Vec<_> = listing.changes.iter().map(entry::named).collect();
    let title = format!("{} ({count})", plain::line(name));
    Some(Section { title, kind, note, groups: grouped(entries) })
}
