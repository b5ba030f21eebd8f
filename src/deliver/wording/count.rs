//! Counts with their nouns, and lists of words.

/// `1 entry`, `2 entries`, `3,410 entries`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{} {}", number(count), plural(count, noun))
}

/// `3,410`
pub fn number(count: usize) -> String {
    let digits = count.to_string();
    let mut written = String::new();
    for (place, digit) in (1..=digits.len()).rev().zip(digits.chars()) {
        written.push(digit);
        if place > 1 && place % 3 == 1 {
            written.push(',');
        }
    }
    written
}

pub fn plural(count: usize, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => noun.to_owned(),
        (_, Some(stem)) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ if noun.ends_with('s') || noun.ends_with("ch") => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// `a, b and c`
pub fn enumeration(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// At most `most` of the items, and how many more there are: `a, b and 3 more`.
pub fn first_of(items: &[String], most: usize) -> String {
    if items.len() <= most {
        return enumeration(items);
    }
    let mut shown: Vec<String> = items.iter().take(most).cloned().collect();
    shown.push(format!("{} more", number(items.len() - shown.len())));
    enumeration(&shown)
}

/// `is` or `are`, `was` or `were`, by the count.
pub fn verb(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_are_spelled_correctly() {
        assert_eq!(
            [plural(2, "day"), plural(2, "country"), plural(1, "country"), plural(0, "row")],
            ["days", "countries", "country", "rows"]
        );
        assert_eq!([plural(2, "address"), plural(2, "alias")], ["addresses", "aliases"]);
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!(
            [1, 999, 1_000, 23_456, 1_234_567].map(number),
            ["1", "999", "1,000", "23,456", "1,234,567"]
        );
    }

    #[test]
    fn a_long_list_is_cut_and_counted() {
        let items = ["a", "b", "c", "d"].map(str::to_owned);
        assert_eq!(first_of(&items, 2), "a, b and 2 more");
        assert_eq!(first_of(&items, 4), "a, b, c and d");
    }
}
