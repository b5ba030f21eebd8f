//! The lead of a message about a list change: what happened with counts, from which rule, and in
//! effect when.

use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::{counted, enumeration, number, verb};
use crate::deliver::wording::effective::Effective;
use crate::deliver::wording::list::classification::{Classification, Novelty, Topic};
use crate::deliver::wording::list::title::first_source;
use crate::deliver::wording::rule_facts::named;
use crate::deliver::wording::source_title::SourceTitle;
use crate::deliver::wording::{authority, footnote};
use crate::domain::alert::ListChanged;
use crate::domain::{Change, ListCode, Summary};

pub struct LeadInput<'a> {
    pub data: &'a ListChanged,
    pub classification: &'a Classification<'a>,
    /// `the Entity List`
    pub lists: &'a str,
    pub source: &'a SourceTitle,
    pub effective: &'a Effective,
    pub context: &'a Context<'a>,
}

pub fn lead(input: &LeadInput<'_>) -> String {
    let sentences = match input.classification.topic() {
        Topic::Correction => correction(input),
        Topic::Differences => differences(input),
        Topic::Relisting => relisting(input),
        Topic::AsAnnounced => vec![as_announced(input), rule(input)],
        Topic::FullEntries => vec![full_entries(input), rule(input)],
        Topic::Footnotes(footnotes) => {
            let mut sentences = designation(input, &footnotes);
            sentences.push(rule(input));
            sentences
        }
        Topic::Editorial => vec![format!(
            "Only letters, spaces or punctuation changed in {} {}.",
            counted(input.data.changes.len(), "entry"),
            input.source.on()
        )],
        Topic::Changes => vec![format!("{}.", changes(input)), rule(input)],
    };
    sentences.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `41 entries were added to the Entity List, 13 were revised and 2 are no longer on …`
fn changes(input: &LeadInput<'_>) -> String {
    let new: Vec<Change> = input.classification.with(Novelty::New).cloned().collect();
    let Summary { added, removed, revised, editorial } = Summary::of(&new);
    let known = |novelty: Novelty| input.classification.with(novelty).count();
    let to_list = format!("added to {}", input.lists);
    let off = format!("no longer {}", input.source.on());
    let counts = [
        (added, "was", "were", to_list.as_str()),
        (revised, "was", "were", "revised"),
        (removed, "is", "are", off.as_str()),
        (editorial, "was", "were", "changed in spelling or punctuation only"),
        (known(Novelty::Relisted), "is", "are", "listed again as before"),
        (known(Novelty::Completed), "is", "are", "shown in full now"),
        (known(Novelty::Announced), "is", "are", "listed as announced"),
        (known(Novelty::Differs), "is", "are", "different from another source"),
    ];
    let mut parts: Vec<String> = Vec::new();
    for (count, one, many, what) in counts.into_iter().filter(|(count, ..)| *count > 0) {
        let subject = if parts.is_empty() { counted(count, "entry") } else { number(count) };
        parts.push(format!("{subject} {} {what}", verb(count, one, many)));
    }
    if added == 0 && revised > 0 {
        // Otherwise no part names the list.
        let first = parts.iter_mut().find(|part| part.ends_with(" revised"));
        first.into_iter().for_each(|part| part.push_str(&format!(" on {}", input.lists)));
    }
    if parts.is_empty() {
        format!("Nothing changed on {}", input.lists)
    } else {
        enumeration(&parts)
    }
}

/// The rule and when it takes effect, or that it is not known.
fn rule(input: &LeadInput<'_>) -> String {
    let Some(rule) = &input.data.rule else { return without_rule(input) };
    let when = if input.effective.is_known() {
        input.effective.sentence()
    } else {
        "Its effective date is in the rule.".to_owned()
    };
    format!("The rule is {}. {when}", named(rule))
}

/// A sentence about the missing rule. It names only the lists whose entries cite rules.
fn without_rule(input: &LeadInput<'_>) -> String {
    let lists = authority::lists(&input.data.changes);
    let cited: Vec<String> = lists
        .iter()
        .filter(|list| authority::terms(**list).amended_by_rules)
        .map(|list| format!("the {}", list.title()))
        .collect();
    if cited.is_empty() {
        return String::new();
    }
    if !input.classification.lacks_rule() {
        return "No new rule is cited.".to_owned();
    }
    let changes = if cited.len() == lists.len() {
        "these changes".to_owned()
    } else {
        format!("the changes of {}", enumeration(&cited))
    };
    format!("No rule found yet for {changes}.")
}

fn correction(input: &LeadInput<'_>) -> Vec<String> {
    let LeadInput { data, source, context, .. } = input;
    let on = data
        .corrects_at
        .map_or_else(|| " earlier".to_owned(), |at| format!(" on {}", context.day(at)));
    let Summary { added, removed, revised, editorial } = Summary::of(&data.changes);
    let sentences = [
        (added, "missing", source.on()),
        (removed, "as added", format!("not {}", source.on())),
        (revised + editorial, "as revised", "as before".to_owned()),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, reported, now)| {
        let (was, is) = (verb(count, "was", "were"), verb(count, "is", "are"));
        format!("{} that {was} reported {reported}{on} {is} {now}.", counted(count, "entry"))
    });
    let lists = authority::lists(&data.changes);
    let by_rules = lists.iter().any(|list| authority::terms(*list).amended_by_rules);
    let why = if by_rules {
        "No rule explains this, so the earlier list was probably wrong."
    } else {
        "The earlier list was probably wrong."
    };
    sentences.chain([why.to_owned()]).collect()
}

fn differences(input: &LeadInput<'_>) -> Vec<String> {
    let LeadInput { data, source, context, .. } = input;
    let count = data.changes.len();
    let other = first_source(&data.changes, context)
        .map_or_else(|| "another source".to_owned(), |first| first.named());
    vec![
        format!("{} shows {} differently from {other}.", source.begins(), counted(count, "entry")),
        format!(
            "{} already reported from {other}. Only the differences are new.",
            if count == 1 { "The entry was" } else { "The entries were" }
        ),
    ]
}

fn relisting(input: &LeadInput<'_>) -> Vec<String> {
    let count = input.data.changes.len();
    let was = verb(count, "it was", "they were");
    vec![
        format!(
            "{} {} {} again, with the same content as before {was} removed.",
            counted(count, "entry"),
            verb(count, "is", "are"),
            input.source.on()
        ),
        without_rule(input),
    ]
}

fn as_announced(input: &LeadInput<'_>) -> String {
    let LeadInput { data, source, context, .. } = input;
    let at = data
        .announced
        .as_ref()
        .map_or_else(String::new, |announced| format!(" on {}", context.day(announced.at)));
    format!(
        "{} now shows {} as the rule announced. You were alerted about {}{at}.",
        source.begins(),
        counted(data.changes.len(), "entry"),
        verb(data.changes.len(), "it", "them")
    )
}

fn full_entries(input: &LeadInput<'_>) -> String {
    let count = input.data.changes.len();
    format!(
        "{} now shows {} in full, with aliases, addresses and license terms. The earlier message \
         only named {}.",
        input.source.begins(),
        counted(count, "entry"),
        verb(count, "it", "them")
    )
}

fn designation(input: &LeadInput<'_>, footnotes: &[String]) -> Vec<String> {
    let changes = &input.data.changes;
    let list = changes.first().map_or(ListCode::EL, |change| change.entry.list);
    let what = format!(
        "was added to {} that {} listed before",
        counted(changes.len(), "entry"),
        verb(changes.len(), "was", "were")
    );
    footnotes.iter().map(|mark| format!("{}.", footnote::explained(list, mark, &what))).collect()
}
