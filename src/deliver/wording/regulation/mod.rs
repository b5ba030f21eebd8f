//! The wording of changed words in a section of the regulation. It quotes, and never says that
//! words are in force.

mod paragraph_path;
mod passages;

use jiff::civil::Date;

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::counted;
use crate::deliver::wording::effective::Effective;
use crate::deliver::wording::rule_facts::{named, reference, rule_facts};
use crate::deliver::wording::subject::MAX_SUBJECT_CHARS;
use crate::deliver::wording::{
    EntryGroup, EntryText, Fact, IndexGroup, IndexPlace, MessageContent, NextStep, Quote, Section,
    steps, time,
};
use crate::domain::{ChangeKind, RegulationChanged};
use passages::{Passage, passages};

/// The most characters of the title of a section in a sentence.
const MAX_TITLE_CHARS: usize = 160;
/// The site on which people read the eCFR.
const READERS_SITE: &str = "https://www.ecfr.gov";
const TODAY: &str = "Read the section as it is today";

/// The content of a message about changed words.
pub fn content(data: &RegulationChanged, context: &Context<'_>) -> MessageContent {
    let passages = passages(&data.changes);
    let title = title(data);
    MessageContent {
        subject: subject(data, &title),
        title,
        banner: None,
        matches: None,
        lead: lead(data, passages.len(), context),
        cautions: cautions(data),
        quotes: quotes(data),
        next_steps: next_steps(data),
        instructions: context.instructions.to_vec(),
        countries: Vec::new(),
        index: index(data, &passages),
        facts_title: "The section".to_owned(),
        facts: facts(data, context),
        sections: sections(data, passages),
        notes: Vec::new(),
        full_alert: context.next_step(
            "This alert with the whole text",
            &format!("/alerts/{}", data.alert_id),
            format!("entitywatch alerts --id {}", data.alert_id),
        ),
        evidence: evidence(data, context),
    }
}

/// `The words of 15 CFR 744.11 changed`
fn title(data: &RegulationChanged) -> String {
    let number = &data.section;
    if data.corrects.is_some() {
        format!("Correction: 15 CFR {number} has its earlier words again")
    } else {
        format!("The words of 15 CFR {number} changed")
    }
}

fn subject(data: &RegulationChanged, title: &str) -> String {
    let reference = reference(data.rule.as_ref());
    let reference = reference.map_or_else(String::new, |reference| format!(" ({reference})"));
    let heading = heading(data);
    let heading = if heading.is_empty() { heading } else { format!(": {heading}") };
    plain::shorten(&format!("{title}{reference}{heading}"), MAX_SUBJECT_CHARS)
}

/// The heading of the section, without its final period.
fn heading(data: &RegulationChanged) -> String {
    let title = plain::line(&data.title);
    plain::shorten(title.trim_end_matches('.'), MAX_TITLE_CHARS)
}

fn lead(data: &RegulationChanged, places: usize, context: &Context<'_>) -> String {
    let source = context.source(&data.source);
    let day = data.as_of.map_or_else(String::new, |day| format!(" of {}", time::date(day)));
    let heading = heading(data);
    let heading = if heading.is_empty() { heading } else { format!(" (“{heading}”)") };
    let what = format!(
        "In {}{day}, the words of 15 CFR {}{heading} differ in {} from the text before.",
        source.named(),
        data.section,
        counted(places, "place")
    );
    let why = match (&data.rule, &data.corrects) {
        (Some(rule), _) => format!("The section newly cites {}.", named(rule)),
        (None, Some(_)) => {
            "They are the words from before an earlier alert, and the section cites \
                            no new Federal Register document."
                .to_owned()
        }
        (None, None) => "The section cites no new Federal Register document.".to_owned(),
    };
    format!("{what} {why}")
}

fn cautions(data: &RegulationChanged) -> Vec<String> {
    let mut cautions = Vec::new();
    if data.accepted_at.is_some() {
        cautions
            .push("The text was on hold as implausible until an operator accepted it.".to_owned());
    }
    if data.corrects.is_some() {
        cautions.push(
            "This takes back an earlier alert. Review what was done because of it; your counsel \
             decides."
                .to_owned(),
        );
    }
    cautions.push(
        "This message quotes the regulation. Whether and when the words apply is not decided \
         here: read the notes and the Federal Register document."
            .to_owned(),
    );
    if let (Some(day), false) = (data.as_of, data.notes.is_empty()) {
        cautions.push(format!(
            "The notes are those of {}. A day that they name may have passed when you read this: \
             then read the section as it is that day.",
            time::date(day)
        ));
    }
    cautions
}

/// The notes of the section, verbatim, or that it has none.
fn quotes(data: &RegulationChanged) -> Vec<Quote> {
    let label = "Note about an effective date, a suspension or an amendment";
    if data.notes.is_empty() {
        return vec![Quote {
            label: label.to_owned(),
            text: "none found in the text".to_owned(),
            verbatim: false,
        }];
    }
    let count = data.notes.len();
    let numbered = |at: usize| {
        if count > 1 { format!("{label} ({} of {count})", at + 1) } else { label.to_owned() }
    };
    let quote = |(at, note): (usize, &String)| Quote {
        label: numbered(at),
        text: plain::line(note),
        verbatim: true,
    };
    data.notes.iter().enumerate().map(quote).collect()
}

fn next_steps(data: &RegulationChanged) -> Vec<NextStep> {
    let mut next = vec![steps::plain(
        "Compare the words with how you apply the section; your counsel decides",
    )];
    let dated = if data.as_of.is_some() { "Read the section as of this date" } else { TODAY };
    next.push(steps::linked(dated, section_url(data.as_of, data)));
    if data.as_of.is_some() {
        // A note may name a day on which a suspension ends, and that day may have passed.
        next.push(steps::linked(TODAY, section_url(None, data)));
    }
    let document = data.rule.as_ref().and_then(|rule| rule.url.clone());
    next.extend(document.map(|url| steps::linked("Read the Federal Register document", url)));
    next
}

/// The section as of a day, or as it is when the page is opened.
fn section_url(as_of: Option<Date>, data: &RegulationChanged) -> String {
    let day = as_of.map_or_else(|| "current".to_owned(), |day| format!("on/{day}"));
    format!("{READERS_SITE}/{day}/title-15/section-{}", data.section)
}

fn facts(data: &RegulationChanged, context: &Context<'_>) -> Vec<Fact> {
    let name = format!("15 CFR {}, {}", data.section, heading(data));
    let mut facts = vec![Fact::linked("Section", name, Some(section_url(data.as_of, data)))];
    facts.extend(data.as_of.map(|day| Fact::new("Text as of", time::date(day))));
    if let Some(rule) = &data.rule {
        let effective = Effective::of(rule.effective_on, None, data.observed_at);
        facts.extend(rule_facts(rule, &effective, "Published", context));
    }
    if data.citations.len() > 1 {
        facts.push(Fact::new("Newly cited", data.citations.join("; ")));
    }
    facts.push(Fact::new(
        "First seen",
        format!("{} {}", context.moment(data.observed_at), context.source(&data.source).on()),
    ));
    facts
}

fn counted_title(passages: &[Passage]) -> String {
    format!("Changed words ({})", counted(passages.len(), "place"))
}

/// Where the words changed.
fn index(data: &RegulationChanged, passages: &[Passage]) -> Vec<IndexGroup> {
    let names = passages.iter().map(|passage| passage.label.clone()).collect();
    let place = IndexPlace { country: format!("§ {}", data.section), names };
    vec![IndexGroup { title: counted_title(passages), places: vec![place] }]
}

/// The words before and after, paragraph by paragraph.
fn sections(data: &RegulationChanged, passages: Vec<Passage>) -> Vec<Section> {
    let title = counted_title(&passages);
    let entry = EntryText {
        heading: format!("§ {} {}", data.section, heading(data)).trim_end().to_owned(),
        countries: "15 CFR".to_owned(),
        brief: String::new(),
        high_severity: true,
        rows: passages.into_iter().map(Passage::row).collect(),
        cautions: Vec::new(),
        notes: Vec::new(),
    };
    vec![Section {
        title,
        kind: ChangeKind::Revised,
        note: Some(
            "Deleted and inserted words are marked. Other paragraphs are the same.".to_owned(),
        ),
        groups: vec![EntryGroup { shared: Vec::new(), entries: vec![entry] }],
    }]
}

fn evidence(data: &RegulationChanged, context: &Context<'_>) -> Vec<Fact> {
    let corrected = data.corrects.as_ref().map(|id| {
        Fact::linked("Corrects alert", id.as_str(), context.link(&format!("/alerts/{id}")))
    });
    corrected
        .into_iter()
        .chain([
            Fact::new("Source", plain::line(&data.source)),
            Fact::new("SHA-256 of the document", data.snapshot.sha256.as_str()),
            Fact::new("Journal head", data.journal_head.as_str()),
        ])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::{sample, wording};
    use crate::domain::{Alert, AlertBody};

    fn content_of(name: &str, change: impl FnOnce(&mut RegulationChanged)) -> MessageContent {
        let mut samples = sample::all().into_iter();
        let (_, mut alert) = samples.find(|(known, _)| *known == name).unwrap();
        let Alert { body: AlertBody::RegulationChanged(data), .. } = &mut alert else {
            panic!("{name} is of another type")
        };
        change(data);
        wording::alert_content(&alert, &sample::settings(None))
    }

    #[test]
    fn a_subject_names_the_section_and_the_document() {
        let content = content_of("regulation.changed", |_| {});
        assert!(
            content
                .subject
                .starts_with("The words of 15 CFR 744.11 changed (90 FR 50857): License"),
            "{}",
            content.subject
        );
        assert!(content.subject.chars().count() <= MAX_SUBJECT_CHARS);
    }

    #[test]
    fn notes_are_quoted_verbatim_and_their_absence_is_said() {
        let content = content_of("regulation.changed", |_| {});
        let [quote] = content.quotes.as_slice() else { panic!("{:?}", content.quotes) };
        assert!(quote.verbatim && quote.text.contains("suspended"), "{quote:?}");
        let content = content_of("regulation.changed", |data| data.notes.clear());
        let [quote] = content.quotes.as_slice() else { panic!("{:?}", content.quotes) };
        assert!(!quote.verbatim && quote.text == "none found in the text", "{quote:?}");
    }

    /// Does the text of today suspend a paragraph? The message has what a person needs to answer,
    /// and does not answer itself.
    #[test]
    fn whether_a_paragraph_is_suspended_can_be_answered_by_the_words_of_the_message() {
        let note = "Effective Date Note: At 90 FR 50857, Nov. 12, 2025, §\u{a0}744.11 was amended \
                    by suspending paragraph (b), effective Nov. 10, 2025, until Nov. 9, 2026.";
        let content = content_of("regulation.changed", |data| data.notes = vec![note.to_owned()]);
        let [quote] = content.quotes.as_slice() else { panic!("{:?}", content.quotes) };
        assert_eq!((quote.text.as_str(), quote.verbatim), (plain::line(note).as_str(), true));
        let said = |text: &str| content.cautions.iter().any(|caution| caution.contains(text));
        assert!(said("is not decided here"), "{:?}", content.cautions);
        assert!(said("The notes are those of November 13, 2025."), "{:?}", content.cautions);
        let linked =
            |url: &str| content.next_steps.iter().any(|step| step.link.as_deref() == Some(url));
        assert!(linked("https://www.ecfr.gov/on/2025-11-13/title-15/section-744.11"));
        assert!(linked("https://www.ecfr.gov/current/title-15/section-744.11"));
        assert!(linked("https://www.federalregister.gov/citation/90-FR-50857"));
        // A text without notes has none to be dated.
        let content = content_of("regulation.changed", |data| data.notes.clear());
        assert!(!content.cautions.iter().any(|caution| caution.contains("The notes are those")));
    }

    #[test]
    fn no_message_says_that_words_are_in_force() {
        for name in ["regulation.changed", "regulation.changed, correction"] {
            let content = content_of(name, |data| data.notes.clear());
            let all = serde_json::to_string(&content).unwrap().to_lowercase();
            assert!(!all.contains("in force") && !all.contains("in effect"), "{all}");
        }
    }

    #[test]
    fn a_correction_names_the_alert_that_it_takes_back() {
        let content = content_of("regulation.changed, correction", |_| {});
        assert!(content.title.starts_with("Correction: "), "{}", content.title);
        assert!(content.evidence.iter().any(|fact| fact.label == "Corrects alert"));
    }
}
