//! Makes the digests of receivers, and sends at once what no digest takes any more.
//!
//! A delivery that waits for a digest stays in the state `waiting` from the transaction that
//! records its alert until the transaction that records the digest. So a stop at any time loses
//! nothing, and the work is the same after a restart. The due time identifies a digest. It is
//! computed from the schedule and the present time.
//!
//! No lock is needed: a digest that another process made in the meantime is not written again.

mod compose_digest;

use jiff::{SignedDuration, Timestamp};
use tracing::info;

use crate::config::DigestSettings;
use crate::crash_point::CrashPoint;
use crate::deliver::wording;
use crate::domain::alert::NoticeStatus;
use crate::domain::digest::SentAtOnce;
use crate::domain::{AlertBody, AlertId, AlertKind, Audience, Digest, Screening};
use crate::pipeline::{Program, Wiring};
use crate::store::{Result, StoreError};
use compose_digest::{Period, WaitingAlert, compose, waiting_alerts};

/// Makes each digest that is due, and releases the deliveries that wait for a digest which is no
/// longer configured. Returns whether the outbox has more to send.
pub async fn make_due(program: &Program) -> Result<bool> {
    let wiring = program.wiring.load_full();
    let mut has_more = false;
    for receiver in program.store.waiting_receivers().await? {
        has_more |= match wiring.config.digest(&receiver) {
            Some(settings) => make_if_due(program, &wiring, settings).await?,
            None => release(program, &receiver).await?,
        };
    }
    if has_more {
        program.outbox.send_replace(());
        CrashPoint::DigestSignaled.pass();
    }
    Ok(has_more)
}

/// When the next digest of any receiver is due.
pub fn next_due_at(program: &Program) -> Option<Timestamp> {
    let now = program.clock.now();
    let wiring = program.wiring.load();
    wiring.config.digests.iter().filter_map(|digest| digest.schedule.next_after(now)).min()
}

/// The receiver has no digest any more, or is not configured. Its deliveries are then pending like
/// any other, and nothing of them is lost.
async fn release(program: &Program, receiver: &str) -> Result<bool> {
    let released = program.store.release_waiting(receiver, program.clock.now()).await?;
    info!(
        receiver.name = receiver,
        deliveries = released,
        "{receiver} has no digest any more; the deliveries that waited for it are sent at once"
    );
    Ok(released > 0)
}

async fn make_if_due(
    program: &Program,
    wiring: &Wiring,
    settings: &DigestSettings,
) -> Result<bool> {
    let (store, now) = (program.store.as_ref(), program.clock.now());
    let receiver = settings.receiver.as_str();
    let Some(due_at) = settings.schedule.last_due(now) else { return Ok(false) };
    let waiting = store.waiting_deliveries(receiver, due_at).await?;
    let Some(first) = waiting.iter().map(|delivery| delivery.created_at).min() else {
        return Ok(false);
    };
    let last_digest = store.last_digest_due_at(receiver).await?;
    if last_digest.is_some_and(|last| last >= due_at) {
        // Recorded late by a check that began before the due time. It is in the next digest.
        return Ok(false);
    }
    let just_before = first.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(first);
    let from = last_digest.or_else(|| settings.schedule.last_due(just_before)).unwrap_or(first);
    let period = Period { from, to: due_at };
    let mut alerts = Vec::new();
    for (alert_id, deliveries) in waiting_alerts(waiting) {
        let alert = store.alert(&alert_id).await?.ok_or_else(|| missing(&alert_id))?;
        alerts.push(WaitingAlert { alert, deliveries });
    }
    let at_once = sent_at_once(program, wiring, receiver, &period).await?;
    let screening = screening_of(program, receiver, &alerts).await?;
    let mut record = compose(receiver, &period, alerts, at_once, now);
    record.outgoing.screenings.extend(screening.map(|shown| (receiver.to_owned(), shown)));
    let digest_id = Digest::id_of(receiver, due_at);
    let count = record.digested.len();
    CrashPoint::DigestComposed.pass();
    let is_recorded = store.record_digest(record).await?;
    if is_recorded {
        info!(
            receiver.name = receiver,
            alert.id = %digest_id,
            digest.due_at = %due_at,
            deliveries = count,
            "the digest of {receiver} is in the outbox"
        );
    }
    Ok(is_recorded)
}

/// What the alerts of a digest show the receiver of its own counterparties, in one.
async fn screening_of(
    program: &Program,
    receiver: &str,
    alerts: &[WaitingAlert],
) -> Result<Option<Screening>> {
    let mut all: Option<Screening> = None;
    for waiting in alerts {
        let shown = program.store.screening(&waiting.alert.alert_id, receiver).await?;
        let Some(shown) = shown else { continue };
        let all = all.get_or_insert_default();
        // The last one says how the files are today.
        all.watchlists = shown.watchlists;
        all.matches.extend(shown.matches);
    }
    Ok(all)
}

async fn sent_at_once(
    program: &Program,
    wiring: &Wiring,
    receiver: &str,
    period: &Period,
) -> Result<Vec<SentAtOnce>> {
    let store = program.store.as_ref();
    let kinds = AlertKind::of(Audience::Readers);
    let ids = store.alerts_sent_at_once(receiver, &kinds, period.from, period.to).await?;
    let mut sent = Vec::with_capacity(ids.len());
    for alert_id in ids {
        let alert = store.alert(&alert_id).await?.ok_or_else(|| missing(&alert_id))?;
        sent.push(SentAtOnce {
            title: wording::alert_content(&alert, &wiring.config.messages).title,
            created_at: alert.created_at,
            corrects: corrected(&alert.body).cloned(),
            alert_id,
        });
    }
    Ok(sent)
}

/// The alert that a correction corrects, or a withdrawal withdraws.
fn corrected(body: &AlertBody) -> Option<&AlertId> {
    match (body.list_changed(), body.rule_notice()) {
        (Some(data), _) => data.corrects.as_ref(),
        (_, Some(notice)) if notice.status == NoticeStatus::Withdrawn => notice.follows.as_ref(),
        _ => None,
    }
}

fn missing(alert: &AlertId) -> StoreError {
    let reason = "a delivery refers to it, but it is not stored".to_owned();
    StoreError::Unreadable { place: format!("alert {alert}"), reason }
}
