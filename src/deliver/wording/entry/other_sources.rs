//! What other sources show about an entry. The pipeline wrote it for programs, with the names of
//! sources and with dates as digits.

use crate::deliver::wording::context::Context;
use crate::deliver::wording::source_title::SourceTitle;
use crate::domain::Change;
use crate::domain::country::name_in_messages;

/// What another source shows about a removed entry.
pub enum Shown {
    /// It is still listed there. A reader must know this before relying on the removal.
    Listed(String),
    Other(String),
}

/// What the other sources show, one sentence each.
pub fn sentences(change: &Change, context: &Context<'_>) -> Vec<Shown> {
    change.corroboration.iter().map(|text| sentence(text, context)).collect()
}

/// The source whose alert about this change was first. `None` if no other source showed it.
pub fn first_source(change: &Change, context: &Context<'_>) -> Option<SourceTitle> {
    change.corroboration.iter().find_map(|text| {
        let (source, _) = text.strip_prefix("told from ")?.split_once(" on ")?;
        Some(context.source(source))
    })
}

/// The differences from the source whose alert was first, each in words.
pub fn differences(change: &Change, context: &Context<'_>) -> Vec<String> {
    let word = |text: &String| match text.strip_prefix("country ") {
        Some(code) => format!("country {}", name_in_messages(code)),
        None => context.prose(text),
    };
    change.differences.iter().map(word).collect()
}

fn sentence(text: &str, context: &Context<'_>) -> Shown {
    let known = listed(text, context)
        .map(Shown::Listed)
        .or_else(|| removed(text, context).map(Shown::Other))
        .or_else(|| not_found(text, context).map(Shown::Other))
        .or_else(|| alerted(text, context).map(Shown::Other));
    known.unwrap_or_else(|| Shown::Other(format!("{}.", context.prose(text).trim_end_matches('.'))))
}

/// `still listed in SOURCE as of DATE, as NAME`
fn listed(text: &str, context: &Context<'_>) -> Option<String> {
    let (source, rest) = text.strip_prefix("still listed in ")?.split_once(" as of ")?;
    let (date, name) = rest.split_once(", as ")?;
    let source = context.source(source).on();
    Some(format!(
        "Still listed {source} as “{}”, as of {}.",
        crate::deliver::plain::line(name),
        context.prose(date)
    ))
}

/// `also gone from SOURCE since DATE`
fn removed(text: &str, context: &Context<'_>) -> Option<String> {
    let (source, date) = text.strip_prefix("also gone from ")?.split_once(" since ")?;
    let source = context.source(source).on();
    Some(format!("No longer {source} either, since {}.", context.prose(date)))
}

/// `not found in SOURCE as of DATE`
fn not_found(text: &str, context: &Context<'_>) -> Option<String> {
    let (source, date) = text.strip_prefix("not found in ")?.split_once(" as of ")?;
    let source = context.source(source).on();
    Some(format!("Not found {source}, as of {}.", context.prose(date)))
}

/// `told from SOURCE on DATE; new here: …; worded differently here: …`. The new parts are shown as
/// differences.
fn alerted(text: &str, context: &Context<'_>) -> Option<String> {
    let (source, rest) = text.strip_prefix("told from ")?.split_once(" on ")?;
    let (date, rest) = rest.split_once(';').unwrap_or((rest, ""));
    let worded = rest.split_once("worded differently here: ").map(|(_, words)| {
        format!(" Worded differently, with the same meaning: {}.", context.prose(words))
    });
    Some(format!(
        "Reported from {} on {}.{}",
        context.source(source).named(),
        context.prose(date),
        worded.unwrap_or_default()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;

    /// What is shown of this corroboration and these differences: `! ` before a listed entry.
    fn shown(corroboration: &str, new_here: &[&str]) -> (String, Vec<String>) {
        let settings = sample::settings(None);
        let context = Context {
            zone: &settings.timezone,
            public_url: None,
            source_titles: &settings.source_titles,
            instructions: &[],
        };
        let mut change = sample::added("Alder Works", "CN");
        change.corroboration = vec![corroboration.to_owned()];
        change.differences = new_here.iter().map(|text| (*text).to_owned()).collect();
        let sentence = match sentences(&change, &context).pop().unwrap() {
            Shown::Listed(sentence) => format!("! {sentence}"),
            Shown::Other(sentence) => sentence,
        };
        (sentence, differences(&change, &context))
    }

    #[track_caller]
    fn check(corroboration: &str, expected: &str) {
        assert_eq!(shown(corroboration, &[]).0, expected);
    }

    #[test]
    fn sources_and_dates_are_in_words() {
        check(
            "still listed in ecfr as of 2022-06-29, as Alder Works, as of 2020",
            "! Still listed in the eCFR as “Alder Works, as of 2020”, as of June 29, 2022.",
        );
        check(
            "also gone from csl since 2022-06-29",
            "No longer on the Consolidated Screening List either, since June 29, 2022.",
        );
        check("not found in mirror as of 2022-06-29", "Not found in mirror, as of June 29, 2022.");
        check(
            "told from csl on 2022-06-30; new here: country HK; worded differently here: license \
             requirement \"All items\"",
            "Reported from the Consolidated Screening List on June 30, 2022. Worded differently, \
             with the same meaning: license requirement \"All items\".",
        );
        check("something else of 2022-06-30", "something else of June 30, 2022.");
    }

    #[test]
    fn a_country_of_a_difference_is_named() {
        let (_, words) = shown("told from csl on 2022-06-30", &["country HK", "footnote 4"]);
        assert_eq!(words, ["country Hong Kong", "footnote 4"]);
    }
}
