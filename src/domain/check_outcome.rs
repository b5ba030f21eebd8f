//! What a check of a source found.

/// What a check found. Of several lists the worst outcome counts, so the order matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckOutcome {
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

impl CheckOutcome {
    const ALL: [Self; 8] = [
        Self::NotModified,
        Self::Unchanged,
        Self::Changed,
        Self::Baseline,
        Self::OnHold,
        Self::Waiting,
        Self::Refused,
        Self::Failed,
    ];

    /// The name in the journal, in the store and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotModified => "not modified",
            Self::Unchanged => "unchanged",
            Self::Changed => "changed",
            Self::Baseline => "baseline",
            Self::OnHold => "held",
            Self::Waiting => "waiting",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// The outcome of this name. An unknown name counts as a failure.
    pub fn of_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == name).unwrap_or(Self::Failed)
    }

    /// Whether the check learned nothing about the source's lists.
    pub fn is_failure(self) -> bool {
        self >= Self::Waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_an_outcome_is_read_by_its_name() {
        for outcome in CheckOutcome::ALL {
            assert_eq!(CheckOutcome::of_name(outcome.as_str()), outcome);
        }
        assert_eq!(CheckOutcome::of_name("exploded"), CheckOutcome::Failed);
    }
}
