//! The number of a section of the regulation, as it is written in the configuration.

use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::config::value::{Unreadable, read_as_text};
use crate::domain::SectionNumber;

/// The number of a section: `"744.11"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section(pub SectionNumber);

read_as_text!(
    Section,
    "the number of a section of Title 15 in quotes, such as \"744.11\"",
    "744.11",
    |text| text.parse().ok().map(Section),
    |text| {
        let is_known = |part: &str| part.parse::<SectionNumber>().is_ok();
        text.split('(').next().is_some_and(|part| part != text && is_known(part)).then_some(
            "the number of a whole section of Title 15 such as \"744.11\", without paragraphs",
        )
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn err_a_section_is_a_number_without_paragraphs() {
        let problem = |text: &str| text.parse::<Section>().unwrap_err().to_string();
        assert_eq!(
            problem("744.22(f)(2)"),
            "expected the number of a whole section of Title 15 such as \"744.11\", without \
             paragraphs, but got `744.22(f)(2)`"
        );
        for text in ["744", "§ 744.11", "744.11 ", "supplement 4", "(f)"] {
            assert_eq!(
                problem(text),
                format!(
                    "expected the number of a section of Title 15 in quotes, such as \"744.11\", \
                     but got `{text}`"
                )
            );
        }
    }
}
