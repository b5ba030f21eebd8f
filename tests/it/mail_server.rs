//! A fake mail server on loopback, whose replies the test decides: strict, unusual or hostile ones.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What the server has just received.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// A line without its end. Empty at the beginning of a connection.
    pub line: String,
    /// The line before it.
    pub previous: String,
    /// The lines between `DATA` and the dot, as received: leading dots are doubled.
    pub message: Option<String>,
    pub in_tls: bool,
    /// Counts from 1.
    pub connection: usize,
}

impl Input {
    /// `MAIL` for `MAIL FROM:<a@b>`, `.` for a message, `(connected)` at the beginning.
    pub fn verb(&self) -> &str {
        match (&self.message, self.line.as_str(), self.previous.as_str()) {
            (Some(_), ..) => ".",
            (None, "", "") => "(connected)",
            (None, line, _) => line.split([' ', ':']).next().unwrap_or_default(),
        }
    }
}

/// The reply of the server: these bytes, after a delay.
pub struct Reply {
    pub bytes: Vec<u8>,
    pub after_ms: u64,
    pub closes: bool,
}

impl<T: AsRef<[u8]>> From<T> for Reply {
    fn from(text: T) -> Self {
        Self { bytes: text.as_ref().to_vec(), after_ms: 0, closes: false }
    }
}

impl Reply {
    pub fn after_ms(self, after_ms: u64) -> Self {
        Self { after_ms, ..self }
    }

    pub fn then_closes(self) -> Self {
        Self { closes: true, ..self }
    }
}

/// The reply of a well-behaved server with these extensions.
pub fn default_reply(input: &Input, extensions: &str) -> Reply {
    match input.verb() {
        "(connected)" => "220 mail.example.com ESMTP\r\n".into(),
        "EHLO" => format!("250-mail.example.com\r\n{extensions}250 8BITMIME\r\n").into(),
        "DATA" => "354 go on\r\n".into(),
        "STARTTLS" => "220 go on\r\n".into(),
        "." => "250 2.0.0 queued\r\n".into(),
        "QUIT" => Reply::from("221 bye\r\n").then_closes(),
        _ => "250 ok\r\n".into(),
    }
}

pub struct MailServer {
    pub address: SocketAddr,
    inputs: Arc<Mutex<Vec<Input>>>,
}

type Answer = Arc<dyn Fn(&Input) -> Reply + Send + Sync>;

#[derive(Clone)]
struct Serving {
    inputs: Arc<Mutex<Vec<Input>>>,
    answer: Answer,
    tls: Option<TlsAcceptor>,
}

/// TLS with a certificate of `fixtures/tls`.
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
    pub async fn start(answer: impl Fn(&Input) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen("127.0.0.1:0", None, answer).await
    }

    pub async fn with_tls(
        tls: TlsAcceptor,
        answer: impl Fn(&Input) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen("127.0.0.1:0", Some(tls), answer).await
    }

    pub async fn listen(
        at: &str,
        tls: Option<TlsAcceptor>,
        answer: impl Fn(&Input) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(at).await.expect("a port on loopback");
        let address = listener.local_addr().expect("its address");
        let inputs = Arc::<Mutex<Vec<Input>>>::default();
        let serving = Serving { inputs: Arc::clone(&inputs), answer: Arc::new(answer), tls };
        tokio::spawn(async move {
            let mut connection = 0;
            while let Ok((stream, _)) = listener.accept().await {
                connection += 1;
                tokio::spawn(serving.clone().connection(stream, connection));
            }
        });
        Self { address, inputs }
    }

    pub fn inputs(&self) -> Vec<Input> {
        self.inputs.lock().unwrap().clone()
    }

    /// The lines of all connections, without messages.
    pub fn lines(&self) -> Vec<String> {
        self.inputs()
            .into_iter()
            .filter(|input| input.message.is_none())
            .map(|input| input.line)
            .collect()
    }

    pub fn messages(&self) -> Vec<String> {
        self.inputs().into_iter().filter_map(|input| input.message).collect()
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

    /// Returns the stream at the point where TLS begins.
    async fn dialogue<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: BufReader<S>,
        connection: usize,
        in_tls: bool,
    ) -> Option<BufReader<S>> {
        let mut input = Input { in_tls, connection, ..Input::default() };
        if !in_tls {
            self.reply(&mut stream, &input).await?;
        }
        loop {
            input.previous = std::mem::take(&mut input.line);
            input.line = read_line(&mut stream).await?;
            input.message = None;
            let reply = self.reply(&mut stream, &input).await?;
            if input.line == "STARTTLS" && reply.starts_with(b"220") {
                return Some(stream);
            }
            if input.line == "DATA" && reply.starts_with(b"354") {
                let mut message = String::new();
                loop {
                    match read_line(&mut stream).await?.as_str() {
                        "." => break,
                        line => message.extend([line, "\r\n"]),
                    }
                }
                input.message = Some(message);
                self.reply(&mut stream, &input).await?;
            }
        }
    }

    async fn reply<S: AsyncWrite + Unpin>(&self, stream: &mut S, input: &Input) -> Option<Vec<u8>> {
        if input.verb() != "(connected)" {
            self.inputs.lock().unwrap().push(input.clone());
        }
        let reply = (self.answer)(input);
        if reply.after_ms > 0 {
            let _ = tokio::time::timeout(
                std::time::Duration::from_millis(reply.after_ms),
                std::future::pending::<()>(),
            )
            .await;
        }
        stream.write_all(&reply.bytes).await.ok()?;
        stream.flush().await.ok()?;
        (!reply.closes).then_some(reply.bytes)
    }
}

async fn read_line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    Some(line.strip_suffix("\r\n").expect("every line ends with CRLF").to_owned())
}
