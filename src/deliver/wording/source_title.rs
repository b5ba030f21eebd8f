//! What a message calls a source.

use std::collections::BTreeMap;

use crate::deliver::plain;

/// The title of a source, and how a sentence uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceTitle(String);

impl SourceTitle {
    /// The configured title. A source that is not configured any more is called by its name.
    pub fn of(name: &str, titles: &BTreeMap<String, String>) -> Self {
        Self(plain::line(titles.get(name).map_or(name, String::as_str)))
    }

    /// `Consolidated Screening List`
    pub fn title(&self) -> &str {
        &self.0
    }

    /// `the Consolidated Screening List`. The name of a file source has no article, and neither has
    /// a title that brings its own.
    pub fn named(&self) -> String {
        let own = ["The ", "Our ", "My "].iter().any(|word| self.0.starts_with(word));
        let is_proper = self.0.chars().any(char::is_uppercase);
        if own || !is_proper { self.0.clone() } else { format!("the {}", self.0) }
    }

    /// The same at the beginning of a sentence.
    pub fn begins(&self) -> String {
        let named = self.named();
        match named.strip_prefix("the ") {
            Some(title) => format!("The {title}"),
            None => named,
        }
    }

    /// `on the Consolidated Screening List`, `in the eCFR`
    pub fn on(&self) -> String {
        let is_list = self.0.split_whitespace().any(|word| word.eq_ignore_ascii_case("list"));
        format!("{} {}", if is_list { "on" } else { "in" }, self.named())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(title: &str, named: &str, on: &str) {
        let titles = BTreeMap::from([("one".to_owned(), title.to_owned())]);
        let source = SourceTitle::of("one", &titles);
        assert_eq!((source.named().as_str(), source.on().as_str()), (named, on));
    }

    #[test]
    fn a_title_has_an_article_in_a_sentence() {
        check(
            "Consolidated Screening List",
            "the Consolidated Screening List",
            "on the Consolidated Screening List",
        );
        check("eCFR", "the eCFR", "in the eCFR");
        check("Our copy of the List", "Our copy of the List", "on Our copy of the List");
        check("mirror", "mirror", "in mirror");
    }

    #[test]
    fn a_source_that_is_not_configured_is_called_by_its_name() {
        assert_eq!(SourceTitle::of("old", &BTreeMap::new()).begins(), "old");
    }
}
