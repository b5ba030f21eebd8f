//! The eCFR source of a backfill: its address, its recorded history, and the pauses that its
//! publisher asks for.

use jiff::Timestamp;
use url::Url;

use crate::config::{self, Source};
use crate::domain::ListCode;
use crate::fetch::{Address, FetchError};
use crate::pipeline::Program;
use crate::pipeline::backfill::error::BackfillError;
use crate::pipeline::source_state::{requested_pause, source_state};
use crate::store::{CheckRecord, HistorySpan, StoreError};

/// A configured source of kind `ecfr`.
pub struct EcfrSource<'a> {
    pub source: &'a Source,
    pub url: &'a Url,
    pub allow_private: bool,
}

impl<'a> EcfrSource<'a> {
    /// Finds a source of kind `ecfr` by its name.
    ///
    /// # Errors
    /// `Usage` if there is no such source, or if it is of another kind.
    pub fn find(sources: &'a [Source], name: &str) -> Result<Self, BackfillError> {
        let Some(source) = sources.iter().find(|source| source.name == name) else {
            let known: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
            return Err(BackfillError::Usage(config::unknown_name("source", &known, name)));
        };
        match &source.address {
            Address::Ecfr { url, allow_private } => {
                Ok(Self { source, url, allow_private: *allow_private })
            }
            _ => Err(BackfillError::Usage(format!(
                "expected a source of kind ecfr, whose past dates can be asked for, but `{name}` \
                 is of kind {}",
                source.kind.as_str()
            ))),
        }
    }

    /// Which days of each list are recorded.
    pub async fn history_spans(
        &self,
        program: &Program,
    ) -> Result<Vec<(ListCode, HistorySpan)>, StoreError> {
        let mut spans = Vec::new();
        // The past texts of sections are not read, so the parties that they named are unknown.
        for list in self.source.lists.iter().filter(|list| **list != ListCode::REG) {
            spans.push((*list, program.store.history_span(&self.source.name, *list).await?));
        }
        Ok(spans)
    }

    /// Fails with `Waiting` while the publisher wants no requests.
    pub async fn refuse_during_pause(
        &self,
        program: &Program,
        now: Timestamp,
    ) -> Result<(), BackfillError> {
        let state = source_state(program.store.as_ref(), &self.source.name).await?;
        match requested_pause(&state, now) {
            Some((until, message)) => Err(BackfillError::Waiting { until, message }),
            None => Ok(()),
        }
    }

    /// The error for a failed fetch of `what`. If the publisher asked us to wait, that is stored,
    /// so that checks wait too.
    pub async fn fetch_failed(
        &self,
        program: &Program,
        what: &str,
        problem: FetchError,
    ) -> Result<BackfillError, StoreError> {
        let message = format!("failed to get {what}: {problem}");
        let Some(until) = problem.retry_after else { return Ok(BackfillError::Fetch(message)) };
        let lock = program.lock_source(&self.source.name, None).await?;
        let mut state = source_state(program.store.as_ref(), &self.source.name).await?;
        state.retry_after_until = state.retry_after_until.max(Some(until));
        program
            .store
            .record(CheckRecord {
                at: program.clock.now(),
                fence: lock.fence(),
                source: Some(state),
                ..CheckRecord::default()
            })
            .await?;
        Ok(BackfillError::Waiting { until, message })
    }
}
