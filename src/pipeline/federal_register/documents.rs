//! Goes through the documents of one check: new ones, known ones, and those that are missing.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::alert::NoticeStatus;
use crate::domain::{RecordedRule, RuleState};
use crate::pipeline::federal_register::known_document::check_known;
use crate::pipeline::federal_register::listed_document::ListedDocument;
use crate::pipeline::federal_register::listing::Listing;
use crate::pipeline::federal_register::new_document::check_new;
use crate::pipeline::federal_register::rule_check::RuleCheck;
use crate::pipeline::federal_register::rule_updates::RuleUpdates;
use crate::pipeline::federal_register::withdrawal::{self, Evidence};
use crate::store::Result;

/// Compares the listed documents with the known rules. `evidence` says what it proves that the
/// public inspection list lacks a document.
pub async fn check_documents(
    check: &RuleCheck<'_>,
    known: BTreeMap<String, RecordedRule>,
    listing: &Listing,
    evidence: Evidence,
) -> Result<RuleUpdates> {
    let mut updates = RuleUpdates::new(known);
    let published: BTreeSet<&str> = listing
        .documents
        .iter()
        .filter(|listed| listed.published)
        .map(ListedDocument::number)
        .collect();
    for listed in &listing.documents {
        // On its publication day, a document is in both lists.
        if !listed.published && published.contains(listed.number()) {
            continue;
        }
        updates.documents_checked += 1;
        match updates.rules.remove(listed.number()) {
            None => check_new(check, &mut updates, listed).await?,
            Some(rule) => check_known(check, &mut updates, listed, rule).await?,
        }
    }
    check_missing(check, &mut updates, &listing.numbers, evidence);
    Ok(updates)
}

/// Notes which filed documents no list shows, and announces those that count as withdrawn.
fn check_missing(
    check: &RuleCheck<'_>,
    updates: &mut RuleUpdates,
    listed_numbers: &BTreeSet<String>,
    evidence: Evidence,
) {
    let missing: Vec<RecordedRule> = updates
        .rules
        .values()
        .filter(|rule| {
            rule.state == RuleState::Filed && !listed_numbers.contains(&rule.document_number)
        })
        .cloned()
        .collect();
    for mut rule in missing {
        if withdrawal::mark_unlisted(&mut rule, evidence, check.now(), check.today) {
            rule.state = RuleState::Withdrawn;
            updates.announce(rule, NoticeStatus::Withdrawn, None, check.now());
        } else {
            updates.keep_counters(rule);
        }
    }
}
