//! A Federal Register citation: volume and page, with the date where the publisher gives one.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One citation. In JSON it is its text, e.g. `"87 FR 38925"`; the date is the parser's knowledge
/// and is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Citation {
    /// `87 FR 38925`
    Page { volume: u16, page: u32 },
    /// What could not be read as volume and page, as published (trimmed), e.g. `76 FR No. 197
    /// (10/12/2011)`.
    AsPublished(String),
}

impl Citation {
    pub fn page(volume: u16, page: u32) -> Self {
        Citation::Page { volume, page }
    }

    /// The inverse of `Display`: exactly `87 FR 38925` is a page, anything else is kept as
    /// published.
    pub fn from_text(text: &str) -> Self {
        let text = text.trim();
        text.split_once(" FR ")
            .and_then(|(volume, page)| {
                Some(Citation::Page { volume: volume.parse().ok()?, page: page.parse().ok()? })
            })
            .unwrap_or_else(|| Citation::AsPublished(text.to_owned()))
    }

    /// Where the Federal Register's site resolves it.
    pub fn url(&self) -> Option<String> {
        match self {
            Citation::Page { volume, page } => {
                Some(format!("https://www.federalregister.gov/citation/{volume}-FR-{page}"))
            }
            Citation::AsPublished(_) => None,
        }
    }
}

/// A citation with the date that stands beside it in the eCFR (`87 FR 38925, 6/30/22`).
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
    fn text_and_citation_are_each_others_inverse() {
        for text in ["87 FR 38925", "76 FR No. 197 (10/12/2011)", "Vol. 86, No. 71, 04/15/2021"] {
            assert_eq!(Citation::from_text(text).to_string(), text);
        }
        assert_eq!(Citation::from_text("87 FR 38925"), Citation::page(87, 38925));
    }
}
