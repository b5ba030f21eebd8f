//! The limits and security headers of every answer, and which `Host` is answered.

use std::net::IpAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::web::access::posted_form::MAX_FORM_BYTES;
use crate::web::{Web, WebSettings};

/// For one answer, including the database.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest request is a form with a reason in it.
const MAX_BODY_BYTES: usize = MAX_FORM_BYTES;

/// The texts of the lists are untrusted. If the escaping of one ever fails, browsers still run and
/// fetch nothing of it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
                                       base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: browsers would then send `Origin: null` with every form.
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Adds the outermost layers. The answers of the inner layers get the headers too.
pub fn guarded(router: Router) -> Router {
    let mut router = router
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT))
        .layer(CatchPanicLayer::new());
    for (name, value) in HEADERS {
        router = router
            .layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)));
    }
    router
}

/// If the socket is bound to loopback, answers 421 to a `Host` that is neither this machine nor
/// `public_url`.
pub async fn refuse_unknown_hosts(
    State(web): State<Web>,
    request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = request.uri().host().or(host).unwrap_or_default();
    if is_known(host, &web.state.settings) {
        return next.run(request).await;
    }
    let text = "expected a request for this machine or for the host of `[server] public_url`, but \
                got another Host\n";
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

fn is_known(host: &str, settings: &WebSettings) -> bool {
    if !settings.loopback_only {
        return true;
    }
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let public = settings.public_url.as_ref().and_then(url::Url::host_str);
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        || public.is_some_and(|public| public.trim_matches(['[', ']']).eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn only_this_machine_and_the_public_host_are_known() {
        let public_url = Some("https://entitywatch.example.com/".parse().unwrap());
        let settings = WebSettings {
            timezone: TimeZone::UTC,
            source_titles: std::collections::BTreeMap::new(),
            public_url,
            loopback_only: true,
        };
        for host in [
            "127.0.0.1:8744",
            "localhost",
            "LOCALHOST:1",
            "[::1]:8744",
            "[::1]",
            "entitywatch.example.com",
            "Entitywatch.Example.com:443",
        ] {
            assert!(is_known(host, &settings), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "127.0.0.1.evil.example",
            "evil.example:8744",
            "192.0.2.1",
            "entitywatch.example.com.evil.example",
        ] {
            assert!(!is_known(host, &settings), "{host}");
        }
        assert!(is_known("evil.example", &WebSettings { loopback_only: false, ..settings }));
    }
}
