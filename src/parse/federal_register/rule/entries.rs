//! The entries and removals that a rule orders, from its table and its instructions.

use crate::domain::country::{iso_of_heading, name_of};
use crate::domain::same::name_key;
use crate::domain::{Citation, Entry, ListCode};
use crate::parse::citation::citations;
use crate::parse::ecfr::entity::take_apart;
use crate::parse::federal_register::instruction::{Instruction, Order};
use crate::parse::federal_register::rule::date::without_placeholder;
use crate::parse::federal_register::rule::{Removal, RuleEntry};
use crate::parse::federal_register::rule_table::TableRow;

/// The entry of a row of the table. A heading that is not a country is added to `doubts`.
pub fn entry_of_row(
    row: TableRow,
    instructions: &[Instruction],
    doubts: &mut Vec<String>,
) -> RuleEntry {
    let heading = row.heading.unwrap_or_default();
    let code = iso_of_heading(&heading);
    if code.is_none() {
        doubts.push(format!("line {}: expected a country, but got `{heading}`", row.line));
    }
    let parts = take_apart(&row.entity.text, code.and_then(name_of));
    let mut entry = Entry::named(ListCode::EL, parts.name);
    entry.form = parts.form;
    entry.aliases = parts.aliases;
    entry.addresses = parts.addresses;
    entry.remarks = parts.remarks.join("; ");
    entry.countries = code.map(str::to_owned).into_iter().collect();
    entry.license_requirement = row.requirement.flat();
    entry.license_policy = row.policy.flat();
    entry.footnotes = row.requirement.marks;
    entry.footnotes.sort();
    entry.footnotes.dedup();
    let (printed, own_date) = without_placeholder(&row.citation.flat());
    let cited = citations(&printed);
    entry.start_date =
        cited.first().map_or(own_date, |first| first.date).map(|date| date.to_string());
    entry.citations = cited
        .into_iter()
        .map(|dated| dated.citation)
        .filter(|citation| matches!(citation, Citation::Page { .. }))
        .collect();
    if !parts.subordinates.is_empty() {
        entry.other.insert("subordinate_parties", &parts.subordinates.join("\n"));
    }
    if !parts.certain {
        entry.other.insert("entity", &row.entity.flat());
    }
    let order = order_of(&entry.name, &heading, instructions);
    RuleEntry { entry, order, heading }
}

/// An entry with only the name and country that an instruction gives.
pub fn entry_of_quotation(quoted: &str, heading: Option<&str>) -> Entry {
    let mut entry = Entry::named(ListCode::EL, name_in_quotation(quoted));
    entry.countries = heading.and_then(iso_of_heading).map(str::to_owned).into_iter().collect();
    entry
}

/// The name in a quotation, without aliases and addresses. A quotation that has only those is the
/// name as a whole, because an entry without a name could not be alerted.
pub fn name_in_quotation(quoted: &str) -> String {
    let name = take_apart(quoted, None).name;
    if name.is_empty() { quoted.to_owned() } else { name }
}

/// The entries that the instructions remove. Instructions without a name or country are added to
/// `doubts`.
pub fn removals(instructions: &[Instruction], doubts: &mut Vec<String>) -> Vec<Removal> {
    let mut removed = Vec::new();
    for instruction in instructions.iter().filter(|instruction| instruction.order == Order::Remove)
    {
        if instruction.names.is_empty() {
            doubts.push(format!(
                "an instruction removes something without quoting it: `{}`",
                instruction.text
            ));
        }
        if instruction.heading.is_none() && !instruction.names.is_empty() {
            doubts.push(format!(
                "an instruction removes entries without naming their country: `{}`",
                instruction.text
            ));
        }
        for quoted in &instruction.names {
            removed.push(Removal {
                name: name_in_quotation(quoted),
                heading: instruction.heading.clone(),
            });
        }
    }
    removed
}

/// The order of the instruction that names the entry under its heading, else the only order that
/// its heading has.
fn order_of(name: &str, heading: &str, instructions: &[Instruction]) -> Option<Order> {
    let changing: Vec<&Instruction> =
        instructions.iter().filter(|instruction| instruction.order != Order::Remove).collect();
    let of_country: Vec<&&Instruction> = changing
        .iter()
        .filter(|instruction| same_country(instruction.heading.as_deref(), heading))
        .collect();
    if let Some(named) = of_country
        .iter()
        .find(|instruction| instruction.names.iter().any(|quoted| is_named(name, quoted)))
    {
        return Some(named.order);
    }
    let first = of_country.first()?.order;
    of_country.iter().all(|instruction| instruction.order == first).then_some(first)
}

/// Whether both headings are of one country. An instruction without a heading matches any.
pub fn same_country(one: Option<&str>, other: &str) -> bool {
    one.is_none_or(|one| {
        one.eq_ignore_ascii_case(other)
            || iso_of_heading(one).is_some() && iso_of_heading(one) == iso_of_heading(other)
    })
}

/// Whether an instruction quotes this name. Instructions quote a name with or without its aliases,
/// and with their own punctuation.
pub fn is_named(name: &str, quoted: &str) -> bool {
    let (name, quoted) = (name_key(name), name_key(&name_in_quotation(quoted)));
    !name.is_empty()
        && (name == quoted
            || !quoted.is_empty() && (name.starts_with(&quoted) || quoted.starts_with(&name)))
}
