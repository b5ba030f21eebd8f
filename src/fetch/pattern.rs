//! Patterns of file names as in a shell: `*.csv`, `list-????.json`, `[a-c]*.tsv`.
//!
//! Matches names, not folders. Anything that a pattern does not support (`{a,b}`, `\`, `/`, a
//! leading `!`) is an error, so that it is never misunderstood.

use std::fmt;
use std::str::FromStr;

/// A pattern of file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Letter(char),
    /// `?`
    AnyLetter,
    /// `*`
    AnyLetters,
    /// `[a-c]`, `[!a-c]`
    Letters {
        excluded: bool,
        ranges: Vec<(char, char)>,
    },
}

/// Why a text is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidPattern(&'static str);

impl FromStr for NamePattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, InvalidPattern> {
        if text.is_empty() {
            return Err(InvalidPattern("it is empty"));
        }
        if text.starts_with('!') {
            return Err(InvalidPattern("a leading `!` is not supported"));
        }
        let mut parts = Vec::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            parts.push(match letter {
                '*' => Part::AnyLetters,
                '?' => Part::AnyLetter,
                '[' => set(&mut letters)?,
                ']' => return Err(InvalidPattern("a `]` has no `[` before it")),
                '{' | '}' => return Err(InvalidPattern("braces are not supported")),
                '\\' => return Err(InvalidPattern("a backslash is not supported")),
                '/' => {
                    return Err(InvalidPattern(
                        "it must match names in the folder `path`, not paths",
                    ));
                }
                letter => Part::Letter(letter),
            });
        }
        Ok(Self { text: text.to_owned(), parts })
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads the rest of a set after its `[`. A `]` in the first place is one of its letters.
fn set(letters: &mut std::str::Chars<'_>) -> Result<Part, InvalidPattern> {
    const UNCLOSED: InvalidPattern = InvalidPattern("a `[` has no `]` after it");
    let mut next = letters.next().ok_or(UNCLOSED)?;
    let excluded = matches!(next, '!' | '^');
    if excluded {
        next = letters.next().ok_or(UNCLOSED)?;
    }
    let mut ranges = Vec::new();
    loop {
        let first = next;
        next = letters.next().ok_or(UNCLOSED)?;
        let mut last = first;
        if next == '-' {
            let end = letters.next().ok_or(UNCLOSED)?;
            if end == ']' {
                ranges.extend([(first, first), ('-', '-')]);
                return Ok(Part::Letters { excluded, ranges });
            }
            last = end;
            next = letters.next().ok_or(UNCLOSED)?;
        }
        if last < first {
            return Err(InvalidPattern("a range in `[…]` ends before it begins"));
        }
        ranges.push((first, last));
        if next == ']' {
            return Ok(Part::Letters { excluded, ranges });
        }
    }
}

impl NamePattern {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the whole name matches. Case matters, as in the file system.
    ///
    /// ```
    /// # use entitywatch::fetch::NamePattern;
    /// let pattern: NamePattern = "consolidated-*.csv".parse().unwrap();
    /// assert!(pattern.fits("consolidated-2022-06-30.csv"));
    /// assert!(!pattern.fits("consolidated-2022-06-30.csv.sha256"));
    /// ```
    pub fn fits(&self, name: &str) -> bool {
        let letters: Vec<char> = name.chars().collect();
        let (mut at, mut part) = (0, 0);
        // The position of the last `*`, and how many letters it covers. Only the last `*` ever has
        // to cover more.
        let mut star: Option<(usize, usize)> = None;
        loop {
            match (self.parts.get(part), letters.get(at)) {
                (Some(Part::AnyLetters), _) => {
                    star = Some((part, at));
                    part += 1;
                }
                (Some(wanted), Some(letter)) if wanted.is_letter(*letter) => {
                    part += 1;
                    at += 1;
                }
                (None, None) => return true,
                _ => match &mut star {
                    Some((star, reach)) if *reach < letters.len() => {
                        *reach += 1;
                        (part, at) = (*star + 1, *reach);
                    }
                    _ => return false,
                },
            }
        }
    }
}

impl Part {
    fn is_letter(&self, letter: char) -> bool {
        match self {
            Part::Letter(wanted) => *wanted == letter,
            Part::AnyLetter => true,
            Part::AnyLetters => false,
            Part::Letters { excluded, ranges } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&letter)) != *excluded
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, fitting: &[&str], others: &[&str]) {
        let pattern: NamePattern = pattern.parse().unwrap();
        for name in fitting {
            assert!(pattern.fits(name), "{name} matches {pattern}");
        }
        for name in others {
            assert!(!pattern.fits(name), "{name} does not match {pattern}");
        }
    }

    #[test]
    fn ok_the_whole_name_must_match() {
        check("*.csv", &["a.csv", ".csv", "a.csv.csv"], &["a.csv.sha256", "a.CSV", "csv", ""]);
        check("list.csv", &["list.csv"], &["list.csv.part", "a-list.csv", "list-csv"]);
        check("*", &["", "anything"], &[]);
        check("a*b*c", &["abc", "a-b-b-c", "abbcc"], &["ab", "acb", "abcd"]);
        check("**.csv", &["a.csv"], &["a.tsv"]);
    }

    #[test]
    fn ok_single_letters_and_sets() {
        check("list-??.csv", &["list-01.csv", "list-äö.csv"], &["list-1.csv", "list-001.csv"]);
        check("[0-9ab]*.csv", &["1.csv", "a-2.csv"], &["c.csv", "-.csv"]);
        check("[!._]*", &["list"], &[".hidden", "_old", ""]);
        check("[^a-c]x", &["dx"], &["ax"]);
        check("[]]x", &["]x"], &["x"]);
        check("[a-]x", &["ax", "-x"], &["bx"]);
    }

    #[test]
    fn ok_many_stars_are_fast() {
        check(&"*a".repeat(50), &[], &[&"a".repeat(49), &"b".repeat(5000)]);
    }

    #[test]
    fn err_unsupported_patterns() {
        for (text, error) in [
            ("", "it is empty"),
            ("[", "a `[` has no `]` after it"),
            ("[]", "a `[` has no `]` after it"),
            ("[!", "a `[` has no `]` after it"),
            ("[a-", "a `[` has no `]` after it"),
            ("[a-c", "a `[` has no `]` after it"),
            ("a]", "a `]` has no `[` before it"),
            ("[z-a]", "a range in `[…]` ends before it begins"),
            ("*.{csv,tsv}", "braces are not supported"),
            ("*\\.csv", "a backslash is not supported"),
            ("lists/*.csv", "it must match names in the folder `path`, not paths"),
            ("!*.md5", "a leading `!` is not supported"),
        ] {
            assert_eq!(text.parse::<NamePattern>().unwrap_err().to_string(), error, "{text}");
        }
    }
}
