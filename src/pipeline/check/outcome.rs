//! The result of one check of one source.

/// What a check found. Of several lists the worst outcome counts, so the order matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    NotModified,
    Unchanged,
    Changed,
    Baseline,
    /// A list was put on hold.
    OnHold,
    /// The publisher asked us to wait, so no request was sent.
    Waiting,
    /// The document was not usable.
    Refused,
    Failed,
}

impl Outcome {
    /// The name in the journal, in the store and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::NotModified => "not modified",
            Outcome::Unchanged => "unchanged",
            Outcome::Changed => "changed",
            Outcome::Baseline => "baseline",
            Outcome::OnHold => "held",
            Outcome::Waiting => "waiting",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
        }
    }

    /// Whether the check learned nothing about the source's lists.
    pub fn is_failure(self) -> bool {
        self >= Outcome::Waiting
    }
}

/// The result of one check, as its caller gets it.
#[derive(Clone, Debug)]
pub struct CheckResult {
    pub source: String,
    pub outcome: Outcome,
    /// The result in words.
    pub detail: String,
    /// Whether a list of the source is on hold, by this check or since an earlier one.
    pub is_on_hold: bool,
}
