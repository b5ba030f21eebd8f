//! The result of a command, as it is sent back over the control socket.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::exit::Exit;
use crate::pipeline::backfill::Plan;

/// What a command prints, and its exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// A code of [`Exit`].
    pub exit: u8,
    /// For standard output.
    pub lines: Vec<String>,
    /// For standard error.
    pub problems: Vec<String>,
    /// The plan of a `BackfillPlan` request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// The publisher asked for a pause until this time. The same request can be repeated then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_until: Option<Timestamp>,
}

impl Reply {
    /// A reply that consists of one problem.
    pub fn of_problem(exit: Exit, text: impl Into<String>) -> Self {
        let mut reply = Self::default();
        reply.problem(exit, text);
        reply
    }

    pub(super) fn line(&mut self, text: impl Into<String>) {
        self.lines.push(text.into());
    }

    pub(super) fn problem(&mut self, exit: Exit, text: impl Into<String>) {
        self.raise_exit(exit);
        self.problems.push(text.into());
    }

    /// Sets the exit code, unless a worse one is set already.
    pub(super) fn raise_exit(&mut self, exit: Exit) {
        self.exit = Exit::from_code(self.exit).worst(exit).code();
    }
}
