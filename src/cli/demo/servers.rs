//! The demo's servers on loopback: a publisher, a mail server, and a server for messages to Slack,
//! to Teams and to a webhook.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::domain::Sha256;

/// What the servers have received.
#[derive(Clone, Default)]
pub struct Inbox {
    /// The list that the publisher serves.
    list: Arc<Mutex<String>>,
    /// Complete messages as received over SMTP.
    pub emails: Arc<Mutex<Vec<String>>>,
    /// `slack`, `teams` or `webhook`, the `webhook-id`, the body.
    pub posts: Arc<Mutex<Vec<(String, String, String)>>>,
}

impl Inbox {
    pub fn publish(&self, list: String) {
        *self.list.lock().unwrap_or_else(PoisonError::into_inner) = list;
    }
}

/// Starts the publisher and the server for messages. They end with the process.
pub async fn start_http(inbox: Inbox) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .route("/consolidated.csv", get(serve_list))
        .route("/inbox/{kind}", post(take_post))
        .with_state(inbox);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn serve_list(State(inbox): State<Inbox>, headers: HeaderMap) -> impl IntoResponse {
    let list = inbox.list.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let etag = format!("\"{}\"", &Sha256::of(list.as_bytes()).as_str()[..16]);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|sent| sent.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)], String::new());
    }
    (StatusCode::OK, [(header::ETAG, etag)], list)
}

async fn take_post(
    State(inbox): State<Inbox>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    body: String,
) -> &'static str {
    let id =
        headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    inbox.posts.lock().unwrap_or_else(PoisonError::into_inner).push((kind, id, body));
    "ok"
}

/// Starts a mail server that accepts everything. It ends with the process.
pub async fn start_smtp(inbox: Inbox) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(take_mail(stream, inbox.clone()));
        }
    });
    Ok(address)
}

/// One SMTP session (RFC 5321), as far as a client that sends one message at a time needs it.
async fn take_mail(stream: TcpStream, inbox: Inbox) -> std::io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 demo.localhost ready\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "EHLO" => b"250-demo.localhost\r\n250 8BITMIME\r\n",
            "DATA" => {
                writing.write_all(b"354 go on\r\n").await?;
                let mut message = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    message.push_str(line.strip_prefix('.').unwrap_or(&line));
                    message.push_str("\r\n");
                }
                inbox.emails.lock().unwrap_or_else(PoisonError::into_inner).push(message);
                b"250 accepted\r\n"
            }
            "QUIT" => {
                writing.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => b"250 ok\r\n",
        };
        writing.write_all(answer).await?;
    }
    Ok(())
}
