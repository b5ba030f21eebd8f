//! Joins the rows of a rule's table with its instructions, and decides whether they agree.
//!
//! Knows which entry an instruction means. Where it does not, it says so in [`RuleText::warnings`].

use crate::domain::Warning;
use crate::parse::federal_register::instruction::{Instruction, InstructionReader, Order};
use crate::parse::federal_register::rule::date::date_after;
use crate::parse::federal_register::rule::entries::{
    entry_of_quotation, entry_of_row, is_named, removals, same_country,
};
use crate::parse::federal_register::rule::{RuleEntry, RuleText};
use crate::parse::federal_register::rule_table::TableRow;

/// The rule with its entries and removals. `rule` holds what was read outside the instructions and
/// tables, `doubts` what could not be read with certainty.
pub fn assemble(
    mut rule: RuleText,
    instructions: InstructionReader,
    rows: Vec<TableRow>,
    mut doubts: Vec<String>,
) -> RuleText {
    rule.effective_on = date_after(&rule.effective_text, "effective")
        .or_else(|| date_after(&rule.effective_text, ""));
    doubts.extend(instructions.doubts);
    rule.instructions = instructions.instructions;
    for (old, new) in instructions.replaced {
        doubts.push(format!(
            "it removes `{old}` and adds `{new}` in its place, which may be one entry under \
             another name"
        ));
        rule.replaced.push((old, new));
    }
    for row in rows {
        let entry = entry_of_row(row, &rule.instructions, &mut doubts);
        rule.entries.push(entry);
    }
    rule.removed = removals(&rule.instructions, &mut doubts);
    doubts.extend(disagreements(&rule));
    let without_row = without_a_row(&rule);
    rule.entries.extend(without_row);
    rule.certain = doubts.is_empty();
    rule.warnings = doubts
        .into_iter()
        .map(|text| Warning { place: "the rule's table and instructions".into(), text })
        .collect();
    rule
}

/// The entries that the instructions name and that have no row in the table, because the table
/// lacks rows or could not be read. If a heading has as many rows as names, the table only spells a
/// name in another way, and no entry is missing.
fn without_a_row(rule: &RuleText) -> Vec<RuleEntry> {
    let mut bare_entries = Vec::new();
    let changing =
        || rule.instructions.iter().filter(|instruction| instruction.order != Order::Remove);
    for instruction in changing() {
        let is_of_country = |heading: &str| same_country(instruction.heading.as_deref(), heading);
        let rows = rule.entries.iter().filter(|row| is_of_country(&row.heading)).count();
        let named: usize = changing()
            .filter(|other| is_of_country(other.heading.as_deref().unwrap_or_default()))
            .map(|other| other.names.len())
            .sum();
        if rows >= named.max(instruction.names.len()) {
            continue;
        }
        let has_row = |quoted: &str| {
            rule.entries
                .iter()
                .any(|row| is_of_country(&row.heading) && is_named(&row.entry.name, quoted))
        };
        for quoted in instruction.names.iter().filter(|quoted| !has_row(quoted)) {
            let heading = instruction.heading.clone().unwrap_or_default();
            bare_entries.push(RuleEntry {
                entry: entry_of_quotation(quoted, instruction.heading.as_deref()),
                order: Some(instruction.order),
                heading,
            });
        }
    }
    bare_entries
}

/// The points on which the table and the instructions disagree.
fn disagreements(rule: &RuleText) -> Vec<String> {
    let mut found = Vec::new();
    let changing: Vec<&Instruction> =
        rule.instructions.iter().filter(|instruction| instruction.order != Order::Remove).collect();
    let named: usize = changing.iter().map(|instruction| instruction.names.len()).sum();
    if named != rule.entries.len() && !(changing.is_empty() && rule.entries.is_empty()) {
        found.push(format!(
            "the instructions name {named} entries, but the table has {}",
            rule.entries.len()
        ));
    }
    for entry in rule.entries.iter().filter(|entry| entry.order.is_none()) {
        found.push(format!(
            "no instruction says whether `{}` under {} is added or revised",
            entry.entry.name, entry.heading
        ));
    }
    found
}
