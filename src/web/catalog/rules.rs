//! The documents of the Federal Register that change the Entity List, or would have, without what
//! they order. That is most of a document, and only the page of the document shows it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::domain::{RecordedRule, RuleState, Summary};
use crate::stored_json::RuleRow;

#[derive(Debug, Default)]
pub struct Rules {
    /// Newest first.
    all: Vec<CatalogRule>,
    numbers: BTreeSet<String>,
}

#[derive(Debug)]
struct CatalogRule {
    /// Its `changes` are empty.
    rule: RecordedRule,
    /// How many changes it orders.
    ordered: Summary,
}

impl Rules {
    pub fn add(&mut self, rule: RecordedRule) {
        if rule.state == RuleState::Other {
            return;
        }
        self.numbers.insert(rule.document_number.clone());
        let ordered = Summary::of(&rule.changes);
        let rule = RecordedRule { changes: Vec::new(), alerted_changes: Vec::new(), ..rule };
        self.all.push(CatalogRule { rule, ordered });
    }

    /// Orders the rules.
    pub fn seal(&mut self) {
        self.all.sort_by_key(|known| Reverse((known.rule.day(), known.rule.first_seen_at)));
        self.all.shrink_to_fit();
    }

    /// Whether the document with this number has a page.
    pub fn contains(&self, number: &str) -> bool {
        self.numbers.contains(number)
    }

    /// All rules, newest first. What they order is left out.
    pub fn iter(&self) -> impl Iterator<Item = &RecordedRule> {
        self.all.iter().map(|known| &known.rule)
    }

    /// The rows of all rules, newest first.
    pub fn rows(&self) -> Vec<RuleRow> {
        let row = |known: &CatalogRule| RuleRow {
            ordered: known.ordered,
            ..RuleRow::from(known.rule.clone())
        };
        self.all.iter().map(row).collect()
    }
}
