//! The changes between two snapshots of one list.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::pages::Kept;
use crate::domain::{ChangeId, Citation, Entry};

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    Added,
    Removed,
    Revised,
}

impl ChangeKind {
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
            ChangeKind::Revised => "revised",
        }
    }
}

/// How much a change matters to a reader. `Low < Normal < High`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Low,
    Normal,
    High,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Normal => "normal",
            Severity::High => "high",
        }
    }
}

/// One field of a revised entry. `field` is a key of the entry, or `other.programs` for a key
/// inside `other`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldChange {
    pub field: String,
    /// The earlier JSON value of the field: a string, an array of strings or null.
    pub before: serde_json::Value,
    pub after: serde_json::Value,
}

/// What happened to a row of an entry that has several rows before or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RowFate {
    /// `before` was split, and `entry` is a part of it.
    Split,
    /// `before` was folded into `entry`, which has all of its content.
    Folded,
    /// `before` was deleted. `entry` is another row of the same name that is still listed. It lacks
    /// some content of `before`.
    Gone,
}

/// Why two rows were matched as one entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Match {
    /// Matched by equal content, a true id or an equal name. False if evidence was weighed.
    pub certain: bool,
    /// 0 to 1. Less than 1 if the match is not certain.
    pub score: f64,
    /// In words, e.g. `same citations plus 88 FR 66273`.
    pub evidence: Vec<String>,
    /// Only if rows were split or folded, or if one of several rows of a name was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<RowFate>,
}

impl Match {
    /// A match by equal content, a true id or an equal name.
    pub fn certain(evidence: Vec<String>) -> Self {
        Self { certain: true, score: 1.0, evidence, row: None }
    }

    /// A match by weighed evidence. The score is capped at [`MOST_OF_A_DOUBT`], so that no reader
    /// sees "100 %" for an uncertain match.
    pub fn doubtful(score: f64, evidence: Vec<String>) -> Self {
        Self { certain: false, score: score.min(MOST_OF_A_DOUBT), evidence, row: None }
    }
}

/// The highest score of a match that is not certain: 99 % in a message.
pub const MOST_OF_A_DOUBT: f64 = 0.99;

/// One entry that was added, removed or revised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    pub change_id: ChangeId,
    pub kind: ChangeKind,
    pub severity: Severity,
    /// Only spacing, case, quotes, dashes, a final period, a trailing separator or a repaired
    /// character changed. In names, aliases and addresses, commas and periods count as editorial
    /// too. The change is recorded, but alerted only if a route asks for it.
    pub editorial: bool,
    /// The entry now. For a removal, the entry before.
    pub entry: Entry,
    /// The entry before a revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Entry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    pub matched: Option<Match>,
    /// The names of added entries that may be this removed entry under another name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub possibly_now: Vec<String>,
    /// The names of removed entries that may be this added entry under another name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub possibly_was: Vec<String>,
    /// The `change_id`s of the changes in `possibly_now` or `possibly_was`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub possibly: Vec<ChangeId>,
    /// What the other sources show about the entry, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corroboration: Vec<String>,
    /// The change that another source of the list showed first. Readers were alerted about it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirms: Option<ChangeId>,
    /// What that other source does not show, in words. Only this is new to readers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
}

impl Change {
    /// A change of which only the entry is known: the entry now or, for a removal, the entry
    /// before. It is not editorial.
    pub fn of_entry(
        change_id: ChangeId,
        kind: ChangeKind,
        severity: Severity,
        entry: Entry,
    ) -> Self {
        Self {
            change_id,
            kind,
            severity,
            editorial: false,
            entry,
            before: None,
            fields: Vec::new(),
            matched: None,
            possibly_now: Vec::new(),
            possibly_was: Vec::new(),
            possibly: Vec::new(),
            corroboration: Vec::new(),
            confirms: None,
            differences: Vec::new(),
        }
    }

    /// What happened to the row, if this is a revision of an entry with several rows.
    pub fn row_fate(&self) -> Option<RowFate> {
        self.matched.as_ref().and_then(|matched| matched.row)
    }

    /// The row that was deleted from the list: the entry of a removal, or one of several rows of a
    /// name that is still listed.
    pub fn lost_row(&self) -> Option<&Entry> {
        match self.kind {
            ChangeKind::Removed => Some(&self.entry),
            ChangeKind::Revised if self.row_fate() == Some(RowFate::Gone) => self.before.as_ref(),
            ChangeKind::Added | ChangeKind::Revised => None,
        }
    }

    /// Whether the entry before or after has one of the countries, or no known country. A move out
    /// of a country matters to its watchers as much as a move into it.
    pub fn concerns_country(&self, countries: &[String]) -> bool {
        [Some(&self.entry), self.before.as_ref()].into_iter().flatten().any(|entry| {
            entry.countries.is_empty()
                || entry.countries.iter().any(|country| countries.contains(country))
        })
    }

    /// Whether this is a revision that was matched only by weighed evidence. It might hide a new
    /// listing.
    pub fn is_uncertain_revision(&self) -> bool {
        self.kind == ChangeKind::Revised && self.matched.as_ref().is_some_and(|m| !m.certain)
    }

    /// Whether another source showed this change before, with no differences. Readers know it
    /// already.
    pub fn is_confirmation(&self) -> bool {
        self.confirms.is_some() && self.differences.is_empty()
    }

    /// The citations that a change adds: all of an addition, the new ones of a revision, none of a
    /// removal.
    ///
    /// Another page of a rule that was cited before is not new. The citations of a row that another
    /// row was folded into are not new either, because the entry may have had them all along.
    pub fn new_citations(&self) -> Vec<&Citation> {
        match (self.kind, &self.before) {
            (ChangeKind::Removed, _) => Vec::new(),
            (ChangeKind::Revised, Some(_))
                if matches!(self.row_fate(), Some(RowFate::Folded | RowFate::Gone)) =>
            {
                Vec::new()
            }
            (ChangeKind::Revised, Some(before)) => {
                Kept::of(&before.citations, &self.entry.citations).gained
            }
            (ChangeKind::Added | ChangeKind::Revised, _) => self.entry.citations.iter().collect(),
        }
    }

    /// The highest new page. If there is none, the last new citation that could not be read as a
    /// page.
    pub fn newest_citation(&self) -> Option<&Citation> {
        let new = self.new_citations();
        let page =
            new.iter().copied().filter(|citation| matches!(citation, Citation::Page { .. })).max();
        page.or(new.last().copied())
    }

    /// The `change_id` for the content of a change. `recurrence` counts how often the same content
    /// was recorded before. So an entry that is removed, relisted and removed again gets a new id
    /// each time, while a database restored from a backup repeats the same id.
    pub fn id_of(
        kind: ChangeKind,
        before: Option<&Entry>,
        after: Option<&Entry>,
        recurrence: u32,
    ) -> ChangeId {
        let hash = |entry: Option<&Entry>| entry.map_or_else(String::new, |e| e.content_hash().0);
        let (before, after, recurrence) = (hash(before), hash(after), recurrence.to_string());
        ChangeId::of([kind.as_str(), &before, &after, &recurrence])
    }
}

/// Counts of changes. `revised` counts substantive revisions, `editorial` the other revisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    pub added: usize,
    pub removed: usize,
    pub revised: usize,
    pub editorial: usize,
}

impl Summary {
    pub fn of<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Self {
        let mut summary = Self::default();
        for change in changes {
            match change.kind {
                ChangeKind::Added => summary.added += 1,
                ChangeKind::Removed => summary.removed += 1,
                ChangeKind::Revised if change.editorial => summary.editorial += 1,
                ChangeKind::Revised => summary.revised += 1,
            }
        }
        summary
    }
}

/// The outcome of a comparison: `diff --output json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeSet {
    pub summary: Summary,
    pub changes: Vec<Change>,
}

impl ChangeSet {
    pub fn new(changes: Vec<Change>) -> Self {
        Self { summary: Summary::of(&changes), changes }
    }
}
