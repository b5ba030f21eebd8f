//! The savings clause of a rule: what may still be shipped under the earlier terms.

pub fn is_savings_heading(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("savings clause") || lower.contains("saving clause")
}

/// A clause whose heading stands in its own paragraph: `Savings Clause. Shipments …`
pub fn run_in_savings_clause(text: &str) -> Option<String> {
    let (heading, clause) = text.split_once(['.', ':', '—'])?;
    let clause = clause.trim();
    (heading.len() <= 40 && is_savings_heading(heading) && !clause.is_empty())
        .then(|| clause.to_owned())
}
