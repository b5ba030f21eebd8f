//! The facts of a message about a rule, or the documents of a digest.

use crate::deliver::plain;
use crate::deliver::wording::Fact;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::effective::Effective;
use crate::deliver::wording::rule::digest::listed;
use crate::deliver::wording::rule_facts::rule_facts;
use crate::domain::alert::{NoticeStatus, RuleNotice};

pub fn facts(data: &RuleNotice, effective: &Effective, context: &Context<'_>) -> Vec<Fact> {
    if data.status == NoticeStatus::Digest {
        return data.documents.iter().map(|listing| listed(listing, context)).collect();
    }
    // Before publication the date is a planned one.
    let withdrawn = data.status == NoticeStatus::Withdrawn;
    let published = if withdrawn {
        "Was to be published"
    } else if data.status == NoticeStatus::Published
        || data.rule.as_ref().is_some_and(|rule| rule.citation.is_some())
    {
        "Published"
    } else {
        "To be published"
    };
    let mut facts = data
        .rule
        .as_ref()
        .map(|rule| rule_facts(rule, effective, published, context))
        .unwrap_or_default();
    if withdrawn {
        facts.retain(|fact| !fact.label.starts_with("Effective"));
    }
    facts.extend(data.filing_type.as_deref().map(|kind| Fact::new("Filing", plain::line(kind))));
    facts.extend(data.pdf_url.clone().map(|url| Fact::linked("Document", "PDF", Some(url))));
    facts.push(Fact::new(
        "First seen",
        format!("{} {}", context.moment(data.observed_at), context.source(&data.source).on()),
    ));
    facts
}
