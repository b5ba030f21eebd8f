//! What one source's entry says that the counterparts in another source do not bear out.
//!
//! Knows how two publishers of one list word the same thing; which entries are counterparts is
//! `across`'s to find.

use rapidfuzz::distance::levenshtein;

use crate::diff::sources::counterparts::{LEAST_LIKENESS, Tie, core, parted, rule, subordinate};
use crate::diff::sources::place::{is_elsewhere, share_an_address};
use crate::diff::sources::terms::{Agreement, agreement};
use crate::domain::{Change, Citation, Entry, Form};

/// What an entry shows that none of its counterparts in another source does, each in words: a name,
/// a country, a footnote, an alias, a licence requirement. What is spelled in another way is no
/// difference, nor is what the two cite.
pub fn lacking(entry: &Entry, counterparts: &[&Entry]) -> Vec<String> {
    let known =
        |has: &dyn Fn(&Entry) -> bool| counterparts.iter().any(|counterpart| has(counterpart));
    let mut lacking: Vec<String> = Vec::new();
    let (name, _) = parted(&entry.name);
    let name = subordinate(name).map_or(name, |(_, party)| party);
    if entry.form == Form::Party && !known(&|other| mentions(other, name)) {
        lacking.push(format!("name {name}"));
    }
    for country in entry.countries.iter().filter(|country| {
        !known(&|other| other.countries.is_empty() || other.countries.contains(country))
    }) {
        // One publisher goes by the heading, the other by the address.
        let there = in_country(entry, country);
        if !known(&|other| share_an_address(&there, other) || is_elsewhere(country, &there, other))
        {
            lacking.push(format!("country {country}"));
        }
    }
    for footnote in entry
        .footnotes
        .iter()
        .filter(|footnote| !known(&|other| other.footnotes.contains(footnote)))
    {
        lacking.push(format!("footnote {footnote}"));
    }
    lacking.extend(
        entry
            .aliases
            .iter()
            .filter(|alias| !known(&|other| mentions(other, parted(alias).0)))
            .map(|alias| format!("alias {alias}")),
    );
    if !entry.license_requirement.is_empty()
        && !known(&|other| requirements(entry, other) != Agreement::Other)
    {
        lacking.push(format!("licence requirement \"{}\"", entry.license_requirement));
    }
    lacking
}

/// What of a revision its counterparts in another source, as they are now, do not bear out; `None`
/// where that source has told of another event. `told` is the revision that it told.
pub fn unborne(revision: &Change, told: &Change, counterparts: &[&Entry]) -> Option<Vec<String>> {
    let before = revision.before.as_ref()?;
    let known =
        |has: &dyn Fn(&Entry) -> bool| counterparts.iter().any(|counterpart| has(counterpart));
    let gained = |now: &[String], was: &[String]| {
        now.iter().filter(|text| !was.contains(text)).cloned().collect::<Vec<_>>()
    };
    let after = &revision.entry;
    // Only what this revision brought is asked about: what the two differed in before is no news.
    let mut brought = Entry::named(after.list, after.name.clone());
    brought.form = after.form;
    brought.aliases = gained(&after.aliases, &before.aliases);
    brought.addresses.clone_from(&after.addresses);
    brought.countries = gained(&after.countries, &before.countries);
    brought.footnotes = gained(&after.footnotes, &before.footnotes);
    if after.license_requirement != before.license_requirement {
        brought.license_requirement.clone_from(&after.license_requirement);
    }
    let mut unborne = lacking(&brought, counterparts);
    for address in gained(&after.addresses, &before.addresses) {
        let alone = Entry { addresses: vec![address.clone()], ..Entry::named(after.list, "") };
        if !known(&|other| share_an_address(&alone, other) || mentions(other, &address)) {
            unborne.push(format!("address {address}"));
        }
    }
    for footnote in gained(&before.footnotes, &after.footnotes)
        .iter()
        .filter(|footnote| known(&|other| other.footnotes.contains(footnote)))
    {
        unborne.push(format!("no footnote {footnote}"));
    }
    if after.license_policy != before.license_policy
        && !known(&|other| policies(after, other) != Agreement::Other)
    {
        unborne.push(format!("licence review policy \"{}\"", after.license_policy));
    }
    let new: Vec<Citation> = after
        .citations
        .iter()
        .filter(|citation| !before.citations.contains(citation))
        .cloned()
        .collect();
    let same_rule = !new.is_empty() && {
        let cited = Entry { citations: new, ..Entry::named(after.list, "") };
        rule(&cited, &told.entry) == Tie::Agrees
    };
    let substantive = |change: &Change| {
        change
            .fields
            .iter()
            .map(|field| field.field.clone())
            .filter(|field| !is_the_sources(field))
            .collect::<Vec<_>>()
    };
    let (these, those) = (substantive(revision), substantive(told));
    let same_field = these.iter().any(|field| those.contains(field)) && unborne.len() < these.len();
    (same_rule || same_field).then_some(unborne)
}

/// What each publisher has in its own way, and no two alike.
fn is_the_sources(field: &str) -> bool {
    matches!(field, "citations" | "start_date" | "end_date" | "remarks" | "form")
        || field.starts_with("other.")
}

/// Whether a name stands anywhere in what the entry says of itself: another publisher cuts the same
/// text in other places.
fn mentions(entry: &Entry, name: &str) -> bool {
    let sought = core(name).concat();
    let parts = [&entry.name, &entry.remarks]
        .into_iter()
        .chain(&entry.aliases)
        .chain(&entry.addresses)
        .chain(entry.other.values());
    let parts: Vec<String> = parts.map(|text| core(text).concat()).collect();
    let is_one = |text: &String| {
        text.contains(&sought)
            || levenshtein::normalized_similarity(text.chars(), sought.chars()) >= LEAST_LIKENESS
    };
    // A name that ran on into an address here is a name and an address there.
    let names = std::iter::once(&entry.name)
        .chain(&entry.aliases)
        .map(|name| core(parted(name).0).concat());
    let is_cut = |name: String| {
        let rest = sought
            .strip_prefix(&name)
            .filter(|rest| name.len() >= LEAST_CUT && rest.len() >= LEAST_CUT);
        rest.is_some_and(|rest| parts.iter().any(|part| part.contains(rest)))
    };
    parts.iter().any(is_one) || names.into_iter().any(is_cut)
}

/// A name or an address of fewer letters may begin or end many texts by chance.
const LEAST_CUT: usize = 8;

/// What an entry's license terms say in other words or punctuation than every counterpart, though
/// nothing else. It is no news, and is shown to whoever asks how the sources differ.
pub fn worded_otherwise(entry: &Entry, counterparts: &[&Entry]) -> Vec<String> {
    let is_worded = |agreement: fn(&Entry, &Entry) -> Agreement| {
        let all: Vec<Agreement> =
            counterparts.iter().map(|other| agreement(entry, other)).collect();
        all.contains(&Agreement::Worded) && !all.contains(&Agreement::Same)
    };
    let mut worded = Vec::new();
    if is_worded(requirements) {
        worded.push(format!("license requirement \"{}\"", entry.license_requirement));
    }
    if is_worded(policies) {
        worded.push(format!("license review policy \"{}\"", entry.license_policy));
    }
    worded
}

fn requirements(one: &Entry, other: &Entry) -> Agreement {
    agreement(
        &one.license_requirement,
        &other.license_requirement,
        &[&one.footnotes, &other.footnotes],
    )
}

fn policies(one: &Entry, other: &Entry) -> Agreement {
    agreement(&one.license_policy, &other.license_policy, &[&one.footnotes, &other.footnotes])
}

/// The entry with the addresses that may be in this country: without those that end in the code of
/// another of its countries.
fn in_country(entry: &Entry, country: &str) -> Entry {
    let is_in_another = |address: &String| {
        let last =
            address.trim_end_matches([' ', '.']).rsplit([',', ' ']).next().unwrap_or_default();
        last != country && entry.countries.iter().any(|other| other == last)
    };
    let addresses =
        entry.addresses.iter().filter(|address| !is_in_another(address)).cloned().collect();
    Entry { addresses, ..entry.clone() }
}
