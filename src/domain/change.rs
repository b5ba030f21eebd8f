//! What changed between two snapshots of one list.

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

/// How much a change matters to a reader; `Low < Normal < High`.
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

/// One field of a revised entry. `field` is a key of the entry, `other.programs` for one inside
/// `other`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldChange {
    pub field: String,
    /// The field's JSON value as it was: a string, an array of strings or null.
    pub before: serde_json::Value,
    pub after: serde_json::Value,
}

/// What became of a row, where one entry has several rows before or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RowFate {
    /// `entry` is a part of `before`, which was split.
    Split,
    /// `before` was folded into `entry`, which has all that it had.
    Folded,
    /// `before` is gone. `entry` is another row of its name that is still listed, and lacks some of
    /// what `before` had.
    Gone,
}

/// Why two rows were taken for one entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Match {
    /// By equal content, a true id or an equal name; false where evidence was weighed.
    pub certain: bool,
    /// 0 to 1; less than 1 where the match is not certain.
    pub score: f64,
    /// In words, e.g. `same citations plus 88 FR 66273`.
    pub evidence: Vec<String>,
    /// Only where rows were split or folded, or where one of several rows of a name is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<RowFate>,
}

impl Match {
    /// By equal content, a true id or an equal name.
    pub fn certain(evidence: Vec<String>) -> Self {
        Self { certain: true, score: 1.0, evidence, row: None }
    }

    /// By evidence that leaves a doubt. The score stays below [`MOST_OF_A_DOUBT`], so that no
    /// reader sees "100 %" beside it.
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
    /// Nothing changed but spacing, case, quotes, dashes, a final period, a trailing separator or
    /// a repaired character; in names, aliases and addresses also commas and periods.
    /// Recorded, and alerted only if a route asks.
    pub editorial: bool,
    /// As it is now; for a removal, as it was.
    pub entry: Entry,
    /// As it was, for a revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Entry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    pub matched: Option<Match>,
    /// Names of added entries that this removed one may have become.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub possibly_now: Vec<String>,
    /// Names of removed entries that this added one may have been.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub possibly_was: Vec<String>,
    /// The `change_id`s of those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub possibly: Vec<ChangeId>,
    /// What the other sources say of the entry, in words, where they say anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corroboration: Vec<String>,
    /// The change that another source of the list showed first, and of which readers were told
    /// then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirms: Option<ChangeId>,
    /// What that other source does not show, in words: only this is news.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
}

impl Change {
    /// What became of the row, if this is a revision of an entry with several rows.
    pub fn row_fate(&self) -> Option<RowFate> {
        self.matched.as_ref().and_then(|matched| matched.row)
    }

    /// The row that the list lost: the entry of a removal, or one of several rows of a name that is
    /// still listed.
    pub fn lost_row(&self) -> Option<&Entry> {
        match self.kind {
            ChangeKind::Removed => Some(&self.entry),
            ChangeKind::Revised if self.row_fate() == Some(RowFate::Gone) => self.before.as_ref(),
            ChangeKind::Added | ChangeKind::Revised => None,
        }
    }

    /// A revision matched by weighed evidence alone might hide a new listing.
    pub fn is_uncertain_revision(&self) -> bool {
        self.kind == ChangeKind::Revised && self.matched.as_ref().is_some_and(|m| !m.certain)
    }

    /// Another source has shown it, and it shows nothing that this one did not: readers know it
    /// already.
    pub fn is_confirmation(&self) -> bool {
        self.confirms.is_some() && self.differences.is_empty()
    }

    /// The citations that a change brings: all of an addition's, those that a revision gained, none
    /// of a removal's.
    ///
    /// Another page of a rule that was cited before is not new. Neither is what a row cites into
    /// which another was folded: it may have been listed with that all along.
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

    /// The highest new page; where there is none, the last of those that could not be read.
    pub fn newest_citation(&self) -> Option<&Citation> {
        let new = self.new_citations();
        let page =
            new.iter().copied().filter(|citation| matches!(citation, Citation::Page { .. })).max();
        page.or(new.last().copied())
    }

    /// `change_id` for the content of a change. `recurrence` counts how often the same content has
    /// been recorded before, so that an entry that is removed, listed and removed again has ids
    /// of its own each time, while a database restored from a backup counts the same and
    /// repeats the same id.
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

/// Counts: `revised` is the substantive revisions, `editorial` the others.
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
