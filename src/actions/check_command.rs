//! `check`: checks sources, and sends the alerts that follow.

use std::collections::HashSet;

use crate::actions::Reply;
use crate::actions::delivery_commands::report_pass;
use crate::actions::match_commands::report_watchlists;
use crate::config;
use crate::exit::Exit;
use crate::pipeline::Program;
use crate::pipeline::check::check_result::CheckResult;
use crate::pipeline::check_source::check_source;
use crate::pipeline::delivery::{self, PassCounts, TriedDeliveries};
use crate::pipeline::items::make_due_steps;
use crate::pipeline::{matching, restored_decisions};
use crate::store::Result;

/// Checks the named sources, or all sources if `names` is empty.
pub async fn check_sources(
    program: &Program,
    mut names: Vec<String>,
    reply: &mut Reply,
) -> Result<()> {
    let wiring = program.wiring.load_full();
    let configured: Vec<&str> =
        wiring.config.sources.iter().map(|source| source.name.as_str()).collect();
    for name in &names {
        if !configured.contains(&name.as_str()) {
            reply.problem(Exit::Usage, config::unknown_name("source", &configured, name));
        }
    }
    if reply.exit != 0 {
        return Ok(());
    }
    if names.is_empty() {
        names = configured.iter().map(ToString::to_string).collect();
    }
    let mut unique = HashSet::new();
    names.retain(|name| unique.insert(name.clone()));
    // The changes of a list are compared with the counterparties of today.
    let before = matching::check_watchlists(program, None).await?;
    // The alerts of a source are sent when its check is recorded. They do not wait for the slowest
    // source.
    let tried = TriedDeliveries::default();
    let checks = names.iter().map(async |name| {
        let checked = check_source(program, name).await;
        (checked, delivery::deliver_due_except(program, &tried).await)
    });
    let (all_checked, passes): (Vec<CheckResult>, Vec<Result<PassCounts>>) =
        futures_util::future::join_all(checks).await.into_iter().unzip();
    for checked in all_checked {
        report_check(&checked, reply);
    }
    // Without any source, no pass was made above.
    let mut counts = if names.is_empty() {
        delivery::deliver_due_except(program, &tried).await?
    } else {
        PassCounts::default()
    };
    for pass in passes {
        counts += pass?;
    }
    // A list that was read for the first time is compared now.
    let after = matching::check_watchlists(program, None).await?;
    report_watchlists(&before, &after, reply);
    let restored = restored_decisions::carry_out(program).await;
    if !after.is_empty() || !restored.is_empty() {
        counts += delivery::deliver_due_except(program, &tried).await?;
    }
    if make_due_steps(program).await?.made > 0 {
        counts += delivery::deliver_due_except(program, &tried).await?;
    }
    report_pass(counts, reply);
    Ok(())
}

fn report_check(
    CheckResult { source, outcome, detail, is_on_hold }: &CheckResult,
    reply: &mut Reply,
) {
    let line = format!("{source}: {}: {detail}", outcome.as_str());
    if outcome.is_failure() {
        reply.problem(Exit::Failed, line);
    } else {
        reply.line(line);
    }
    if *is_on_hold {
        reply.raise_exit(Exit::OnHold);
        reply.line(format!("{source}: a list is on hold: `entitywatch holds list` shows it"));
    }
}
