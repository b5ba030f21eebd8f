//! The facts of a message about a list change: the rule, the dates and the authority. Unknown facts
//! are left out, because the lead says what is not known.

use crate::deliver::wording::context::Context;
use crate::deliver::wording::effective::Effective;
use crate::deliver::wording::rule_facts::rule_facts;
use crate::deliver::wording::source_title::SourceTitle;
use crate::deliver::wording::{Fact, authority, time};
use crate::domain::alert::ListChanged;

pub fn facts(
    data: &ListChanged,
    effective: &Effective,
    source: &SourceTitle,
    context: &Context<'_>,
) -> Vec<Fact> {
    let mut facts = data
        .rule
        .as_ref()
        .map(|rule| rule_facts(rule, effective, "Published", context))
        .unwrap_or_default();
    facts.push(Fact::new(
        "First seen",
        format!("{} {}", context.moment(data.observed_at), source.on()),
    ));
    if let Some(as_of) = data.snapshot.as_of {
        facts.push(Fact::new("List as of", time::date(as_of)));
    }
    let lists = authority::lists(&data.changes);
    if !lists.is_empty() {
        facts.push(Fact::new("Authority", authority::authorities(&lists)));
    }
    facts
}
