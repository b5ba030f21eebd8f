//! `deliveries retry` and `deliveries send`, and the report about deliveries for other commands.

use jiff::Timestamp;
use serde_json::json;

use crate::actions::Reply;
use crate::config;
use crate::deliver::wording::count::{counted, verb};
use crate::domain::journal::JournalEvent;
use crate::domain::{
    AlertKind, Audience, Delivery, DeliveryId, DeliveryState, Identified, journal_kind,
};
use crate::exit::Exit;
use crate::pipeline::Program;
use crate::pipeline::alerting::addressing;
use crate::pipeline::delivery::{self, PassCounts};
use crate::store::{AlertQuery, ReceiverState, Result};

/// Tries these deliveries again now, including those that were given up.
pub async fn retry(
    program: &Program,
    ids: &[DeliveryId],
    by: Option<&str>,
    identified: &Identified,
    reply: &mut Reply,
) -> Result<()> {
    let now = program.clock.now();
    let event = |found: &[DeliveryId]| JournalEvent {
        kind: journal_kind::DELIVERIES_RETRIED.into(),
        data: json!({"deliveries": found, "by": by, "identified": identified}),
    };
    let found = program.store.retry_and_journal(ids, now, event).await?;
    for id in ids.iter().filter(|id| !found.contains(id)) {
        reply.problem(
            Exit::Usage,
            format!("expected the id of a recorded delivery, but got `{id}`"),
        );
    }
    program.outbox.send_replace(());
    delivery::deliver_due(program).await?;
    let wiring = program.wiring.load();
    let states = program.store.receiver_states().await?;
    for id in &found {
        if let Some(delivery) = program.store.delivery(id).await? {
            let is_configured = wiring.config.receiver(&delivery.receiver).is_some();
            let receiver = states.iter().find(|state| state.receiver == delivery.receiver);
            report_delivery(&delivery, receiver, is_configured, reply);
        }
    }
    Ok(())
}

fn report_delivery(
    delivery: &Delivery,
    receiver_state: Option<&ReceiverState>,
    receiver_is_configured: bool,
    reply: &mut Reply,
) {
    let Delivery { delivery_id, receiver, state, next_attempt_at, .. } = delivery;
    let error = delivery.last_error.as_deref().unwrap_or("no error is recorded");
    let is_off = receiver_state.is_some_and(|state| state.disabled_at.is_some());
    let subject = format!("{delivery_id} to {receiver}");
    match state {
        DeliveryState::Delivered => reply.line(format!("{subject}: delivered")),
        DeliveryState::Pending if !receiver_is_configured => reply.problem(
            Exit::Failed,
            format!("{subject}: waits: no receiver of that name is configured"),
        ),
        DeliveryState::Pending if is_off => {
            let fix = format!("`entitywatch receivers enable {receiver}`");
            reply.problem(
                Exit::Failed,
                format!("{subject}: waits: the receiver is switched off: {fix}"),
            );
        }
        DeliveryState::Pending => {
            let pause_ends = receiver_state.and_then(|state| state.not_before);
            let next = pause_ends.map_or(*next_attempt_at, |end| end.max(*next_attempt_at));
            reply.line(format!("{subject}: {error}; next attempt at {next}"));
        }
        DeliveryState::Waiting => reply.line(format!("{subject}: waits for the digest")),
        DeliveryState::Digested => reply.line(format!("{subject}: sent in a digest")),
        DeliveryState::Dead => {
            reply.problem(Exit::Failed, format!("{subject}: dead: {error}"));
        }
    }
}

/// Sends a receiver the alerts since a time, as far as the current routes send them to it.
pub async fn send(
    program: &Program,
    name: &str,
    since: Timestamp,
    identified: &Identified,
    reply: &mut Reply,
) -> Result<()> {
    let wiring = program.wiring.load_full();
    if !is_configured(program, name, reply) {
        return Ok(());
    }
    let query = AlertQuery {
        kinds: AlertKind::of(Audience::Readers),
        since: Some(since),
        ..AlertQuery::default()
    };
    let alerts = program.store.alerts(&query).await?;
    let now = program.clock.now();
    let mut deliveries: Vec<Delivery> = Vec::new();
    // The store returns the newest alert first. The receiver gets the oldest first.
    for alert in alerts.into_iter().rev() {
        let routed = addressing::routed(&wiring.config, alert, Vec::new());
        let to_receiver =
            routed.deliveries.into_iter().filter(|delivery| delivery.receiver == name);
        // A person asked for these alerts now, so none of them waits for a digest.
        deliveries.extend(to_receiver.map(|delivery| Delivery {
            state: DeliveryState::Pending,
            created_at: now,
            next_attempt_at: now,
            ..delivery
        }));
    }
    let count = deliveries.len();
    let (counted, are) = (counted(count, "delivery"), verb(count, "is", "are"));
    reply.line(format!("{counted} to {name} {are} in the outbox"));
    program.store.add_deliveries(deliveries, now).await?;
    let data = json!({
        "receiver": name,
        "since": since,
        "deliveries": count,
        "identified": identified,
    });
    program
        .store
        .add_journal_entries(
            now,
            vec![JournalEvent { kind: journal_kind::DELIVERIES_SENT.into(), data }],
        )
        .await?;
    program.outbox.send_replace(());
    deliver_now(program, reply).await
}

/// Tries what is due, and reports the result.
pub async fn deliver_now(program: &Program, reply: &mut Reply) -> Result<()> {
    report_pass(delivery::deliver_due(program).await?, reply);
    Ok(())
}

/// Reports the result of a pass. Says nothing if nothing was tried.
pub fn report_pass(PassCounts { delivered, failed, dead }: PassCounts, reply: &mut Reply) {
    if delivered + failed + dead > 0 {
        reply.line(format!(
            "deliveries: {delivered} delivered, {failed} to be retried, {dead} dead"
        ));
    }
    if dead > 0 {
        reply.raise_exit(Exit::Failed);
    }
}

/// Whether a receiver is configured. If not, the reply says which are.
pub fn is_configured(program: &Program, name: &str, reply: &mut Reply) -> bool {
    let wiring = program.wiring.load();
    let configured: Vec<&str> =
        wiring.config.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    let is_configured = configured.contains(&name);
    if !is_configured {
        reply.problem(Exit::Usage, config::unknown_name("receiver", &configured, name));
    }
    is_configured
}
