//! `receivers test` and `receivers enable`.

use jiff::Timestamp;
use serde_json::json;

use crate::actions::Reply;
use crate::actions::delivery_commands::{deliver_now, is_configured};
use crate::deliver::wording::count::{counted, verb};
use crate::deliver::{Deliverer, Message, Outcome, Receiver, sample};
use crate::domain::alert::{AlertBody, Test};
use crate::domain::journal::JournalEvent;
use crate::domain::{Alert, AlertId, DeliveryId, DeliveryState, Identified, journal_kind};
use crate::exit::Exit;
use crate::pipeline::Program;
use crate::pipeline::alerting::addressing;
use crate::store::{DeliveryQuery, ReceiverState, Result};

/// Sends one test message to each recipient of a receiver: a made-up alert of the type `sample`, or
/// a short note. Each is tried once and never enters the
/// outbox. If all are delivered, pending deliveries become due.
pub async fn test(
    program: &Program,
    name: &str,
    sample: Option<&str>,
    identified: &Identified,
    reply: &mut Reply,
) -> Result<()> {
    if !is_configured(program, name, reply) {
        return Ok(());
    }
    let wiring = program.wiring.load_full();
    let Some(receiver) = wiring.config.receiver(name) else { return Ok(()) };
    let now = program.clock.now();
    let delivered = match sample {
        None => send_test(&wiring.deliverer, receiver, &note(name, now), false, now, reply).await,
        Some(kind) => {
            let Some(alert) = sample_alert(kind, name, now) else {
                reply.problem(
                    Exit::Usage,
                    format!("expected the type of an alert, but got `{kind}`"),
                );
                return Ok(());
            };
            send_test(&wiring.deliverer, receiver, &alert, true, now, reply).await
        }
    };
    let data = json!({"receiver": name, "delivered": delivered, "identified": identified});
    program
        .store
        .add_journal_entries(
            now,
            vec![JournalEvent { kind: journal_kind::RECEIVER_TESTED.into(), data }],
        )
        .await?;
    if !delivered {
        return Ok(());
    }
    let made_due = end_failure(program, name, now).await?;
    if made_due > 0 {
        reply.line(format!(
            "{} to {name} {} due now",
            waiting(made_due),
            verb(made_due, "is", "are")
        ));
        deliver_now(program, reply).await?;
    }
    Ok(())
}

/// A short note that the receiver can be reached.
fn note(name: &str, now: Timestamp) -> Alert {
    let message = format!("This is a test of the receiver {name}: entitywatch can reach it.");
    let body = AlertBody::Test(Test { receiver: name.to_owned(), message, at: now });
    Alert { alert_id: AlertId::of(["test", name, &now.to_string()]), created_at: now, body }
}

/// A made-up alert. Each test has its own id, so that a mail reader does not hide a repeated one.
fn sample_alert(kind: &str, name: &str, now: Timestamp) -> Option<Alert> {
    let alert_id = AlertId::of(["test", name, kind, &now.to_string()]);
    sample::find(kind).map(|sample| Alert { alert_id, ..sample })
}

/// Returns whether every recipient's server accepted the message.
async fn send_test(
    deliverer: &Deliverer,
    receiver: &Receiver,
    alert: &Alert,
    is_sample: bool,
    now: Timestamp,
    reply: &mut Reply,
) -> bool {
    let name = &receiver.name;
    let screening = (is_sample && receiver.show_matches).then(|| sample::screening(alert));
    let mut all_delivered = true;
    for delivery in addressing::deliveries_to(receiver, alert, None) {
        let message = Message { delivery: &delivery, alert, screening: screening.as_ref() };
        let to = if delivery.recipient.is_empty() {
            name.clone()
        } else {
            format!("{name} ({})", delivery.recipient)
        };
        let attempted = if is_sample {
            deliverer.attempt_sample(receiver, &message, now).await
        } else {
            deliverer.attempt(receiver, &message, now, 0).await
        };
        match attempted.outcome {
            Outcome::Delivered { detail } => reply.line(format!("{to}: accepted: {detail}")),
            Outcome::Failed { detail, .. } => {
                all_delivered = false;
                reply.problem(Exit::Failed, format!("{to}: not accepted: {detail}"));
            }
        }
    }
    all_delivered
}

/// Notes that a failing receiver works again, like any other success. Returns how many deliveries
/// became due. A receiver that is switched off stays off until `receivers enable`.
async fn end_failure(program: &Program, name: &str, now: Timestamp) -> Result<usize> {
    let lock = program.receiver_lock(name);
    let _locked = lock.lock().await;
    let states = program.store.receiver_states().await?;
    let Some(state) = states.into_iter().find(|state| state.receiver == name) else {
        return Ok(0);
    };
    if state.failing_since.is_none() || state.disabled_at.is_some() {
        return Ok(0);
    }
    let working = ReceiverState {
        receiver: name.to_owned(),
        last_success_at: Some(now),
        not_before: state.not_before.filter(|not_before| *not_before > now),
        ..ReceiverState::default()
    };
    program.store.set_receiver_state(working, now, Vec::new()).await?;
    make_pending_due(program, name, now).await
}

/// Switches a receiver on again. Its pending deliveries become due.
pub async fn enable(
    program: &Program,
    name: &str,
    identified: &Identified,
    reply: &mut Reply,
) -> Result<()> {
    if !is_configured(program, name, reply) {
        return Ok(());
    }
    let now = program.clock.now();
    let state = ReceiverState { receiver: name.to_owned(), ..ReceiverState::default() };
    let data = json!({"receiver": name, "identified": identified});
    let enabled = vec![JournalEvent { kind: journal_kind::RECEIVER_ENABLED.into(), data }];
    {
        // Without the lock, an attempt in progress could record again that the receiver is off.
        let lock = program.receiver_lock(name);
        let _locked = lock.lock().await;
        program.store.set_receiver_state(state, now, enabled).await?;
    }
    let made_due = make_pending_due(program, name, now).await?;
    reply.line(format!(
        "{name} is enabled; {} {} due now",
        waiting(made_due),
        verb(made_due, "is", "are")
    ));
    deliver_now(program, reply).await
}

/// Makes the pending deliveries to a receiver due now. Returns how many there are.
async fn make_pending_due(program: &Program, name: &str, now: Timestamp) -> Result<usize> {
    let query = DeliveryQuery {
        receiver: Some(name.to_owned()),
        state: Some(DeliveryState::Pending),
        alert: None,
        limit: None,
        ..DeliveryQuery::default()
    };
    let pending: Vec<DeliveryId> = program
        .store
        .deliveries(&query)
        .await?
        .into_iter()
        .map(|delivery| delivery.delivery_id)
        .collect();
    program.store.retry(&pending, now).await?;
    program.outbox.send_replace(());
    Ok(pending.len())
}

/// `1 waiting delivery`
fn waiting(count: usize) -> String {
    counted(count, "waiting delivery")
}
