//! The title of a message about a list change. Nothing is called added that was listed before.

use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::{counted, enumeration, first_of, number, plural, verb};
use crate::deliver::wording::list::classification::{Classification, Novelty, Topic};
use crate::deliver::wording::source_title::SourceTitle;
use crate::deliver::wording::{country, entry};
use crate::domain::alert::ListChanged;
use crate::domain::{Change, Summary};

/// The most countries that a title names.
const MAX_COUNTRIES: usize = 3;

pub struct TitleInput<'a> {
    pub data: &'a ListChanged,
    pub classification: &'a Classification<'a>,
    /// `Entity List`
    pub lists: &'a str,
    pub source: &'a SourceTitle,
    pub context: &'a Context<'a>,
}

/// What happened, with counts, without the effective date.
pub fn title(input: &TitleInput<'_>) -> String {
    worded(input, &format!("no longer {}", input.source.on()))
}

/// The same for a subject without room for the title of the source.
pub fn short_title(input: &TitleInput<'_>) -> String {
    worded(input, "no longer listed")
}

/// `off` says that an entry was removed.
fn worded(input: &TitleInput<'_>, off: &str) -> String {
    let TitleInput { data, classification, lists, source, context } = input;
    let count = data.changes.len();
    let unconfirmed = if data.unconfirmed { ", unconfirmed" } else { "" };
    match classification.topic() {
        Topic::Correction => correction(data, source, context),
        Topic::Differences => {
            let first = first_source(&data.changes, context);
            let entries = format!("{} already reported", counted(count, "entry"));
            match first {
                Some(first) => {
                    format!("{} and {} differ on {entries}", source.title(), first.title())
                }
                None => format!("{} differs from other sources on {entries}", source.title()),
            }
        }
        Topic::Relisting => format!("{lists}{unconfirmed}: {} relisted", counted(count, "entry")),
        Topic::AsAnnounced => {
            let since = data.announced.as_ref().map_or_else(String::new, |announced| {
                format!(" on {}", context.short_day(announced.at, data.observed_at))
            });
            format!("{} shows {} announced{since}", source.title(), counted(count, "entry"))
        }
        Topic::FullEntries => {
            let counts = by_kind(&Summary::of(&data.changes), off);
            format!("Full entries now available{unconfirmed}: {}", enumerated(&counts))
        }
        Topic::Footnotes(footnotes) => {
            let noun = plural(footnotes.len(), "Footnote");
            format!(
                "{noun} {} designation{unconfirmed}: {}",
                enumeration(&footnotes),
                designated(&data.changes)
            )
        }
        Topic::Editorial => {
            format!("{lists}: {} changed in spelling or punctuation only", counted(count, "entry"))
        }
        Topic::Changes => {
            let mut title =
                format!("{lists}{unconfirmed}: {}", enumerated(&counts(classification, off)));
            if data.rule_alerted_before > 0 && data.follows.is_some() {
                title.push_str(&format!(
                    " in addition to {} reported before",
                    number(data.rule_alerted_before)
                ));
            } else if classification.lacks_rule() {
                title.push_str(", no rule found yet");
            }
            title
        }
    }
}

/// The source whose alerts were first about these changes, if it is one.
pub fn first_source(changes: &[Change], context: &Context<'_>) -> Option<SourceTitle> {
    let mut found = changes.iter().filter_map(|change| entry::first_source(change, context));
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// `2 entries reported missing on July 5 are on the list`
fn correction(data: &ListChanged, source: &SourceTitle, context: &Context<'_>) -> String {
    let on = data.corrects_at.map_or_else(
        || " earlier".to_owned(),
        |at| format!(" on {}", context.short_day(at, data.observed_at)),
    );
    let count = data.changes.len();
    let entries = counted(count, "entry");
    let are = verb(count, "is", "are");
    let summary = Summary::of(&data.changes);
    if summary.added == count {
        format!("Correction: {entries} reported missing{on} {are} on the list")
    } else if summary.removed == count {
        format!("Correction: {entries} reported as added{on} {are} not {}", source.on())
    } else if summary.added == 0 && summary.removed == 0 {
        format!("Correction: {entries} reported as revised{on} {are} as before")
    } else {
        let changes = counted(count, "change");
        format!("Correction: {changes} reported{on} {} reversed", verb(count, "was", "were"))
    }
}

/// `NAME (China)`, or `3 entries (China, Russia)`.
fn designated(changes: &[Change]) -> String {
    if let [only] = changes {
        let countries = country::names(&only.entry.countries);
        return format!("{} ({countries})", entry::heading(&only.entry));
    }
    let countries: Vec<String> =
        country::counts(changes).into_iter().map(|(name, _)| name).collect();
    format!("{} ({})", counted(changes.len(), "entry"), first_of(&countries, MAX_COUNTRIES))
}

/// `41 added`, `13 revised`, and what is known from earlier alerts in words of its own.
fn counts(classification: &Classification<'_>, off: &str) -> Vec<String> {
    let new: Vec<Change> = classification.with(Novelty::New).cloned().collect();
    let mut counts = by_kind(&Summary::of(&new), off);
    let of = |novelty: Novelty| classification.with(novelty).count();
    let known = [
        (of(Novelty::Relisted), "relisted"),
        (of(Novelty::Completed), "with full entries now"),
        (of(Novelty::Announced), "as announced"),
        (of(Novelty::Differs), "different from another source"),
    ];
    counts.extend(
        known
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", number(count))),
    );
    counts
}

/// `off` words a removal as an observation, because it may be an error of the source.
pub fn by_kind(summary: &Summary, off: &str) -> Vec<String> {
    [
        (summary.added, "added".to_owned()),
        (summary.revised, "revised".to_owned()),
        (summary.removed, off.to_owned()),
        (summary.editorial, "changed in spelling only".to_owned()),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{} {what}", number(count)))
    .collect()
}

/// Commas and no `and`, as a subject line has them.
pub fn enumerated(counts: &[String]) -> String {
    if counts.is_empty() { "no change".to_owned() } else { counts.join(", ") }
}
