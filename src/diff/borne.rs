//! What one source's entry says that the counterparts in another source do not bear out.
//!
//! Knows how two publishers of one list word the same thing; which entries are counterparts is `across`'s to find.

use rapidfuzz::distance::levenshtein;

use super::across::{LEAST_LIKENESS, Tie, core, parted, rule, share_an_address, subordinate};
use super::name::words;
use crate::domain::{Change, Citation, Entry, Form};

/// What an entry shows that none of its counterparts in another source does, each in words: a name, a country, a footnote, an alias, a
/// licence requirement. What is spelled in another way is no difference, nor is what the two cite.
pub fn lacking(entry: &Entry, counterparts: &[&Entry]) -> Vec<String> {
    let known = |has: &dyn Fn(&Entry) -> bool| counterparts.iter().any(|counterpart| has(counterpart));
    let mut lacking: Vec<String> = Vec::new();
    let (name, _) = parted(&entry.name);
    let name = subordinate(name).map_or(name, |(_, party)| party);
    if entry.form == Form::Party && !known(&|other| mentions(other, name)) {
        lacking.push(format!("name {name}"));
    }
    for country in entry.countries.iter().filter(|country| !known(&|other| other.countries.is_empty() || other.countries.contains(country)))
    {
        // One publisher goes by the heading, the other by the address.
        if !known(&|other| share_an_address(entry, other)) {
            lacking.push(format!("country {country}"));
        }
    }
    for footnote in entry.footnotes.iter().filter(|footnote| !known(&|other| other.footnotes.contains(footnote))) {
        lacking.push(format!("footnote {footnote}"));
    }
    lacking.extend(
        entry.aliases.iter().filter(|alias| !known(&|other| mentions(other, parted(alias).0))).map(|alias| format!("alias {alias}")),
    );
    if !entry.license_requirement.is_empty() && !known(&|other| is_same_requirement(&entry.license_requirement, &other.license_requirement))
    {
        lacking.push(format!("licence requirement \"{}\"", entry.license_requirement));
    }
    lacking
}

/// What of a revision its counterparts in another source, as they are now, do not bear out; `None` where that source has told of
/// another event. `told` is the revision that it told.
pub fn unborne(revision: &Change, told: &Change, counterparts: &[&Entry]) -> Option<Vec<String>> {
    let before = revision.before.as_ref()?;
    let known = |has: &dyn Fn(&Entry) -> bool| counterparts.iter().any(|counterpart| has(counterpart));
    let gained = |now: &[String], was: &[String]| now.iter().filter(|text| !was.contains(text)).cloned().collect::<Vec<_>>();
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
    for footnote in gained(&before.footnotes, &after.footnotes).iter().filter(|footnote| known(&|other| other.footnotes.contains(footnote)))
    {
        unborne.push(format!("no footnote {footnote}"));
    }
    if after.license_policy != before.license_policy && !known(&|other| is_same_requirement(&after.license_policy, &other.license_policy)) {
        unborne.push(format!("licence review policy \"{}\"", after.license_policy));
    }
    let new: Vec<Citation> = after.citations.iter().filter(|citation| !before.citations.contains(citation)).cloned().collect();
    let same_rule = !new.is_empty() && {
        let cited = Entry { citations: new, ..Entry::named(after.list, "") };
        rule(&cited, &told.entry) == Tie::Agrees
    };
    let substantive =
        |change: &Change| change.fields.iter().map(|field| field.field.clone()).filter(|field| !is_the_sources(field)).collect::<Vec<_>>();
    let (these, those) = (substantive(revision), substantive(told));
    let same_field = these.iter().any(|field| those.contains(field)) && unborne.len() < these.len();
    (same_rule || same_field).then_some(unborne)
}

/// What each publisher has in its own way, and no two alike.
fn is_the_sources(field: &str) -> bool {
    matches!(field, "citations" | "start_date" | "end_date" | "remarks" | "form") || field.starts_with("other.")
}

/// Whether a name stands anywhere in what the entry says of itself: another publisher cuts the same text in other places.
fn mentions(entry: &Entry, name: &str) -> bool {
    let sought = core(name).concat();
    let parts = [&entry.name, &entry.remarks].into_iter().chain(&entry.aliases).chain(&entry.addresses).chain(entry.other.values());
    parts.into_iter().any(|text| {
        let text = core(text).concat();
        text.contains(&sought) || levenshtein::normalized_similarity(text.chars(), sought.chars()) >= LEAST_LIKENESS
    })
}

/// The same goods and sections, however they are worded.
fn is_same_requirement(one: &str, other: &str) -> bool {
    let (one, other) = (words(one).concat(), words(other).concat());
    let numbers = |text: &str| {
        let mut numbers: Vec<String> =
            text.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() > 2).map(str::to_owned).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    };
    one == other || (numbers(&one) == numbers(&other) && levenshtein::normalized_similarity(one.chars(), other.chars()) >= LEAST_LIKENESS)
}
