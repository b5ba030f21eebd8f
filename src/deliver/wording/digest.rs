//! The wording of a digest: an index of all names, grouped by rule, then the changes of each rule.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::{counted, number, verb};
use crate::deliver::wording::rule_facts::reference;
use crate::deliver::wording::subject::subject;
use crate::deliver::wording::{
    Fact, IndexGroup, MessageContent, NextStep, Quote, Section, country,
};
use crate::domain::digest::SentAtOnce;
use crate::domain::{AlertId, Change, ChangeKind, Digest, DigestedAlert, Rule, Summary};

/// What the alerts are called that no rule is known for.
const WITHOUT_RULE: &str = "Without a known rule";

/// One alert of the digest, with the content that it has as a message of its own.
pub struct Part<'a> {
    pub alert: &'a DigestedAlert,
    pub content: MessageContent,
}

/// `parts` are the alerts of the digest, in their order.
pub fn content(
    data: &Digest,
    alert_id: &AlertId,
    parts: Vec<Part<'_>>,
    context: &Context<'_>,
) -> MessageContent {
    let changes: Vec<&Change> = data.changes().collect();
    let counts = country::counts(changes.iter().copied());
    let title = title(data, &changes);
    let rules = by_rule(parts);
    let named = |texts: fn(&MessageContent) -> &Vec<String>| -> Vec<String> {
        rules.iter().flat_map(|group| group.named(texts)).collect()
    };
    let facts = rules.iter().flat_map(|group| group.facts(context));
    let already_sent = data.sent_at_once.iter().map(|sent| already_sent(sent, context));
    MessageContent {
        subject: subject(
            std::slice::from_ref(&title),
            &format!(", {}", context.day(data.to)),
            None,
            &counts,
        ),
        banner: None,
        matches: None,
        lead: lead(data, context),
        cautions: corrected(data).into_iter().chain(named(|content| &content.cautions)).collect(),
        facts_title: "In this digest".to_owned(),
        facts: facts.chain(already_sent).collect(),
        quotes: rules.iter().flat_map(RuleGroup::quotes).collect(),
        next_steps: next_steps(&rules),
        instructions: context.instructions.to_vec(),
        countries: counts.into_iter().map(|(name, count)| format!("{name} {count}")).collect(),
        index: rules.iter().flat_map(RuleGroup::index).collect(),
        sections: rules.iter().flat_map(RuleGroup::sections).collect(),
        notes: named(|content| &content.notes),
        full_alert: context.next_step(
            "This digest with all its entries",
            &format!("/alerts/{alert_id}"),
            format!("entitywatch alerts --id {alert_id}"),
        ),
        evidence: Vec::new(),
        title,
    }
}

/// `Digest: 2 alerts (5 added, 1 revised)`
fn title(data: &Digest, changes: &[&Change]) -> String {
    let alerts = counted(data.alerts.len(), "alert");
    let Summary { added, removed, revised, editorial } = Summary::of(changes.iter().copied());
    let counts = [
        (added, "added"),
        (revised, "revised"),
        (removed, "no longer listed"),
        (editorial, "editorial"),
    ];
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", number(count)))
        .collect();
    if counts.is_empty() {
        return format!("Digest: {alerts}");
    }
    format!("Digest: {alerts} ({})", counts.join(", "))
}

fn lead(data: &Digest, context: &Context<'_>) -> String {
    let mut lead = format!(
        "{} waited for this digest. It covers the time from {} to {}.",
        counted(data.alerts.len(), "alert"),
        context.moment(data.from),
        context.moment(data.to)
    );
    let sent = data.sent_at_once.len();
    if sent > 0 {
        lead.push_str(&format!(
            " {} of this time {} sent at once and {} not repeated here.",
            counted(sent, "alert"),
            verb(sent, "was", "were"),
            verb(sent, "is", "are")
        ));
    }
    lead
}

/// The alerts in the digest that were corrected while they waited. The correction was sent at once.
fn corrected(data: &Digest) -> Vec<String> {
    let caution = |sent: &SentAtOnce| {
        let corrected = sent.corrects.as_ref()?;
        data.alerts.iter().any(|alert| alert.alert_id() == corrected).then(|| {
            format!(
                "Alert {corrected} in this digest was corrected or withdrawn while it waited: see \
                 alert {}, which was sent at once.",
                sent.alert_id
            )
        })
    };
    data.sent_at_once.iter().filter_map(caution).collect()
}

fn already_sent(sent: &SentAtOnce, context: &Context<'_>) -> Fact {
    let title = plain::line(&sent.title);
    let text = format!("{title}, {} (alert {})", context.moment(sent.created_at), sent.alert_id);
    Fact::linked("Already sent", text, context.link(&format!("/alerts/{}", sent.alert_id)))
}

/// The steps of all alerts, each once.
fn next_steps(rules: &[RuleGroup<'_>]) -> Vec<NextStep> {
    let mut steps: Vec<NextStep> = Vec::new();
    let all = rules.iter().flat_map(|group| &group.parts).flat_map(|part| &part.content.next_steps);
    for step in all {
        let is_known =
            steps.iter().any(|known| (&known.text, &known.link) == (&step.text, &step.link));
        if !is_known {
            steps.push(step.clone());
        }
    }
    steps
}

/// The alerts about one rule, or about none.
struct RuleGroup<'a> {
    rule: Option<&'a Rule>,
    parts: Vec<Part<'a>>,
}

/// The groups in the order of their first alerts. Alerts without a rule come last.
fn by_rule(parts: Vec<Part<'_>>) -> Vec<RuleGroup<'_>> {
    let key = |rule: &Rule| rule.document_number.clone().or_else(|| rule.citation.clone());
    let mut groups: Vec<RuleGroup<'_>> = Vec::new();
    for part in parts {
        let rule = part.alert.rule();
        match groups.iter_mut().find(|group| group.rule.and_then(key) == rule.and_then(key)) {
            Some(group) => group.parts.push(part),
            None => groups.push(RuleGroup { rule, parts: vec![part] }),
        }
    }
    groups.sort_by_key(|group| group.rule.is_none());
    groups
}

impl RuleGroup<'_> {
    /// `87 FR 38920`
    fn name(&self) -> String {
        reference(self.rule).unwrap_or_else(|| WITHOUT_RULE.to_owned())
    }

    /// `87 FR 38920: Added (5)`
    fn titled(&self, title: &str) -> String {
        format!("{}: {title}", self.name())
    }

    /// These texts of all alerts, each with the name of the rule.
    fn named(&self, texts: fn(&MessageContent) -> &Vec<String>) -> Vec<String> {
        let all = self.parts.iter().flat_map(|part| texts(&part.content));
        all.map(|text| self.titled(text)).collect()
    }

    /// Each alert with its title.
    fn facts(&self, context: &Context<'_>) -> Vec<Fact> {
        let fact = |Part { alert, content }: &Part<'_>| {
            let text = format!("{} (alert {})", content.title, alert.alert_id());
            let link = context.link(&format!("/alerts/{}", alert.alert_id()));
            Fact::linked(&self.name(), text, link)
        };
        self.parts.iter().map(fact).collect()
    }

    /// The passages of the rule. Several alerts about one rule quote the same.
    fn quotes(&self) -> Vec<Quote> {
        let mut quotes: Vec<Quote> = Vec::new();
        for quote in self.parts.iter().flat_map(|part| &part.content.quotes) {
            let label = self.titled(&quote.label);
            if !quotes.iter().any(|known| (&known.label, &known.text) == (&label, &quote.text)) {
                quotes.push(Quote { label, ..quote.clone() });
            }
        }
        quotes
    }

    fn index(&self) -> Vec<IndexGroup> {
        let all = self.parts.iter().flat_map(|part| &part.content.index);
        all.map(|part| IndexGroup { title: self.titled(&part.title), ..part.clone() }).collect()
    }

    /// The changes, alert by alert. An alert whose entries are not known has its lead alone.
    fn sections(&self) -> Vec<Section> {
        let of_part = |Part { content, .. }: &Part<'_>| -> Vec<Section> {
            if content.sections.is_empty() {
                return vec![Section {
                    title: self.titled(&content.title),
                    kind: ChangeKind::Revised,
                    note: Some(content.lead.clone()),
                    groups: Vec::new(),
                }];
            }
            let titled = |section: &Section| Section {
                title: self.titled(&section.title),
                ..section.clone()
            };
            content.sections.iter().map(titled).collect()
        };
        self.parts.iter().flat_map(of_part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;
    use crate::deliver::wording::alert_content;
    use crate::deliver::wording::subject::MAX_SUBJECT_CHARS;
    use crate::domain::{Alert, AlertBody};

    fn content_of(change: impl FnOnce(&mut Digest)) -> MessageContent {
        let Alert { alert_id, created_at, body } = sample::digest();
        let AlertBody::Digest(mut data) = body else { panic!("expected a digest") };
        change(&mut data);
        let alert = Alert { alert_id, created_at, body: AlertBody::Digest(data) };
        alert_content(&alert, &sample::settings(None))
    }

    fn titles(content: &MessageContent) -> Vec<&str> {
        content.index.iter().map(|part| part.title.as_str()).collect()
    }

    #[test]
    fn every_name_is_in_the_index_of_its_rule_and_has_its_details() {
        let content = content_of(|_| {});
        let indexed: Vec<&String> = content
            .index
            .iter()
            .flat_map(|part| &part.places)
            .flat_map(|place| &place.names)
            .collect();
        let detailed: Vec<&String> = content
            .sections
            .iter()
            .flat_map(Section::entries)
            .map(|entry| &entry.heading)
            .collect();
        assert_eq!(indexed.len(), 10, "nine of the rule and one without a rule");
        assert_eq!(detailed.len(), 10);
        assert_eq!(titles(&content)[0], "87 FR 38920: Added (5)");
        assert!(titles(&content).last().unwrap().starts_with(WITHOUT_RULE));
        assert_eq!(content.sections[0].title, "87 FR 38920: Added (5)");
    }

    #[test]
    fn what_was_sent_at_once_is_named_as_already_sent() {
        let sent = |content: &MessageContent| -> Vec<String> {
            let facts = content.facts.iter().filter(|fact| fact.label == "Already sent");
            facts.map(|fact| fact.text.clone()).collect()
        };
        let content = content_of(|_| {});
        assert!(sent(&content)[0].starts_with("Entity List: 1 added, "), "{:?}", sent(&content));
        assert!(content.lead.contains("1 alert of this time was sent at once"), "{}", content.lead);
        let content = content_of(|data| data.sent_at_once.clear());
        assert!(!content.lead.contains("at once") && sent(&content).is_empty());
    }

    #[test]
    fn an_alert_that_was_corrected_while_it_waited_is_marked() {
        let correction = AlertId::of(["correction"]);
        let content = content_of(|data| {
            data.sent_at_once[0].corrects = Some(data.alerts[0].alert_id().clone());
            data.sent_at_once[0].alert_id = correction.clone();
        });
        assert!(content.cautions[0].contains(correction.as_str()), "{:?}", content.cautions);
        let cautions = content_of(|_| {}).cautions;
        assert!(cautions.iter().all(|text| !text.contains("corrected")), "{cautions:?}");
    }

    #[test]
    fn alerts_of_one_rule_are_one_group_and_those_without_a_rule_come_last() {
        let content = content_of(|data| {
            data.alerts.rotate_left(1);
            data.alerts.push(data.alerts[1].clone());
        });
        let groups: Vec<&str> = titles(&content)
            .into_iter()
            .filter_map(|title| title.split_once(": "))
            .map(|(name, _)| name)
            .collect();
        assert_eq!((groups.first(), groups.last()), (Some(&"87 FR 38920"), Some(&WITHOUT_RULE)));
        assert_eq!(groups.iter().filter(|name| **name == WITHOUT_RULE).count(), 1);
        assert!(content.subject.starts_with("Digest: 3 alerts ("), "{}", content.subject);
        assert!(content.subject.chars().count() <= MAX_SUBJECT_CHARS, "{}", content.subject);
    }
}
