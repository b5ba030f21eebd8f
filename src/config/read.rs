//! Reads TOML section by section, so that all mistakes of each section are reported at once.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::config::backup::RawBackup;
use crate::config::problem::Problem;
use crate::config::raw::{
    Placed, RawAssurance, RawDelivery, RawHeartbeat, RawHttp, RawMessages, RawPerson, RawReceiver,
    RawRoute, RawServer, RawSmtp, RawSource, RawStore,
};
use crate::config::raw_watchlist::RawWatchlist;
use crate::config::retention::RawRetention;

/// The sections that were read. A section with a mistake is left out, except for its name.
#[derive(Debug, Default)]
pub struct Sections {
    pub store: RawStore,
    pub server: RawServer,
    pub people: Vec<Placed<RawPerson>>,
    pub http: RawHttp,
    pub sources: Vec<Placed<RawSource>>,
    pub smtp: Option<Placed<RawSmtp>>,
    pub receivers: Vec<Placed<RawReceiver>>,
    pub routes: Vec<Placed<RawRoute>>,
    pub watchlists: Vec<Placed<RawWatchlist>>,
    pub delivery: RawDelivery,
    pub messages: RawMessages,
    pub backup: Option<Placed<RawBackup>>,
    pub retention: RawRetention,
    pub assurance: Option<Placed<RawAssurance>>,
    pub heartbeats: Vec<Placed<RawHeartbeat>>,
    /// The sections with mistakes. A route to a receiver with a mistake is not a second mistake.
    pub faulty: FaultySections,
}

/// The sections that were left out because of a mistake.
#[derive(Debug, Default)]
pub struct FaultySections {
    pub sources: Vec<String>,
    pub receivers: Vec<String>,
    pub watchlists: Vec<String>,
    pub smtp: bool,
}

/// The sections of a configuration, and whether each may appear several times.
const SECTIONS: [(&str, bool); 15] = [
    ("store", false),
    ("server", false),
    ("person", true),
    ("http", false),
    ("source", true),
    ("smtp", false),
    ("receiver", true),
    ("route", true),
    ("watchlist", true),
    ("delivery", false),
    ("messages", false),
    ("backup", false),
    ("retention", false),
    ("assurance", false),
    ("heartbeat", true),
];

/// Returns all well-formed sections, and adds the mistakes of the others to `problems`.
pub fn read(text: &str, problems: &mut Vec<Problem>) -> Sections {
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // After broken syntax, the rest is a guess, and its mistakes may not be real.
        problems.extend(errors.iter().map(|error| Problem {
            message: lower_first(error.message()),
            span: error.span(),
            hint: None,
        }));
        return Sections::default();
    }
    let mut sections = Sections::default();
    for (key, value) in document.into_inner() {
        let name = key.get_ref().to_string();
        if !sections.read_section(&name, value, problems) {
            problems.push(unknown_section(&name, key.span()));
        }
    }
    sections
}

impl Sections {
    /// Reads the section of this name. False if there is no such section.
    fn read_section(
        &mut self,
        name: &str,
        value: Spanned<DeValue<'_>>,
        problems: &mut Vec<Problem>,
    ) -> bool {
        let faulty = &mut self.faulty;
        match name {
            "store" => self.store = one_or_default(value, name, problems),
            "server" => self.server = one_or_default(value, name, problems),
            "person" => self.people = several(value, name, &mut Vec::new(), problems),
            "http" => self.http = one_or_default(value, name, problems),
            "source" => self.sources = several(value, name, &mut faulty.sources, problems),
            "smtp" => {
                self.smtp = one(value, name, problems);
                faulty.smtp = self.smtp.is_none();
            }
            "receiver" => self.receivers = several(value, name, &mut faulty.receivers, problems),
            "route" => self.routes = several(value, name, &mut Vec::new(), problems),
            "watchlist" => self.watchlists = several(value, name, &mut faulty.watchlists, problems),
            "delivery" => self.delivery = one_or_default(value, name, problems),
            "messages" => self.messages = one_or_default(value, name, problems),
            "backup" => self.backup = one(value, name, problems),
            "retention" => self.retention = one_or_default(value, name, problems),
            "assurance" => self.assurance = one(value, name, problems),
            "heartbeat" => self.heartbeats = several(value, name, &mut Vec::new(), problems),
            _ => return false,
        }
        true
    }
}

fn unknown_section(name: &str, span: Range<usize>) -> Problem {
    let known: Vec<String> =
        SECTIONS.iter().map(|(name, several)| section_name(name, *several)).collect();
    let bare: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
    let hint = did_you_mean(name, &bare)
        .unwrap_or_else(|| "`entitywatch config example` prints every key".to_owned());
    Problem::at(span, format!("unknown key `{name}`, expected one of {}", known.join(", ")))
        .with_hint(hint)
}

fn section_name(name: &str, several: bool) -> String {
    if several { format!("`[[{name}]]`") } else { format!("`[{name}]`") }
}

fn one_or_default<T: DeserializeOwned + Default>(
    value: Spanned<DeValue<'_>>,
    section: &str,
    problems: &mut Vec<Problem>,
) -> T {
    one(value, section, problems).map(|section| section.value).unwrap_or_default()
}

fn one<T: DeserializeOwned>(
    value: Spanned<DeValue<'_>>,
    name: &str,
    problems: &mut Vec<Problem>,
) -> Option<Placed<T>> {
    if !value.get_ref().is_table() {
        let got = value.get_ref().type_str();
        problems.push(Problem::at(
            value.span(),
            format!("expected a section {}, but got: {got}", section_name(name, false)),
        ));
        return None;
    }
    section(value, problems)
}

fn several<T: DeserializeOwned>(
    value: Spanned<DeValue<'_>>,
    name: &str,
    faulty: &mut Vec<String>,
    problems: &mut Vec<Problem>,
) -> Vec<Placed<T>> {
    let span = value.span();
    let wrong = |got: &str| {
        Problem::at(
            span.clone(),
            format!("expected sections {}, but got: {got}", section_name(name, true)),
        )
    };
    let got = value.get_ref().type_str();
    let DeValue::Array(values) = value.into_inner() else {
        problems.push(wrong(got).with_hint(format!(
            "a section that may appear several times has two brackets: [[{name}]]"
        )));
        return Vec::new();
    };
    let mut sections = Vec::new();
    for value in values {
        if !value.get_ref().is_table() {
            problems.push(wrong(value.get_ref().type_str()));
            continue;
        }
        let own_name = value
            .get_ref()
            .as_table()
            .and_then(|table| table.get("name"))
            .and_then(|name| name.get_ref().as_str())
            .map(str::to_owned);
        match section(value, problems) {
            Some(section) => sections.push(section),
            None => faulty.extend(own_name),
        }
    }
    sections
}

/// Reads one section. Each key with a mistake is reported and removed, and the rest is read again.
fn section<T: DeserializeOwned>(
    mut value: Spanned<DeValue<'_>>,
    problems: &mut Vec<Problem>,
) -> Option<Placed<T>> {
    let span = value.span();
    let mut has_no_mistakes = true;
    loop {
        let error = match T::deserialize(ValueDeserializer::from(value.clone())) {
            Ok(read) if has_no_mistakes => return Some(Placed { value: read, span }),
            Ok(_) => return None,
            Err(error) => error,
        };
        has_no_mistakes = false;
        let at = error.span().unwrap_or(span.clone());
        problems.push(in_our_wording(error.message(), at.clone()));
        let DeValue::Table(table) = value.get_mut() else { return None };
        let within =
            |outer: &std::ops::Range<usize>| outer.start <= at.start && at.end <= outer.end;
        let mistaken = table
            .iter()
            .find(|(key, value)| within(&key.span()) || within(&value.span()))
            .map(|(key, _)| key.get_ref().to_string());
        table.remove(mistaken.as_deref()?);
    }
}

/// Rewrites an error of serde in this program's wording.
fn in_our_wording(message: &str, at: std::ops::Range<usize>) -> Problem {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (subject, known) =
        quoted.split_first().map_or(("", &[][..]), |(first, rest)| (*first, rest));
    let list = || known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let (message, suggestion) = if message.starts_with("unknown field") {
        (
            format!("unknown key `{subject}`, expected one of {}", list()),
            did_you_mean(subject, known),
        )
    } else if message.starts_with("unknown variant") {
        (format!("expected one of {}, but got `{subject}`", list()), did_you_mean(subject, known))
    } else if let Some((got, expected)) = ["invalid type: ", "invalid value: "]
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix))
        .and_then(|rest| rest.split_once(", expected "))
    {
        (format!("expected {}, but got {got}", plain_type(expected)), None)
    } else {
        (message.to_owned(), None)
    };
    Problem { message, span: Some(at), hint: suggestion }
}

/// Replaces the names of Rust types, which mean nothing to an operator.
fn plain_type(expected: &str) -> &str {
    match expected {
        "usize" | "u64" | "u32" => "a whole number, 0 or more",
        "u16" => "a whole number from 0 to 65535",
        "a nonzero u16" => "a whole number from 1 to 65535",
        "a string" => "text in quotes",
        "a boolean" => "true or false",
        "a sequence" => "a list in brackets such as [\"…\"]",
        "a map" => "a table such as { EL = 2500 }",
        other => other,
    }
}

/// The known word that is closest to a mistyped one, if one is close enough.
pub fn did_you_mean(word: &str, known: &[&str]) -> Option<String> {
    let distance = |candidate: &str| {
        rapidfuzz::distance::damerau_levenshtein::distance(
            word.to_lowercase().chars(),
            candidate.to_lowercase().chars(),
        )
    };
    let nearest = known.iter().min_by_key(|candidate| distance(candidate))?;
    let is_near = distance(nearest) <= 1 + word.chars().count() / 4
        || (word.len() >= 3 && (nearest.starts_with(word) || word.starts_with(nearest)));
    is_near.then(|| format!("did you mean `{nearest}`?"))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
