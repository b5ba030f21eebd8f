//! The facts of a message about a list change: the rule, the dates and the authority.

use crate::deliver::wording::context::Context;
use crate::deliver::wording::list::classification::lacks_rule;
use crate::deliver::wording::rule_facts::rule_facts;
use crate::deliver::wording::{Fact, authority, time};
use crate::domain::alert::ListChanged;

/// The rule, the dates and the authority. Unknown dates are named as unknown, so that nobody reads
/// their absence as an answer.
pub fn facts(data: &ListChanged, source: &str, context: &Context<'_>) -> Vec<Fact> {
    let mut facts = data.rule.as_ref().map(|rule| rule_facts(rule, context)).unwrap_or_default();
    if lacks_rule(data) {
        facts.push(Fact::new("Rule", "no rule found yet"));
    }
    facts
        .push(Fact::new("First seen", format!("{} in {source}", context.moment(data.observed_at))));
    if let Some(accepted_at) = data.accepted_at {
        facts.push(Fact::new("Accepted", context.moment(accepted_at)));
    }
    if let Some(as_of) = data.snapshot.as_of {
        facts.push(Fact::new("List as of", time::date(as_of)));
    }
    let lists = authority::lists(&data.changes);
    if !lists.is_empty() {
        facts.push(Fact::new("Authority", authority::authorities(&lists)));
    }
    facts
}
