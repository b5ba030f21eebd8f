//! What alerts bring to items, before they are recorded.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Config;
use crate::deliver::{Receiver, wording};
use crate::domain::item::handover::successor;
use crate::domain::item::{Acknowledge, Handover, IncomingAlert, ItemAlert, incoming_alert};
use crate::domain::{Alert, Change, ChangeId, Screening};
use crate::pipeline::alerting::addressing;
use crate::store::{CheckRecord, Outgoing, Result, Store};

/// Adds to a record what its alerts bring to items. An alert of a receiver that has handed its
/// items over also goes to the receiver that has them now.
pub async fn note_items(store: &Store, config: &Config, record: &mut CheckRecord) -> Result<()> {
    let opens_items = config.receivers.iter().any(|receiver| receiver.acknowledge.is_some());
    let concerned = |outgoing: &&mut Outgoing| incoming_alert::concerns_items(&outgoing.alert.body);
    if !opens_items || record.alerts.iter_mut().filter(concerned).count() == 0 {
        return Ok(());
    }
    let handovers = store.handovers(record.at).await?;
    for outgoing in record.alerts.iter_mut().filter(concerned) {
        record.items.extend(note(config, &handovers, outgoing));
    }
    Ok(())
}

/// The changes that each receiver of an alert gets. `None` for all.
type Selections = BTreeMap<String, Option<Vec<ChangeId>>>;

/// What one alert brings to an item. `None` if no receiver that must acknowledge gets it.
fn note(config: &Config, handovers: &[Handover], outgoing: &mut Outgoing) -> Option<IncomingAlert> {
    let selections: Selections = outgoing
        .deliveries
        .iter()
        .map(|delivery| (delivery.receiver.clone(), delivery.selection.clone()))
        .collect();
    let concerned: Vec<(&Receiver, &Acknowledge)> = config
        .receivers
        .iter()
        .filter(|receiver| selections.contains_key(&receiver.name))
        .filter_map(|receiver| Some((receiver, receiver.acknowledge.as_ref()?)))
        .collect();
    if concerned.is_empty() {
        return None;
    }
    let mut responsible = Vec::new();
    let mut contents = BTreeSet::new();
    for (receiver, acknowledge) in &concerned {
        let selection = selections.get(&receiver.name).and_then(Option::as_deref);
        let changes = selected(&outgoing.alert, selection);
        contents.extend(incoming_alert::contents(changes.iter().copied()));
        let shown = screening_of(outgoing, &receiver.name);
        contents.extend(shown.into_iter().flat_map(match_contents));
        let is_urgent = shown
            .is_some_and(|screening| screening.matches.iter().any(|shown| shown.found.is_urgent()));
        if is_urgent || incoming_alert::opens_item(&outgoing.alert.body, &changes) {
            let holder = successor(&receiver.name, handovers);
            let since = outgoing.alert.created_at;
            responsible.push(incoming_alert::responsible(
                holder,
                &receiver.name,
                acknowledge,
                since,
            ));
        }
    }
    let body = &outgoing.alert.body;
    let rule = incoming_alert::rule_of(body).cloned();
    let noted = IncomingAlert {
        alert: ItemAlert {
            alert_id: outgoing.alert.alert_id.clone(),
            r#type: body.type_name().to_owned(),
            created_at: outgoing.alert.created_at,
            title: wording::alert_content(&outgoing.alert, &config.messages).title,
        },
        rule_keys: incoming_alert::rule_keys(rule.as_ref(), &outgoing.citations),
        related: incoming_alert::related(body),
        rule,
        opens: !responsible.is_empty(),
        responsible,
        contents,
    };
    send_to_successors(config, handovers, &concerned, &selections, outgoing);
    Some(noted)
}

/// What a receiver of an alert is shown of its own counterparties.
fn screening_of<'a>(outgoing: &'a Outgoing, receiver: &str) -> Option<&'a Screening> {
    outgoing.screenings.iter().find(|(name, _)| name == receiver).map(|(_, screening)| screening)
}

/// The matches that an item has not had yet reopen it. Only their ids are kept.
fn match_contents(screening: &Screening) -> impl Iterator<Item = String> + '_ {
    screening.matches.iter().map(|shown| format!("match {}", shown.found.match_id))
}

/// Adds deliveries to the receivers that have the items of others.
fn send_to_successors(
    config: &Config,
    handovers: &[Handover],
    concerned: &[(&Receiver, &Acknowledge)],
    selections: &Selections,
    outgoing: &mut Outgoing,
) {
    let mut served: BTreeSet<String> = selections.keys().cloned().collect();
    for (receiver, _) in concerned {
        let holder = successor(&receiver.name, handovers);
        if let Some(holder) = config.receiver(holder)
            && served.insert(holder.name.clone())
        {
            let selection = selections.get(&receiver.name).and_then(Option::as_deref);
            let added = addressing::deliveries_to(holder, &outgoing.alert, selection);
            outgoing.deliveries.extend(added);
            // Each is shown matches by its own settings.
            if holder.show_matches
                && screening_of(outgoing, &holder.name).is_none()
                && let Some(screening) = screening_of(outgoing, &receiver.name).cloned()
            {
                outgoing.screenings.push((holder.name.clone(), screening));
            }
        }
    }
}

/// The changes of an alert that a selection has. All of them without a selection.
fn selected<'a>(alert: &'a Alert, selection: Option<&[ChangeId]>) -> Vec<&'a Change> {
    alert
        .body
        .changes()
        .unwrap_or_default()
        .iter()
        .filter(|change| selection.is_none_or(|ids| ids.contains(&change.change_id)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;
    use crate::domain::AlertKind;

    fn opens(alert: &Alert) -> bool {
        incoming_alert::concerns_items(&alert.body)
            && incoming_alert::opens_item(&alert.body, &selected(alert, None))
    }

    #[test]
    fn every_filed_rule_opens_an_item_but_the_first_digest_does_not() {
        let statuses = |opening: bool| -> BTreeSet<String> {
            sample::all_kinds()
                .iter()
                .filter(|alert| alert.body.kind() == AlertKind::RuleFiled)
                .filter(|alert| opens(alert) == opening)
                .filter_map(|alert| alert.body.rule_notice())
                .map(|notice| format!("{:?}", notice.status))
                .collect()
        };
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        assert_eq!(statuses(true), texts(&["Changed", "Filed", "Withdrawn"]));
        assert_eq!(statuses(false), texts(&["Digest"]));
    }

    #[test]
    fn an_alert_that_is_not_about_changes_opens_nothing() {
        let mut checked = 0;
        for alert in sample::all_kinds() {
            let kind = alert.body.kind();
            let body = &alert.body;
            if body.regulation_changed().is_some() {
                assert!(opens(&alert), "{kind}");
            } else if body.list_changed().is_none() && body.rule_notice().is_none() {
                assert!(!opens(&alert), "{kind}");
                checked += 1;
            }
        }
        assert!(checked > 5);
        assert!(opens(&sample::rule_of_june_2022()), "it has entries that were added");
    }
}
