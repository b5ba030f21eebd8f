//! The columns of a publisher that have no field of their own in an entry.
//!
//! Each of 25,000 entries has about ten, and a check has most entries twice: as stored and as in
//! the document. So their keys take no memory of their own, and entries can share equal texts.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

/// The known keys: the columns of the Consolidated Screening List without a field of their own, and
/// the parts of an eCFR cell, and the section that names a party. Any other key is a column that a
/// publisher added.
const KNOWN: [&str; 23] = [
    "entity_number",
    "type",
    "programs",
    "title",
    "federal_register_notice",
    "standard_order",
    "call_sign",
    "vessel_type",
    "gross_tonnage",
    "gross_registered_tonnage",
    "vessel_flag",
    "vessel_owner",
    "source_list_url",
    "citizenships",
    "dates_of_birth",
    "nationalities",
    "places_of_birth",
    "source_information_url",
    "ids",
    "entity",
    "subordinate_parties",
    "country_heading",
    "section",
];

/// Whether this program knows a key.
pub(super) fn is_known(key: &str) -> bool {
    KNOWN.contains(&key)
}

/// The texts of columns by key, in the order of the keys. In JSON it is an object. A clone shares
/// the texts.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct OtherColumns(Arc<Vec<(Key, Arc<str>)>>);

/// A known key is always the first variant, so that equal keys are equal values.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    /// The place in [`KNOWN`].
    Known(u8),
    Unknown(Arc<str>),
}

impl Key {
    fn of(key: &str) -> Self {
        let place = KNOWN.iter().position(|known| *known == key);
        match place.and_then(|place| u8::try_from(place).ok()) {
            Some(place) => Key::Known(place),
            None => Key::Unknown(key.into()),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Key::Known(place) => KNOWN.get(usize::from(*place)).copied().unwrap_or_default(),
            Key::Unknown(key) => key,
        }
    }
}

impl OtherColumns {
    pub fn get(&self, key: &str) -> Option<&str> {
        let at = self.place(key).ok()?;
        self.0.get(at).map(|(_, text)| &**text)
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.place(key).is_ok()
    }

    /// Adds a column, or replaces its text.
    pub fn insert(&mut self, key: &str, text: &str) {
        match self.place(key) {
            Ok(at) => {
                if let Some((_, old)) = self.columns().get_mut(at) {
                    *old = text.into();
                }
            }
            Err(at) => self.columns().insert(at, (Key::of(key), text.into())),
        }
    }

    pub fn remove(&mut self, key: &str) {
        if let Ok(at) = self.place(key) {
            self.columns().remove(at);
        }
    }

    pub fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.columns().retain(|(key, _)| is_kept(key.as_str()));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(_, text)| text)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, text)| (key.as_str(), &**text))
    }

    /// Uses the copies that `other` has of the texts that are equal in the same column.
    pub fn share_with(&mut self, other: &Self) {
        if self.0 == other.0 {
            self.0.clone_from(&other.0);
            return;
        }
        let mut others = other.0.iter().peekable();
        for (key, text) in self.columns() {
            while others.next_if(|(other, _)| other.as_str() < key.as_str()).is_some() {}
            if let Some((same_key, other)) = others.next_if(|(other, _)| other == key) {
                key.clone_from(same_key);
                if other == text {
                    text.clone_from(other);
                }
            }
        }
    }

    pub fn shrink_to_fit(&mut self) {
        self.columns().shrink_to_fit();
    }

    /// The columns, to be changed here and in no clone.
    fn columns(&mut self) -> &mut Vec<(Key, Arc<str>)> {
        Arc::make_mut(&mut self.0)
    }

    /// Where the key is, or where it belongs.
    fn place(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(key))
    }
}

impl<K: AsRef<str>, T: AsRef<str>> Extend<(K, T)> for OtherColumns {
    fn extend<I: IntoIterator<Item = (K, T)>>(&mut self, columns: I) {
        for (key, text) in columns {
            self.insert(key.as_ref(), text.as_ref());
        }
    }
}

impl<K: AsRef<str>, T: AsRef<str>> FromIterator<(K, T)> for OtherColumns {
    fn from_iter<I: IntoIterator<Item = (K, T)>>(columns: I) -> Self {
        let mut found = Self::default();
        found.extend(columns);
        found
    }
}

impl PartialOrd for OtherColumns {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OtherColumns {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl fmt::Debug for OtherColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for OtherColumns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for OtherColumns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::<String, String>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(texts: &[(&str, &str)]) -> OtherColumns {
        texts.iter().copied().collect()
    }

    #[test]
    fn columns_are_in_the_order_of_their_keys_and_a_later_text_replaces_an_earlier_one() {
        let mut found = columns(&[("zone", "1"), ("ids", "A"), ("type", "Entity"), ("ids", "B")]);
        found.remove("type");
        found.remove("title");
        assert_eq!(found.iter().collect::<Vec<_>>(), [("ids", "B"), ("zone", "1")]);
        assert_eq!((found.get("ids"), found.get("type")), (Some("B"), None));
        found.retain(|key| key != "ids");
        assert_eq!(found, columns(&[("zone", "1")]));
        assert!(found.contains_key("zone") && !found.contains_key("ids"));
    }

    #[test]
    fn columns_are_an_object_in_json_and_are_read_back() {
        let written = columns(&[("tier", "2"), ("ids", "\"A\"")]);
        let json = serde_json::to_string(&written).unwrap();
        assert_eq!(json, r#"{"ids":"\"A\"","tier":"2"}"#);
        assert_eq!(serde_json::from_str::<OtherColumns>(&json).unwrap(), written);
    }

    #[test]
    fn columns_are_ordered_like_maps() {
        let maps = [
            columns(&[]),
            columns(&[("ids", "A")]),
            columns(&[("ids", "A"), ("type", "B")]),
            columns(&[("ids", "B")]),
            columns(&[("type", "A")]),
            columns(&[("unknown", "")]),
        ];
        assert!(maps.is_sorted());
    }

    #[test]
    fn a_row_shares_the_texts_that_the_row_before_it_has_in_the_same_column() {
        let first = columns(&[("source_list_url", "https://a.example"), ("tier", "2"), ("x", "B")]);
        let unshared = columns(&[
            ("ids", "2"),
            ("source_list_url", "https://a.example"),
            ("tier", "3"),
            ("x", "B"),
        ]);
        let mut second = unshared.clone();
        second.share_with(&first);
        assert_eq!(second, unshared);
        let is_shared = |key: &str| {
            let (one, other) = (first.get(key).unwrap(), second.get(key).unwrap());
            std::ptr::eq(one, other)
        };
        assert_eq!(["source_list_url", "tier", "x"].map(is_shared), [true, false, true]);
    }
}
