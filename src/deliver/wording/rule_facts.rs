//! The facts about a rule: its name, document number, dates, and savings clause.

use jiff::civil::Date;

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::effective::Effective;
use crate::deliver::wording::{Fact, Quote, time};
use crate::domain::Rule;

/// The most characters of a rule's title in a sentence. The longest real one has about 250.
const MAX_TITLE_CHARS: usize = 300;

/// The name and the known dates of a rule. Unknown facts are left out, because the lead says what
/// is not known. `published` labels the publication date.
pub fn rule_facts(
    rule: &Rule,
    effective: &Effective,
    published: &str,
    context: &Context<'_>,
) -> Vec<Fact> {
    let named: Vec<String> =
        [&rule.citation, &rule.title].into_iter().flatten().map(|text| plain::line(text)).collect();
    let mut facts = vec![Fact::linked(
        "Rule",
        if named.is_empty() { "Federal Register".to_owned() } else { named.join(", ") },
        rule.url.clone(),
    )];
    facts.extend(effective.fact());
    facts.extend(
        rule.filed_at.map(|at| Fact::new("Filed for public inspection", context.moment(at))),
    );
    let on = |date: Date| Fact::new(published, time::date(date));
    facts.extend(rule.published_on.map(on));
    facts.extend(document_number(rule).map(|number| Fact::new("Document number", number)));
    facts
}

/// How a subject refers to the rule: its citation, or before it has one its document number.
pub fn reference(rule: Option<&Rule>) -> Option<String> {
    let rule = rule?;
    let citation = rule.citation.as_deref().map(plain::line);
    citation.or_else(|| document_number(rule).map(|number| format!("FR Doc. {number}")))
}

/// `87 FR 38920, “Addition of Entities to the Entity List”`, for a sentence.
pub fn named(rule: &Rule) -> String {
    let title = rule
        .title
        .as_deref()
        .map(|title| format!("“{}”", plain::shorten(&plain::line(title), MAX_TITLE_CHARS)));
    let parts: Vec<String> = reference(Some(rule)).into_iter().chain(title).collect();
    if parts.is_empty() { "a rule in the Federal Register".to_owned() } else { parts.join(", ") }
}

/// The savings clause, verbatim, or that there is none in the text. Never a computed deadline.
pub fn savings_clause(clause: Option<&str>, is_read: bool) -> Quote {
    let clause = clause.map(plain::line).filter(|clause| !clause.is_empty());
    let (text, verbatim) = match clause {
        Some(clause) => (clause, true),
        None if is_read => ("none found in the text; read the rule".to_owned(), false),
        None => ("the text of the rule was not read here; read the rule".to_owned(), false),
    };
    Quote { label: "Savings clause".to_owned(), text, verbatim }
}

fn document_number(rule: &Rule) -> Option<String> {
    rule.document_number.as_deref().map(plain::line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_savings_clause_is_quoted_or_said_to_be_missing() {
        let quoted = savings_clause(Some("Shipments may\n\nproceed."), true);
        assert!(quoted.verbatim);
        assert_eq!(quoted.text, "Shipments may proceed.");
        let none = savings_clause(None, true);
        assert!(!none.verbatim);
        assert_eq!(none.text, "none found in the text; read the rule");
        assert!(savings_clause(Some(" "), false).text.contains("was not read"));
    }

    #[test]
    fn a_rule_without_a_page_is_named_by_its_document_number() {
        let rule = |citation: Option<&str>, number: Option<&str>, title: Option<&str>| Rule {
            citation: citation.map(str::to_owned),
            document_number: number.map(str::to_owned),
            title: title.map(str::to_owned),
            url: None,
            filed_at: None,
            effective_on: None,
            published_on: None,
        };
        let both = rule(Some("87 FR 38920"), Some("2022-14069"), Some("Additions"));
        assert_eq!(named(&both), "87 FR 38920, “Additions”");
        let filed = rule(None, Some("2022-14069"), None);
        assert_eq!(reference(Some(&filed)).as_deref(), Some("FR Doc. 2022-14069"));
        assert_eq!(named(&rule(None, None, None)), "a rule in the Federal Register");
    }
}
