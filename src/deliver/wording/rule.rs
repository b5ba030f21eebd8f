//! The wording of a document of the Federal Register that changes the Entity List: filed, changed,
//! withdrawn, published.

use crate::deliver::plain;
use crate::deliver::wording::count::{counted, summary};
use crate::deliver::wording::list::rule_facts;
use crate::deliver::wording::{
    Account, Fact, Section, Step, Writer, authority, country, entry, time,
};
use crate::domain::alert::{NoticeStatus, RuleListing, RuleNotice};
use crate::domain::{AlertId, ChangeKind, Rule};

const LONGEST_SUBJECT_CHARS: usize = 120;
/// What counts call the place that a rule takes entries from.
const LIST: &str = "the Entity List";

pub fn account(data: &RuleNotice, alert_id: &AlertId, writer: &Writer<'_>) -> Account {
    let counts = country::counts(&data.changes);
    let title = title(data);
    Account {
        subject: plain::shorten(&subject(data, &title, &counts), LONGEST_SUBJECT_CHARS),
        lead: lead(data, writer),
        notes: notes(data),
        countries: counts.into_iter().map(|(name, count)| format!("{name} {count}")).collect(),
        facts: facts(data, writer),
        sections: sections(data, writer),
        steps: steps(data),
        whole: writer.step(
            "This alert with all its entries",
            &format!("/alerts/{alert_id}"),
            format!("entitywatch alerts --id {alert_id}"),
        ),
        evidence: vec![
            Fact::new("Source", plain::line(&data.source)),
            Fact::new("Journal head", data.journal_head.as_str()),
        ],
        title,
    }
}

fn title(data: &RuleNotice) -> String {
    let ordered = match data.orders.added + data.orders.removed + data.orders.revised {
        0 => "entries not known yet".to_owned(),
        _ => orders(&data.orders),
    };
    match data.status {
        NoticeStatus::Filed => format!("Entity List rule filed: {ordered}"),
        NoticeStatus::Changed => format!("Entity List rule changed: {ordered}"),
        NoticeStatus::Withdrawn => "Entity List rule withdrawn before publication".to_owned(),
        NoticeStatus::Published if data.follows.is_some() => {
            "Entity List rule published, as announced".to_owned()
        }
        NoticeStatus::Published => format!("Entity List rule published: {ordered}"),
        NoticeStatus::Digest => format!(
            "Entity List rules of the last 30 days: {}",
            counted(data.documents.len(), "document")
        ),
    }
}

/// A rule removes; a source merely no longer has.
fn orders(counts: &crate::domain::Summary) -> String {
    let parts = [(counts.added, "added"), (counts.removed, "removed"), (counts.revised, "revised")];
    parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn subject(data: &RuleNotice, title: &str, counts: &[(String, usize)]) -> String {
    let citation = data
        .rule
        .as_ref()
        .and_then(|rule| rule.citation.as_deref())
        .map(|text| format!(" — {}", plain::line(text)));
    let names: Vec<&str> = counts.iter().map(|(name, _)| name.as_str()).take(3).collect();
    let more = if counts.len() > names.len() { ", …" } else { "" };
    let countries =
        if names.is_empty() { String::new() } else { format!(" ({}{more})", names.join(", ")) };
    format!("{title}{}{countries}", citation.unwrap_or_default())
}

fn lead(data: &RuleNotice, writer: &Writer<'_>) -> String {
    let agency = data.agency.as_deref().map_or_else(|| "The agency".to_owned(), plain::line);
    let named = data
        .rule
        .as_ref()
        .and_then(|rule| rule.title.as_deref())
        .map_or_else(String::new, |title| format!(" “{}”", plain::line(title)));
    match data.status {
        NoticeStatus::Filed => format!(
            "{agency} has filed the rule{named} for public inspection. {}",
            effect(data, writer)
        ),
        NoticeStatus::Changed => format!("More is known of the rule{named} than was told before."),
        NoticeStatus::Withdrawn => {
            format!(
                "The rule{named} is no longer on public inspection and was not published. What \
                 was told of it may not come into effect."
            )
        }
        NoticeStatus::Published => format!(
            "The rule{named} is published in the Federal Register. {}",
            effect(data, writer)
        )
        .trim_end()
        .to_owned(),
        NoticeStatus::Digest => "This source is new: these rules on the Entity List were filed or \
                                 published in the last 30 days. From now on each is told by \
                                 itself."
            .to_owned(),
    }
}

/// Whether the rule was in effect when this was told.
fn in_effect(data: &RuleNotice, writer: &Writer<'_>) -> bool {
    let today = data.observed_at.to_zoned(writer.zone.clone()).date();
    data.rule.as_ref().and_then(|rule| rule.effective_on).is_some_and(|date| date <= today)
}

fn effect(data: &RuleNotice, writer: &Writer<'_>) -> String {
    match data.rule.as_ref().and_then(|rule| rule.effective_on) {
        Some(date) if in_effect(data, writer) => format!("In effect since {}.", time::date(date)),
        Some(date) => {
            format!("It takes effect on {}, maybe before any list shows it.", time::date(date))
        }
        None => "It may be in effect before any list shows it.".to_owned(),
    }
}

fn notes(data: &RuleNotice) -> Vec<String> {
    let mut notes: Vec<String> = data.note.iter().map(|note| plain::line(note)).collect();
    if !data.certain
        && data.status != NoticeStatus::Digest
        && data.status != NoticeStatus::Withdrawn
    {
        let why = data.doubts.iter().map(|doubt| plain::line(doubt)).collect::<Vec<_>>().join("; ");
        notes.push(format!(
            "Not read with certainty, so that the document itself must be read: {}.",
            plain::shorten(&why, 500)
        ));
    }
    if let Some(first) = &data.follows {
        let told = if data.changes.is_empty() && data.orders != data.summary {
            " Its entries are those that were told there."
        } else if data.orders != data.total {
            " Only what was not told there is shown here."
        } else {
            ""
        };
        notes.push(format!("This follows alert {first}.{told}"));
    }
    for related in &data.related {
        notes.push(format!(
            "It is the rule that orders what alert {related} told, for which no rule was found \
             then."
        ));
    }
    if data.total != data.summary {
        notes.push(format!(
            "Your routes select these; in all there were: {}.",
            summary(&data.total, LIST)
        ));
    }
    notes
}

fn facts(data: &RuleNotice, writer: &Writer<'_>) -> Vec<Fact> {
    if data.status == NoticeStatus::Digest {
        return data.documents.iter().map(|listing| listed(listing, writer)).collect();
    }
    let mut facts = data.rule.as_ref().map(|rule| rule_facts(rule, writer)).unwrap_or_default();
    if data.status != NoticeStatus::Published {
        // Before publication the date is the one that is planned.
        facts
            .iter_mut()
            .filter(|fact| fact.label == "Published")
            .for_each(|fact| fact.label = "To be published".to_owned());
    }
    facts.extend(data.agency.as_deref().map(|agency| Fact::new("Agency", plain::line(agency))));
    facts.extend(data.filing_type.as_deref().map(|kind| Fact::new("Filing", plain::line(kind))));
    facts.extend(
        data.effective_text
            .as_deref()
            .map(|text| Fact::new("Dates, in its words", plain::shorten(&plain::line(text), 500))),
    );
    facts.extend(data.pdf_url.clone().map(|url| Fact::linked("The document", "PDF", Some(url))));
    facts.push(Fact::new(
        "First seen",
        format!("{} in {}", writer.moment(data.observed_at), plain::line(&data.source)),
    ));
    facts.extend(
        data.savings_clause
            .as_deref()
            .map(|clause| Fact::new("Savings clause", format!("“{}”", plain::line(clause)))),
    );
    facts
}

fn listed(listing: &RuleListing, writer: &Writer<'_>) -> Fact {
    let Rule { citation, document_number, title, url, filed_at, effective_on, published_on } =
        &listing.rule;
    let name = citation.as_deref().or(document_number.as_deref()).unwrap_or("Rule");
    let mut text = vec![title.as_deref().map(plain::line).unwrap_or_default()];
    text.push(match orders(&listing.summary) {
        counts if counts.is_empty() => "entries not known".to_owned(),
        counts if listing.certain => counts,
        counts => format!("{counts} (not read with certainty)"),
    });
    text.extend(filed_at.map(|at| format!("filed {}", writer.moment(at))));
    text.extend(effective_on.map(|date| format!("effective {}", time::date(date))));
    let published = if listing.published { "published" } else { "to be published" };
    text.extend(published_on.map(|date| format!("{published} {}", time::date(date))));
    Fact::linked(
        &plain::line(name),
        text.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; "),
        url.clone(),
    )
}

/// Of a digest: what each document orders, by name.
fn listed_entries(listing: &RuleListing) -> Option<Section> {
    let kind = listing.changes.first()?.kind;
    let name = listing
        .rule
        .citation
        .as_deref()
        .or(listing.rule.document_number.as_deref())
        .unwrap_or("Rule");
    let count = listing.summary.added + listing.summary.revised + listing.summary.removed;
    let more = count.saturating_sub(listing.changes.len());
    let note =
        (more > 0).then(|| format!("{} more stand in the document.", counted(more, "entry")));
    let entries: Vec<_> = listing.changes.iter().map(entry::named).collect();
    Some(Section { title: format!("{} ({count})", plain::line(name)), kind, note, entries })
}

fn sections(data: &RuleNotice, writer: &Writer<'_>) -> Vec<Section> {
    if data.status == NoticeStatus::Digest {
        return data.documents.iter().filter_map(listed_entries).collect();
    }
    let done = in_effect(data, writer);
    let titled = |before: &'static str, after: &'static str| if done { after } else { before };
    let withdrawn = data.status == NoticeStatus::Withdrawn;
    let section = |title: &str, kind: ChangeKind, note: Option<&str>| {
        let entries: Vec<_> = data
            .changes
            .iter()
            .filter(|change| change.kind == kind)
            .map(|change| entry::text(change, false))
            .collect();
        let note = note.map(str::to_owned);
        (!entries.is_empty() && !withdrawn).then(|| Section {
            title: format!("{title} ({})", entries.len()),
            kind,
            note,
            entries,
        })
    };
    let mut removal = "The rule takes these listings off the list.".to_owned();
    if let Some(words) = authority::removal_note(&data.changes) {
        removal.push(' ');
        removal.push_str(&words);
    }
    [
        section(titled("To be added", "Added"), ChangeKind::Added, None),
        section(
            titled("To be revised", "Revised"),
            ChangeKind::Revised,
            Some("The entry as the rule states it."),
        ),
        section(titled("To be removed", "Removed"), ChangeKind::Removed, Some(&removal)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn steps(data: &RuleNotice) -> Vec<Step> {
    let url = data.rule.as_ref().and_then(|rule| rule.url.clone()).or_else(|| data.pdf_url.clone());
    let url = url.filter(|url| crate::deliver::wording::is_web_address(url));
    url.map(|link| Step { text: "Read the document".to_owned(), command: None, link: Some(link) })
        .into_iter()
        .collect()
}
