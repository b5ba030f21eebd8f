//! The first lines of a hold for people, and the commands that decide on it.

use std::io::Write;

use crate::cli::output::{self, time};
use crate::stored_json::HoldRow;

/// What is on hold and why, and who decided.
pub fn head(out: &mut dyn Write, hold: &HoldRow, unit: &str) -> std::io::Result<()> {
    output::one_line(
        out,
        &format!(
            "{}: {} of {}, on hold for {}, {}",
            hold.hold_id,
            hold.subject(),
            hold.origin(),
            hold.reason,
            hold.state.as_str()
        ),
    )?;
    output::one_line(out, &hold.message)?;
    output::line(
        out,
        &format!(
            "first seen {}; {} {unit} before, {} in the file on hold",
            time(hold.opened_at),
            hold.count_before,
            hold.count_after
        ),
    )?;
    if let (Some(by), Some(reason), Some(at)) =
        (&hold.decided_by, &hold.decision_reason, hold.decided_at)
    {
        let how = hold.identified.as_ref().map_or_else(String::new, |how| format!(", {how},"));
        output::one_line(
            out,
            &format!("{} by {by}{how} at {}: {reason}", hold.state.as_str(), time(at)),
        )?;
    }
    Ok(())
}

/// The two commands that decide on a hold.
pub fn decisions(id: &str) -> String {
    format!(
        "entitywatch holds accept {id} --by NAME --reason TEXT\nentitywatch holds reject {id} --by \
         NAME --reason TEXT"
    )
}
