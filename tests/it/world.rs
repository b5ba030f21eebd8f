//! The whole program between a fake publisher and fake receivers: in this process with a manual
//! clock, or as the real binary.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use entitywatch::actions::{
    Reply, Request, {self},
};
use entitywatch::clock::ManualClock;
use entitywatch::config::{
    Config, Environment, SecretsMode, {self},
};
use entitywatch::deliver::Deliverer;
use entitywatch::domain::{Delivery, DeliveryState, Hold, HoldId, Identified};
use entitywatch::fetch::{FetchLimits, Fetcher};
use entitywatch::pipeline::{Program, Wiring, delivery};
use entitywatch::store::{
    DeliveryQuery, Mode, {self},
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixDatagram};

use crate::list::{Row, file};
use crate::sinks::{HttpSink, Received, SmtpBehavior, SmtpSink};
use crate::upstream::{Answer, Upstream};

/// Nothing in these tests takes longer, even on a slow machine.
const TIMEOUT: Duration = Duration::from_secs(60);
const PATH: &str = "/consolidated.csv";
/// June 30, 2022, 13:00 UTC.
const START: &str = "2022-06-30T13:00:00Z";

/// The secrets of the receivers.
pub const SLACK_TOKEN: &str = "planted-slack-path";
pub const HOOK_TOKEN: &str = "planted-hook-path";
pub const SECRET: &str = "whsec_c3RvcmllcyBhcmUgc2lnbmVkIHdpdGggdGhpcyBrZXk=";

/// Waits for a result, and fails the test if it does not come in time.
pub async fn within<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(TIMEOUT, wait)
        .await
        .unwrap_or_else(|_| panic!("timed out waiting for {what}"))
}

/// A publisher, three receivers, and a folder for the program's files.
pub struct Site {
    pub folder: TempDir,
    pub publisher: Upstream,
    pub webhook: HttpSink,
    pub slack: HttpSink,
    pub smtp: SmtpSink,
    /// Tests of the real binary may set every second.
    pub schedule: &'static str,
    pub lists: &'static str,
    /// The address of the pages. They are not served if empty.
    pub listen: &'static str,
    /// More keys of `[server]`.
    pub server_keys: String,
    /// More keys of the source.
    pub source: String,
    /// More keys of `[smtp]`.
    pub smtp_keys: String,
    /// More sections.
    pub sections: String,
    /// `[delivery]`
    pub delivery: String,
    /// `RUST_LOG` of the real binary. Unset if empty.
    pub log: &'static str,
    /// Below the site's folder. The folder itself if empty.
    pub database_folder: String,
    /// The address of a PostgreSQL database; a SQLite file if empty.
    pub shared: String,
    /// More arguments of `run`.
    pub run_arguments: &'static [&'static str],
}

impl Site {
    pub async fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            publisher: Upstream::start().await,
            webhook: HttpSink::start().await,
            slack: HttpSink::start().await,
            smtp: SmtpSink::start(SmtpBehavior::default()).await,
            schedule: "*/15 * * * *",
            lists: r#"["EL"]"#,
            listen: "",
            server_keys: String::new(),
            source: String::new(),
            smtp_keys: String::new(),
            sections: String::new(),
            delivery: String::new(),
            log: "",
            database_folder: String::new(),
            shared: String::new(),
            run_arguments: &[],
        }
    }

    /// The publisher serves these rows from now on, with their own `ETag`.
    pub fn publish(&self, rows: &[Row]) {
        self.publish_text(&file(rows));
    }

    pub fn publish_text(&self, text: &str) {
        let etag = format!("\"{}\"", entitywatch::domain::Sha256::of(text.as_bytes()).as_str());
        self.publisher.answer(PATH, Answer::Conditional { etag, body: text.as_bytes().to_vec() });
    }

    pub fn answer(&self, answer: Answer) {
        self.publisher.answer(PATH, answer);
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join(&self.database_folder).join("entitywatch.db")
    }

    pub fn configuration(&self) -> PathBuf {
        self.folder.path().join("entitywatch.toml")
    }

    /// The text of the configuration. `erp` (webhook) and `desk` (Slack) get alerts to readers.
    /// `compliance` (email) also gets alerts to operators.
    pub fn text(&self) -> String {
        let Self {
            schedule,
            lists,
            listen,
            server_keys,
            source,
            smtp_keys,
            sections,
            delivery,
            ..
        } = self;
        let min_entries =
            if lists.contains("UVL") { "{ EL = 10, UVL = 1 }" } else { "{ EL = 10 }" };
        format!(
            r#"[store]
url = "{database}"

[server]
listen = "{listen}"
{server_keys}

[[source]]
name = "csl"
kind = "csl"
url = "{url}"
lists = {lists}
schedule = "{schedule}"
allow_private = true
min_entries = {min_entries}
{source}

[smtp]
host = "127.0.0.1"
port = {smtp_port}
tls = "none"
from = "Entity List alerts <alerts@example.com>"
{smtp_keys}

[[receiver]]
name = "compliance"
kind = "email"
to = ["compliance@example.com"]
operator = true

[[receiver]]
name = "desk"
kind = "slack"
url = "{slack}"
allow_private = true

[[receiver]]
name = "erp"
kind = "webhook"
url = "{webhook}"
secret = "{SECRET}"
allow_private = true

[delivery]
{delivery}

{sections}
"#,
            database = if self.shared.is_empty() {
                format!("sqlite://{}", self.database().display())
            } else {
                self.shared.clone()
            },
            url = self.publisher.url(PATH),
            smtp_port = self.smtp.address.port(),
            slack = self.slack.url(&format!("/services/T0/B0/{SLACK_TOKEN}")),
            webhook = self.webhook.url(&format!("/hook/{HOOK_TOKEN}")),
        )
    }

    pub fn write(&self) {
        std::fs::write(self.configuration(), self.text()).unwrap();
    }

    pub fn config(&self) -> Config {
        self.config_of(&self.text())
    }

    fn config_of(&self, text: &str) -> Config {
        match config::check(
            &self.configuration(),
            text,
            &Environment::default(),
            SecretsMode::Resolve,
        ) {
            Ok((config, _)) => config,
            Err(errors) => panic!("{errors}"),
        }
    }

    /// Like the wiring of the daemon, but with short timeouts.
    fn wiring(config: Config) -> Wiring {
        let second = Duration::from_secs(1);
        let limits = FetchLimits {
            read_timeout: second,
            total_timeout: 3 * second,
            wire_bytes: 1024 * 1024,
            decoded_bytes: 4 * 1024 * 1024,
            ratio_from_bytes: 1024 * 1024,
            retry_pauses: Vec::new(),
            ..FetchLimits::default()
        };
        let fetcher = Fetcher::new(&config.http, limits).unwrap();
        let deliverer =
            Deliverer::new(&config.http, config.messages.clone(), config.delivery.timeout).unwrap();
        Wiring { config, fetcher, deliverer }
    }

    /// The program in this process.
    pub async fn open(self) -> World {
        let clock = Arc::new(ManualClock::at(START.parse().unwrap()));
        let program = self.program(&clock).await;
        World { site: self, clock, program }
    }

    async fn program(&self, clock: &Arc<ManualClock>) -> Arc<Program> {
        let store = store::open(&self.config().store, Mode::Act).await.unwrap();
        Arc::new(Program::new(store, clock.clone(), Self::wiring(self.config())))
    }

    /// Runs a command of the real binary to its end.
    pub async fn command(&self, arguments: &[&str]) -> Ended {
        self.write();
        let mut command = self.binary(arguments);
        let output =
            tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output().unwrap());
        let output = within("a command to end", output).await.unwrap();
        Ended {
            exit: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn binary(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_entitywatch"));
        command.arg("--config").arg(self.configuration()).args(arguments);
        for variable in [
            "RUNTIME_DIRECTORY",
            "STATE_DIRECTORY",
            "NOTIFY_SOCKET",
            "WATCHDOG_USEC",
            "JOURNAL_STREAM",
            "COLUMNS",
            "HTTP_PROXY",
            "http_proxy",
        ] {
            command.env_remove(variable);
        }
        if !self.log.is_empty() {
            command.env("RUST_LOG", self.log);
        }
        if !self.shared.is_empty() {
            // The control sockets of a shared database are there.
            command.env("XDG_STATE_HOME", self.folder.path());
        }
        command
    }

    /// Starts the daemon without waiting for it to be ready.
    pub fn start(&self) -> Daemon {
        self.start_with(&[])
    }

    /// Like `start`, with these environment variables.
    pub fn start_with(&self, variables: &[(&str, &str)]) -> Daemon {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        self.write();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let notify = self.folder.path().join(format!("notify-{number}"));
        let notifications = UnixDatagram::bind(&notify).unwrap();
        // Daemons that share a database have a log each.
        let log_path = if self.shared.is_empty() {
            self.log_path()
        } else {
            self.folder.path().join(format!("log-{number}"))
        };
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&log_path).unwrap();
        let mut command = self.binary(&["run"]);
        command.args(self.run_arguments);
        command.envs(variables.iter().copied());
        command
            .env("NOTIFY_SOCKET", &notify)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        Daemon { child: Some(command.spawn().unwrap()), notifications, log_path }
    }

    /// Starts the daemon and waits until it is ready.
    pub async fn run(&self) -> Daemon {
        let daemon = self.start();
        within("the daemon to be ready", daemon.notified("READY=1")).await;
        daemon
    }

    pub fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// The answer of the running daemon at a path, with its head.
    pub async fn page(&self, path: &str) -> String {
        let log = std::fs::read_to_string(self.log_path()).unwrap();
        let address =
            log.rsplit("server.listen=").next().and_then(|rest| rest.split_whitespace().next());
        let address = address.unwrap_or_else(|| panic!("{log}"));
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        within(path, stream.read_to_string(&mut answer)).await.unwrap();
        answer
    }

    /// The alerts to readers that the webhook received, each with its `webhook-id`.
    pub fn alerts(&self) -> Vec<(String, Value)> {
        let of_list = |received: &Received| {
            received.json()["type"].as_str().is_some_and(|kind| kind.starts_with("list."))
        };
        let received = self.webhook.received();
        received
            .iter()
            .filter(|r| of_list(r))
            .map(|r| (r.header("webhook-id").unwrap().to_owned(), r.json()))
            .collect()
    }

    /// The changes that the webhook was alerted of: kind and name.
    pub fn alerted(&self) -> Vec<(String, String)> {
        self.alerts().iter().flat_map(|(_, body)| changes(body)).collect()
    }

    /// The subjects of all emails.
    pub fn subjects(&self) -> Vec<String> {
        self.smtp.mails().iter().filter_map(|mail| mail.header("Subject")).collect()
    }
}

/// All that a command says, with its problems.
pub fn text_of(reply: &Reply) -> String {
    [reply.lines.join("\n"), reply.problems.join("\n")].join("\n")
}

/// The changes of an alert: kind and name.
pub fn changes(body: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let changes = body["data"]["changes"].as_array().unwrap();
    changes.iter().map(|change| (text(&change["kind"]), text(&change["entry"]["name"]))).collect()
}

/// The ids of an alert's changes.
pub fn change_ids(body: &Value) -> Vec<String> {
    body["data"]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["change_id"].as_str().unwrap().to_owned())
        .collect()
}

/// A command that has ended.
#[derive(Debug)]
pub struct Ended {
    pub exit: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The real binary running the daemon. It is killed when dropped.
pub struct Daemon {
    child: Option<Child>,
    notifications: UnixDatagram,
    log_path: PathBuf,
}

impl Daemon {
    /// Waits until the daemon sends this line to the service manager.
    pub async fn notified(&self, expected: &str) {
        let mut message = [0; 4096];
        loop {
            let length = self.notifications.recv(&mut message).await.unwrap();
            if String::from_utf8_lossy(&message[..length]).lines().any(|line| line == expected) {
                return;
            }
        }
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log_path).unwrap()
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Kills the daemon with SIGKILL.
    pub fn kill(self) {
        drop(self);
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.as_ref().unwrap().id();
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {id}")]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until the daemon ends by itself. Returns the signal that ended it, if one did.
    pub async fn ends(mut self) -> Option<i32> {
        let mut child = self.child.take().unwrap();
        let id = child.id();
        let ended = tokio::task::spawn_blocking(move || child.wait().unwrap().signal());
        match tokio::time::timeout(TIMEOUT, ended).await {
            Ok(signal) => signal.unwrap(),
            Err(_) => {
                // Else the wait in the other thread would keep the test from ending.
                let _ = Command::new("sh").args(["-c", &format!("kill -KILL {id}")]).status();
                panic!("timed out waiting for the daemon to end")
            }
        }
    }

    /// Stops the daemon with SIGTERM. Returns its exit code.
    pub async fn stop(mut self) -> Option<i32> {
        self.signal("TERM");
        within("the daemon to stop", self.notified("STOPPING=1")).await;
        let mut child = self.child.take().unwrap();
        // On a thread of its own, so that the sinks go on answering.
        within(
            "the daemon's end",
            tokio::task::spawn_blocking(move || child.wait().unwrap().code()),
        )
        .await
        .unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The program in this process, with its site.
pub struct World {
    pub site: Site,
    pub clock: Arc<ManualClock>,
    pub program: Arc<Program>,
}

impl std::ops::Deref for World {
    type Target = Site;
    fn deref(&self) -> &Site {
        &self.site
    }
}

impl World {
    /// With a baseline of these rows, whose alert has been delivered.
    pub async fn with_baseline(site: Site, rows: &[Row]) -> Self {
        site.publish(rows);
        let world = site.open().await;
        let reply = world.check().await;
        assert_eq!(reply.exit, 0, "{reply:?}");
        assert!(world.alerted().is_empty(), "a baseline is silent to readers");
        world
    }

    /// The time of the program.
    pub fn clock_now(&self) -> jiff::Timestamp {
        use entitywatch::clock::Clock;
        self.clock.now()
    }

    /// Runs `check` as the command and the control socket do.
    pub async fn check(&self) -> Reply {
        self.execute(Request::Check { sources: Vec::new() }).await
    }

    /// Runs `check` a quarter of an hour later.
    pub async fn next_check(&self) -> Reply {
        self.clock.advance(Duration::from_secs(15 * 60));
        self.check().await
    }

    pub async fn execute(&self, request: Request) -> Reply {
        let identified = Identified::Process { uid: 0, user: None };
        let acting = Box::pin(actions::execute(&self.program, request, &identified));
        within("a command to end", acting).await
    }

    /// Accepts a hold, with or without alerts about its changes.
    pub async fn accept(&self, hold: &HoldId, as_baseline: bool) -> Reply {
        self.execute(Request::HoldsAccept {
            id: hold.clone(),
            by: "Ada".into(),
            reason: "read the notice".into(),
            as_baseline,
        })
        .await
    }

    pub async fn reject(&self, hold: &HoldId) -> Reply {
        self.execute(Request::HoldsReject {
            id: hold.clone(),
            by: "Ada".into(),
            reason: "half of it is missing".into(),
        })
        .await
    }

    /// One pass of the deliveries that are due.
    pub async fn deliver(&self) -> delivery::PassCounts {
        within("the deliveries", Box::pin(delivery::deliver_due(&self.program))).await.unwrap()
    }

    pub async fn open_holds(&self) -> Vec<Hold> {
        self.program.store.holds(true).await.unwrap()
    }

    /// The states of all deliveries to a receiver, oldest last.
    pub async fn delivery_states(&self, receiver: &str) -> Vec<DeliveryState> {
        self.deliveries(receiver).await.into_iter().map(|delivery| delivery.state).collect()
    }

    pub async fn deliveries(&self, receiver: &str) -> Vec<Delivery> {
        self.program
            .store
            .deliveries(&DeliveryQuery {
                receiver: Some(receiver.into()),
                ..DeliveryQuery::default()
            })
            .await
            .unwrap()
    }

    pub async fn current_count(&self) -> usize {
        self.program
            .store
            .current_entries("csl", entitywatch::domain::ListCode::EL)
            .await
            .unwrap()
            .len()
    }

    /// Applies the changed configuration, as a reload does.
    pub fn reload(&self) {
        self.reload_text(&self.text());
    }

    pub fn reload_text(&self, text: &str) {
        self.program.wiring.store(Arc::new(Site::wiring(self.config_of(text))));
    }

    /// Stops the program, runs `between`, and starts the program again.
    pub async fn restart(self, between: impl FnOnce(&Site)) -> Self {
        let Self { site, clock, program } = self;
        program.store.close().await;
        drop(program);
        between(&site);
        let program = site.program(&clock).await;
        Self { site, clock, program }
    }

    /// The kinds of all journal entries, whose chain must be intact.
    pub async fn journal_kinds(&self) -> Vec<String> {
        let entries = self.program.store.journal(0, 10_000).await.unwrap();
        assert!(!entries.is_empty());
        assert!(entries.iter().all(entitywatch::domain::JournalEntry::is_intact));
        assert!(entries.windows(2).all(|pair| pair[1].previous == pair[0].hash));
        entries.into_iter().map(|entry| entry.kind).collect()
    }
}
