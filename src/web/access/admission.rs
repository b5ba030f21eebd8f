//! The layer in front of every path that shows something: it finds out who asks, and lets nobody
//! read who must sign in first. Another layer is in front of what is about counterparties.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::domain::person::TOKEN_PREFIX;
use crate::web::Web;
use crate::web::access::caller::{Caller, NotThem, caller};
use crate::web::error::refusal;
use crate::web::visit::Visit;

/// The paths that need no sign-in: without them nobody could sign in.
const OPEN: [&str; 3] = ["/sign-in", "/style.css", "/favicon.ico"];
/// Parameters in which a token would be.
const TOKEN_PARAMETERS: [&str; 5] = ["token", "access_token", "bearer", "authorization", "api_key"];

/// Admits a request, with the [`Caller`] in its extensions.
pub async fn admit(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    if has_token(request.uri()) {
        return refusal(
            &Visit::of_nobody(&web),
            request.uri(),
            StatusCode::BAD_REQUEST,
            "expected no token in an address, where logs and histories keep it: replace this token \
             (`entitywatch config token`), and send the new one with the sign-in form or as \
             `Authorization: Bearer`",
        );
    }
    let caller = match caller(&web.state.access, &request, web.state.clock.now()) {
        Ok(caller) => caller,
        Err(reason) => return refused(&web, request.uri(), &reason),
    };
    let path = request.uri().path();
    let needs_sign_in = web.state.access.settings().reading_needs_sign_in;
    if caller.0.is_none() && needs_sign_in && !OPEN.contains(&path) {
        return sign_in_first(&web, &request);
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// Lets only people who are signed in see what is about counterparties, also if everybody may read
/// the other pages.
pub async fn only_signed_in(State(web): State<Web>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>();
    if caller.is_none_or(|caller| caller.0.is_none()) {
        return sign_in_first(&web, &request);
    }
    next.run(request).await
}

fn has_token(uri: &Uri) -> bool {
    let query = uri.query().unwrap_or_default();
    uri.path().contains(TOKEN_PREFIX)
        || query.contains(TOKEN_PREFIX)
        || url::form_urlencoded::parse(query.as_bytes()).any(|(name, value)| {
            let is_named = TOKEN_PARAMETERS.iter().any(|known| name.eq_ignore_ascii_case(known));
            is_named || value.starts_with(TOKEN_PREFIX)
        })
}

fn refused(web: &Web, uri: &Uri, reason: &NotThem) -> Response {
    let status = match reason {
        NotThem::WrongToken => StatusCode::UNAUTHORIZED,
        NotThem::TooMany(wait) => return too_many(&reason.to_string(), *wait),
        NotThem::UnknownPerson | NotThem::UnclearPerson(_) => StatusCode::FORBIDDEN,
    };
    with_challenge(refusal(&Visit::of_nobody(web), uri, status, &reason.to_string()))
}

/// The cheap answer to a client that tries too often.
pub fn too_many(text: &str, wait: std::time::Duration) -> Response {
    let headers = [(header::RETRY_AFTER, wait.as_secs().max(1).to_string())];
    (StatusCode::TOO_MANY_REQUESTS, headers, format!("{text}\n")).into_response()
}

/// A browser is led to the form. A program gets an error that says what to send.
fn sign_in_first(web: &Web, request: &Request) -> Response {
    let uri = request.uri();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if is_read && !is_for_programs(uri.path()) {
        return to_sign_in(web, uri.path_and_query().map_or("/", |asked| asked.as_str()));
    }
    with_challenge(refusal(
        &Visit::of_nobody(web),
        uri,
        StatusCode::UNAUTHORIZED,
        "expected a person who is signed in, or the token of a person as `Authorization: Bearer`",
    ))
}

/// Leads a browser to the form, and from there to the page `asked`.
pub fn to_sign_in(web: &Web, asked: &str) -> Response {
    let next: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
    let location = format!("{}/sign-in?next={next}", web.state.settings.root());
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/") || matches!(path, "/feed.atom" | "/metrics")
}

fn with_challenge(mut response: Response) -> Response {
    if response.status() == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer realm=\"entitywatch\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_in_an_address_is_noticed_and_a_search_is_not() {
        for address in [
            "/changes?token=x",
            "/api/changes?list=EL&ACCESS_TOKEN=x",
            "/sign-in?next=%2F&token=",
            "/?q=ewt_abc",
            "/?q=ew%74_abc",
            "/ewt_abc",
        ] {
            assert!(has_token(&address.parse().unwrap()), "{address}");
        }
        for address in ["/", "/entries?search=token", "/changes?list=EL&limit=3"] {
            assert!(!has_token(&address.parse().unwrap()), "{address}");
        }
    }
}
