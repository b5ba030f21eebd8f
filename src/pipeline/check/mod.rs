//! One check of one source of lists: fetch → parse → diff → route → record.
//!
//! `list_check` asks the publisher and picks what to do with the answer. `read_document` turns a
//! document into changes and alerts: `assess` decides for one list, `assess_lists` does so for all
//! lists of the document, and `list_outcomes` collects the results. `check_result`, `recorder` and
//! `operator_alerts` also serve the checks of the Federal Register.

pub mod assess;
pub mod assessment;
mod assess_lists;
mod check_metrics;
pub mod list_before;
pub mod document_warnings;
pub mod freshness;
pub(in crate::pipeline) mod hold_alerts;
pub mod last_document;
pub mod list_check;
mod list_holds;
mod list_in_document;
mod list_outcomes;
pub mod operator_alerts;
pub mod check_result;
pub mod parse_document;
mod read_document;
pub(crate) mod recorder;
mod row_updates;

use jiff::SignedDuration;

/// How often daily work is done. It is a little less than a day, because checks at the same time
/// each day start some seconds early or late.
pub(crate) const DAILY: SignedDuration = SignedDuration::from_mins(23 * 60 + 30);
