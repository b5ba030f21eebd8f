//! The facts about a rule: its name, document number and dates.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::{Fact, time};
use crate::domain::Rule;

/// Unknown dates are named as unknown, so that nobody reads their absence as an answer.
const NOT_KNOWN: &str = "not known yet";

pub fn rule_facts(rule: &Rule, context: &Context<'_>) -> Vec<Fact> {
    let named: Vec<String> =
        [&rule.citation, &rule.title].into_iter().flatten().map(|text| plain::line(text)).collect();
    let date =
        |date: Option<jiff::civil::Date>| date.map_or_else(|| NOT_KNOWN.to_owned(), time::date);
    let filed = rule.filed_at.map_or_else(|| NOT_KNOWN.to_owned(), |at| context.moment(at));
    let mut facts = vec![Fact::linked(
        "Rule",
        if named.is_empty() { "Federal Register".to_owned() } else { named.join(" — ") },
        rule.url.clone(),
    )];
    facts.extend(
        rule.document_number
            .as_deref()
            .map(|number| Fact::new("Document number", plain::line(number))),
    );
    facts.push(Fact::new("Filed for public inspection", filed));
    facts.push(Fact::new("Effective", date(rule.effective_on)));
    facts.push(Fact::new("Published", date(rule.published_on)));
    facts
}
