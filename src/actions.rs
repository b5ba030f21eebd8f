//! The commands that act: carried out by the daemon where one runs, else by the command's own
//! process.

use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::config;
use crate::deliver::{Message, Outcome as DeliveryOutcome};
use crate::domain::alert::{AlertBody, Test};
use crate::domain::journal::JournalEvent;
use crate::domain::{
    Alert, AlertId, AlertKind, Audience, Delivery, DeliveryId, DeliveryState, HoldId, Summary,
};
use crate::exit::Exit;
use crate::pipeline::Program;
use crate::pipeline::alerting::addressing;
use crate::pipeline::backfill::{
    BackfillError, Plan, Step, {self},
};
use crate::pipeline::check::{
    Watched, {self},
};
use crate::pipeline::delivery::{
    Pass, {self},
};
use crate::pipeline::hold_decision::{
    DecideError, Decision, {self},
};
use crate::store::{AlertQuery, DeliveryQuery, ReceiverState, Result};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Request {
    /// Every source if none is named.
    Check {
        sources: Vec<String>,
    },
    DeliveriesRetry {
        ids: Vec<DeliveryId>,
    },
    DeliveriesSend {
        receiver: String,
        since: jiff::Timestamp,
    },
    HoldsAccept {
        id: HoldId,
        by: String,
        reason: String,
        as_baseline: bool,
    },
    HoldsReject {
        id: HoldId,
        by: String,
        reason: String,
    },
    /// The dates to go through come back in the reply.
    BackfillPlan {
        source: String,
        from: Date,
        to: Option<Date>,
    },
    /// One date of a plan that begins with `first`: a backfill is as many requests as it has dates,
    /// so that neither keeps the other waiting.
    BackfillStep {
        source: String,
        plan: u64,
        first: Date,
        date: Date,
    },
    ReceiversTest {
        name: String,
    },
    ReceiversEnable {
        name: String,
    },
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub exit: u8,
    /// For standard output.
    pub lines: Vec<String>,
    /// For standard error.
    pub problems: Vec<String>,
    /// Of `BackfillPlan`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// The publisher asked to be left alone until then: the same can be asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_until: Option<Timestamp>,
}

impl Reply {
    fn line(&mut self, text: impl Into<String>) {
        self.lines.push(text.into());
    }

    fn problem(&mut self, exit: Exit, text: impl Into<String>) {
        self.note(exit);
        self.problems.push(text.into());
    }

    fn note(&mut self, exit: Exit) {
        self.exit = Exit::from_code(self.exit).worst(exit).code();
    }
}

/// Carries out a request. What goes wrong is in the reply.
pub async fn operate(program: &Program, request: Request) -> Reply {
    let mut reply = Reply::default();
    let done = match request {
        Request::Check { sources } => check(program, sources, &mut reply).await,
        Request::DeliveriesRetry { ids } => deliveries_retry(program, &ids, &mut reply).await,
        Request::DeliveriesSend { receiver, since } => {
            deliveries_send(program, &receiver, since, &mut reply).await
        }
        Request::HoldsAccept { id, by, reason, as_baseline } => {
            match hold_decision::accept(
                program,
                &id,
                &Decision { by: &by, reason: &reason },
                as_baseline,
            )
            .await
            {
                Ok((hold, summary)) => {
                    let told =
                        if as_baseline { "nobody is alerted" } else { "alerts are in the outbox" };
                    let counts = counts(summary);
                    reply.line(format!(
                        "accepted {} ({} of {}): {counts}; {told}",
                        hold.hold_id, hold.list, hold.source
                    ));
                    deliver_now(program, &mut reply).await
                }
                Err(problem) => {
                    not_decided(&problem, &mut reply);
                    Ok(())
                }
            }
        }
        Request::HoldsReject { id, by, reason } => {
            match hold_decision::reject(program, &id, &Decision { by: &by, reason: &reason }).await
            {
                Ok(hold) => reply.line(format!(
                    "rejected {} ({} of {}): the same content is not asked again; what is held \
                     stays as it is",
                    hold.hold_id, hold.list, hold.source
                )),
                Err(problem) => not_decided(&problem, &mut reply),
            }
            Ok(())
        }
        Request::BackfillPlan { source, from, to } => {
            match backfill::plan(program, &source, from, to).await {
                Ok(plan) => reply.plan = Some(plan),
                Err(problem) => not_backfilled(problem, &mut reply),
            }
            Ok(())
        }
        Request::BackfillStep { source, plan, first, date } => {
            match backfill::step(program, &source, plan, first, date).await {
                Ok(step) => reply.line(format!("{date}: {}", step_in_words(&step))),
                Err(problem) => not_backfilled(problem, &mut reply),
            }
            Ok(())
        }
        Request::ReceiversTest { name } => receivers_test(program, &name, &mut reply).await,
        Request::ReceiversEnable { name } => receivers_enable(program, &name, &mut reply).await,
    };
    if let Err(problem) = done {
        reply.problem(Exit::Failed, problem.to_string());
    }
    reply
}

async fn check(program: &Program, mut names: Vec<String>, reply: &mut Reply) -> Result<()> {
    let wiring = program.wiring.load_full();
    let configured: Vec<&str> =
        wiring.config.sources.iter().map(|source| source.name.as_str()).collect();
    for name in &names {
        if !configured.contains(&name.as_str()) {
            reply.problem(Exit::Usage, config::unknown_name("source", &configured, name));
        }
    }
    if reply.exit != 0 {
        return Ok(());
    }
    if names.is_empty() {
        names = configured.iter().map(ToString::to_string).collect();
    }
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    // What a source shows is sent when it is recorded, and not when the slowest of the others has
    // answered.
    let tried = delivery::Tried::default();
    let checks = names.iter().map(async |name| {
        let watched = check::watch(program, name).await;
        (watched, delivery::deliver_untried(program, &tried).await)
    });
    let (all_watched, passes): (Vec<Watched>, Vec<Result<Pass>>) =
        futures_util::future::join_all(checks).await.into_iter().unzip();
    for Watched { source, outcome, detail, held } in all_watched {
        let line = format!("{source}: {}: {detail}", outcome.as_str());
        if outcome.is_failure() {
            reply.problem(Exit::Failed, line);
        } else {
            reply.line(line);
        }
        if held {
            reply.note(Exit::Held);
            reply.line(format!("{source}: a list is held: `entitywatch holds list` shows it"));
        }
    }
    // Each check was followed by a pass; where there is no source, nothing has been sent yet.
    let mut passed = if names.is_empty() {
        delivery::deliver_untried(program, &tried).await?
    } else {
        Pass::default()
    };
    for pass in passes {
        passed += pass?;
    }
    say_pass(passed, reply);
    Ok(())
}

/// Tries what is due, and says what came of it.
async fn deliver_now(program: &Program, reply: &mut Reply) -> Result<()> {
    say_pass(delivery::deliver_due(program).await?, reply);
    Ok(())
}

fn say_pass(Pass { delivered, failed, dead }: Pass, reply: &mut Reply) {
    if delivered + failed + dead > 0 {
        reply.line(format!(
            "deliveries: {delivered} delivered, {failed} to be tried again, {dead} given up"
        ));
    }
    if dead > 0 {
        reply.note(Exit::Failed);
    }
}

async fn deliveries_retry(program: &Program, ids: &[DeliveryId], reply: &mut Reply) -> Result<()> {
    let found = program.store.retry(ids, program.clock.now()).await?;
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
            let known = wiring.config.receiver(&delivery.receiver).is_some();
            let receiver = states.iter().find(|state| state.receiver == delivery.receiver);
            say_state(&delivery, receiver, known, reply);
        }
    }
    Ok(())
}

/// Says what became of a delivery, whose receiver may be `known` to the configuration or not.
fn say_state(
    delivery: &Delivery,
    receiver_state: Option<&ReceiverState>,
    known: bool,
    reply: &mut Reply,
) {
    let Delivery { delivery_id, receiver, state, next_attempt_at, .. } = delivery;
    let error = delivery.last_error.as_deref().unwrap_or("no error is recorded");
    let is_off = receiver_state.is_some_and(|state| state.disabled_at.is_some());
    match state {
        DeliveryState::Delivered => reply.line(format!("{delivery_id} to {receiver}: delivered")),
        DeliveryState::Pending if !known => {
            reply.problem(
                Exit::Failed,
                format!(
                    "{delivery_id} to {receiver}: waits: no receiver of that name is configured"
                ),
            );
        }
        DeliveryState::Pending if is_off => {
            let mend = format!("`entitywatch receivers enable {receiver}`");
            reply.problem(
                Exit::Failed,
                format!("{delivery_id} to {receiver}: waits: the receiver is switched off: {mend}"),
            );
        }
        DeliveryState::Pending => {
            let rests_until = receiver_state.and_then(|state| state.not_before);
            let next = rests_until
                .map_or(*next_attempt_at, |rests_until| rests_until.max(*next_attempt_at));
            reply.line(format!("{delivery_id} to {receiver}: {error}; tried again at {next}"));
        }
        DeliveryState::Dead => {
            reply.problem(Exit::Failed, format!("{delivery_id} to {receiver}: given up: {error}"))
        }
    }
}

/// Sends a receiver what was recorded since a time and what today's routes would have sent it.
async fn deliveries_send(
    program: &Program,
    name: &str,
    since: jiff::Timestamp,
    reply: &mut Reply,
) -> Result<()> {
    let wiring = program.wiring.load_full();
    if !has_receiver(program, name, reply) {
        return Ok(());
    }
    let alerts = program
        .store
        .alerts(&AlertQuery {
            kinds: AlertKind::of(Audience::Readers),
            since: Some(since),
            ..AlertQuery::default()
        })
        .await?;
    let now = program.clock.now();
    let mut deliveries: Vec<Delivery> = Vec::new();
    for alert in alerts.into_iter().rev() {
        let routed = addressing::routed(&wiring.config, alert, Vec::new());
        let to_receiver =
            routed.deliveries.into_iter().filter(|delivery| delivery.receiver == name);
        deliveries.extend(to_receiver.map(|delivery| Delivery {
            created_at: now,
            next_attempt_at: now,
            ..delivery
        }));
    }
    let ids: Vec<DeliveryId> =
        deliveries.iter().map(|delivery| delivery.delivery_id.clone()).collect();
    reply.line(format!("{} deliveries to {name} are in the outbox", ids.len()));
    program.store.add_deliveries(deliveries, now).await?;
    let sent = json!({"receiver": name, "since": since, "deliveries": ids.len()});
    program
        .store
        .add_journal_entries(now, vec![JournalEvent { kind: "deliveries.sent".into(), data: sent }])
        .await?;
    program.outbox.send_replace(());
    deliver_now(program, reply).await
}

fn has_receiver(program: &Program, name: &str, reply: &mut Reply) -> bool {
    let wiring = program.wiring.load();
    let known: Vec<&str> =
        wiring.config.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    if !known.contains(&name) {
        reply.problem(Exit::Usage, config::unknown_name("receiver", &known, name));
    }
    known.contains(&name)
}

/// Sends one message that says that it is a test. It is tried once and never enters the outbox.
async fn receivers_test(program: &Program, name: &str, reply: &mut Reply) -> Result<()> {
    if !has_receiver(program, name, reply) {
        return Ok(());
    }
    let wiring = program.wiring.load_full();
    let Some(receiver) = wiring.config.receivers.iter().find(|receiver| receiver.name == name)
    else {
        return Ok(());
    };
    let now = program.clock.now();
    let message = format!("This is a test of the receiver {name}: entitywatch can reach it.");
    let body = AlertBody::Test(Test { receiver: name.to_owned(), message, at: now });
    let alert =
        Alert { alert_id: AlertId::of(["test", name, &now.to_string()]), created_at: now, body };
    let mut delivered = true;
    for delivery in addressing::deliveries_to(receiver, &alert, None) {
        let message = Message { delivery: &delivery, alert: &alert };
        let to = if delivery.recipient.is_empty() {
            name.to_owned()
        } else {
            format!("{name} ({})", delivery.recipient)
        };
        match wiring.deliverer.attempt(receiver, &message, now, 0).await.outcome {
            DeliveryOutcome::Delivered { detail } => reply.line(format!("{to}: taken: {detail}")),
            DeliveryOutcome::Failed { detail, .. } => {
                delivered = false;
                reply.problem(Exit::Failed, format!("{to}: not taken: {detail}"));
            }
        }
    }
    let tested = json!({"receiver": name, "delivered": delivered});
    program
        .store
        .add_journal_entries(
            now,
            vec![JournalEvent { kind: "receiver.tested".into(), data: tested }],
        )
        .await?;
    if !delivered {
        return Ok(());
    }
    // A success like any other: what waits is due. One that is switched off stays so until it is
    // switched on.
    let freed = {
        let turn = program.receiver_turn(name);
        let _turn = turn.lock().await;
        match program
            .store
            .receiver_states()
            .await?
            .into_iter()
            .find(|state| state.receiver == name)
        {
            Some(ReceiverState {
                failing_since: Some(_), disabled_at: None, not_before, ..
            }) => {
                let not_before = not_before.filter(|not_before| *not_before > now);
                let well = ReceiverState {
                    receiver: name.to_owned(),
                    last_success_at: Some(now),
                    not_before,
                    ..ReceiverState::default()
                };
                program.store.set_receiver_state(well, now, Vec::new()).await?;
                make_waiting_due(program, name, now).await?
            }
            _ => 0,
        }
    };
    if freed > 0 {
        reply.line(format!("{freed} deliveries to {name} that waited are due"));
        deliver_now(program, reply).await?;
    }
    Ok(())
}

/// Makes what waits for a receiver due, and says how much it is.
async fn make_waiting_due(program: &Program, name: &str, now: Timestamp) -> Result<usize> {
    let query = DeliveryQuery {
        receiver: Some(name.to_owned()),
        state: Some(DeliveryState::Pending),
        alert: None,
        limit: None,
    };
    let waiting: Vec<DeliveryId> = program
        .store
        .deliveries(&query)
        .await?
        .into_iter()
        .map(|delivery| delivery.delivery_id)
        .collect();
    program.store.retry(&waiting, now).await?;
    program.outbox.send_replace(());
    Ok(waiting.len())
}

/// Switches a receiver on again; what waited for it is due at once.
async fn receivers_enable(program: &Program, name: &str, reply: &mut Reply) -> Result<()> {
    if !has_receiver(program, name, reply) {
        return Ok(());
    }
    let now = program.clock.now();
    let state = ReceiverState { receiver: name.to_owned(), ..ReceiverState::default() };
    let enabled =
        vec![JournalEvent { kind: "receiver.enabled".into(), data: json!({"receiver": name}) }];
    {
        // An attempt that is under way would write down again that the receiver is off.
        let turn = program.receiver_turn(name);
        let _turn = turn.lock().await;
        program.store.set_receiver_state(state, now, enabled).await?;
    }
    let waiting = make_waiting_due(program, name, now).await?;
    reply.line(format!("{name} is switched on; {waiting} deliveries that waited are due"));
    deliver_now(program, reply).await
}

fn step_in_words(step: &Step) -> String {
    let lists = match step {
        Step::Known => return "recorded before".into(),
        Step::BeforeAll => {
            return "the eCFR has nothing of this date: its history begins later".into();
        }
        Step::Recorded(lists) => lists.iter().map(|past| match past.summary {
            Some(summary) => {
                format!("{}: {}; {} entries", past.list, counts(summary), past.entries)
            }
            None => format!("{}: {} entries, where the history begins", past.list, past.entries),
        }),
    };
    let lists: Vec<String> = lists.collect();
    if lists.is_empty() { "none of the lists is there yet".into() } else { lists.join("; ") }
}

fn not_decided(problem: &DecideError, reply: &mut Reply) {
    let exit = if let DecideError::Unknown(_) | DecideError::Empty(_) = problem {
        Exit::Usage
    } else {
        Exit::Failed
    };
    reply.problem(exit, problem.to_string());
}

fn not_backfilled(problem: BackfillError, reply: &mut Reply) {
    let exit = if let BackfillError::Usage(_) = problem { Exit::Usage } else { Exit::Failed };
    if let BackfillError::Waiting { until, .. } = problem {
        reply.wait_until = Some(until);
    }
    reply.problem(exit, problem.to_string());
}

fn counts(Summary { added, removed, revised, editorial }: Summary) -> String {
    format!("{added} added, {removed} removed, {revised} revised, {editorial} editorial")
}
