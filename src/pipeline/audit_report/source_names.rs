//! What a source was called at the end of the period. A later new name must not change the report
//! of an earlier period. Pure.

use crate::domain::JournalEntry;
use crate::pipeline::audit_report::journal_pass::PastAct;

/// The new names that were given after the period, oldest first.
#[derive(Debug, Default)]
pub struct LaterNames(Vec<(String, String)>);

impl LaterNames {
    pub fn add(&mut self, entry: JournalEntry) {
        let renamed = PastAct::of(entry);
        self.0.push((renamed.text("from"), renamed.text("to")));
    }

    /// The name at the end of the period of a source that has this name now.
    pub fn then(&self, now: &str) -> String {
        let mut name = now;
        for (from, to) in self.0.iter().rev() {
            if to == name {
                name = from;
            }
        }
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_names_are_undone_newest_first() {
        let names = LaterNames(vec![("a".into(), "b".into()), ("b".into(), "c".into())]);
        assert_eq!((names.then("c"), names.then("other")), ("a".into(), "other".into()));
    }
}
