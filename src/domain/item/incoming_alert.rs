//! What an alert brings to an item: whether it opens one, attaches to one, or reopens it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::item::{Item, ItemAlert, ItemState, Responsible};
use crate::domain::same::name_key;
use crate::domain::{
    AlertBody, AlertId, Change, Citation, Entry, ItemId, Rule, Severity, alert::NoticeStatus,
};

/// An alert, as far as it concerns an item.
#[derive(Clone, Debug, PartialEq)]
pub struct IncomingAlert {
    pub alert: ItemAlert,
    pub rule: Option<Rule>,
    /// The rule and its pages. The item of the same rule has one of these keys.
    pub rule_keys: Vec<String>,
    /// Earlier alerts about the same rule, or the alert that this one corrects.
    pub related: Vec<AlertId>,
    /// The receivers that must acknowledge the alert if it opens an item or joins one.
    pub responsible: Vec<Responsible>,
    /// Whether the alert opens an item if none of its rule exists.
    pub opens: bool,
    /// See [`contents`].
    pub contents: BTreeSet<String>,
}

/// What happened to an item when an alert came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attached {
    /// The alert repeats or confirms what was in the item.
    Known,
    /// The alert brings something new. The item was open, and its clock runs on.
    New,
    /// The alert brings something new, and the item was taken or closed.
    Reopened,
}

impl Item {
    /// The item that an alert opens. Its id is made from the alert, so that an alert that is
    /// recorded again from an old backup opens the same item.
    pub fn open(incoming: &IncomingAlert) -> Self {
        let opened_at = incoming.alert.created_at;
        let mut item = Self {
            item_id: ItemId::of([incoming.alert.alert_id.as_str()]),
            state: ItemState::Open,
            rule: incoming.rule.clone(),
            title: incoming.alert.title.clone(),
            opened_at,
            reopened_at: None,
            opening: 1,
            clock_started_at: None,
            responsible: incoming.responsible.clone(),
            escalated_to: Vec::new(),
            taken_by: None,
            taken_at: None,
            closed_by: None,
            closed_at: None,
            outcome: None,
            note: None,
            alerts: vec![incoming.alert.clone()],
            history: Vec::new(),
        };
        item.note_event(opened_at, "opened", None, incoming.alert.alert_id.to_string());
        item
    }

    /// Adds an alert, and to `contents` what it brings. Only entries, aliases and addresses that
    /// were not in the item reopen it.
    pub fn attach(
        &mut self,
        incoming: &IncomingAlert,
        contents: &mut BTreeSet<String>,
    ) -> Attached {
        let at = incoming.alert.created_at;
        let brings_something_new = !incoming.contents.is_subset(contents);
        contents.extend(incoming.contents.iter().cloned());
        self.alerts.push(incoming.alert.clone());
        self.take_over_rule(incoming.rule.as_ref());
        if incoming.opens {
            for added in &incoming.responsible {
                if !self.responsible.iter().any(|known| known.settings_of == added.settings_of) {
                    self.responsible.push(added.clone());
                }
            }
        }
        let attached = match (brings_something_new, self.state) {
            (false, _) => Attached::Known,
            (true, ItemState::Open) => Attached::New,
            (true, ItemState::Taken | ItemState::Closed) => Attached::Reopened,
        };
        if attached == Attached::Reopened {
            self.open_again(at);
        }
        let what = if attached == Attached::Reopened { "reopened" } else { "attached" };
        self.note_event(at, what, None, incoming.alert.alert_id.to_string());
        attached
    }

    /// A later alert may know more about the rule.
    fn take_over_rule(&mut self, rule: Option<&Rule>) {
        let known = |rule: &Rule| {
            usize::from(rule.document_number.is_some()) + usize::from(rule.citation.is_some())
        };
        if let Some(rule) = rule
            && self.rule.as_ref().is_none_or(|before| known(rule) > known(before))
        {
            self.rule = Some(rule.clone());
        }
    }
}

/// Whether an alert with these changes opens an item. `changes` are those that a receiver gets.
pub fn opens_item(body: &AlertBody, changes: &[&Change]) -> bool {
    match body {
        AlertBody::RuleFiled(data) => data.status != NoticeStatus::Digest,
        AlertBody::RulePublished(_) | AlertBody::ListChanged(_) | AlertBody::ListCorrected(_) => {
            changes.iter().any(|change| change.severity == Severity::High)
        }
        AlertBody::RegulationChanged(_) => true,
        AlertBody::SourceLagging(_)
        | AlertBody::SourceBaseline(_)
        | AlertBody::SourceFailing(_)
        | AlertBody::SourceRecovered(_)
        | AlertBody::SnapshotHeld(_)
        | AlertBody::DeliveryFailing(_)
        | AlertBody::DeliveryDead(_)
        | AlertBody::AlertEscalated(_)
        | AlertBody::ItemsOpen(_)
        | AlertBody::WatchlistMatched(_)
        | AlertBody::WatchlistFailing(_)
        | AlertBody::Digest(_)
        | AlertBody::Assurance(_)
        | AlertBody::ConfigRejected(_)
        | AlertBody::Test(_) => false,
    }
}

/// Whether an alert can be part of an item: it is about changes, and not a digest of the first day.
pub fn concerns_items(body: &AlertBody) -> bool {
    body.list_changed().is_some()
        || body.regulation_changed().is_some()
        || body.rule_notice().is_some_and(|notice| notice.status != NoticeStatus::Digest)
}

/// The rule of an alert.
pub fn rule_of(body: &AlertBody) -> Option<&Rule> {
    body.list_changed()
        .and_then(|data| data.rule.as_ref())
        .or_else(|| body.rule_notice().and_then(|notice| notice.rule.as_ref()))
        .or_else(|| body.regulation_changed().and_then(|data| data.rule.as_ref()))
}

/// The keys of a rule: its document, and the pages that changes cite.
pub fn rule_keys(rule: Option<&Rule>, citations: &[Citation]) -> Vec<String> {
    let Some(rule) = rule else { return Vec::new() };
    let mut keys: Vec<String> =
        rule.document_number.iter().map(|number| format!("document {number}")).collect();
    keys.extend(rule.citation.iter().map(|citation| format!("page {citation}")));
    keys.extend(citations.iter().map(|citation| format!("page {citation}")));
    keys.sort();
    keys.dedup();
    keys
}

/// The earlier alerts whose item the alert belongs to.
///
/// A relisted entry `follows` the alert about its removal. It has no rule, so it belongs to no
/// item of a rule.
pub fn related(body: &AlertBody) -> Vec<AlertId> {
    if let Some(data) = body.list_changed() {
        let follows = data.follows.iter().filter(|_| data.rule.is_some());
        let announced = data.announced.iter().map(|announced| &announced.alert_id);
        return follows.chain(&data.corrects).chain(announced).cloned().collect();
    }
    if let Some(data) = body.regulation_changed() {
        return data.corrects.iter().cloned().collect();
    }
    body.rule_notice()
        .map(|notice| notice.follows.iter().chain(&notice.related).cloned().collect())
        .unwrap_or_default()
}

/// What changes bring: names, aliases and addresses, in a form that differs neither between
/// sources nor by punctuation or case.
///
/// A name that a revision gives to a known entry counts like an alias.
pub fn contents<'a>(changes: impl IntoIterator<Item = &'a Change>) -> BTreeSet<String> {
    let mut contents = BTreeSet::new();
    for change in changes.into_iter().filter(|change| !change.editorial) {
        let Entry { name, aliases, addresses, .. } = &change.entry;
        let names = [name].into_iter().chain(aliases).map(|name| ("name", name));
        let addresses = addresses.iter().map(|address| ("address", address));
        for (kind, text) in names.chain(addresses) {
            let key = name_key(text);
            if !key.is_empty() {
                contents.insert(format!("{kind} {key}"));
            }
        }
    }
    contents
}

/// A receiver that must acknowledge what is recorded at `since`.
pub fn responsible(
    receiver: &str,
    settings_of: &str,
    acknowledge: &crate::domain::item::Acknowledge,
    since: Timestamp,
) -> Responsible {
    Responsible {
        receiver: receiver.to_owned(),
        settings_of: settings_of.to_owned(),
        acknowledge: acknowledge.clone(),
        since,
        escalations: 0,
        escalated_at: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::item::Outcome;
    use crate::domain::item::tests::{at, responsible};
    use crate::domain::{ChangeId, ChangeKind, ListCode};

    fn change(name: &str, aliases: &[&str], addresses: &[&str]) -> Change {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let entry = Entry {
            aliases: texts(aliases),
            addresses: texts(addresses),
            ..Entry::named(ListCode::EL, name)
        };
        Change::of_entry(ChangeId::of([name]), ChangeKind::Revised, Severity::Normal, entry)
    }

    fn incoming(id: &str, changes: &[Change]) -> IncomingAlert {
        IncomingAlert {
            alert: ItemAlert {
                alert_id: AlertId::of([id]),
                r#type: "list.changed".into(),
                created_at: at("2022-07-04T13:00:00Z"),
                title: id.into(),
            },
            rule: None,
            rule_keys: Vec::new(),
            related: Vec::new(),
            responsible: vec![responsible("mail", 4, &[])],
            opens: true,
            contents: contents(changes),
        }
    }

    /// What a second alert with these changes does to a closed item of `Ash Works` with an alias
    /// and an address.
    #[track_caller]
    fn check(changes: &[Change], expected: Attached) {
        let first =
            incoming("1", &[change("Ash Works Co., Ltd.", &["AWC"], &["1 Long Road, Omsk"])]);
        let mut item = Item::open(&first);
        let mut contents = first.contents.clone();
        item.close("Ann", Outcome::NotOurs, "no", at("2022-07-01T13:00:00Z")).unwrap();
        assert_eq!(item.attach(&incoming("2", changes), &mut contents), expected);
        let state =
            if expected == Attached::Reopened { ItemState::Open } else { ItemState::Closed };
        assert_eq!((item.state, item.alerts.len()), (state, 2));
        assert_eq!(item.opening, if expected == Attached::Reopened { 2 } else { 1 });
        assert_eq!(
            item.attach(&incoming("3", changes), &mut contents),
            Attached::Known,
            "known now"
        );
    }

    #[test]
    fn ok_what_only_confirms_attaches() {
        check(&[change("ASH WORKS CO LTD", &["A.W.C."], &["1 long road Omsk"])], Attached::Known);
        check(&[change("AWC", &[], &[])], Attached::Known);
        let mut license = change("Ash Works Co., Ltd.", &[], &[]);
        license.entry.license_requirement = "For all items".into();
        license.entry.citations = vec![Citation::page(87, 40_000)];
        check(&[license], Attached::Known);
        check(&[Change { editorial: true, ..change("Ash-Works 2", &[], &[]) }], Attached::Known);
        check(&[], Attached::Known);
    }

    #[test]
    fn ok_an_entry_an_alias_or_an_address_reopens() {
        check(&[change("Oak Works", &[], &[])], Attached::Reopened);
        check(&[change("Ash Works Co., Ltd.", &["Ashen"], &[])], Attached::Reopened);
        check(&[change("Ash Works Co., Ltd.", &[], &["2 Long Road, Omsk"])], Attached::Reopened);
    }

    #[test]
    fn ok_news_in_an_open_item_keeps_its_clock() {
        let first = incoming("1", &[change("Ash Works", &[], &[])]);
        let (mut item, mut contents) = (Item::open(&first), first.contents.clone());
        let second = incoming("2", &[change("Oak Works", &[], &[])]);
        assert_eq!(item.attach(&second, &mut contents), Attached::New);
        assert_eq!((item.opening, item.reopened_at), (1, None));
    }

    #[test]
    fn ok_a_receiver_joins_an_item_that_its_alert_would_open() {
        let first = incoming("1", &[change("Ash Works", &[], &[])]);
        let mut item = Item::open(&first);
        let joins = |opens| IncomingAlert {
            responsible: vec![responsible("mail", 4, &[]), responsible("desk", 8, &[])],
            opens,
            ..incoming("2", &[])
        };
        item.attach(&joins(false), &mut BTreeSet::new());
        assert_eq!(item.receivers(), ["mail"]);
        item.attach(&joins(true), &mut BTreeSet::new());
        assert_eq!(item.receivers(), ["mail", "desk"]);
    }

    #[test]
    fn ok_the_keys_of_a_rule_are_its_document_and_its_pages() {
        let page = Citation::page(87, 38_920);
        let rule = Rule { document_number: Some("2022-14069".into()), ..Rule::of_citation(&page) };
        let keys = rule_keys(Some(&rule), &[page, Citation::page(87, 38_925)]);
        assert_eq!(keys, ["document 2022-14069", "page 87 FR 38920", "page 87 FR 38925"]);
        assert!(rule_keys(None, &[Citation::page(87, 38_925)]).is_empty());
    }
}
