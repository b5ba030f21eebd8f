//! `demo`: runs the complete pipeline on built-in data, over real HTTP and SMTP on loopback.
//!
//! This process also runs the publisher, the mail server and the server for the messages to Slack,
//! to Teams and to a webhook. The rest is the normal program, except for a clock that is set to
//! June 2022.

mod list;
mod servers;

use std::fs;
use std::io::stdout;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;

use self::servers::Inbox;
use crate::actions::{
    Reply, Request, user_of_process, {self},
};
use crate::cli::output;
use crate::clock::ManualClock;
use crate::config::{
    Environment, SecretsMode, {self},
};
use crate::deliver::{
    Message, layout, wording, {self},
};
use crate::domain::{Alert, DeliveryState};
use crate::pipeline::alerting::addressing;
use crate::pipeline::{Program, Wiring};
use crate::store::{
    AlertQuery, Mode, {self},
};

/// One check of the demo.
struct Step {
    at: &'static str,
    what_happens: &'static str,
    /// The list that the publisher has from now on.
    publishes: Option<fn() -> String>,
}

const STEPS: [Step; 5] = [
    Step {
        at: "2022-06-27T13:00:00Z",
        what_happens: "June 27, 2022. The first check: the list becomes the baseline, and no \
                       alert is sent.",
        publishes: Some(list::before),
    },
    Step {
        at: "2022-06-27T13:15:00Z",
        what_happens: "15 minutes later: the publisher answers that nothing changed.",
        publishes: None,
    },
    Step {
        at: "2022-06-30T13:00:00Z",
        what_happens: "June 30, 2022. The answer is 200, but the file ends in the middle of a \
                       row: it is refused.",
        publishes: Some(list::cut),
    },
    Step {
        at: "2022-06-30T13:15:00Z",
        what_happens: "15 minutes later: the file is complete. A rule has added companies for \
                       supporting Russia's military. Five of them are in China.",
        publishes: Some(list::after),
    },
    Step {
        at: "2022-07-01T13:00:00Z",
        what_happens: "July 1, 2022. Half of the list is missing, but the file is otherwise \
                       valid: the list is put on hold, and no removal is alerted.",
        publishes: Some(list::half),
    },
];

/// Runs the demo and writes its files to `folder`.
pub async fn demo(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)
        .with_context(|| format!("failed to create the folder {}", folder.display()))?;
    let inbox = Inbox::default();
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    let program = program(folder, &inbox, Arc::clone(&clock)).await?;

    say("A publisher, a mail server and a webhook address run on loopback for this demo; \
         nothing leaves this machine.")?;
    say("The list is a few entries of the Entity List around 87 FR 38920, shortened by hand.")?;
    say("")?;
    for step in STEPS {
        clock.set(step.at.parse()?);
        say(step.what_happens)?;
        if let Some(list) = step.publishes {
            inbox.publish(list());
        }
        check(&program).await?;
    }

    let alert = the_alert(&program).await?;
    let html = show_delivered(&program, &alert).await?;
    write_files(folder, &inbox, &html)?;
    program.store.close().await;
    Ok(())
}

/// Starts the servers, and sets up a program with an empty database that uses them.
async fn program(folder: &Path, inbox: &Inbox, clock: Arc<ManualClock>) -> Result<Program> {
    let http = servers::start_http(inbox.clone()).await.context("failed to listen on loopback")?;
    let smtp = servers::start_smtp(inbox.clone()).await.context("failed to listen on loopback")?;
    let scratch = folder.join("record");
    // The database of an earlier demo is deleted, so that this demo starts without one.
    if scratch.exists() {
        fs::remove_dir_all(&scratch)
            .with_context(|| format!("failed to clear {}", scratch.display()))?;
    }
    fs::create_dir_all(&scratch)?;
    let path = folder.join("entitywatch.toml");
    let database = fs::canonicalize(&scratch)?.join("entitywatch.db");
    fs::write(&path, configuration(&database.display().to_string(), http.port(), smtp.port()))?;
    let (config, _) = config::load(&path, &Environment::default(), SecretsMode::Resolve)?;
    let store = store::open(&config.store, Mode::Write).await?;
    Ok(Program::new(store, clock, Wiring::new(config)?))
}

/// Prints the alert as the console shows it. Returns the HTML part of its email. It is an error if
/// the email was not delivered.
async fn show_delivered(program: &Program, alert: &Alert) -> Result<String> {
    let wiring = program.wiring.load_full();
    let email = wiring.config.receiver("compliance").context("expected a receiver of emails")?;
    let routed = addressing::deliveries_to(email, alert, None);
    let delivery = routed.first().context("expected a recipient of the email")?;
    let delivered = program.store.delivery(&delivery.delivery_id).await?;
    ensure!(
        delivered.is_some_and(|delivery| delivery.state == DeliveryState::Delivered),
        "expected the alert to be delivered by email"
    );
    let alert = deliver::for_delivery(alert, delivery);
    let message = Message { delivery, alert: &alert, screening: None };
    say("The alert of June 30, as the console shows it:")?;
    say("")?;
    say(&layout::text(&message, &wiring.config.messages)?)?;
    Ok(layout::html_of(&wording::message_content(&message, &wiring.config.messages), None)?)
}

fn say(text: &str) -> Result<()> {
    Ok(output::line(&mut stdout(), text)?)
}

async fn check(program: &Program) -> Result<()> {
    let Reply { lines, problems, exit, .. } =
        actions::execute(program, Request::Check { sources: Vec::new() }, &user_of_process().await)
            .await;
    for line in lines.iter().chain(&problems) {
        say(&format!("  {line}"))?;
    }
    say(&format!("  (`entitywatch check` would exit with {exit})"))?;
    say("")
}

/// The alert with the rule's changes.
async fn the_alert(program: &Program) -> Result<Alert> {
    let alerts = program.store.alerts(&AlertQuery::default()).await?;
    alerts
        .into_iter()
        .find(|alert| alert.body.list_changed().is_some())
        .context("expected an alert of the rule's changes to be recorded")
}

/// The received messages, as files to open.
fn write_files(folder: &Path, inbox: &Inbox, html: &str) -> Result<()> {
    let emails = inbox.emails.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let posts = inbox.posts.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let about_rule = |text: &&String| text.contains("38925");
    let email = emails.iter().find(about_rule).context("expected the alert among the emails")?;
    let post = |kind: &str| {
        posts.iter().filter(|(of, ..)| of == kind).map(|(_, _, body)| body).find(about_rule)
    };
    let pretty = |body: &String| {
        serde_json::from_str(body)
            .and_then(|value: serde_json::Value| serde_json::to_string_pretty(&value))
    };
    let slack = pretty(post("slack").context("expected the alert among the Slack messages")?)?;
    let teams = pretty(post("teams").context("expected the alert among the Teams messages")?)?;
    let webhook = pretty(post("webhook").context("expected the alert among the webhooks")?)?;
    say("")?;
    say("The messages that arrived, as files:")?;
    for (name, content, what) in [
        (
            "alert.eml",
            email.as_str(),
            "the email as received over SMTP, with the changes as a spreadsheet, CSV and JSON",
        ),
        ("alert.html", html, "its HTML part, for a browser"),
        (
            "slack.json",
            slack.as_str(),
            "the Slack message (paste its blocks into the Block Kit Builder)",
        ),
        (
            "teams.json",
            teams.as_str(),
            "the Teams message (paste its card into the Adaptive Cards Designer)",
        ),
        ("webhook.json", webhook.as_str(), "the webhook's body"),
    ] {
        let path = folder.join(name);
        fs::write(&path, content).with_context(|| format!("failed to write {}", path.display()))?;
        say(&format!("  {}: {what}", path.display()))?;
    }
    say(&format!(
        "  {}: the configuration that was used",
        folder.join("entitywatch.toml").display()
    ))
}

fn configuration(database: &str, http_port: u16, smtp_port: u16) -> String {
    format!(
        r#"# The demo's configuration. All servers are on loopback.
# The list is short, so the guards allow large changes.
[store]
url = "sqlite://{database}"

[server]
listen = ""

[[source]]
name = "csl"
kind = "csl"
url = "http://127.0.0.1:{http_port}/consolidated.csv"
lists = ["EL"]
schedule = "*/15 * * * *"
allow_private = true
max_gain = "100%"
min_entries = {{ EL = 10 }}

[smtp]
host = "127.0.0.1"
port = {smtp_port}
tls = "none"
from = "Entity List alerts <alerts@example.com>"

[[receiver]]
name = "compliance"
kind = "email"
to = ["compliance@example.com"]
operator = true

[[receiver]]
name = "export-desk"
kind = "slack"
url = "http://127.0.0.1:{http_port}/inbox/slack"
allow_private = true

[[receiver]]
name = "trade-team"
kind = "teams"
url = "http://127.0.0.1:{http_port}/inbox/teams"
allow_private = true

[[receiver]]
name = "erp"
kind = "webhook"
url = "http://127.0.0.1:{http_port}/inbox/webhook"
secret = "whsec_ZW50aXR5d2F0Y2gtZGVtby1zaWduaW5nLWtleS0wMQ=="
allow_private = true
"#
    )
}
