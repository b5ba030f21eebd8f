//! The addresses of an Entity cell, and the bracketed remarks among them.
//!
//! Knows how addresses are joined. It must not know where a name ends.

/// The addresses and remarks in the text after a name and its aliases.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    pub addresses: Vec<String>,
    /// Cross-references (`See alternate address under Pakistan.`) and the sentence that says what
    /// the addresses apply to, as published.
    pub remarks: Vec<String>,
}

/// Splits a text of addresses that are joined with `; and `. `country` is the English name of the
/// heading. An address that ends with it also ends before a plain `and`.
pub fn addresses_of(text: &str, country: Option<&str>) -> Addresses {
    let (text, mut remarks) = without_cross_references(text);
    let text = match text
        .find("following addresses apply")
        .or_else(|| text.find("following address applies"))
    {
        Some(at) => {
            let end = text
                .get(at..)
                .and_then(|rest| rest.find(':'))
                .map_or(text.len(), |colon| at + colon + 1);
            remarks.insert(
                0,
                trimmed(text.get(..end).unwrap_or_default().trim_end_matches(':')).to_owned(),
            );
            text.get(end..).unwrap_or_default().to_owned()
        }
        None => text,
    };
    let mut addresses = Vec::new();
    for part in text.split(';') {
        for part in parts_at_country(part, country) {
            for part in parts_at_label(part) {
                let part = trimmed(part);
                if !part.is_empty() {
                    addresses.push(part.to_owned());
                }
            }
        }
    }
    Addresses { addresses, remarks }
}

/// The text without its `(See …)` brackets, and the content of these brackets.
pub fn without_cross_references(text: &str) -> (String, Vec<String>) {
    let mut rest = text;
    let mut kept = String::new();
    let mut references = Vec::new();
    while let Some(at) = cross_reference(rest) {
        let (before, bracket) = rest.split_at(at);
        let end = bracket.find([')', ']']).map_or(bracket.len(), |close| close + 1);
        let (reference, after) = bracket.split_at(end);
        let inner = reference
            .trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']') || c.is_whitespace());
        references.push(inner.to_owned());
        kept.push_str(before.trim_end());
        // The period after the bracket ends the cell, not an address.
        let after = after.strip_prefix('.').unwrap_or(after);
        if !after.is_empty() && !after.starts_with([' ', ';', ',', '.']) {
            kept.push(' ');
        }
        rest = after;
    }
    kept.push_str(rest);
    (kept, references)
}

fn cross_reference(text: &str) -> Option<usize> {
    text.char_indices().filter(|(_, c)| matches!(c, '(' | '[')).map(|(at, _)| at).find(|at| {
        let inner = text.get(at + 1..).unwrap_or_default().trim_start();
        let word: String = inner.chars().take_while(|c| c.is_alphabetic()).collect();
        word.eq_ignore_ascii_case("see")
    })
}

/// Splits `…, Afghanistan, and Dasht Qala, …` after the name of the country.
fn parts_at_country<'a>(text: &'a str, country: Option<&str>) -> Vec<&'a str> {
    let Some(country) = country else { return vec![text] };
    let mut parts = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(found) =
        rest.get(from..).and_then(|tail| tail.find(country)).map(|at| from + at + country.len())
    {
        let tail = rest.get(found..).unwrap_or_default();
        let joined = [", and ", ". and ", "., and ", " and "]
            .iter()
            .find_map(|conjunction| tail.strip_prefix(conjunction));
        // `Ministry of Russia and …` does not end an address: the country must follow a comma.
        let ends = rest
            .get(..found - country.len())
            .is_some_and(|before| before.trim_end().ends_with(','));
        match joined.filter(|_| ends) {
            Some(next) => {
                parts.push(rest.get(..found).unwrap_or_default());
                rest = next;
                from = 0;
            }
            None => from = found,
        }
    }
    parts.push(rest);
    parts
}

/// Splits `Address: … Alt. Address: …` at its labels.
fn parts_at_label(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("Address:") {
        let (before, after) = rest.split_at(at);
        let before = before.trim_end();
        parts.push(
            before.strip_suffix("Alt.").or_else(|| before.strip_suffix("Alt")).unwrap_or(before),
        );
        rest = after.get("Address:".len()..).unwrap_or_default();
    }
    parts.push(rest);
    parts
}

/// The address without the separators and periods at its ends. The last period of `U.A.E.` stays.
fn trimmed(part: &str) -> &str {
    let mut part = part.trim().trim_start_matches([',', '.', ' ', ':']);
    while let Some(rest) = part.strip_prefix("and ") {
        part = rest.trim_start();
    }
    let part = part.strip_suffix(" and").unwrap_or(part).trim_end_matches([',', ' ', ':']);
    if part.trim_end_matches('.').rsplit([' ', ',']).next().is_some_and(|last| last.contains('.')) {
        return part;
    }
    part.trim_end_matches(['.', ' ', ','])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, addresses: &[&str], remarks: &[&str]) {
        let found = addresses_of(text, Some("Russia"));
        assert_eq!(
            (found.addresses.as_slice(), found.remarks.as_slice()),
            (
                addresses.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice(),
                remarks.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice(),
            )
        );
    }

    #[test]
    fn joined_addresses_are_split() {
        check(
            "5 Lenina Street, Omsk, Russia; and 7 Mira, Perm, Russia.",
            &["5 Lenina Street, Omsk, Russia", "7 Mira, Perm, Russia"],
            &[],
        );
        check(
            "5 Lenina Street, Omsk, Russia, and 7 Mira, Perm, Russia.",
            &["5 Lenina Street, Omsk, Russia", "7 Mira, Perm, Russia"],
            &[],
        );
        check("P.O. Box 5, Dubai, U.A.E.", &["P.O. Box 5, Dubai, U.A.E."], &[]);
        check(
            "Address: 5 Mira, Perm Alt. Address: 6 Mira, Perm",
            &["5 Mira, Perm", "6 Mira, Perm"],
            &[],
        );
    }

    #[test]
    fn a_cross_reference_is_a_remark() {
        check(
            "5 Mira, Perm (See alternate addresses under China).",
            &["5 Mira, Perm"],
            &["See alternate addresses under China"],
        );
        check(
            "(see also under China); and 5 Mira, Perm",
            &["5 Mira, Perm"],
            &["see also under China"],
        );
        check("5 Mira (behind the market), Perm", &["5 Mira (behind the market), Perm"], &[]);
    }

    #[test]
    fn the_sentence_about_what_addresses_apply_to_is_a_remark() {
        check(
            "The following addresses apply to the entity and to its two subordinate institutions: \
             5 Mira, Perm; and 6 Mira, Perm",
            &["5 Mira, Perm", "6 Mira, Perm"],
            &["The following addresses apply to the entity and to its two subordinate \
               institutions"],
        );
    }
}
