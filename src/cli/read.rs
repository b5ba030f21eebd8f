//! The reading commands: what is recorded, as tables for people and JSON for programs. They take no
//! lock and no secret.

use std::io::stdout;

use anyhow::Result;
use jiff::Timestamp;

use crate::cli::args::{
    AlertsListArgs, ChangesArgs, DeliveriesListArgs, EntriesArgs, OutputFormat, ShowFormat,
};
use crate::cli::output::{
    or_dash, time, {self},
};
use crate::cli::show_alert;
use crate::cli::usage::Usage;
use crate::config::Config;
use crate::deliver::{MessageSettings, wording};
use crate::domain::{Alert, AlertId, Change, Hold, HoldId, SourceState, Summary};
use crate::pipeline::hold_decision;
use crate::store::{AlertQuery, ChangeQuery, DeliveryQuery, EntryQuery, ReceiverState, Store};
use crate::stored_json::{ChangeRow, DeliveryRow, EntryRow, ReceiverRow, SourceRow};

pub async fn changes(
    store: &Store,
    config: &Config,
    args: &ChangesArgs,
    now: Timestamp,
) -> Result<()> {
    let query = ChangeQuery {
        source: args.source.clone(),
        list: args.list,
        kind: args.kind,
        since: args.since.map(|when| when.before(now)),
        until: args.until.map(|when| when.before(now)),
        editorial: !args.no_editorial,
        limit: args.limit,
    };
    let rows = ChangeRow::of(store, store.changes(&query).await?).await?;
    if rows.is_empty() {
        expect_source(store, config, args.source.as_deref()).await?;
    }
    let header = ["seen", "source", "list", "kind", "severity", "name", "countries", "what"];
    output::rows(
        &mut stdout(),
        args.output.output,
        "changes",
        &rows,
        &header,
        "no change is recorded",
        |row| {
            vec![
                time(row.observed_at),
                row.source.clone(),
                row.change.entry.list.to_string(),
                row.change.kind.as_str().to_owned(),
                row.change.severity.as_str().to_owned(),
                row.change.entry.name.clone(),
                row.change.entry.countries.join(" "),
                what_changed(&row.change),
            ]
        },
    )?;
    Ok(())
}

/// Nothing found under a name that no source has is a slip of the pen and no answer.
async fn expect_source(store: &Store, config: &Config, name: Option<&str>) -> Result<()> {
    if let Some(name) = name {
        let states = store.source_states().await?;
        let known = config
            .sources
            .iter()
            .map(|source| &source.name)
            .chain(states.iter().map(|state| &state.source));
        Usage::unless_known("source", name, known.map(String::as_str))?;
    }
    Ok(())
}

/// The fields of a revision; for what stands alone, its newest citation.
fn what_changed(change: &Change) -> String {
    if change.fields.is_empty() {
        return or_dash(change.entry.citations.last());
    }
    change.fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>().join(", ")
}

pub async fn entries(
    store: &Store,
    config: &Config,
    args: &EntriesArgs,
    now: Timestamp,
) -> Result<()> {
    let query = EntryQuery {
        source: args.source.clone(),
        list: args.list,
        search: args.search.clone(),
        as_of: args.as_of,
        known_at: args.known_at.map(|when| when.before(now)),
        limit: args.limit,
    };
    let rows: Vec<EntryRow> =
        store.entries(&query).await?.into_iter().map(EntryRow::from).collect();
    if rows.is_empty() {
        expect_source(store, config, args.source.as_deref()).await?;
    }
    let header = ["source", "list", "name", "countries", "since", "citations"];
    output::rows(
        &mut stdout(),
        args.output.output,
        "entries",
        &rows,
        &header,
        "no entry is recorded that fits",
        |row| {
            let citations: Vec<String> =
                row.entry.citations.iter().map(ToString::to_string).collect();
            vec![
                row.source.clone(),
                row.entry.list.to_string(),
                row.entry.name.clone(),
                row.entry.countries.join(" "),
                or_dash(row.entry.start_date.as_ref()),
                citations.join("; "),
            ]
        },
    )?;
    Ok(())
}

pub async fn sources(
    store: &Store,
    config: &Config,
    format: OutputFormat,
    now: Timestamp,
) -> Result<()> {
    let mut states = store.source_states().await?;
    for source in &config.sources {
        if !states.iter().any(|state| state.source == source.name) {
            states.push(SourceState { source: source.name.clone(), ..SourceState::default() });
        }
    }
    let (mut rows, holds) = (Vec::new(), store.holds(true).await?);
    for state in states {
        let source = config.source(&state.source);
        let lists = store.list_states(&state.source).await?;
        rows.push(SourceRow::new(state, lists, &holds, source.map(|source| &source.schedule), now));
    }
    let header = [
        "source",
        "last check",
        "last success",
        "next check",
        "checks",
        "unchanged",
        "entries",
        "trouble",
    ];
    output::rows(
        &mut stdout(),
        format,
        "sources",
        &rows,
        &header,
        "no source is configured",
        |row| {
            let held = |held: bool| if held { " (held)" } else { "" };
            let counted = row.lists.iter().map(|list| {
                format!("{} {}{}", list.list, list.count, held(list.hold_id.is_some()))
            });
            let absent = row.absent.iter().map(|list| format!("{list} none so far"));
            let lists: Vec<String> = counted.chain(absent).collect();
            vec![
                row.source.clone(),
                or_dash(row.last_check_at.map(time)),
                or_dash(row.last_success_at.map(time)),
                or_dash(row.next_check_at.map(|next| soon(next, now))),
                row.checks.to_string(),
                row.unchanged_checks.to_string(),
                if lists.is_empty() { "-".to_owned() } else { lists.join(" ") },
                or_dash(row.last_error.as_ref()),
            ]
        },
    )?;
    Ok(())
}

/// What the store adds to the warnings of a configuration: watched lists that the publisher does
/// not seem to have.
pub async fn absent_lists(store: &Store, config: &Config) -> Result<Vec<String>> {
    let mut warnings = Vec::new();
    for state in store.source_states().await? {
        let Some(source) = config.source(&state.source) else { continue };
        let absent =
            crate::stored_json::absent_lists(&state, &store.list_states(&state.source).await?);
        warnings.extend(absent.into_iter().filter(|list| source.lists.contains(list)).map(
            |list| {
                let name = &source.name;
                format!(
                    "no row of {list} has been seen in source `{name}`: its publisher may have \
                     dropped the list; its first rows will be the baseline"
                )
            },
        ));
    }
    Ok(warnings)
}

pub async fn alerts(
    store: &Store,
    messages: &MessageSettings,
    args: &AlertsListArgs,
    now: Timestamp,
) -> Result<()> {
    let alerts: Vec<Alert> = match &args.id {
        Some(id) if args.output.output == OutputFormat::Text => {
            return show_alert::alert(store, messages, id, ShowFormat::Text).await;
        }
        Some(id) => vec![show_alert::recorded(store, id).await?],
        None => {
            let (since, until) =
                (args.since.map(|when| when.before(now)), args.until.map(|when| when.before(now)));
            store
                .alerts(&AlertQuery { since, until, limit: args.limit, ..AlertQuery::default() })
                .await?
        }
    };
    let header = ["recorded", "alert", "type", "about"];
    output::rows(
        &mut stdout(),
        args.output.output,
        "alerts",
        &alerts,
        &header,
        "no alert is recorded",
        |alert| {
            vec![
                time(alert.created_at),
                alert.alert_id.to_string(),
                alert.body.type_name().to_owned(),
                about(alert, messages),
            ]
        },
    )?;
    Ok(())
}

/// What an alert is about, in a few words.
fn about(alert: &Alert, messages: &MessageSettings) -> String {
    let Some(data) = alert.body.list_changed() else {
        return wording::alert_content(alert, messages).title;
    };
    let source = &data.source;
    let Summary { added, removed, revised, .. } = data.total;
    let rule = data
        .rule
        .as_ref()
        .and_then(|rule| rule.citation.as_deref())
        .map_or_else(String::new, |citation| format!(", {citation}"));
    format!("{source}: {added} added, {removed} removed, {revised} revised{rule}")
}

pub async fn deliveries(
    store: &Store,
    config: &Config,
    args: &DeliveriesListArgs,
    now: Timestamp,
) -> Result<()> {
    let query = DeliveryQuery {
        receiver: args.receiver.clone(),
        state: args.state,
        alert: args.alert.clone().map(AlertId),
        limit: args.limit,
    };
    let deliveries = store.deliveries(&query).await?;
    if let Some(name) = args.receiver.as_deref().filter(|_| deliveries.is_empty()) {
        let states = store.receiver_states().await?;
        let known = config
            .receivers
            .iter()
            .map(|receiver| &receiver.name)
            .chain(states.iter().map(|state| &state.receiver));
        Usage::unless_known("receiver", name, known.map(String::as_str))?;
    }
    if let Some(id) = args.alert.as_deref().filter(|_| deliveries.is_empty()) {
        show_alert::recorded(store, id).await?;
    }
    let (states, configured) = (
        store.receiver_states().await?,
        config.receivers.iter().map(|receiver| receiver.name.as_str()),
    );
    let configured: Vec<&str> = configured.collect();
    let deliveries: Vec<DeliveryRow> = deliveries
        .into_iter()
        .map(|delivery| DeliveryRow::new(delivery, &states, &configured, now))
        .collect();
    let header = [
        "recorded",
        "delivery",
        "receiver",
        "recipient",
        "state",
        "attempts",
        "next attempt",
        "last error",
    ];
    output::rows(
        &mut stdout(),
        args.output.output,
        "deliveries",
        &deliveries,
        &header,
        "no delivery is recorded that fits",
        |delivery| {
            let waits_for = delivery.waits_for.map(|waits_for| waits_for.in_words().to_owned());
            vec![
                time(delivery.created_at),
                delivery.delivery_id.to_string(),
                delivery.receiver.clone(),
                if delivery.recipient.is_empty() {
                    "-".to_owned()
                } else {
                    delivery.recipient.clone()
                },
                delivery.state.as_str().to_owned(),
                delivery.attempts.to_string(),
                or_dash(delivery.next_attempt_at.map(|next| soon(next, now)).or(waits_for)),
                or_dash(delivery.last_error.as_ref()),
            ]
        },
    )?;
    Ok(())
}

/// The time of what comes next; what is overdue comes now.
fn soon(next: Timestamp, now: Timestamp) -> String {
    if next <= now { "now".to_owned() } else { time(next) }
}

pub async fn receivers(
    store: &Store,
    config: &Config,
    format: OutputFormat,
    now: Timestamp,
) -> Result<()> {
    let (states, outbox) = (store.receiver_states().await?, store.outbox_counts().await?);
    let mut rows: Vec<ReceiverRow> = Vec::new();
    let state_of = |name: &str| {
        let unknown = || ReceiverState { receiver: name.to_owned(), ..ReceiverState::default() };
        states.iter().find(|state| state.receiver == name).cloned().unwrap_or_else(unknown)
    };
    for receiver in &config.receivers {
        let count = outbox.iter().find(|count| count.receiver == receiver.name);
        rows.push(ReceiverRow::new(
            Some(receiver.channel.kind()),
            receiver.operator,
            state_of(&receiver.name),
            count,
            now,
        ));
    }
    for count in outbox.iter().filter(|count| config.receiver(&count.receiver).is_none()) {
        rows.push(ReceiverRow::new(None, false, state_of(&count.receiver), Some(count), now));
    }
    let header = ["receiver", "kind", "operator", "pending", "dead", "last success", "trouble"];
    output::rows(
        &mut stdout(),
        format,
        "receivers",
        &rows,
        &header,
        "no receiver is configured",
        |row| {
            let trouble =
                row.state.disabled_reason.as_ref().map(|reason| format!("switched off: {reason}"));
            vec![
                row.state.receiver.clone(),
                row.kind.clone().unwrap_or_else(|| "no longer configured".to_owned()),
                if row.operator { "yes" } else { "-" }.to_owned(),
                row.pending.to_string(),
                row.dead.to_string(),
                or_dash(row.state.last_success_at.map(time)),
                or_dash(trouble.or_else(|| row.state.last_error.clone())),
            ]
        },
    )?;
    Ok(())
}

pub async fn holds(store: &Store, all: bool, format: OutputFormat) -> Result<()> {
    let holds = store.holds(!all).await?;
    let header =
        ["opened", "hold", "source", "list", "reason", "state", "entries", "what it is about"];
    output::rows(
        &mut stdout(),
        format,
        "holds",
        &holds,
        &header,
        "nothing is held",
        |hold: &Hold| {
            vec![
                time(hold.opened_at),
                hold.hold_id.to_string(),
                hold.source.clone(),
                hold.list.to_string(),
                hold.reason.to_string(),
                hold.state.as_str().to_owned(),
                format!("{} -> {}", hold.count_before, hold.count_after),
                hold.message.clone(),
            ]
        },
    )?;
    Ok(())
}

/// What an open hold would change; of a decided one, what was decided.
pub async fn hold(store: &Store, id: &str, format: OutputFormat) -> Result<()> {
    let Some(hold) = store.hold(&HoldId(id.to_owned())).await? else {
        return Err(Usage(format!(
            "expected the id of a hold (`entitywatch holds list --all` shows them), but got `{id}`"
        ))
        .into());
    };
    let open = hold.state == crate::domain::HoldState::Open;
    let changes = if open { hold_decision::preview(store, &hold).await? } else { Vec::new() };
    let out = &mut stdout();
    if format == OutputFormat::Json {
        let mut shown = serde_json::to_value(&hold)?;
        if let Some(fields) = shown.as_object_mut() {
            fields.insert("changes".into(), serde_json::to_value(&changes)?);
        }
        return Ok(output::json(out, &serde_json::json!({"holds": [shown]}))?);
    }
    output::one_line(
        out,
        &format!(
            "{}: {} of {}, held for {}, {}",
            hold.hold_id,
            hold.list,
            hold.source,
            hold.reason,
            hold.state.as_str()
        ),
    )?;
    output::one_line(out, &hold.message)?;
    output::line(
        out,
        &format!(
            "first seen {}; {} entries before, {} in the held file",
            time(hold.opened_at),
            hold.count_before,
            hold.count_after
        ),
    )?;
    if let (Some(by), Some(reason), Some(at)) =
        (&hold.decided_by, &hold.decision_reason, hold.decided_at)
    {
        output::one_line(
            out,
            &format!("{} by {by} at {}: {reason}", hold.state.as_str(), time(at)),
        )?;
    }
    if open {
        let Summary { added, removed, revised, editorial } = Summary::of(&changes);
        output::line(
            out,
            &format!(
                "accepting it would tell {added} added, {removed} removed, {revised} revised \
                 ({editorial} editorial):"
            ),
        )?;
        let rows = changes.iter().map(|change| {
            vec![
                change.kind.as_str().to_owned(),
                change.entry.name.clone(),
                change.entry.countries.join(" "),
                what_changed(change),
            ]
        });
        output::line(out, &output::table(&["kind", "name", "countries", "what"], rows))?;
        output::line(
            out,
            &format!(
                "entitywatch holds accept {id} --by NAME --reason TEXT\nentitywatch holds reject \
                 {id} --by NAME --reason TEXT"
            ),
        )?;
    }
    Ok(())
}
