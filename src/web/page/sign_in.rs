//! `/sign-in` and `/sign-out`.

use axum::extract::{RawQuery, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::domain::TokenHash;
use crate::random;
use crate::web::Web;
use crate::web::access::admission::too_many;
use crate::web::access::caller::{Proof, is_from_proxy};
use crate::web::access::posted_form::{
    Refused, read_form, refuse_foreign, refuse_forged, signed_in_form,
};
use crate::web::access::sessions::SESSION_LIFETIME;
use crate::web::access::{client_address, cookie};
use crate::web::error::{WebError, refusal};
use crate::web::query::{self, Parameters};
use crate::web::visit::Visit;

/// `GET /sign-in`: the form.
pub async fn show(visit: Visit, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    match Parameters::read(query.as_deref(), query::SIGN_IN) {
        Ok(parameters) => form(&visit, &headers, StatusCode::OK, parameters.get("next"), None),
        Err(error) => error.into_page(&visit),
    }
}

/// `POST /sign-in`: begins a session.
pub async fn sign_in(visit: Visit, request: Request) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    match checked(&visit, request).await {
        Ok(Entry::Person { session, next }) => {
            let location = format!("{}{}", visit.state.settings.root(), local(&next));
            let lifetime = Some(SESSION_LIFETIME.as_secs());
            with_cookie(
                (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
                cookie::set(cookie::SESSION, &session, lifetime, &visit.state.settings),
            )
        }
        Ok(Entry::Wrong { next }) => {
            let wrong = "That is not the name and the token of a person.";
            form(&visit, &headers, StatusCode::UNAUTHORIZED, &next, Some(wrong))
        }
        Ok(Entry::TooMany(wait)) => too_many(
            &format!("too many wrong tokens: wait {} s, then try again", wait.as_secs()),
            wait,
        ),
        Err(Refused(status, text)) => refusal(&visit, &uri, status, &text),
    }
}

/// `POST /sign-out`: ends the session.
pub async fn sign_out(visit: Visit, request: Request) -> Response {
    let uri = request.uri().clone();
    match signed_in_form(&visit, request).await {
        Ok((person, _)) => {
            if let Proof::Session(id) = &person.proof {
                visit.state.access.sessions().end(id);
                tracing::info!(person.name = person.name, "{} signed out", person.name);
            }
            let location = format!("{}/sign-in", visit.state.settings.root());
            with_cookie(
                (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
                cookie::set(cookie::SESSION, "", Some(0), &visit.state.settings),
            )
        }
        Err(Refused(status, text)) => refusal(&visit, &uri, status, &text),
    }
}

/// What came of a form.
enum Entry {
    Person { session: String, next: String },
    Wrong { next: String },
    TooMany(std::time::Duration),
}

async fn checked(web: &Web, request: Request) -> Result<Entry, Refused> {
    refuse_foreign(web, request.headers())?;
    let access = &web.state.access;
    let (settings, now) = (access.settings(), web.state.clock.now());
    let from_proxy = is_from_proxy(&settings, request.headers());
    let address = client_address::of(&request, from_proxy);
    // Before the form is read, so that it costs little.
    if let Err(wait) = access.attempts().may_try(None, &address, now) {
        return Ok(Entry::TooMany(wait));
    }
    let visitor = cookie::read(request.headers(), cookie::VISITOR).unwrap_or_default();
    let form = read_form(request).await?;
    refuse_forged(web, &visitor_subject(&visitor), &form)?;
    let next = form.field("next").to_owned();
    let named = settings.people.iter().find(|person| person.name == form.field("name"));
    let account = named.map(|person| person.name.as_str());
    if let Err(wait) = access.attempts().may_try(account, &address, now) {
        return Ok(Entry::TooMany(wait));
    }
    let hash = TokenHash::of(form.field("token"));
    let Some(person) = named.filter(|person| person.token.is(&hash)) else {
        if access.attempts().failed(account, &address, now) {
            // A name that nobody has may be a token in the wrong field.
            let name = account.unwrap_or("somebody unknown");
            tracing::warn!("wrong tokens for {name} use up an allowance: further ones must wait");
        }
        return Ok(Entry::Wrong { next });
    };
    let session = random::text_of_256_bits().map_err(|problem| {
        tracing::error!(%problem, "failed to begin a session");
        Refused(StatusCode::SERVICE_UNAVAILABLE, "failed to begin a session".to_owned())
    })?;
    access.sessions().begin(&session, person, now);
    tracing::info!(person.name = person.name, "{} signed in", person.name);
    Ok(Entry::Person { session, next })
}

fn form(
    visit: &Visit,
    headers: &HeaderMap,
    status: StatusCode,
    next: &str,
    problem: Option<&str>,
) -> Response {
    let known = cookie::read(headers, cookie::VISITOR);
    let visitor = match known.clone().map_or_else(random::text_of_256_bits, Ok) {
        Ok(visitor) => visitor,
        Err(problem) => {
            tracing::error!(%problem, "failed to show the sign-in form");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let context = json!({
        "form_token": visit.state.access.form_token(&visitor_subject(&visitor)),
        "next": local(next),
        "problem": problem,
    });
    match visit.render("sign_in.html", context) {
        Ok(page) => {
            let fresh = known.is_none().then_some(visitor);
            with_cookie(
                (status, page).into_response(),
                fresh.and_then(|visitor| {
                    cookie::set(cookie::VISITOR, &visitor, None, &visit.state.settings)
                }),
            )
        }
        Err(error) => WebError::from(error).into_page(visit),
    }
}

fn visitor_subject(visitor: &str) -> String {
    format!("visitor {visitor}")
}

/// A path of this site. Anything that a browser could take for another site becomes `/`.
fn local(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next.starts_with("//");
    let is_plain = next.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    if is_path && is_plain { next } else { "/" }
}

fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_to_no_other_site() {
        for next in ["/", "/holds/hld_1", "/entries?search=a+b&list=EL"] {
            assert_eq!(local(next), next);
        }
        for next in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a\r\nX: y",
            "a",
            "/ä",
        ] {
            assert_eq!(local(next), "/", "{next}");
        }
    }
}
