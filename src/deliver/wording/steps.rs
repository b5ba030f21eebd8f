//! The next steps that several kinds of messages have in common. They never say that something is
//! permitted or forbidden: that is for counsel.

use crate::deliver::wording::NextStep;

pub const ADDITIONS: &str = "Consider holding orders and shipments to these parties and screening \
                             again; your counsel decides";
pub const SEVERE_REVISIONS: &str = "Consider holding orders and shipments to the revised parties \
                                    and screening again with the new terms; your counsel decides";
pub const REVISIONS: &str = "Consider screening again with the new names, addresses and terms of \
                             the revised parties; your counsel decides";
pub const REMOVALS: &str = "Consider confirming a removal with the publisher before you rely on \
                            it; your counsel decides";

/// A step without a command or a link.
pub fn plain(text: impl Into<String>) -> NextStep {
    NextStep { text: text.into(), command: None, link: None }
}

pub fn linked(text: impl Into<String>, link: String) -> NextStep {
    NextStep { text: text.into(), command: None, link: Some(link) }
}
