//! A Federal Register citation: volume and page, with the date if the publisher gives one.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The year before volume 1 of the Federal Register, which was in 1936.
const YEAR_BEFORE_VOLUME_1: i16 = 1935;

/// The year of a volume of the Federal Register.
///
/// ```
/// assert_eq!(entitywatch::domain::citation::year_of_volume(87), 2022);
/// ```
pub fn year_of_volume(volume: u16) -> i16 {
    i16::try_from(volume).unwrap_or(i16::MAX).saturating_add(YEAR_BEFORE_VOLUME_1)
}

/// One citation. In JSON it is its text, e.g. `"87 FR 38925"`; the date is known only to the parser
/// and is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Citation {
    /// `87 FR 38925`
    Page { volume: u16, page: u32 },
    /// A text that could not be read as volume and page, as published (trimmed), e.g.
    /// `76 FR No. 197 (10/12/2011)`.
    AsPublished(String),
}

impl Citation {
    pub fn page(volume: u16, page: u32) -> Self {
        Citation::Page { volume, page }
    }

    /// The inverse of `Display`: exactly the form `87 FR 38925` is a page. Any other text is kept
    /// as published.
    pub fn from_text(text: &str) -> Self {
        let text = text.trim();
        text.split_once(" FR ")
            .and_then(|(volume, page)| {
                Some(Citation::Page { volume: volume.parse().ok()?, page: page.parse().ok()? })
            })
            .unwrap_or_else(|| Citation::AsPublished(text.to_owned()))
    }

    /// The address at which the Federal Register's site resolves it. `None` if it is not a page.
    pub fn url(&self) -> Option<String> {
        match self {
            Citation::Page { volume, page } => {
                Some(format!("https://www.federalregister.gov/citation/{volume}-FR-{page}"))
            }
            Citation::AsPublished(_) => None,
        }
    }
}

/// A citation with the date that the eCFR prints next to it (`87 FR 38925, 6/30/22`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedCitation {
    pub citation: Citation,
    pub date: Option<Date>,
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Citation::Page { volume, page } => write!(f, "{volume} FR {page}"),
            Citation::AsPublished(text) => f.write_str(text),
        }
    }
}

impl Serialize for Citation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Citation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Ok(Citation::from_text(&text))
    }
}

impl JsonSchema for Citation {
    fn schema_name() -> Cow<'static, str> {
        "Citation".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_the_text_of_a_citation_gives_the_same_citation() {
        for text in ["87 FR 38925", "76 FR No. 197 (10/12/2011)", "Vol. 86, No. 71, 04/15/2021"] {
            assert_eq!(Citation::from_text(text).to_string(), text);
        }
        assert_eq!(Citation::from_text("87 FR 38925"), Citation::page(87, 38925));
    }
}
