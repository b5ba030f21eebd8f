//! What `store restore` prints of the decisions that were made after the backup.

use std::io::Write;

use anyhow::Result;
use serde_json::Value;

use crate::cli::output::{self, time};
use crate::cli::repeat_decision::command_line;
use crate::pipeline::restored_decisions::{Restoration, RestorationOutcome};
use crate::store::copies::{Decision, RestoredFrom};

/// Prints them in groups: what was carried out again, what waits, what will not be.
pub fn print(passed: &[Restoration], out: &mut dyn Write) -> Result<()> {
    let group = |of: fn(&RestorationOutcome) -> Option<Option<&str>>| -> Vec<String> {
        let of_one = |one: &Restoration| {
            of(&one.outcome).map(|why| {
                let why = why.map(|why| format!("\n      {why}")).unwrap_or_default();
                format!("  {}{why}", line_of(&one.decision))
            })
        };
        passed.iter().filter_map(of_one).collect()
    };
    let carried_out = group(|outcome| match outcome {
        RestorationOutcome::CarriedOut => Some(None),
        _ => None,
    });
    let waits = group(|outcome| match outcome {
        RestorationOutcome::Waits(why) => Some(Some(why)),
        _ => None,
    });
    let not_applied = group(|outcome| match outcome {
        RestorationOutcome::NotApplied(why) => Some(Some(why)),
        _ => None,
    });
    for (title, meaning, lines) in [
        ("carried out again", "", carried_out),
        ("waiting", "; they are carried out when a check brings back what they are about", waits),
        ("not carried out", "; to repeat one, run its command", not_applied),
    ] {
        if lines.is_empty() {
            continue;
        }
        output::line(out, &format!("{title}: {}{meaning}", lines.len()))?;
        for line in lines {
            output::line(out, &line)?;
        }
    }
    Ok(())
}

/// The command that repeats a decision, with when and how it was made.
fn line_of(decision: &Decision) -> String {
    let data: Value = serde_json::from_str(&decision.data).unwrap_or_default();
    let identified = data.get("identified").cloned().unwrap_or_default();
    let identified = serde_json::from_value::<crate::domain::Identified>(identified);
    let identified = identified.map_or_else(|_| String::new(), |how| format!(", {how}"));
    let at = time(RestoredFrom::of(decision).decided_at);
    format!("{}    # {at}{identified}", command_line(decision))
}
