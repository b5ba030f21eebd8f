//! The facts of a message about a rule, or the documents of a digest.

use crate::deliver::plain;
use crate::deliver::wording::Fact;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::rule::digest::listed;
use crate::deliver::wording::rule_facts::rule_facts;
use crate::domain::alert::{NoticeStatus, RuleNotice};

/// The most characters shown of the rule's own text about its dates.
const MAX_DATES_CHARS: usize = 500;

pub fn facts(data: &RuleNotice, context: &Context<'_>) -> Vec<Fact> {
    if data.status == NoticeStatus::Digest {
        return data.documents.iter().map(|listing| listed(listing, context)).collect();
    }
    let mut facts = data.rule.as_ref().map(|rule| rule_facts(rule, context)).unwrap_or_default();
    if data.status != NoticeStatus::Published {
        // Before publication the date is a planned one.
        facts
            .iter_mut()
            .filter(|fact| fact.label == "Published")
            .for_each(|fact| fact.label = "To be published".to_owned());
    }
    facts.extend(data.agency.as_deref().map(|agency| Fact::new("Agency", plain::line(agency))));
    facts.extend(data.filing_type.as_deref().map(|kind| Fact::new("Filing", plain::line(kind))));
    facts.extend(data.effective_text.as_deref().map(|text| {
        Fact::new("Dates, in its words", plain::shorten(&plain::line(text), MAX_DATES_CHARS))
    }));
    facts.extend(data.pdf_url.clone().map(|url| Fact::linked("The document", "PDF", Some(url))));
    facts.push(Fact::new(
        "First seen",
        format!("{} in {}", context.moment(data.observed_at), plain::line(&data.source)),
    ));
    facts.extend(
        data.savings_clause
            .as_deref()
            .map(|clause| Fact::new("Savings clause", format!("“{}”", plain::line(clause)))),
    );
    facts
}
