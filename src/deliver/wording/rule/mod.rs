//! The wording of a Federal Register document that changes the Entity List: filed, changed,
//! withdrawn or published.

mod digest;
mod facts;
mod lead;
mod next_steps;
mod notes;
mod rule_groups;
mod title;

use crate::deliver::plain;
use crate::deliver::wording::change_group::{index, sections};
use crate::deliver::wording::context::Context;
use crate::deliver::wording::effective::Effective;
use crate::deliver::wording::entry::EntryScope;
use crate::deliver::wording::rule_facts::{reference, savings_clause};
use crate::deliver::wording::subject::subject;
use crate::deliver::wording::{Fact, IndexGroup, MessageContent, Quote, Section, country};
use crate::domain::alert::{NoticeStatus, RuleNotice};
use crate::domain::{AlertId, Summary};
use digest::{listed_entries, listed_names};
use facts::facts;
use lead::lead;
use next_steps::next_steps;
use notes::{cautions, earlier, notes};
use rule_groups::rule_groups;
use title::title;

pub fn content(data: &RuleNotice, alert_id: &AlertId, context: &Context<'_>) -> MessageContent {
    let counts = country::counts(&data.changes);
    let effective = Effective::of(
        data.rule.as_ref().and_then(|rule| rule.effective_on),
        data.effective_text.as_deref(),
        data.observed_at,
    );
    let headline = title(data, &effective);
    let phrase = match data.status {
        // It may never take effect.
        NoticeStatus::Withdrawn | NoticeStatus::Digest => String::new(),
        _ => effective.phrase(),
    };
    let (index, sections) = entries(data, effective.has_begun(), context);
    let mut evidence = earlier(data, context);
    evidence.push(Fact::new("Source", plain::line(&data.source)));
    evidence.push(Fact::new("Journal head", data.journal_head.as_str()));
    MessageContent {
        subject: subject(
            std::slice::from_ref(&headline),
            &phrase,
            reference(data.rule.as_ref()).as_deref(),
            &counts,
        ),
        banner: None,
        matches: None,
        title: format!("{headline}{phrase}"),
        lead: lead(data, &effective, context),
        cautions: cautions(data, context),
        facts_title: "The rule".to_owned(),
        facts: facts(data, &effective, context),
        quotes: quotes(data, &effective),
        next_steps: next_steps(data),
        instructions: context.instructions.to_vec(),
        countries: counts.into_iter().map(|(name, count)| format!("{name} {count}")).collect(),
        index,
        sections,
        notes: notes(data, context),
        full_alert: context.next_step(
            "This alert with all its entries",
            &format!("/alerts/{alert_id}"),
            format!("entitywatch alerts --id {alert_id}"),
        ),
        evidence,
    }
}

fn entries(
    data: &RuleNotice,
    begun: bool,
    context: &Context<'_>,
) -> (Vec<IndexGroup>, Vec<Section>) {
    let scope = EntryScope { several_lists: false, rule_is_named: true, context };
    if data.status == NoticeStatus::Digest {
        return (
            data.documents.iter().filter_map(listed_names).collect(),
            data.documents.iter().filter_map(|listing| listed_entries(listing, scope)).collect(),
        );
    }
    let groups = rule_groups(data, begun);
    (index(&groups), sections(&groups, "", scope))
}

fn quotes(data: &RuleNotice, effective: &Effective) -> Vec<Quote> {
    match data.status {
        NoticeStatus::Withdrawn | NoticeStatus::Digest => Vec::new(),
        _ => {
            // A text without orders and without words about its dates was not read.
            let is_read = data.effective_text.is_some() || data.orders != Summary::default();
            let clause = savings_clause(data.savings_clause.as_deref(), is_read);
            effective.quotes().into_iter().chain([clause]).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::{sample, wording};

    fn content_of(name: &str) -> MessageContent {
        let mut samples = sample::all().into_iter();
        let (_, alert) = samples.find(|(known, _)| *known == name).unwrap();
        wording::alert_content(&alert, &sample::settings(None))
    }

    #[track_caller]
    fn check_subject(name: &str, expected: &str) {
        assert_eq!(content_of(name).subject, expected);
    }

    #[test]
    fn a_subject_says_what_the_reader_must_know() {
        check_subject(
            "rule.filed",
            "Entity List rule filed: 3 added, 1 removed, effective June 28, 2022 (FR Doc. \
             2022-14069): China, Germany and 1 more",
        );
        check_subject(
            "rule.filed, several dates",
            "Entity List rule filed: 3 to be added, 1 removed, effective in parts from July 1, \
             2022 (FR Doc. 2022-14069)",
        );
        check_subject(
            "rule.filed, withdrawn",
            "Entity List rule withdrawn before publication: 3 additions, 1 removal (FR Doc. \
             2022-14069): China, Germany and 1 more",
        );
        check_subject(
            "rule.published",
            "Entity List rule published as filed: 3 added, 1 removed, effective June 28, 2022 (87 \
             FR 38920)",
        );
        check_subject(
            "rule.published, in full",
            "Full entries now available: 6 added, effective June 28, 2022 (87 FR 38920): China",
        );
        check_subject("rule.filed, digest", "Entity List rules of the last 30 days: 2 documents");
    }

    #[test]
    fn what_is_not_known_is_said_once() {
        let content = content_of("rule.filed");
        assert!(
            content.lead.ends_with(
                "Not in the filed text: aliases and addresses. A second message follows."
            ),
            "{}",
            content.lead
        );
        let all = serde_json::to_string(&content).unwrap();
        assert_eq!(all.matches("aliases and addresses").count(), 1, "{all}");
        assert!(!all.contains("not known"), "{all}");
        assert!(!content_of("rule.filed, in full").lead.contains("Not in"));
    }

    #[test]
    fn a_rule_with_several_dates_says_what_each_is_for() {
        let content = content_of("rule.filed, several dates");
        let labels: Vec<&str> = content.quotes.iter().map(|quote| quote.label.as_str()).collect();
        assert_eq!(
            labels,
            ["Effective July 1, 2022", "Effective August 1, 2022", "Savings clause"]
        );
        assert!(content.quotes.iter().all(|quote| !quote.text.contains("Comments")));
        assert!(
            content.cautions.iter().any(|caution| caution.contains("42 entries")),
            "{:?}",
            content.cautions
        );
    }

    #[test]
    fn the_savings_clause_is_quoted_or_said_to_be_missing() {
        let quote = |name: &str| content_of(name).quotes.into_iter().next();
        assert!(quote("rule.filed").unwrap().verbatim);
        let none = content_of("rule.filed, several dates").quotes.pop().unwrap();
        assert_eq!(
            (none.verbatim, none.text.as_str()),
            (false, "none found in the text; read the rule")
        );
        assert!(quote("rule.filed, withdrawn").is_none());
    }

    #[test]
    fn a_withdrawn_rule_only_names_its_entries() {
        let content = content_of("rule.filed, withdrawn");
        let titles: Vec<&str> =
            content.sections.iter().map(|section| section.title.as_str()).collect();
        assert_eq!(titles, ["Not added (3)", "Not removed (1)"]);
        assert!(
            content.sections.iter().flat_map(Section::entries).all(|entry| entry.rows.is_empty())
        );
    }
}
