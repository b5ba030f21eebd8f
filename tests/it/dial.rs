//! Errors of connections are described without the secrets of the address, and a company's own
//! certificate authority is trusted.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use entitywatch::dial::{HttpSettings, LazyClient, describe};
use reqwest::Client;
use reqwest::dns::{Name, Resolve, Resolving};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::upstream::{Answer, Upstream};

/// Valid for 127.0.0.1 and localhost until 2126. Used only by tests.
const CERTIFICATE: &[u8] = include_bytes!("../fixtures/tls/loopback.cert.pem");
const KEY: &[u8] = include_bytes!("../fixtures/tls/loopback.key.pem");

fn direct() -> HttpSettings {
    HttpSettings { no_proxy: Some("*".to_owned()), ..HttpSettings::default() }
}

fn client(settings: &HttpSettings, allow_private: bool, url: &str) -> Client {
    LazyClient::new(settings, allow_private, |builder| builder)
        .unwrap()
        .client_for(&url.parse().unwrap())
        .unwrap()
        .clone()
}

/// The description of the error of a request for `url`.
async fn failure(settings: &HttpSettings, allow_private: bool, url: &str) -> String {
    let client = client(settings, allow_private, url);
    let error = client
        .get(format!("{url}/hooks/hunter2?token=hunter2"))
        .send()
        .await
        .expect_err("expected a failure");
    let message = describe(&error);
    assert!(!message.contains("hunter2") && !message.contains("hooks"), "{message}");
    message
}

/// A port of this machine on which nothing listens.
fn closed_port() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Serves one request over TLS, or fails to. The thread ends with its connection.
fn serve_tls_once() -> SocketAddr {
    serve_tls_once_with(CERTIFICATE, KEY)
}

fn serve_tls_once_with(certificate: &[u8], key: &[u8]) -> SocketAddr {
    entitywatch::dial::install_tls_provider();
    let key = PrivateKeyDer::from_pem_slice(key).unwrap();
    let certificate = CertificateDer::from_pem_slice(certificate).unwrap();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let mut stream = rustls::StreamOwned::new(
            rustls::ServerConnection::new(Arc::new(config)).unwrap(),
            socket,
        );
        // This fails if the client does not trust the certificate, as it should.
        let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        let _ = stream.flush();
    });
    address
}

#[tokio::test]
async fn the_error_of_a_refused_connection_says_so() {
    assert_eq!(
        failure(&direct(), true, &format!("http://{}", closed_port())).await,
        "the connection was refused"
    );
}

#[tokio::test]
async fn the_error_of_a_connection_closed_without_an_answer_says_so() {
    let upstream = Upstream::start().await;
    upstream.answer("/hooks/hunter2", Answer::Raw(Vec::new()));
    let message = failure(&direct(), true, upstream.url("").as_str().trim_end_matches('/')).await;
    assert_eq!(message, "the connection was closed before the answer was complete");
}

#[tokio::test]
async fn a_name_that_resolves_to_an_internal_address_is_refused() {
    let upstream = Upstream::start().await;
    let message =
        failure(&direct(), false, &format!("http://localhost:{}", upstream.address().port())).await;
    assert_eq!(
        message,
        "refused to connect to localhost: a loopback address needs `allow_private = true`"
    );
    assert!(upstream.requests().is_empty());
}

struct NoSuchName;

impl Resolve for NoSuchName {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(async { Err(std::io::Error::other("Name or service not known").into()) })
    }
}

#[tokio::test]
async fn the_error_of_a_name_without_an_address_says_so() {
    let clients =
        LazyClient::new(&direct(), false, |builder| builder.dns_resolver(Arc::new(NoSuchName)))
            .unwrap();
    let client = clients.client_for(&"https://data.example.com".parse().unwrap()).unwrap();
    let error = client.get("https://data.example.com/hooks/hunter2").send().await.unwrap_err();
    assert_eq!(describe(&error), "failed to find the host's address (DNS)");
}

#[tokio::test]
async fn the_error_of_a_proxy_that_refuses_says_so() {
    let proxy = Upstream::start().await;
    proxy.answer("data.example.com:443", Answer::status(403, ""));
    let settings = HttpSettings { proxy: Some(proxy.url("/")), ..HttpSettings::default() };
    assert_eq!(
        failure(&settings, false, "https://data.example.com").await,
        "the proxy refused to open a connection"
    );
    assert_eq!(proxy.requests()[0].method, "CONNECT");
}

#[tokio::test]
async fn a_proxy_may_have_an_internal_address() {
    let proxy = Upstream::start().await;
    proxy.answer("http://data.example.com/list.csv", Answer::ok("ok"));
    let url = format!("http://localhost:{}", proxy.address().port()).parse().unwrap();
    let settings = HttpSettings { proxy: Some(url), ..HttpSettings::default() };
    let client = client(&settings, false, "http://data.example.com");
    let answer = client.get("http://data.example.com/list.csv").send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "ok");
}

#[tokio::test]
async fn an_exception_from_the_proxy_works_in_every_form() {
    let (proxy, publisher) = (Upstream::start().await, Upstream::start().await);
    publisher.answer("/list.csv", Answer::ok("direct"));
    let url = publisher.url("/list.csv");
    proxy.answer(url.as_str(), Answer::ok("by proxy"));
    let port = publisher.address().port();
    let exact = [
        format!("127.0.0.1:{port}"),
        format!("a.test;127.0.0.1:{port}"),
        format!("a.test 127.0.0.0/8:{port}"),
        "a.test, *".to_owned(),
    ];
    let other = [
        format!("127.0.0.1:{}", port ^ 1),
        "a.test".to_owned(),
        "*.0.0.test".to_owned(),
        String::new(),
    ];
    for (no_proxy, expected) in
        exact.iter().map(|form| (form, "direct")).chain(other.iter().map(|form| (form, "by proxy")))
    {
        let settings = HttpSettings {
            proxy: Some(proxy.url("/")),
            no_proxy: Some(no_proxy.clone()),
            ..HttpSettings::default()
        };
        let answer = client(&settings, true, url.as_str()).get(url.clone()).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), expected, "{no_proxy}");
    }
    let settings = HttpSettings { no_proxy: Some("10.*".to_owned()), ..HttpSettings::default() };
    let refused = LazyClient::new(&settings, true, |builder| builder).err().unwrap().to_string();
    assert!(refused.ends_with("but got `10.*`"), "{refused}");
}

#[tokio::test]
async fn only_the_proxy_gets_the_user_and_password_of_the_proxy() {
    let proxy = Upstream::start().await;
    proxy.answer("http://data.example.com/list.csv", Answer::ok("ok"));
    let mut url = proxy.url("/");
    url.set_username("user").unwrap();
    url.set_password(Some("p%40ss")).unwrap();
    let settings = HttpSettings { proxy: Some(url), ..HttpSettings::default() };
    client(&settings, false, "http://data.example.com")
        .get("http://data.example.com/list.csv")
        .send()
        .await
        .unwrap();
    let [request] = proxy.requests().try_into().unwrap();
    assert_eq!(request.header("proxy-authorization"), Some("Basic dXNlcjpwQHNz"));
    assert_eq!(request.header("authorization"), None);
}

#[tokio::test]
async fn a_server_without_tls_is_not_accepted_as_a_tls_server() {
    let upstream = Upstream::start().await;
    let message = failure(&direct(), true, &format!("https://{}", upstream.address())).await;
    assert!(
        message.starts_with("failed to negotiate TLS")
            || message.starts_with("the connection broke off"),
        "{message}"
    );
}

#[tokio::test]
async fn a_certificate_is_trusted_only_where_its_authority_is_configured() {
    let message = failure(&direct(), true, &format!("https://{}", serve_tls_once())).await;
    assert!(message.starts_with("the server's TLS certificate is not accepted: "), "{message}");
    let settings = HttpSettings { ca_pem: Some(CERTIFICATE.to_vec()), ..direct() };
    let client = client(&settings, true, "https://127.0.0.1");
    let answer = client.get(format!("https://{}/", serve_tls_once())).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "ok");
}

#[tokio::test]
async fn a_self_signed_certificate_that_is_marked_as_an_authority_can_be_trusted() {
    let certificate = include_bytes!("../fixtures/tls/self-signed-named.cert.pem");
    let key = include_bytes!("../fixtures/tls/self-signed-named.key.pem");
    let message =
        failure(&direct(), true, &format!("https://{}", serve_tls_once_with(certificate, key)))
            .await;
    assert!(message.contains("`ca_file`"), "{message}");
    let settings = HttpSettings { ca_pem: Some(certificate.to_vec()), ..direct() };
    let client = client(&settings, true, "https://127.0.0.1");
    let answer = client
        .get(format!("https://{}/", serve_tls_once_with(certificate, key)))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.text().await.unwrap(), "ok");
    // It is trusted for its own name and as an authority for the certificates that it issued, and
    // for nothing else.
    let message = failure(
        &settings,
        true,
        &format!("https://localhost:{}", serve_tls_once_with(certificate, key).port()),
    )
    .await;
    assert!(message.starts_with("the server's TLS certificate is not accepted: "), "{message}");
    assert!(
        failure(&settings, true, &format!("https://{}", serve_tls_once()))
            .await
            .contains("its issuer is not trusted")
    );
}

#[tokio::test]
async fn the_second_address_of_a_web_server_is_dialed_in_the_time_of_both() {
    let upstream = Upstream::start().await;
    upstream.answer("/list.csv", Answer::ok("ok"));
    // Another address of this machine with the same port, at which the system drops the packets
    // that would open a connection.
    let port = upstream.address().port();
    let dropping = tokio::net::TcpSocket::new_v4().unwrap();
    dropping.bind(SocketAddr::from(([127, 0, 0, 2], port))).unwrap();
    let dropping = dropping.listen(1).unwrap();
    let first = dropping.local_addr().unwrap();
    let mut connections = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(100), tokio::net::TcpStream::connect(first))
            .await
    {
        connections.push(stream);
    }
    let addresses = [first, upstream.address()];
    let clients = LazyClient::new(&direct(), true, move |builder| {
        builder
            .resolve_to_addrs("data.example.com", &addresses)
            .connect_timeout(Duration::from_secs(2))
    });
    let url = format!("http://data.example.com:{port}/list.csv").parse().unwrap();
    let clients = clients.unwrap();
    let answer = clients.client_for(&url).unwrap().get(url).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "ok");
}

#[tokio::test]
async fn the_systems_authorities_are_trusted_after_a_redirect_to_https() {
    let publisher = Upstream::start().await;
    publisher.answer(
        "/list.csv",
        Answer::status(302, "")
            .with_header("Location", &format!("https://{}/list.csv", serve_tls_once())),
    );
    let folder = tempfile::tempdir().unwrap();
    let (config, authorities) =
        (folder.path().join("entitywatch.toml"), folder.path().join("authorities.pem"));
    std::fs::write(&authorities, CERTIFICATE).unwrap();
    let text = format!(
        "[store]\nurl = \"sqlite://{}/record.db\"\n[server]\nlisten = \"\"\n[http]\nno_proxy = \
         \"*\"\n[[source]]\nname = \"csl\"\nkind = \"csl\"\nurl = \"{}\"\nallow_private = \
         true\n[[receiver]]\nname = \"log\"\nkind = \"console\"\n",
        folder.path().display(),
        publisher.url("/list.csv")
    );
    std::fs::write(&config, text).unwrap();
    let check = move || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_entitywatch"));
        command.arg("--config").arg(config).arg("check").env("SSL_CERT_FILE", authorities).output()
    };
    let ended = tokio::task::spawn_blocking(check).await.unwrap().unwrap();
    let message = String::from_utf8_lossy(&ended.stderr).into_owned();
    // The server answers with a page. The error about that page shows that it was trusted.
    assert!(
        ended.status.code() == Some(1)
            && message.contains("the document is refused")
            && !message.contains("TLS"),
        "{message}"
    );
}
