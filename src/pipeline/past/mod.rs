//! What happened in a past period, from the journal: which configurations were in force, and which
//! checks were due, made and missed. For the audit report and for assurance.
//!
//! Nothing here depends on the present time, apart from the question whether a due time has come.

pub mod check_tally;
pub mod configurations;
pub mod period;
