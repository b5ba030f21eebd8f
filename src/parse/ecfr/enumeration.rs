//! Finds the numbered items that follow an introduction: `the following: (i) …; (ii) …`, each in a
//! paragraph of its own or all in one.
//!
//! Knows the numbers `(1)`, `(i)`, `(a)` and `(A)`. It must not know what the items are.

/// One numbered item, without its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub text: String,
}

/// The kinds of numbers. Each counts from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Numbers {
    Arabic,
    Roman,
    Lower,
    Upper,
}

const KINDS: [Numbers; 4] = [Numbers::Arabic, Numbers::Roman, Numbers::Lower, Numbers::Upper];

/// The introductions of a text, each with its items. `[Reserved]` is no item.
pub fn enumerations(paragraphs: &[String]) -> Vec<(String, Vec<Item>)> {
    let mut found = Vec::new();
    for (at, paragraph) in paragraphs.iter().enumerate() {
        let items = match paragraph.trim_end().strip_suffix(':') {
            Some(_) => following(paragraphs.get(at + 1..).unwrap_or_default()),
            None => inline(paragraph),
        };
        let introduction = match paragraph.find(": (") {
            Some(end) if !paragraph.trim_end().ends_with(':') => paragraph.get(..end),
            _ => Some(paragraph.as_str()),
        };
        let items: Vec<Item> = items
            .into_iter()
            .filter(|text| !text.to_lowercase().contains("[reserved]"))
            .map(|text| Item { text })
            .collect();
        if !items.is_empty() {
            found.push((introduction.unwrap_or_default().to_owned(), items));
        }
    }
    found
}

/// The paragraphs that are numbered in sequence from 1.
fn following(paragraphs: &[String]) -> Vec<String> {
    let Some(kind) = paragraphs.first().and_then(|first| {
        KINDS.into_iter().find(|kind| after_number(first, &number(*kind, 1)).is_some())
    }) else {
        return Vec::new();
    };
    let numbered = paragraphs.iter().enumerate();
    numbered
        .map_while(|(at, paragraph)| after_number(paragraph, &number(kind, at + 1)))
        .map(str::to_owned)
        .collect()
}

fn after_number<'a>(paragraph: &'a str, number: &str) -> Option<&'a str> {
    paragraph.trim_start().strip_prefix(number).map(str::trim)
}

/// The items in one paragraph after a colon.
fn inline(paragraph: &str) -> Vec<String> {
    let Some((_, mut rest)) = paragraph.split_once(": (") else { return Vec::new() };
    let Some(kind) = KINDS.into_iter().find(|kind| {
        let first = number(*kind, 1);
        first.strip_prefix('(').is_some_and(|first| rest.starts_with(first))
    }) else {
        return Vec::new();
    };
    let mut items = Vec::new();
    rest = rest.split_once(')').map_or("", |(_, rest)| rest);
    for next in 2.. {
        match rest.split_once(&format!(" {} ", number(kind, next))) {
            Some((item, after)) => {
                items.push(item.trim().to_owned());
                rest = after;
            }
            None => break,
        }
    }
    items.push(rest.trim().to_owned());
    items
}

/// The number in parentheses: `(iv)`.
fn number(kind: Numbers, value: usize) -> String {
    let letter = |first: u8| {
        let offset = u8::try_from(value.saturating_sub(1)).ok().filter(|offset| *offset < 26);
        offset.map(|offset| char::from(first + offset).to_string()).unwrap_or_default()
    };
    let text = match kind {
        Numbers::Arabic => value.to_string(),
        Numbers::Roman => roman(value),
        Numbers::Lower => letter(b'a'),
        Numbers::Upper => letter(b'A'),
    };
    format!("({text})")
}

fn roman(mut value: usize) -> String {
    const DIGITS: [(usize, &str); 9] = [
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    let mut text = String::new();
    for (worth, digit) in DIGITS {
        while value >= worth {
            text.push_str(digit);
            value -= worth;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(paragraphs: &[&str], expected: &[(&str, &[&str])]) {
        let paragraphs: Vec<String> = paragraphs.iter().map(|&line| line.to_owned()).collect();
        let found = enumerations(&paragraphs);
        let found: Vec<(&str, Vec<&str>)> = found
            .iter()
            .map(|(introduction, items)| {
                (introduction.as_str(), items.iter().map(|item| item.text.as_str()).collect())
            })
            .collect();
        let expected: Vec<(&str, Vec<&str>)> =
            expected.iter().map(|(introduction, items)| (*introduction, items.to_vec())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn items_are_numbered_in_sequence_from_one() {
        check(
            &["All:", "(i) A.", "(ii) B.", "(iii) C.", "(g) D."],
            &[("All:", &["A.", "B.", "C."])],
        );
        check(&["All:", "(1) A.", "(3) B."], &[("All:", &["A."])]);
        check(&["All:", "(ii) A."], &[]);
        check(&["All.", "(i) A."], &[]);
        check(&["All:", "(A) A.", "(B) [Reserved]", "(C) C."], &[("All:", &["A.", "C."])]);
    }

    #[test]
    fn items_may_be_in_the_paragraph_of_the_introduction() {
        check(
            &["(2) All: (i) A; (ii) B (x); and (iii) C."],
            &[("(2) All", &["A;", "B (x); and", "C."])],
        );
        check(&["(2) All: (ii) A."], &[]);
    }

    #[test]
    fn roman_numbers_are_subtractive() {
        assert_eq!([4, 9, 13, 14, 40].map(roman), ["iv", "ix", "xiii", "xiv", "xl"]);
    }
}
