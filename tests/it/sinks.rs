//! Fake receivers: servers on loopback that record what they receive and answer as configured.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// One received request. The names of its headers are in lower case.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("the body is JSON")
    }
}

/// The answer of an HTTP sink: a status, headers and a body.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    /// Receives the request and never answers.
    pub silent: bool,
    /// Announces a body that never arrives.
    pub cut: bool,
    /// Closes the connection after the part that it sent.
    pub closes: bool,
}

impl Answer {
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
            silent: false,
            cut: false,
            closes: false,
        }
    }

    pub fn silence() -> Self {
        Self { silent: true, ..Self::status(200) }
    }

    /// Sends only the headers. The announced body never arrives.
    pub fn cut(self) -> Self {
        Self { cut: true, ..self }
    }

    /// Sends the headers and a part of the body, and then closes the connection.
    pub fn broken_off(self) -> Self {
        Self { cut: true, closes: true, ..self }
    }

    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn with_body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }
}

/// A server for webhooks and for Slack's incoming webhooks, which answer `ok`.
#[derive(Clone)]
pub struct HttpSink {
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    /// The `webhook-id` that gets the answer 500.
    refused: Arc<Mutex<Option<String>>>,
    answered: Arc<Mutex<usize>>,
    /// How long each answer takes.
    delay: Arc<Mutex<Duration>>,
    changed: Arc<Notify>,
}

impl HttpSink {
    /// Answers 200 `ok` to everything by default.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port on loopback");
        let address = listener.local_addr().expect("its address");
        let (answered, changed) = (Arc::default(), Arc::default());
        let sink = Self {
            address,
            received: Arc::default(),
            answers: Arc::default(),
            refused: Arc::default(),
            answered,
            delay: Arc::default(),
            changed,
        };
        let server = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().serve(stream));
            }
        });
        sink
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sets the next answers. Each is used once.
    pub fn will_answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// Each answer takes so long from now on.
    pub fn takes(&self, delay: Duration) {
        *self.delay.lock().unwrap() = delay;
    }

    /// Returns to the default answer.
    pub fn clear_answers(&self) {
        self.answers.lock().unwrap().clear();
    }

    /// Requests with this `webhook-id` get the answer 500 from now on.
    pub fn refuse(&self, id: &str) {
        *self.refused.lock().unwrap() = Some(id.to_owned());
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// How many requests were answered.
    pub fn answered(&self) -> usize {
        *self.answered.lock().unwrap()
    }

    /// Waits until `is_so` is true of the requests and answers.
    pub async fn until(&self, is_so: impl Fn(&Self) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if is_so(self) {
                return;
            }
            changed.await;
        }
    }

    async fn serve(self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        while let Some(received) = read_request(&mut stream).await {
            let is_refused = self
                .refused
                .lock()
                .unwrap()
                .as_deref()
                .is_some_and(|id| received.header("webhook-id") == Some(id));
            self.received.lock().unwrap().push(received);
            self.changed.notify_waiters();
            let delay = *self.delay.lock().unwrap();
            if !delay.is_zero() {
                let _ = tokio::time::timeout(delay, std::future::pending::<()>()).await;
            }
            let answer = match self.answers.lock().unwrap().pop_front() {
                Some(answer) => answer,
                None if is_refused => Answer::status(500),
                None => Answer::status(200).with_body("ok"),
            };
            if answer.silent {
                // Waits until the client gives up.
                let mut ignored = Vec::new();
                let _ = stream.read_to_end(&mut ignored).await;
                return;
            }
            let headers: String =
                answer.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let length = answer.body.len() + if answer.cut { 500 } else { 0 };
            let head = format!(
                "HTTP/1.1 {} Configured\r\ncontent-length: {length}\r\n{headers}\r\n",
                answer.status
            );
            if stream.write_all(format!("{head}{}", answer.body).as_bytes()).await.is_err() {
                return;
            }
            *self.answered.lock().unwrap() += 1;
            self.changed.notify_waiters();
            if answer.closes {
                return;
            }
        }
    }
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Received { path, headers, body: String::from_utf8(body).ok()? })
}

/// One received email.
#[derive(Clone, Debug)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    /// Headers and body, with CRLF.
    pub data: String,
}

impl Mail {
    /// A header's value, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\r\n\r\n").next()?.replace("\r\n ", " ");
        head.split("\r\n")
            .find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
    }
}

/// How a mail server behaves.
#[derive(Clone, Debug, Default)]
pub struct SmtpBehavior {
    /// Accepts the connection and never sends anything.
    pub silent: bool,
    /// The reply to `RCPT TO`, such as `550 5.1.1 no such user`. Accepts if absent.
    pub recipient_reply: Option<&'static str>,
    /// The reply to the message itself.
    pub data_reply: Option<&'static str>,
    /// The reply to the message waits for this notification.
    pub data_reply_waits_for: Option<Arc<Notify>>,
    /// Does not reply to `QUIT`, and does not close the connection.
    pub ignores_quit: bool,
}

/// A mail server without TLS.
#[derive(Clone)]
pub struct SmtpSink {
    pub address: SocketAddr,
    mails: Arc<Mutex<Vec<Mail>>>,
    /// The number of logins.
    logged_in: Arc<Mutex<usize>>,
    /// The number of connections that got no greeting.
    without_greeting: Arc<Mutex<usize>>,
    /// The number of complete messages, accepted or not.
    completed: Arc<Mutex<usize>>,
    behavior: Arc<Mutex<SmtpBehavior>>,
    changed: Arc<Notify>,
}

impl SmtpSink {
    pub async fn start(behavior: SmtpBehavior) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port on loopback");
        let address = listener.local_addr().expect("its address");
        let (mails, logged_in, without_greeting, changed) =
            (Arc::default(), Arc::default(), Arc::default(), Arc::default());
        let (completed, behavior) = (Arc::default(), Arc::new(Mutex::new(behavior)));
        let sink =
            Self { address, mails, logged_in, without_greeting, completed, behavior, changed };
        let server = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().serve(stream));
            }
        });
        sink
    }

    /// Changes the behavior from the next command on.
    pub fn behave(&self, behavior: SmtpBehavior) {
        *self.behavior.lock().unwrap() = behavior;
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    pub fn logged_in(&self) -> usize {
        *self.logged_in.lock().unwrap()
    }

    /// Waits until a client has connected and got no greeting.
    pub async fn until_connected_in_silence(&self) {
        self.until(|_| *self.without_greeting.lock().unwrap() > 0).await;
    }

    /// Waits until a complete message has arrived, answered or not.
    pub async fn until_message_is_complete(&self) {
        self.until(|_| *self.completed.lock().unwrap() > 0).await;
    }

    /// Waits until `is_so` is true of the received emails.
    pub async fn until(&self, is_so: impl Fn(&[Mail]) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if is_so(&self.mails()) {
                return;
            }
            changed.await;
        }
    }

    async fn serve(self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        if self.behavior.lock().unwrap().silent {
            *self.without_greeting.lock().unwrap() += 1;
            self.changed.notify_waiters();
            // Waits until the client gives up.
            let mut ignored = Vec::new();
            let _ = stream.read_to_end(&mut ignored).await;
            return None;
        }
        write_line(&mut stream, "220 sink.example.com").await?;
        let (mut from, mut to) = (String::new(), Vec::new());
        loop {
            let line = read_line(&mut stream).await?;
            let behavior = self.behavior.lock().unwrap().clone();
            let reply = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
                "EHLO" => "250-sink.example.com\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME",
                "AUTH" => {
                    *self.logged_in.lock().unwrap() += 1;
                    "235 2.7.0 welcome"
                }
                "MAIL" => {
                    from = path(&line);
                    "250 2.1.0 ok"
                }
                "RCPT" => match behavior.recipient_reply {
                    Some(refusal) => refusal,
                    None => {
                        to.push(path(&line));
                        "250 2.1.5 ok"
                    }
                },
                "DATA" => {
                    write_line(&mut stream, "354 go on").await?;
                    let data = read_data(&mut stream).await?;
                    *self.completed.lock().unwrap() += 1;
                    self.changed.notify_waiters();
                    if let Some(notification) = &behavior.data_reply_waits_for {
                        notification.notified().await;
                    }
                    match behavior.data_reply {
                        Some(refusal) => refusal,
                        None => {
                            self.mails.lock().unwrap().push(Mail {
                                from: from.clone(),
                                to: std::mem::take(&mut to),
                                data,
                            });
                            self.changed.notify_waiters();
                            "250 2.0.0 queued as 1A2B3C"
                        }
                    }
                }
                "QUIT" if behavior.ignores_quit => {
                    let mut ignored = Vec::new();
                    let _ = stream.read_to_end(&mut ignored).await;
                    return None;
                }
                "QUIT" => {
                    write_line(&mut stream, "221 bye").await?;
                    return None;
                }
                _ => "250 ok",
            };
            write_line(&mut stream, reply).await?;
        }
    }
}

async fn write_line(stream: &mut BufReader<TcpStream>, line: &str) -> Option<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await.ok()
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    Some(line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn read_data(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut data = String::new();
    loop {
        let line = read_line(stream).await?;
        if line == "." {
            return Some(data);
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
        data.push_str("\r\n");
    }
}

/// `a@b` of `RCPT TO:<a@b>`
fn path(line: &str) -> String {
    line.split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(path, _)| path.to_owned())
        .unwrap_or_default()
}
