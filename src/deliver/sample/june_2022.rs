//! The changes of a rule of real size: 41 additions and 13 revisions in nine countries, with three
//! sets of terms. All names are invented.

use crate::deliver::sample::change::change;
use crate::domain::{Change, ChangeKind, Citation, Entry, FieldChange, ListCode, Match, Severity};

/// How many entries are added under each country, with the ending of a company's name there.
const ADDED: [(&str, usize, &str); 9] = [
    ("CN", 25, "Co., Ltd."),
    ("RU", 5, "OOO"),
    ("PK", 4, "(Pvt.) Ltd."),
    ("AE", 2, "FZE"),
    ("GB", 1, "Limited"),
    ("LT", 1, "UAB"),
    ("SG", 1, "Pte. Ltd."),
    ("UZ", 1, "LLC"),
    ("VN", 1, "Company Limited"),
];
/// How many entries are revised under each country.
const REVISED: [(&str, usize, &str); 3] =
    [("CN", 8, "Co., Ltd."), ("RU", 3, "AO"), ("PK", 2, "(Pvt.) Ltd.")];

const FIRST_WORDS: [&str; 18] = [
    "Aldermere",
    "Bright Harbor",
    "Cendra",
    "Dovetail",
    "Eastmoor",
    "Fairlight",
    "Gantry",
    "Hollin",
    "Ironbridge",
    "Juniper",
    "Kestrel",
    "Lanternhill",
    "Meridian Example",
    "Northgate",
    "Orchard Bay",
    "Pinecrest",
    "Quarrystone",
    "Ridgeway",
];
const TRADES: [&str; 7] = [
    "Electronics",
    "Aviation Parts",
    "Logistics",
    "Precision Instruments",
    "Microsystems",
    "International Trade",
    "Technology Development",
];
const STREETS: [&str; 5] =
    ["Example Road", "Innovation Avenue", "Harbor Street", "Station Lane", "Science Park Drive"];

/// One set of license terms.
struct Terms {
    requirement: &'static str,
    policy: &'static str,
    footnote: Option<&'static str>,
}

const MILITARY_SUPPORT: Terms = Terms {
    requirement: "For all items subject to the EAR. (See §§ 734.9(g),³ 746.8(a)(3), and 744.21(b) \
                  of the EAR)",
    policy: "Policy of denial for all items subject to the EAR apart from food and medicine \
             designated as EAR99, which will be reviewed on a case-by-case basis. See §§ 746.8(b) \
             and 744.21(e)",
    footnote: Some("3"),
};
const GENERAL: Terms = Terms {
    requirement: "For all items subject to the EAR. (See § 744.11 of the EAR)",
    policy: "Presumption of denial",
    footnote: None,
};
const NUCLEAR: Terms = Terms {
    requirement: "For all items subject to the EAR. (See § 744.11 of the EAR)",
    policy: "Case-by-case review for items controlled under ECCN 1A995; presumption of denial for \
             all other items subject to the EAR",
    footnote: None,
};

/// The 41 additions and 13 revisions.
pub fn changes() -> Vec<Change> {
    let mut names = (0..FIRST_WORDS.len() * TRADES.len()).map(name);
    let mut changes = Vec::new();
    for (country, count, form) in ADDED {
        for (at, name) in names.by_ref().take(count).enumerate() {
            let entry = entry(&format!("{name} {form}"), country, at);
            changes.push(change(ChangeKind::Added, Severity::High, None, entry));
        }
    }
    for (country, count, form) in REVISED {
        for (at, name) in names.by_ref().take(count).enumerate() {
            changes.push(revision(&format!("{name} {form}"), country, at));
        }
    }
    changes
}

/// Different for each number below the product of the two lists of words.
fn name(number: usize) -> String {
    let first = FIRST_WORDS.iter().cycle().nth(number).copied().unwrap_or_default();
    let trade = TRADES.iter().cycle().nth(number).copied().unwrap_or_default();
    format!("{first} {trade}")
}

/// The `at`-th entry of a country.
fn entry(name: &str, country: &str, at: usize) -> Entry {
    let terms = match (country, at % 5) {
        ("RU" | "LT" | "UZ", _) | ("CN", 0) => &MILITARY_SUPPORT,
        ("PK", _) => &NUCLEAR,
        _ => &GENERAL,
    };
    let initials: String =
        name.split(' ').filter_map(|word| word.chars().find(char::is_ascii_uppercase)).collect();
    let mut aliases = vec![initials];
    if at.is_multiple_of(3) {
        aliases.push(format!("{} Group", name.split(' ').next().unwrap_or_default()));
    }
    let street = STREETS.iter().cycle().nth(at).copied().unwrap_or_default();
    let city = match country {
        "CN" => "Shenzhen",
        "RU" => "Moscow",
        "PK" => "Lahore",
        "AE" => "Sharjah",
        "GB" => "London",
        "LT" => "Vilnius",
        "UZ" => "Tashkent",
        "VN" => "Hanoi",
        _ => "Singapore",
    };
    let mut addresses = vec![format!("No. {} {street}, {city}, {country}", at + 3)];
    if at.is_multiple_of(4) {
        addresses.push(format!("Room {}, Example Tower, {city}, {country}", 1_200 + at));
    }
    Entry {
        countries: vec![country.to_owned()],
        aliases,
        addresses,
        license_requirement: terms.requirement.to_owned(),
        license_policy: terms.policy.to_owned(),
        footnotes: terms.footnote.map(str::to_owned).into_iter().collect(),
        citations: vec![Citation::page(87, 38_925)],
        start_date: Some("2022-06-30".to_owned()),
        ..Entry::named(ListCode::EL, name)
    }
}

/// Four kinds of revisions in turn: a new alias, a corrected address, a footnote, other terms.
fn revision(name: &str, country: &str, at: usize) -> Change {
    let mut before = entry(name, country, 1);
    before.citations = vec![Citation::page(84, 61_540)];
    before.license_requirement = GENERAL.requirement.to_owned();
    before.license_policy = GENERAL.policy.to_owned();
    before.footnotes.clear();
    let mut after = before.clone();
    after.citations.push(Citation::page(87, 38_925));
    let field = match at % 4 {
        0 => {
            after.aliases.push(format!("{name} Beijing Branch"));
            "aliases"
        }
        1 => {
            after.addresses =
                vec![before.addresses.concat().replacen("No. ", "Building 2, No. ", 1)];
            "addresses"
        }
        2 => {
            after.footnotes = vec!["3".to_owned()];
            after.license_requirement = MILITARY_SUPPORT.requirement.to_owned();
            "footnotes"
        }
        _ => {
            after.license_policy = NUCLEAR.policy.to_owned();
            "license_policy"
        }
    };
    let severity = if field == "license_policy" { Severity::Normal } else { Severity::High };
    let values = |entry: &Entry| match field {
        "aliases" => serde_json::json!(entry.aliases),
        "addresses" => serde_json::json!(entry.addresses),
        "footnotes" => serde_json::json!(entry.footnotes),
        _ => serde_json::json!(entry.license_policy),
    };
    let fields = vec![FieldChange {
        field: field.to_owned(),
        before: values(&before),
        after: values(&after),
    }];
    let mut revision = change(ChangeKind::Revised, severity, Some(before), after);
    revision.fields = fields;
    revision.matched = Some(Match::certain(vec![
        "equal name".to_owned(),
        "same citations plus 87 FR 38925".to_owned(),
    ]));
    revision
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::Summary;

    #[test]
    fn the_sample_has_the_size_of_the_real_rule_and_no_name_twice() {
        let changes = changes();
        let Summary { added, removed, revised, editorial } = Summary::of(&changes);
        assert_eq!((added, removed, revised, editorial), (41, 0, 13, 0));
        let names: HashSet<&str> =
            changes.iter().map(|change| change.entry.name.as_str()).collect();
        assert_eq!(names.len(), changes.len());
    }
}
