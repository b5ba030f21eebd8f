//! Checks a source now: picks the kind of check, and takes the source's lock so that no source is
//! checked twice at a time.

use tracing::{error, info, warn};

use crate::clock::Stopwatch;
use crate::config::{Source, SourceKind};
use crate::crash_point::CrashPoint;
use crate::metrics;
use crate::pipeline::check::list_check;
use crate::pipeline::check::outcome::{CheckResult, Outcome};
use crate::pipeline::check::recorder::CheckRecorder;
use crate::pipeline::source_state::{requested_pause, source_state};
use crate::pipeline::{Program, Wiring, federal_register};
use crate::store::Result;

/// Checks a source now. If a check of it is running, waits for that one to end first. Never fails:
/// every problem is logged and returned as an outcome.
pub async fn check_source(program: &Program, source_name: &str) -> CheckResult {
    let lock = program.source_lock(source_name);
    let _guard = lock.lock().await;
    let wiring = program.wiring.load_full();
    let failed = |detail: String| CheckResult {
        source: source_name.to_owned(),
        outcome: Outcome::Failed,
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
    let result = match Box::pin(check(program, &wiring, source, stopwatch)).await {
        Ok(result) => result,
        Err(problem) => {
            error!(
                source.name = source_name,
                error = %problem,
                "failed to record the check: nothing of it is kept, and the next check repeats it"
            );
            failed(problem.to_string())
        }
    };
    metrics::check_finished(source_name, result.outcome.as_str(), stopwatch.elapsed_ms());
    result
}

async fn check(
    program: &Program,
    wiring: &Wiring,
    source: &Source,
    stopwatch: Stopwatch,
) -> Result<CheckResult> {
    let now = program.clock.now();
    if let Some(previous) = &source.previous_name
        && program.store.rename_source(previous, &source.name, now).await?
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
            outcome: Outcome::Waiting,
            detail,
            is_on_hold: false,
        });
    }
    CrashPoint::CheckStarted.pass();
    let mut recorder = CheckRecorder::new(program, wiring, source, now, stopwatch);
    recorder.note_missed_checks(&state);
    match source.kind {
        SourceKind::FederalRegister => Box::pin(federal_register::check(recorder, state)).await,
        _ => Box::pin(list_check::check_lists(recorder, state)).await,
    }
}
