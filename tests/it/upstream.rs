//! A fake publisher: a server that answers, stalls, breaks off, floods or redirects as configured,
//! and records its requests.
//!
//! It speaks HTTP/1.1 on a raw socket, because a real server cannot misbehave. It closes each
//! connection after its answer.

use std::collections::HashMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use url::Url;

/// One received request.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// As in the request line: path and query, or the whole URL in a request to a proxy.
    pub target: String,
    /// The names are in lower case.
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A status, headers and a body. `Content-Length` is added.
    Whole { status: u16, headers: Vec<(String, String)>, body: Vec<u8> },
    /// The document of a well-behaved publisher: 200 with the `ETag`, or 304 to a request that
    /// names it.
    Conditional { etag: String, body: Vec<u8> },
    /// These bytes, followed by the end of the connection.
    Raw(Vec<u8>),
    /// These bytes, and then nothing while the connection stays open.
    Stall(Vec<u8>),
    /// The first bytes once, and then the second ones forever.
    Endless(Vec<u8>, Vec<u8>),
    /// Waits for [`Upstream::release`], and then answers.
    Delayed(Box<Answer>),
}

impl Answer {
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::status(200, body)
    }

    pub fn status(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Whole { status, headers: Vec::new(), body: body.into() }
    }

    pub fn redirect(status: u16, to: &str) -> Self {
        Self::status(status, "").with_header("Location", to)
    }

    pub fn gzip(body: &[u8]) -> Self {
        Self::ok(gzip(body)).with_header("Content-Encoding", "gzip")
    }

    /// A 200 that announces all of `body` and sends its first `sent_bytes`.
    pub fn truncated(body: &[u8], sent_bytes: usize) -> Self {
        let mut raw =
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
        raw.extend_from_slice(&body[..sent_bytes]);
        Self::Raw(raw)
    }

    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Whole { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// Compresses as a server does.
pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// The running server. It stops when dropped.
pub struct Upstream {
    address: SocketAddr,
    state: Arc<State>,
    accepting: AbortHandle,
}

#[derive(Default)]
struct State {
    /// By path without the query. The last of several answers stays.
    answers: Mutex<HashMap<String, Vec<Answer>>>,
    requests: Mutex<Vec<Request>>,
    concurrent: AtomicUsize,
    most_concurrent: AtomicUsize,
    requested: Notify,
    release: Notify,
}

impl Upstream {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                tokio::spawn(async move {
                    // A client that closes its connection is no error.
                    let _ = serve(socket, &state).await;
                });
            }
        });
        Self { address, state, accepting: accepting.abort_handle() }
    }

    /// Sets the answer at `path`.
    pub fn answer(&self, path: &str, answer: Answer) {
        self.answer_in_turn(path, vec![answer]);
    }

    /// Sets the answers at `path`, one for each request. The last one stays.
    pub fn answer_in_turn(&self, path: &str, mut answers: Vec<Answer>) {
        answers.reverse();
        self.state.answers.lock().unwrap().insert(path.to_owned(), answers);
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().unwrap().clone()
    }

    /// The most requests that were processed at the same time.
    pub fn most_concurrent(&self) -> usize {
        self.state.most_concurrent.load(Ordering::SeqCst)
    }

    /// Waits until `count` requests have arrived.
    pub async fn until_requested(&self, count: usize) {
        loop {
            let requested = self.state.requested.notified();
            if self.requests().len() >= count {
                return;
            }
            requested.await;
        }
    }

    /// Releases one delayed answer: the one that waits now, or else the next one.
    pub fn release(&self) {
        self.state.release.notify_one();
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(mut socket: TcpStream, state: &State) -> std::io::Result<()> {
    let Some(request) = read_request(&mut socket).await? else { return Ok(()) };
    let path = request.target.split('?').next().unwrap_or_default().to_owned();
    let answer = {
        let mut answers = state.answers.lock().unwrap();
        match answers.get_mut(&path) {
            Some(rest) if rest.len() > 1 => rest.pop(),
            Some(rest) => rest.last().cloned(),
            None => None,
        }
    };
    let concurrent = state.concurrent.fetch_add(1, Ordering::SeqCst) + 1;
    state.most_concurrent.fetch_max(concurrent, Ordering::SeqCst);
    state.requests.lock().unwrap().push(request.clone());
    state.requested.notify_waiters();
    let mut answer = answer.unwrap_or_else(|| Answer::status(404, "not here"));
    while let Answer::Delayed(inner) = answer {
        state.release.notified().await;
        answer = *inner;
    }
    // Counted down before the last byte is sent, because the client may send its next request as
    // soon as it has that byte.
    let written = match answer {
        Answer::Stall(first) => {
            let written = socket.write_all(&first).await;
            let mut rest = [0; 64];
            while socket.read(&mut rest).await? > 0 {}
            written
        }
        Answer::Endless(first, then) => {
            socket.write_all(&first).await?;
            loop {
                if let Err(closed) = socket.write_all(&then).await {
                    break Err(closed);
                }
                tokio::task::yield_now().await;
            }
        }
        other => {
            state.concurrent.fetch_sub(1, Ordering::SeqCst);
            socket.write_all(&bytes_of(other, &request)).await?;
            return socket.shutdown().await;
        }
    };
    state.concurrent.fetch_sub(1, Ordering::SeqCst);
    written
}

fn bytes_of(answer: Answer, request: &Request) -> Vec<u8> {
    match answer {
        Answer::Raw(bytes) => bytes,
        Answer::Conditional { etag, .. } if request.header("if-none-match") == Some(&etag) => {
            format!("HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\nConnection: close\r\n\r\n")
                .into_bytes()
        }
        Answer::Conditional { etag, body } => {
            bytes_of(Answer::ok(body).with_header("ETag", &etag), request)
        }
        Answer::Whole { status, headers, body } => {
            let mut bytes =
                format!("HTTP/1.1 {status} Status\r\nConnection: close\r\n").into_bytes();
            if status != 304 {
                bytes.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
            }
            for (name, value) in headers {
                bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
            }
            bytes.extend_from_slice(b"\r\n");
            bytes.extend_from_slice(&body);
            bytes
        }
        Answer::Stall(_) | Answer::Endless(..) | Answer::Delayed(_) => Vec::new(),
    }
}

async fn read_request(socket: &mut TcpStream) -> std::io::Result<Option<Request>> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if socket.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
        // The answer of a server without TLS to a TLS handshake.
        if !bytes[0].is_ascii_uppercase() {
            socket.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").await?;
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, target) =
        (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize =
        headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = bytes.split_off(head_end + 4);
    while body.len() < length {
        if socket.read_buf(&mut body).await? == 0 {
            break;
        }
    }
    Ok(Some(Request { method, target, headers, body }))
}
