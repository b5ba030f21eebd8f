//! Checks a source now: picks the kind of check, and takes the source's lock so that no source is
//! checked twice at a time.

use tracing::{error, info, warn};

use crate::clock::Stopwatch;
use crate::config::{Source, SourceKind};
use crate::crash_point::CrashPoint;
use crate::domain::CheckOutcome;
use crate::metrics;
use crate::pipeline::check::check_result::CheckResult;
use crate::pipeline::check::list_check;
use crate::pipeline::check::recorder::CheckRecorder;
use crate::pipeline::source_state::{requested_pause, source_state};
use crate::pipeline::{Program, Wiring, federal_register};
use crate::store::{Fence, Lease, Result, StoreError};

/// Checks a source now. If a check of it is running, waits for that one to end first. Never fails:
/// every problem is logged and returned as an outcome.
pub async fn check_source(program: &Program, source_name: &str) -> CheckResult {
    check_under(program, source_name, None).await
}

/// Like [`check_source`], on the schedule. Nothing is recorded once another instance watches.
pub async fn check_on_schedule(program: &Program, source_name: &str, watch: Lease) -> CheckResult {
    check_under(program, source_name, Some(watch)).await
}

async fn check_under(program: &Program, source_name: &str, watch: Option<Lease>) -> CheckResult {
    let locked = program.lock_source(source_name, watch).await;
    let wiring = program.wiring.load_full();
    let failed = |detail: String| CheckResult {
        source: source_name.to_owned(),
        outcome: CheckOutcome::Failed,
        detail,
        is_on_hold: false,
    };
    let Some(source) = wiring.config.sources.iter().find(|source| source.name == source_name)
    else {
        return failed(format!(
            "expected the name of a source in the configuration, but got `{source_name}`"
        ));
    };
    let stopwatch = Stopwatch::start();
    let checked = match &locked {
        Ok(lock) => Box::pin(check(program, &wiring, source, lock.fence(), stopwatch)).await,
        Err(problem) => {
            error!(
                source.name = source_name,
                error = %problem,
                "failed to lock the source, so it is not checked"
            );
            return failed(format!("failed to lock the source: {problem}"));
        }
    };
    let result = match checked {
        Ok(result) => result,
        Err(StoreError::LeaseLost { .. }) => {
            warn!(
                source.name = source_name,
                "another instance has taken over, so this check is not recorded"
            );
            failed("another instance has taken over".to_owned())
        }
        Err(problem) => {
            error!(
                source.name = source_name,
                error = %problem,
                "failed to record the check: nothing of it is kept, and the next check repeats it"
            );
            failed(problem.to_string())
        }
    };
    // The check is over, and so are its entries.
    if !matches!(result.outcome, CheckOutcome::NotModified | CheckOutcome::Waiting) {
        program.store.free_connection_caches().await;
    }
    metrics::check_finished(source_name, result.outcome.as_str(), stopwatch.elapsed_ms());
    result
}

async fn check(
    program: &Program,
    wiring: &Wiring,
    source: &Source,
    fence: Fence,
    stopwatch: Stopwatch,
) -> Result<CheckResult> {
    let now = program.clock.now();
    if let Some(previous) = &source.previous_name
        && program.store.rename_source(previous, &source.name, now, &fence).await?
    {
        info!(
            source.name = source.name,
            source.previous = previous,
            "the history of the source was carried over from its previous name"
        );
    }
    let state = source_state(program.store.as_ref(), &source.name).await?;
    if let Some((until, detail)) = requested_pause(&state, now) {
        warn!(
            source.name = source.name,
            retry_after.until = %until,
            "not checked: the publisher asked for a delay"
        );
        return Ok(CheckResult {
            source: source.name.clone(),
            outcome: CheckOutcome::Waiting,
            detail,
            is_on_hold: false,
        });
    }
    CrashPoint::CheckStarted.pass();
    let mut recorder = CheckRecorder::new(program, wiring, source, now, stopwatch);
    recorder.record.fence = fence;
    recorder.note_missed_checks(&state);
    match source.kind {
        SourceKind::FederalRegister => Box::pin(federal_register::check(recorder, state)).await,
        _ => Box::pin(list_check::check_lists(recorder, state)).await,
    }
}
