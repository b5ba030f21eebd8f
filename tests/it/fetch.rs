//! The fetcher with publishers that behave well and with those that do not.

use std::io::Read as _;
use std::time::Duration;

use entitywatch::dial::HttpSettings;
use entitywatch::domain::{Sha256, Validator, Validators};
use entitywatch::fetch::{Address, FetchError, FetchLimits, Fetched, FetchedDocument, Fetcher};
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::json;
use url::Url;

use crate::upstream::{Answer, Upstream, gzip};

const LIST: &[u8] = b"name,country\nAlpha,CN\nBeta,RU\n";

fn now() -> Timestamp {
    "2026-05-01T12:00:00Z".parse().unwrap()
}

fn limits() -> FetchLimits {
    FetchLimits { retry_pauses: Vec::new(), ..FetchLimits::default() }
}

fn fetcher_with(limits: FetchLimits) -> Fetcher {
    Fetcher::new(
        &HttpSettings { no_proxy: Some("*".to_owned()), ..HttpSettings::default() },
        limits,
    )
    .unwrap()
}

fn fetcher() -> Fetcher {
    fetcher_with(limits())
}

fn internal(url: Url) -> Address {
    Address::Http { url, allow_private: true }
}

fn document(fetched: Result<Fetched, FetchError>) -> FetchedDocument {
    match fetched.unwrap() {
        Fetched::Document(document) => *document,
        Fetched::NotModified => panic!("expected a document, but got NotModified"),
    }
}

fn content(fetched: &FetchedDocument) -> Vec<u8> {
    let mut content = Vec::new();
    fetched.document.reader().unwrap().read_to_end(&mut content).unwrap();
    content
}

/// The result of fetching this answer.
async fn fetch_answer(answer: Answer, limits: FetchLimits) -> Result<Fetched, FetchError> {
    let upstream = Upstream::start().await;
    upstream.answer("/list.csv", answer);
    fetcher_with(limits)
        .fetch(&internal(upstream.url("/list.csv?token=hunter2")), None, now())
        .await
}

async fn error_of(answer: Answer, limits: FetchLimits) -> FetchError {
    let error = fetch_answer(answer, limits).await.expect_err("expected no document");
    assert!(
        !error.message.contains("hunter2") && !error.message.contains("list.csv"),
        "{}",
        error.message
    );
    error
}

#[tokio::test]
async fn a_list_is_fetched_with_its_validators_whether_plain_or_gzip() {
    let with_encoding = |encoding| {
        if encoding == "Identity" { Answer::ok(LIST) } else { Answer::ok(gzip(LIST)) }
            .with_header("Content-Encoding", encoding)
    };
    for answer in
        [Answer::ok(LIST), Answer::gzip(LIST), with_encoding("Identity"), with_encoding("GZIP")]
    {
        let answer = answer
            .with_header("ETag", "W/\"odd, one\"")
            .with_header("Last-Modified", "Thu, 30 Apr 2026 09:00:00 GMT");
        let fetched = document(fetch_answer(answer, limits()).await);
        assert_eq!(content(&fetched), LIST);
        assert_eq!(fetched.document.sha256, Sha256::of(LIST));
        assert_eq!(fetched.document.fetched_at, now());
        assert!(fetched.unconditional);
        assert_eq!(fetched.as_of, None);
        let expected = Validator::Http {
            etag: Some("W/\"odd, one\"".to_owned()),
            last_modified: Some("Thu, 30 Apr 2026 09:00:00 GMT".to_owned()),
        };
        assert_eq!(fetched.validators.unwrap().validator, expected);
    }
}

#[tokio::test]
async fn a_request_names_the_program_and_a_contact() {
    let upstream = Upstream::start().await;
    upstream.answer("/list.csv", Answer::ok(LIST));
    let settings = HttpSettings {
        contact: Some("mailto:a@example.com".into()),
        no_proxy: Some("*".into()),
        ..HttpSettings::default()
    };
    let fetcher = Fetcher::new(&settings, limits()).unwrap();
    document(fetcher.fetch(&internal(upstream.url("/list.csv")), None, now()).await);
    let request = &upstream.requests()[0];
    assert_eq!((request.method.as_str(), request.body.len()), ("GET", 0));
    assert_eq!(
        request.header("user-agent"),
        Some(concat!("entitywatch/", env!("CARGO_PKG_VERSION"), " (+mailto:a@example.com)"))
    );
    assert_eq!(request.header("accept-encoding"), Some("gzip"));
    assert_eq!(
        request.header("cache-control"),
        Some("no-cache"),
        "a cache in between fetches the newest copy"
    );
    assert_eq!(
        (request.header("if-none-match"), request.header("referer"), request.header("cookie")),
        (None, None, None)
    );
}

#[tokio::test]
async fn validators_are_returned_unchanged_and_only_to_their_own_address() {
    let upstream = Upstream::start().await;
    upstream
        .answer("/list.csv", Answer::Conditional { etag: "W/\"7\"".into(), body: LIST.to_vec() });
    upstream
        .answer("/other.csv", Answer::Conditional { etag: "W/\"7\"".into(), body: LIST.to_vec() });
    let fetcher = fetcher();
    let validators =
        document(fetcher.fetch(&internal(upstream.url("/list.csv")), None, now()).await)
            .validators
            .unwrap();
    let again = fetcher
        .fetch(&internal(upstream.url("/list.csv")), Some(&validators), now())
        .await
        .unwrap();
    assert!(matches!(again, Fetched::NotModified));
    let other = document(
        fetcher.fetch(&internal(upstream.url("/other.csv")), Some(&validators), now()).await,
    );
    assert!(other.unconditional);
    assert_eq!(upstream.requests()[1].header("if-none-match"), Some("W/\"7\""));
    assert_eq!(upstream.requests()[2].header("if-none-match"), None);
    upstream
        .answer("/list.csv", Answer::Conditional { etag: "W/\"8\"".into(), body: LIST.to_vec() });
    let changed = document(
        fetcher.fetch(&internal(upstream.url("/list.csv")), Some(&validators), now()).await,
    );
    assert!(!changed.unconditional);
    let expected = Validator::Http { etag: Some("W/\"8\"".to_owned()), last_modified: None };
    assert_eq!(changed.validators.unwrap().validator, expected);
}

#[tokio::test]
async fn a_304_to_an_unconditional_request_is_an_error() {
    let error = error_of(Answer::status(304, ""), limits()).await;
    assert!(
        error.message.ends_with("but got 304 Not Modified to a request without conditions"),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn the_error_of_a_closed_connection_says_how_many_bytes_arrived() {
    let error = error_of(Answer::truncated(LIST, 10), limits()).await;
    assert!(
        error.message.ends_with("the connection was closed after 10 of 30 bytes"),
        "{}",
        error.message
    );
    assert!(!error.refused);
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nname,\r\n".to_vec();
    let error = error_of(Answer::Raw(chunked), limits()).await;
    assert!(
        error.message.ends_with("the connection was closed after 5 bytes"),
        "{}",
        error.message
    );
    let zipped = gzip(LIST);
    let mut cut = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        zipped.len()
    )
    .into_bytes();
    cut.extend_from_slice(&zipped[..zipped.len() - 3]);
    assert!(
        error_of(Answer::Raw(cut), limits())
            .await
            .message
            .contains("the connection was closed after")
    );
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_refused() {
    let truncated_gzip = Answer::ok(&gzip(LIST)[..20]).with_header("Content-Encoding", "gzip");
    for (answer, reason) in [
        (Answer::ok(""), "but got an empty answer"),
        (Answer::gzip(b""), "but got an empty answer"),
        (Answer::ok("<!DOCTYPE html><html><title>Moved</title></html>"), "but got a web page"),
        (truncated_gzip, "failed to unpack"),
        (
            Answer::ok(b"\x8b\x02\x80").with_header("Content-Encoding", "br"),
            "but got another encoding",
        ),
    ] {
        let error = error_of(answer, limits()).await;
        assert!(error.refused && error.message.contains(reason), "{error:?}");
    }
}

#[tokio::test]
async fn the_bytes_decide_about_the_encoding_not_the_header() {
    let labeled =
        |body: Vec<u8>, label: &str| Answer::ok(body).with_header("Content-Encoding", label);
    let twice = gzip(&gzip(LIST));
    for (answer, mislabeled) in [
        (labeled(LIST.to_vec(), "aws-chunked"), Some("aws-chunked")),
        (labeled(LIST.to_vec(), "UTF-8"), Some("utf-8")),
        (labeled(LIST.to_vec(), "none"), Some("none")),
        (labeled(LIST.to_vec(), "gzip"), Some("gzip")),
        (labeled(LIST.to_vec(), "br"), Some("br")),
        (labeled(gzip(LIST), "zstd"), Some("zstd")),
        (labeled(LIST.to_vec(), ""), None),
        (labeled(LIST.to_vec(), "identity"), None),
        (labeled(gzip(LIST), "gzip, aws-chunked"), Some("gzip, aws-chunked")),
        (labeled(gzip(LIST), "x-gzip"), None),
        (labeled(gzip(LIST), "identity"), None),
        (Answer::ok(gzip(LIST)), None),
        (labeled(twice.clone(), "gzip"), None),
        (labeled(twice, "gzip").with_header("Content-Encoding", "gzip"), None),
        (Answer::ok(LIST).with_header("Content-Type", "text/html; charset=utf-16"), None),
        (Answer::ok(LIST).with_header("Content-Type", "application/zip"), None),
    ] {
        let shown = format!("{answer:?}");
        let fetched = document(fetch_answer(answer, limits()).await);
        assert_eq!(content(&fetched), LIST, "{shown}");
        assert_eq!(fetched.mislabeled.as_deref(), mislabeled, "{shown}");
    }
}

#[tokio::test]
async fn the_error_names_an_encoding_that_was_not_requested() {
    for label in ["br", "zstd", "deflate", "gzip, br", "aws-chunked, ZSTD"] {
        let error = error_of(
            Answer::ok(b"\x8b\x02\x80".to_vec()).with_header("Content-Encoding", label),
            limits(),
        )
        .await;
        let name = label.rsplit(", ").next().unwrap().to_lowercase();
        assert!(
            error.refused
                && error.message.ends_with(&format!("but got another encoding (`{name}`)")),
            "{}",
            error.message
        );
    }
}

#[tokio::test]
async fn the_age_of_an_answer_is_read_from_its_headers() {
    let asked_at = now();
    for (headers, modified_at, answered_at) in [
        (vec![], None, asked_at),
        (
            vec![
                ("Last-Modified", "Thu, 30 Apr 2026 09:00:00 GMT"),
                ("Date", "Fri, 01 May 2026 11:59:58 GMT"),
            ],
            Some("2026-04-30T09:00:00Z"),
            "2026-05-01T11:59:58Z".parse().unwrap(),
        ),
        (
            vec![("Age", "86400"), ("Date", "Fri, 01 May 2026 12:00:00 GMT")],
            None,
            "2026-04-30T12:00:00Z".parse().unwrap(),
        ),
        (vec![("Date", "Fri, 01 May 2099 12:00:00 GMT"), ("Age", "soon")], None, asked_at),
        (vec![("Last-Modified", "yesterday"), ("Age", "-1")], None, asked_at),
    ] {
        let answer = headers
            .iter()
            .fold(Answer::ok(LIST), |answer, (name, value)| answer.with_header(name, value));
        let fetched = document(fetch_answer(answer, limits()).await);
        assert_eq!(
            fetched.modified_at,
            modified_at.map(|text| text.parse().unwrap()),
            "{headers:?}"
        );
        assert_eq!(fetched.answered_at, answered_at, "{headers:?}");
    }
}

#[tokio::test]
async fn an_answer_over_a_size_limit_is_stopped() {
    let small = FetchLimits { wire_bytes: 4096, decoded_bytes: 1 << 20, ..limits() };
    let announced = Answer::Stall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n".to_vec());
    assert!(
        error_of(announced, small.clone()).await.message.contains("expected at most 4096 bytes")
    );
    let flood = Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 1024]);
    let error = error_of(flood, small.clone()).await;
    assert!(error.refused && error.message.contains("expected at most 4096 bytes"), "{error:?}");
    let error = error_of(Answer::gzip(&vec![b'0'; 2 << 20]), small).await;
    assert!(error.refused && error.message.contains("unpack to more"), "{error:?}");
    // Within the size limits, but it unpacks to a thousand times its size.
    let error = error_of(Answer::gzip(&vec![b'0'; 20 << 20]), limits()).await;
    assert!(error.refused && error.message.contains("unpack to more"), "{error:?}");
}

#[tokio::test]
async fn a_silent_server_times_out() {
    let short = FetchLimits { read_timeout: Duration::from_millis(50), ..limits() };
    let error = error_of(Answer::Stall(Vec::new()), short.clone()).await;
    assert!(error.message.ends_with("timed out waiting for the answer"), "{}", error.message);
    let error = error_of(
        Answer::Stall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nname".to_vec()),
        short,
    )
    .await;
    assert!(
        error.message.ends_with("nothing more was received for 50 ms, after 4 of 9 bytes"),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn a_body_that_never_ends_times_out() {
    let short = FetchLimits {
        total_timeout: Duration::from_millis(100),
        wire_bytes: u64::MAX,
        decoded_bytes: u64::MAX,
        ..limits()
    };
    let error =
        error_of(Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), b"x".to_vec()), short).await;
    assert!(error.message.ends_with("incomplete after 100 ms"), "{}", error.message);
    assert!(!error.refused);
}

#[tokio::test]
async fn the_errors_of_other_statuses_name_the_status_and_no_secret() {
    for status in [201, 203, 204, 206, 300, 400, 401, 403, 404, 410, 500, 501, 502, 503, 504] {
        let error = error_of(
            Answer::status(status, "hunter2").with_header("Content-Type", "text/html; hunter2"),
            limits(),
        )
        .await;
        assert!(
            error.message.contains(&format!("but got {status}"))
                && error.message.contains("(text/html)"),
            "{}",
            error.message
        );
        assert_eq!((error.refused, error.retry_after), (false, None), "{status}");
    }
}

#[tokio::test]
async fn retry_after_is_read_in_every_format() {
    for (status, retry_after, until) in [
        (503, "120", "2026-05-01T12:02:00Z"),
        (429, "Fri, 01 May 2026 15:00:00 GMT", "2026-05-01T15:00:00Z"),
        (429, "Sun, 01 May 2026 15:00:00 GMT", "2026-05-01T15:00:00Z"),
        (503, "Sunday, 01-May-26 15:00:00 GMT", "2026-05-01T15:00:00Z"),
        (503, "Sun May  1 15:00:00 2026", "2026-05-01T15:00:00Z"),
        (503, "999999", "2026-05-02T12:00:00Z"),
        (502, "60", "2026-05-01T12:01:00Z"),
    ] {
        let limits = FetchLimits { retry_pauses: vec![Duration::ZERO], ..limits() };
        let error =
            error_of(Answer::status(status, "").with_header("Retry-After", retry_after), limits)
                .await;
        assert_eq!(error.retry_after, Some(until.parse().unwrap()), "{retry_after}");
        assert!(
            error.message.ends_with(&format!("with a request to wait until {until}")),
            "{}",
            error.message
        );
    }
}

#[tokio::test]
async fn only_brief_failures_are_retried_at_once() {
    let limits = FetchLimits { retry_pauses: vec![Duration::ZERO; 2], ..limits() };
    for (answers, tries, succeeds) in [
        (vec![Answer::status(502, ""), Answer::status(504, ""), Answer::ok(LIST)], 3, true),
        (vec![Answer::Raw(Vec::new()), Answer::ok(LIST)], 2, true),
        (vec![Answer::status(502, "")], 3, false),
        (vec![Answer::status(500, ""), Answer::ok(LIST)], 1, false),
        (vec![Answer::truncated(LIST, 3), Answer::ok(LIST)], 1, false),
    ] {
        let upstream = Upstream::start().await;
        upstream.answer_in_turn("/list.csv", answers);
        let fetched = fetcher_with(limits.clone())
            .fetch(&internal(upstream.url("/list.csv")), None, now())
            .await;
        assert_eq!((upstream.requests().len(), fetched.is_ok()), (tries, succeeds), "{fetched:?}");
    }
}

#[tokio::test]
async fn redirects_to_allowed_addresses_are_followed() {
    let upstream = Upstream::start().await;
    upstream.answer("/new.csv", Answer::ok(LIST).with_header("ETag", "\"1\""));
    for status in [301, 302, 307, 308] {
        upstream.answer("/old.csv", Answer::redirect(status, "/new.csv"));
        let old = upstream.url("/old.csv");
        let fetched = document(fetcher().fetch(&internal(old.clone()), None, now()).await);
        assert_eq!(content(&fetched), LIST);
        assert_eq!(fetched.validators.unwrap().address_sha256, Sha256::of(old.as_str().as_bytes()));
    }
}

#[tokio::test]
async fn endless_and_internal_redirects_are_refused() {
    let error = error_of(Answer::redirect(302, "/list.csv"), limits()).await;
    assert!(error.message.ends_with("more than 5 redirects"), "{}", error.message);
    let error = error_of(
        Answer::redirect(302, "http://169.254.169.254/latest/meta-data?hunter2"),
        limits(),
    )
    .await;
    assert!(
        error.message.contains("refused to connect to http://169.254.169.254"),
        "{}",
        error.message
    );
    let error = error_of(Answer::redirect(302, "file:///etc/passwd"), limits()).await;
    assert!(error.message.contains("but got scheme `file`"), "{}", error.message);
    assert!(error_of(Answer::status(302, ""), limits()).await.message.contains("but got 302"));
}

#[tokio::test]
async fn an_internal_address_must_be_allowed() {
    let upstream = Upstream::start().await;
    upstream.answer("/list.csv", Answer::ok(LIST));
    let port = upstream.address().port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"] {
        let url = Url::parse(&format!("http://{host}:{port}/list.csv")).unwrap();
        let error = fetcher()
            .fetch(&Address::Http { url, allow_private: false }, None, now())
            .await
            .unwrap_err();
        assert!(error.message.contains("allow_private"), "{host}: {}", error.message);
    }
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn a_host_gets_one_request_at_a_time() {
    let upstream = Upstream::start().await;
    let paths = ["/a", "/b", "/c"];
    for path in paths {
        upstream.answer(path, Answer::Delayed(Box::new(Answer::ok(LIST))));
    }
    let fetcher = fetcher();
    let fetch = |path| {
        let address = internal(upstream.url(path));
        let fetcher = &fetcher;
        async move { document(fetcher.fetch(&address, None, now()).await) }
    };
    let release = async {
        for count in 1..=paths.len() {
            upstream.until_requested(count).await;
            assert_eq!(upstream.requests().len(), count);
            upstream.release();
        }
    };
    tokio::join!(fetch(paths[0]), fetch(paths[1]), fetch(paths[2]), release);
    assert_eq!(upstream.most_concurrent(), 1);
}

#[tokio::test]
async fn requests_to_another_port_of_a_host_do_not_wait() {
    let (slow, quick) = (Upstream::start().await, Upstream::start().await);
    slow.answer("/list.csv", Answer::Delayed(Box::new(Answer::ok(LIST))));
    quick.answer("/list.csv", Answer::ok(LIST));
    let fetcher = fetcher();
    let (from_slow, from_quick) =
        (internal(slow.url("/list.csv")), internal(quick.url("/list.csv")));
    let from_other_port = async {
        slow.until_requested(1).await;
        document(fetcher.fetch(&from_quick, None, now()).await);
        slow.release();
    };
    let (fetched, ()) = tokio::join!(fetcher.fetch(&from_slow, None, now()), from_other_port);
    assert_eq!(content(&document(fetched)), LIST);
}

#[tokio::test]
async fn the_configured_proxy_is_used_except_for_the_excluded_hosts() {
    let proxy = Upstream::start().await;
    let upstream = Upstream::start().await;
    upstream.answer("/list.csv", Answer::ok(LIST));
    proxy.answer("http://data.example.com/list.csv", Answer::ok(LIST));
    let settings = HttpSettings {
        proxy: Some(proxy.url("/")),
        no_proxy: Some("127.0.0.1".to_owned()),
        ..HttpSettings::default()
    };
    let fetcher = Fetcher::new(&settings, limits()).unwrap();
    let outside = Address::Http {
        url: Url::parse("http://data.example.com/list.csv").unwrap(),
        allow_private: false,
    };
    assert_eq!(content(&document(fetcher.fetch(&outside, None, now()).await)), LIST);
    assert_eq!(
        content(&document(fetcher.fetch(&internal(upstream.url("/list.csv")), None, now()).await)),
        LIST
    );
    assert_eq!((proxy.requests().len(), upstream.requests().len()), (1, 1));
    let literal = Address::Http {
        url: Url::parse("http://10.1.2.3/list.csv").unwrap(),
        allow_private: false,
    };
    assert!(
        fetcher.fetch(&literal, None, now()).await.unwrap_err().message.contains("allow_private")
    );
}

mod ecfr {
    use super::*;

    const TITLES: &str = "/api/versioner/v1/titles.json";
    const FULL: &str = "/api/versioner/v1/full/2026-04-29/title-15.xml";
    const XML: &[u8] = b"<?xml version=\"1.0\"?><DIV5 N=\"744\"/>";

    fn titles(date: &str) -> Answer {
        let titles = json!([
            {"number": 14, "up_to_date_as_of": "2026-05-01"},
            {"number": 35, "up_to_date_as_of": null, "reserved": true},
            {"number": 15, "name": "Commerce", "up_to_date_as_of": date},
        ]);
        let answer = json!({"titles": titles, "meta": {"import_in_progress": false}});
        Answer::ok(answer.to_string())
    }

    async fn start() -> (Upstream, Address) {
        let upstream = Upstream::start().await;
        upstream.answer(TITLES, titles("2026-04-29"));
        upstream.answer(FULL, Answer::gzip(XML));
        let address = Address::Ecfr { url: upstream.url(""), allow_private: true };
        (upstream, address)
    }

    #[tokio::test]
    async fn the_newest_date_is_fetched_once() {
        let (upstream, address) = start().await;
        let fetched = document(fetcher().fetch(&address, None, now()).await);
        assert_eq!(content(&fetched), XML);
        assert_eq!(fetched.as_of, Some(date(2026, 4, 29)));
        assert!(fetched.unconditional);
        let again = fetcher().fetch(&address, fetched.validators.as_ref(), now()).await.unwrap();
        assert!(matches!(again, Fetched::NotModified));
        let targets: Vec<String> =
            upstream.requests().into_iter().map(|request| request.target).collect();
        assert_eq!(targets, [TITLES.to_owned(), format!("{FULL}?part=744"), TITLES.to_owned()]);
    }

    #[tokio::test]
    async fn a_date_that_is_missing_or_earlier_than_before_is_an_error() {
        let (upstream, address) = start().await;
        let validators = document(fetcher().fetch(&address, None, now()).await).validators;
        upstream.answer(TITLES, titles("2026-04-30"));
        let error = fetcher().fetch(&address, validators.as_ref(), now()).await.unwrap_err();
        assert!(
            error.message.contains("404")
                && error.message.ends_with("/full/2026-04-30/title-15.xml"),
            "{}",
            error.message
        );
        upstream.answer(TITLES, titles("2026-04-28"));
        let error = fetcher().fetch(&address, validators.as_ref(), now()).await.unwrap_err();
        assert!(
            error.message.contains("of 2026-04-29 or later") && error.older,
            "{}",
            error.message
        );
        upstream.answer(TITLES, Answer::ok("{\"titles\": []}"));
        assert!(fetcher().fetch(&address, None, now()).await.unwrap_err().refused);
    }

    #[tokio::test]
    async fn a_malformed_title_is_ignored_unless_it_is_title_15() {
        let (upstream, address) = start().await;
        let with = |other: &str, ours: &str| {
            Answer::ok(format!(
                r#"{{"titles": [{other}, {{"number": 15, "up_to_date_as_of": {ours}}}]}}"#
            ))
        };
        for other in [
            r#"{"number": 35, "up_to_date_as_of": ""}"#,
            r#"{"number": null}"#,
            "null",
            r#"{"number": 1, "up_to_date_as_of": 5}"#,
        ] {
            upstream.answer(TITLES, with(other, "\"2026-04-29\""));
            assert_eq!(
                document(fetcher().fetch(&address, None, now()).await).as_of,
                Some(date(2026, 4, 29)),
                "{other}"
            );
        }
        for ours in ["\"\"", "null", "20260429"] {
            upstream
                .answer(TITLES, with(r#"{"number": 14, "up_to_date_as_of": "2026-04-29"}"#, ours));
            let error = fetcher().fetch(&address, None, now()).await.unwrap_err();
            assert!(
                error.refused && error.message.contains("expected the date of title 15"),
                "{}",
                error.message
            );
        }
    }

    #[tokio::test]
    async fn past_dates_are_listed_and_fetched() {
        let (upstream, _) = start().await;
        let version = |identifier: &str, amended: &str, issued: &str| {
            json!({
                "identifier": identifier,
                "amendment_date": amended,
                "issue_date": issued,
            })
        };
        let versions = json!({"content_versions": [
            version("Supplement No. 4 to Part 744", "2026-03-02", "2026-03-05"),
            version("744.11", "2026-01-01", "2026-01-01"),
            version("Supplement No. 6 to Part 744", "2026-03-05", "2026-03-05"),
            version("Supplement No. 4 to Part 744", "2025-12-30", "2025-12-29"),
        ]});
        upstream
            .answer("/api/versioner/v1/versions/title-15.json", Answer::ok(versions.to_string()));
        let base = upstream.url("/api/versioner/v1/full/DATE/title-15.xml?part=744");
        let dates = fetcher().ecfr_amendment_dates(&base, true, now()).await.unwrap();
        assert_eq!(dates, [date(2025, 12, 30), date(2026, 3, 5)]);
        let fetched = fetcher().fetch_ecfr_on(&base, true, date(2026, 4, 29), now()).await.unwrap();
        assert_eq!((content(&fetched), fetched.as_of), (XML.to_vec(), Some(date(2026, 4, 29))));
    }
}

mod path {
    use std::fs::{
        File, {self},
    };
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    use entitywatch::fetch::NamePattern;

    use super::*;

    fn put(path: &Path, bytes: &[u8], modified_secs: u64) {
        fs::write(path, bytes).unwrap();
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(modified_secs))
            .unwrap();
    }

    async fn fetch(path: &Path, validators: Option<&Validators>) -> Result<Fetched, FetchError> {
        fetcher().fetch(&Address::Path(path.to_owned()), validators, now()).await
    }

    #[tokio::test]
    async fn a_file_is_read_once_until_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list.csv");
        put(&file, LIST, 1000);
        let fetched = document(fetch(&file, None).await);
        assert_eq!(content(&fetched), LIST);
        assert!(matches!(
            fetch(&file, fetched.validators.as_ref()).await.unwrap(),
            Fetched::NotModified
        ));
        // The same size and modification time, as a copying tool may set them.
        let copy = folder.path().join("copy.csv");
        put(&copy, &LIST.to_ascii_uppercase(), 1000);
        fs::rename(&copy, &file).unwrap();
        let changed = document(fetch(&file, fetched.validators.as_ref()).await);
        assert_eq!(content(&changed), LIST.to_ascii_uppercase());
        assert!(!changed.unconditional);
    }

    #[tokio::test]
    async fn the_newest_complete_file_of_a_folder_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8], secs| put(&folder.path().join(name), bytes, secs);
        put("z-old.csv", b"old", 1000);
        put("a-new.csv", b"new a", 2000);
        put("b-new.csv", b"new b", 2000);
        put(".hidden.csv", b"hidden", 3000);
        put("c.csv.part", b"unfinished", 3000);
        fs::create_dir(folder.path().join("folder")).unwrap();
        assert_eq!(content(&document(fetch(folder.path(), None).await)), b"new b");
        put("d.csv.gz", &gzip(LIST), 4000);
        assert_eq!(content(&document(fetch(folder.path(), None).await)), LIST);
    }

    #[tokio::test]
    async fn files_of_a_folder_without_the_name_of_a_list_are_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8], secs| put(&folder.path().join(name), bytes, secs);
        for (number, name) in ["list.csv", "List.TSV", "list.json", "part-744.xml", "list.csv.GZ"]
            .into_iter()
            .enumerate()
        {
            put(name, name.as_bytes(), 1000 + number as u64);
            for other in [
                format!("{name}.sha256"),
                format!("{name}~"),
                format!("{name}.filepart"),
                format!(".{name}.swp"),
            ] {
                put(&other, b"no list", 9000);
            }
            for other in
                ["Thumbs.db", "desktop.ini", "SHA256SUMS", "README.txt", ".DS_Store", "report.pdf"]
            {
                put(other, b"no list", 9000);
            }
            assert_eq!(content(&document(fetch(folder.path(), None).await)), name.as_bytes());
        }
    }

    #[tokio::test]
    async fn a_pattern_says_which_names_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8], secs| put(&folder.path().join(name), bytes, secs);
        let fitting = |pattern: &str| Address::Folder {
            path: folder.path().to_owned(),
            pattern: pattern.parse().unwrap(),
        };
        let read = async |pattern: &str| fetcher().fetch(&fitting(pattern), None, now()).await;
        put("el-1.csv", b"el 1", 1000);
        put("el-2.csv", b"el 2", 2000);
        put("uvl-1.csv", b"uvl 1", 3000);
        put("el-3.csv.sha256", b"a checksum", 4000);
        put("el-4.csv.part", b"unfinished", 4000);
        put(".el-5.csv", b"hidden", 4000);
        put("list.dat", b"dat", 500);
        for (pattern, expected) in [
            ("el-*.csv", "el 2"),
            ("*.csv", "uvl 1"),
            ("el-[!2].csv", "el 1"),
            ("*", "a checksum"),
            ("*.dat", "dat"),
            (".*", "hidden"),
            ("*.part", "unfinished"),
        ] {
            assert_eq!(content(&document(read(pattern).await)), expected.as_bytes(), "{pattern}");
        }
        let known = document(read("uvl-*.csv").await).validators;
        let older = fetcher().fetch(&fitting("el-*.csv"), known.as_ref(), now()).await;
        assert_eq!(content(&document(older)), b"el 2", "another pattern has its own newest file");
        let folder_path = folder.path().display();
        let message = read("*.tsv").await.unwrap_err().message;
        let expected = "`.el-5.csv`, `el-1.csv`, `el-2.csv` and 4 more are ignored";
        assert_eq!(
            message,
            format!(
                "expected a file in the folder {folder_path} whose name matches `*.tsv`, but got \
                 none: {expected}"
            )
        );
        let pattern: NamePattern = "*.csv".parse().unwrap();
        let one = Address::Folder { path: folder.path().join("el-1.csv"), pattern };
        let message = fetcher().fetch(&one, None, now()).await.unwrap_err().message;
        assert!(
            message.starts_with("expected a folder at ")
                && message.ends_with("since `pattern` is `*.csv`, but got something else")
        );
    }

    #[tokio::test]
    async fn the_error_of_a_folder_without_a_list_says_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let message = async || fetch(folder.path(), None).await.unwrap_err().message;
        assert!(message().await.ends_with(
            "ends in .csv, .tsv, .json, .xml (or these with .gz), but got an empty folder"
        ));
        put(&folder.path().join("list.dat"), LIST, 1000);
        let text = message().await;
        assert!(
            text.ends_with(
                "but got none: `list.dat` is ignored; `pattern` says which names are read"
            ),
            "{text}"
        );
    }

    #[tokio::test]
    async fn err_a_folder_without_its_newest_file_does_not_fall_back_to_an_older_one() {
        let folder = tempfile::tempdir().unwrap();
        let named = |name: &str| folder.path().join(name);
        put(&named("a.csv"), b"old", 86_400);
        put(&named("b.csv"), b"new", 2 * 86_400);
        let last = document(fetch(folder.path(), None).await).validators;
        fs::remove_file(named("b.csv")).unwrap();
        let address = Address::Path(folder.path().to_owned());
        for error in [
            fetch(folder.path(), last.as_ref()).await.unwrap_err(),
            fetcher().fetch_whole(&address, last.as_ref(), now()).await.unwrap_err(),
        ] {
            let expected = "expected a file at least as new as the one read before (modified at \
                            1970-01-03T00:00:00Z), but the newest in the folder is ";
            assert!(
                error.message.starts_with(expected)
                    && error.message.contains("a.csv, modified at 1970-01-02T00:00:00Z"),
                "{error}"
            );
            assert!(!error.refused);
        }
        put(&named("c.csv"), b"as new", 2 * 86_400);
        assert_eq!(content(&document(fetch(folder.path(), last.as_ref()).await)), b"as new");
        let unconditional = document(fetcher().fetch_whole(&address, last.as_ref(), now()).await);
        assert!(unconditional.unconditional && content(&unconditional) == b"as new");
    }

    #[tokio::test]
    async fn ok_a_file_may_be_replaced_by_an_older_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list.csv");
        put(&file, b"new", 2000);
        let last = document(fetch(&file, None).await).validators;
        put(&file, b"old", 1000);
        assert_eq!(content(&document(fetch(&file, last.as_ref()).await)), b"old");
    }

    #[tokio::test]
    async fn missing_and_empty_files_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            fetch(folder.path(), None)
                .await
                .unwrap_err()
                .message
                .starts_with("expected a file in the folder ")
        );
        let missing = fetch(&folder.path().join("missing.csv"), None).await.unwrap_err();
        assert!(
            missing.message.ends_with("missing.csv: no such file or directory") && !missing.refused,
            "{}",
            missing.message
        );
        put(&folder.path().join("empty.csv"), b"", 1000);
        assert!(fetch(folder.path(), None).await.unwrap_err().refused);
        assert!(
            fetch(Path::new("/dev/null"), None)
                .await
                .unwrap_err()
                .message
                .contains("but got something else")
        );
    }
}
