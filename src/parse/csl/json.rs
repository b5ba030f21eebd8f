//! Reads the list as JSON: `{"results": [ … ]}`, one object per entry. The rows are streamed.

use std::cell::RefCell;
use std::fmt;
use std::io::{BufReader, Read};

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::domain::{Entry, ListCode, Snapshot};
use crate::parse::ParseError;
use crate::parse::csl::cell::CellSeed;
use crate::parse::csl::cells::Cells;
use crate::parse::csl::collect::Collector;
use crate::parse::csl::column::Column;
use crate::parse::csl::excerpt::shortened;
use crate::parse::csl::watched_row::WatchedRow;

/// The keys that the rows of the Entity List have. A missing one means that the format changed.
/// Other lists lack some of them, so there only an unknown key shows that a key was renamed. The
/// other columns are omitted from rows of lists that do not use them.
const REQUIRED: &[Column] = &[
    Column::Id,
    Column::AltNames,
    Column::Addresses,
    Column::FederalRegisterNotice,
    Column::StartDate,
    Column::LicenseRequirement,
    Column::LicensePolicy,
];

/// The most unknown keys. More than this means that values are in the place of keys.
const MOST_UNKNOWN_KEYS: usize = 64;

/// Reads a JSON document and passes each row of the watched lists to `each`, one at a time. Returns
/// a snapshot without entries.
///
/// # Errors
///
/// If the document is cut short or is not an object with rows in `results`, if a row names no list
/// or has no name, or if a key was renamed.
pub fn read_json(
    input: impl Read,
    lists: &[ListCode],
    each: &mut dyn FnMut(WatchedRow<'_>),
) -> Result<Snapshot, ParseError> {
    let reading = RefCell::new(Reading::new(lists, each));
    let mut deserializer =
        serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, input));
    let outcome =
        DocumentSeed(&reading).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    let reading = reading.into_inner();
    match outcome {
        Ok(()) => reading.finish(),
        Err(error) => Err(reading.rejection.clone().unwrap_or_else(|| reading.error_of(&error))),
    }
}

/// The state of reading: what was read so far, and the current place.
struct Reading<'a> {
    collector: Collector<'a>,
    has_results: bool,
    /// How many rows the document says it has.
    total: Option<u64>,
    /// The key that is being read, outside or inside a row.
    key: String,
    in_results: bool,
    /// The columns that any row has, by number.
    found: [bool; Column::COUNT],
    /// Whether a row of the Entity List was read. Such rows have all [`REQUIRED`] keys.
    has_entity_list: bool,
    /// The actual error, because serde's error type cannot carry a [`ParseError`].
    rejection: Option<ParseError>,
}

impl<'a> Reading<'a> {
    fn new(lists: &'a [ListCode], each: &'a mut dyn FnMut(WatchedRow<'_>)) -> Self {
        Self {
            collector: Collector::new(lists, each),
            has_results: false,
            total: None,
            key: String::new(),
            in_results: false,
            found: [false; Column::COUNT],
            has_entity_list: false,
            rejection: None,
        }
    }

    fn finish(self) -> Result<Snapshot, ParseError> {
        let missing: Vec<String> = REQUIRED
            .iter()
            .filter(|column| !self.found.get(**column as usize).is_some_and(|found| *found))
            .map(|column| format!("`{}`", column.name()))
            .collect();
        let unknown: Vec<String> =
            self.collector.columns.iter().map(|key| format!("`{}`", shortened(key))).collect();
        if !missing.is_empty() && (self.has_entity_list || !unknown.is_empty()) {
            let unknown_keys = if unknown.is_empty() {
                String::new()
            } else {
                format!("; unknown: {}", unknown.join(", "))
            };
            let problem = format!(
                "the keys of the rows changed: missing: {}{unknown_keys}",
                missing.join(", ")
            );
            return Err(ParseError::new("results", problem));
        }
        let rows = self.collector.rows() as u64;
        if let Some(total) = self.total.filter(|total| *total > rows) {
            return Err(ParseError::new(
                "results",
                format!("expected all {total} rows that `total` states, but got {rows}"),
            ));
        }
        self.collector.finish()
    }

    fn row_place(&self) -> String {
        format!("results, row {}", self.collector.rows() + 1)
    }

    /// The error for malformed JSON.
    fn error_of(&self, error: &serde_json::Error) -> ParseError {
        let at = format!("line {}, byte {}", error.line(), error.column());
        let place = if self.in_results {
            format!("{at}, row {} of results", self.collector.rows() + 1)
        } else {
            at.clone()
        };
        let text = error.to_string();
        let text = text
            .strip_suffix(&format!(" at line {} column {}", error.line(), error.column()))
            .unwrap_or(&text);
        let problem = if error.is_eof() {
            let within = if self.key.is_empty() {
                String::new()
            } else {
                format!(" at the key `{}`", shortened(&self.key))
            };
            format!("the file ends{within}: expected the rest of the document, but got its end")
        } else if let Some((got, expected)) =
            text.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "))
        {
            format!("expected {expected}, but got {}", value_in_words(got))
        } else if error.is_io() {
            format!("failed to read the document: {text}")
        } else {
            format!("expected valid JSON, but got an error: {text}")
        };
        ParseError::new(place, problem)
    }
}

/// The JSON word for serde's word for a kind of value.
fn value_in_words(got: &str) -> &str {
    match got {
        "sequence" => "an array",
        "map" => "an object",
        other => other,
    }
}

struct DocumentSeed<'r, 'a>(&'r RefCell<Reading<'a>>);

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with rows in `results`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reject = |place: &str, problem: String| {
            self.0.borrow_mut().rejection = Some(ParseError::new(place, problem));
            A::Error::custom("rejected")
        };
        let mut other_keys = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            self.0.borrow_mut().key.clone_from(&key);
            match key.as_str() {
                "results" if self.0.borrow().has_results => {
                    return Err(reject("results", "the key `results` appears twice".to_owned()));
                }
                "results" => {
                    self.0.borrow_mut().has_results = true;
                    map.next_value_seed(ResultsSeed(self.0))?;
                }
                "total" => {
                    self.0.borrow_mut().total = map.next_value::<serde_json::Value>()?.as_u64();
                }
                "error" | "errors" | "message" | "detail" => {
                    other_keys.push(format!(
                        "`{key}`: `{}`",
                        shortened(&map.next_value_seed(CellSeed(None))?)
                    ));
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    other_keys.push(format!("`{}`", shortened(&key)));
                }
            }
        }
        if !self.0.borrow().has_results {
            let got = if other_keys.is_empty() {
                "an empty object".to_owned()
            } else {
                format!("one with {}", other_keys.join(", "))
            };
            return Err(reject(
                "document",
                format!("expected an object with rows in `results`, but got {got}"),
            ));
        }
        Ok(())
    }
}

struct ResultsSeed<'r, 'a>(&'r RefCell<Reading<'a>>);

impl<'de> DeserializeSeed<'de> for ResultsSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ResultsSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of rows in `results`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        self.0.borrow_mut().in_results = true;
        while rows.next_element_seed(RowSeed(self.0))?.is_some() {}
        let mut reading = self.0.borrow_mut();
        reading.in_results = false;
        reading.key.clear();
        Ok(())
    }
}

struct RowSeed<'r, 'a>(&'r RefCell<Reading<'a>>);

impl<'de> DeserializeSeed<'de> for RowSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row (an object)")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut texts: [Option<String>; Column::COUNT] = [const { None }; Column::COUNT];
        let mut extras: Vec<(String, String)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            let column = Column::of_name(&key);
            self.0.borrow_mut().key.clone_from(&key);
            let text = map.next_value_seed(CellSeed(column))?;
            let is_repeated = match column.and_then(|column| texts.get_mut(column as usize)) {
                Some(place) => place.replace(text).is_some(),
                None => {
                    let is_repeated = extras.iter().any(|(known, _)| *known == key);
                    extras.push((key.clone(), text));
                    is_repeated
                }
            };
            if is_repeated {
                return Err(A::Error::custom(format!(
                    "the key `{}` appears twice in one row",
                    shortened(&key)
                )));
            }
        }
        let mut reading = self.0.borrow_mut();
        reading.key.clear();
        reading.take(&texts, &extras).map_err(|rejection| {
            reading.rejection = Some(rejection);
            A::Error::custom("rejected")
        })
    }
}

impl Reading<'_> {
    fn take(
        &mut self,
        texts: &[Option<String>; Column::COUNT],
        extras: &[(String, String)],
    ) -> Result<(), ParseError> {
        let row = self.row_place();
        let texts_or_nothing = texts.each_ref().map(|text| text.as_deref().unwrap_or_default());
        let cells = Cells::Each(&texts_or_nothing);
        let place = |column: Column| {
            format!("{row}, key {}", if column == Column::Id { "id" } else { column.name() })
        };
        for (column, text) in Column::ALL.iter().zip(texts) {
            if let (Some(found), Some(text)) = (self.found.get_mut(*column as usize), text) {
                *found = true;
                if text.contains('\0') {
                    return Err(ParseError::new(
                        place(*column),
                        "expected text, but got byte 0x00",
                    ));
                }
            }
        }
        for required in [Column::Source, Column::Name] {
            if texts.get(required as usize).is_none_or(Option::is_none) {
                return Err(ParseError::new(
                    row,
                    format!("expected the key `{}`, but it is missing", required.name()),
                ));
            }
        }
        self.note_unknown_keys(&row, extras)?;
        if let Some(list) =
            self.collector.count(cells.get(Column::Source), || place(Column::Source))?
        {
            self.has_entity_list |= list == ListCode::EL;
            let value = |(key, text): &(String, String)| {
                (Entry::key_of_unknown_column(key), text.trim().to_owned())
            };
            let mut extras: Vec<(String, String)> =
                extras.iter().map(value).filter(|(_, text)| !text.is_empty()).collect();
            extras.sort();
            self.collector
                .pass_on(WatchedRow { list, cells, extras: &extras, bytes: None }, &place);
        }
        Ok(())
    }

    /// Warns about keys that are not known, each once.
    fn note_unknown_keys(
        &mut self,
        row: &str,
        extras: &[(String, String)],
    ) -> Result<(), ParseError> {
        for (key, _) in extras {
            if self.collector.columns.contains(&Entry::key_of_unknown_column(key)) {
                continue;
            }
            if self.collector.columns.len() >= MOST_UNKNOWN_KEYS {
                let problem =
                    format!("expected at most {MOST_UNKNOWN_KEYS} unknown keys, but got more");
                return Err(ParseError::new(row, problem));
            }
            self.collector.columns.insert(Entry::key_of_unknown_column(key));
            self.collector.warnings.push(
                || row.to_owned(),
                || format!("the key `{}` is unknown; it is kept as published", shortened(key)),
            );
        }
        Ok(())
    }
}
