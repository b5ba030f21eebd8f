//! A mail server on loopback whose every word is told by the test: strict ones, odd ones, and
//! hostile ones.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What the server has just heard.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// A line without its end; empty at the beginning of a connection.
    pub line: String,
    /// The line before it.
    pub before: String,
    /// The lines between `DATA` and the dot, as they came: dots are still doubled.
    pub message: Option<String>,
    pub in_tls: bool,
    /// From 1 on.
    pub connection: usize,
}

impl Heard {
    /// `MAIL` of `MAIL FROM:<a@b>`; `.` of a message; `(connected)` at the beginning.
    pub fn verb(&self) -> &str {
        match (&self.message, self.line.as_str(), self.before.as_str()) {
            (Some(_), ..) => ".",
            (None, "", "") => "(connected)",
            (None, line, _) => line.split([' ', ':']).next().unwrap_or_default(),
        }
    }
}

/// What it says to that: the bytes, after a while.
pub struct Says {
    pub bytes: Vec<u8>,
    pub after_ms: u64,
    pub hangs_up: bool,
}

impl<T: AsRef<[u8]>> From<T> for Says {
    fn from(text: T) -> Self {
        Self { bytes: text.as_ref().to_vec(), after_ms: 0, hangs_up: false }
    }
}

impl Says {
    pub fn after_ms(self, after_ms: u64) -> Self {
        Self { after_ms, ..self }
    }

    pub fn and_hangs_up(self) -> Self {
        Self { hangs_up: true, ..self }
    }
}

/// What any server says.
pub fn usual(heard: &Heard, extensions: &str) -> Says {
    match heard.verb() {
        "(connected)" => "220 mail.example.com ESMTP\r\n".into(),
        "EHLO" => format!("250-mail.example.com\r\n{extensions}250 8BITMIME\r\n").into(),
        "DATA" => "354 go on\r\n".into(),
        "STARTTLS" => "220 go on\r\n".into(),
        "." => "250 2.0.0 queued\r\n".into(),
        "QUIT" => Says::from("221 bye\r\n").and_hangs_up(),
        _ => "250 ok\r\n".into(),
    }
}

pub struct MailServer {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
}

type Answer = Arc<dyn Fn(&Heard) -> Says + Send + Sync>;

#[derive(Clone)]
struct Serving {
    heard: Arc<Mutex<Vec<Heard>>>,
    answer: Answer,
    tls: Option<TlsAcceptor>,
}

/// With which certificate of `fixtures/tls` it speaks TLS.
pub fn certificate(name: &str) -> TlsAcceptor {
    entitywatch::dial::install_tls_provider();
    let pem = |ending: &str| {
        std::fs::read(format!(
            "{}/tests/fixtures/tls/{name}.{ending}.pem",
            env!("CARGO_MANIFEST_DIR")
        ))
        .unwrap()
    };
    let (certificate, key) = (
        CertificateDer::from_pem_slice(&pem("cert")).unwrap(),
        PrivateKeyDer::from_pem_slice(&pem("key")).unwrap(),
    );
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

impl MailServer {
    pub async fn start(answer: impl Fn(&Heard) -> Says + Send + Sync + 'static) -> Self {
        Self::listen("127.0.0.1:0", None, answer).await
    }

    pub async fn with_tls(
        tls: TlsAcceptor,
        answer: impl Fn(&Heard) -> Says + Send + Sync + 'static,
    ) -> Self {
        Self::listen("127.0.0.1:0", Some(tls), answer).await
    }

    pub async fn listen(
        at: &str,
        tls: Option<TlsAcceptor>,
        answer: impl Fn(&Heard) -> Says + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(at).await.expect("a port on loopback");
        let address = listener.local_addr().expect("its address");
        let heard = Arc::<Mutex<Vec<Heard>>>::default();
        let serving = Serving { heard: Arc::clone(&heard), answer: Arc::new(answer), tls };
        tokio::spawn(async move {
            let mut connection = 0;
            while let Ok((stream, _)) = listener.accept().await {
                connection += 1;
                tokio::spawn(serving.clone().connection(stream, connection));
            }
        });
        Self { address, heard }
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// The lines of all connections, without messages.
    pub fn lines(&self) -> Vec<String> {
        self.heard()
            .into_iter()
            .filter(|heard| heard.message.is_none())
            .map(|heard| heard.line)
            .collect()
    }

    pub fn messages(&self) -> Vec<String> {
        self.heard().into_iter().filter_map(|heard| heard.message).collect()
    }
}

impl Serving {
    async fn connection(self, stream: tokio::net::TcpStream, connection: usize) {
        let clear = BufReader::new(stream);
        let Some(clear) = self.dialogue(clear, connection, false).await else { return };
        let Some(tls) = self.tls.clone() else { return };
        let Ok(encrypted) = tls.accept(clear.into_inner()).await else { return };
        self.dialogue(BufReader::new(encrypted), connection, true).await;
    }

    /// Gives the stream back where TLS is to begin.
    async fn dialogue<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: BufReader<S>,
        connection: usize,
        in_tls: bool,
    ) -> Option<BufReader<S>> {
        let mut heard = Heard { in_tls, connection, ..Heard::default() };
        if !in_tls {
            self.say(&mut stream, &heard).await?;
        }
        loop {
            heard.before = std::mem::take(&mut heard.line);
            heard.line = hear(&mut stream).await?;
            heard.message = None;
            let said = self.say(&mut stream, &heard).await?;
            if heard.line == "STARTTLS" && said.starts_with(b"220") {
                return Some(stream);
            }
            if heard.line == "DATA" && said.starts_with(b"354") {
                let mut message = String::new();
                loop {
                    match hear(&mut stream).await?.as_str() {
                        "." => break,
                        line => message.extend([line, "\r\n"]),
                    }
                }
                heard.message = Some(message);
                self.say(&mut stream, &heard).await?;
            }
        }
    }

    async fn say<S: AsyncWrite + Unpin>(&self, stream: &mut S, heard: &Heard) -> Option<Vec<u8>> {
        if heard.verb() != "(connected)" {
            self.heard.lock().unwrap().push(heard.clone());
        }
        let says = (self.answer)(heard);
        if says.after_ms > 0 {
            let _ = tokio::time::timeout(
                std::time::Duration::from_millis(says.after_ms),
                std::future::pending::<()>(),
            )
            .await;
        }
        stream.write_all(&says.bytes).await.ok()?;
        stream.flush().await.ok()?;
        (!says.hangs_up).then_some(says.bytes)
    }
}

async fn hear<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    Some(line.strip_suffix("\r\n").expect("every line ends with CRLF").to_owned())
}
