//! The savings clause of a rule: what may still be shipped under the earlier terms.

/// The longest heading of a savings clause, in bytes. A longer text is a sentence that only
/// mentions one.
const LONGEST_HEADING: usize = 40;

/// Whether a heading announces a savings clause.
pub fn is_savings_heading(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("savings clause") || lower.contains("saving clause")
}

/// A clause whose heading is in the same paragraph: `Savings Clause. Shipments …`.
pub fn run_in_savings_clause(text: &str) -> Option<String> {
    let (heading, clause) = text.split_once(['.', ':', '—'])?;
    let clause = clause.trim();
    (heading.len() <= LONGEST_HEADING && is_savings_heading(heading) && !clause.is_empty())
        .then(|| clause.to_owned())
}
