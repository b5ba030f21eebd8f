//! The person of a request.
//!
//! Three things name a person, in this order: a trusted proxy, the token of a program
//! (`Authorization: Bearer`), and the session of a browser.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, header};
use jiff::Timestamp;

use crate::domain::{Identified, Person, Role, TokenHash};
use crate::web::access::{Access, AccessSettings, TrustedProxy, client_address, cookie};

const PROXY_SECRET: HeaderName = HeaderName::from_static("x-entitywatch-proxy");

/// Who asks. In the extensions of every request that was admitted.
#[derive(Clone, Debug, Default)]
pub struct Caller(pub Option<SignedIn>);

/// A person of the configuration.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub name: String,
    pub role: Role,
    pub proof: Proof,
}

/// What says that it is this person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The id of the session, from its cookie.
    Session(String),
    Proxy,
    /// A program, which reads and does not act.
    Bearer,
}

impl SignedIn {
    fn new(person: &Person, proof: Proof) -> Self {
        Self { name: person.name.clone(), role: person.role, proof }
    }

    /// How the person is identified in the journal. `None` for a program, which may not act.
    pub fn identified(&self) -> Option<Identified> {
        match self.proof {
            Proof::Session(_) => Some(Identified::Session),
            Proof::Proxy => Some(Identified::Proxy),
            Proof::Bearer => None,
        }
    }

    /// What the tokens of this person's forms belong to.
    pub fn form_subject(&self) -> String {
        match &self.proof {
            // The hash, because the subject is no place for the secret itself.
            Proof::Session(id) => format!("session {}", TokenHash::of(id).hex()),
            Proof::Proxy | Proof::Bearer => format!("person {}", self.name),
        }
    }
}

/// Why a request that names a person is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotThem {
    #[error("expected the token of a person, but got another one")]
    WrongToken,
    #[error("too many wrong tokens: wait {} s, then try again", .0.as_secs())]
    TooMany(std::time::Duration),
    #[error("the proxy names a person who is not in the configuration: ask for a [[person]]")]
    UnknownPerson,
    #[error("expected one `{0}` from the proxy, but got several or one that is not UTF-8")]
    UnclearPerson(HeaderName),
}

/// Finds out who asks. Nobody is not an error.
pub fn caller(access: &Access, request: &Request, now: Timestamp) -> Result<Caller, NotThem> {
    let settings = access.settings();
    let headers = request.headers();
    if let Some(person) = named_by_proxy(&settings, headers)? {
        return Ok(Caller(Some(SignedIn::new(person, Proof::Proxy))));
    }
    if let Some(token) = bearer_token(headers) {
        // Checked before the limit: nobody can guess 256 bits, and wrong tokens from an address
        // that many share, such as that of a proxy, must not keep its people and programs out.
        let Some(person) = Person::with_token(&settings.people, token) else {
            let address = client_address::of(request, is_from_proxy(&settings, headers));
            access.attempts().may_try(None, &address, now).map_err(NotThem::TooMany)?;
            if access.attempts().failed(None, &address, now) {
                tracing::warn!("wrong tokens of a program use up the allowance of an address");
            }
            return Err(NotThem::WrongToken);
        };
        return Ok(Caller(Some(SignedIn::new(person, Proof::Bearer))));
    }
    let session = cookie::read(headers, cookie::SESSION).and_then(|id| {
        let sessions = access.sessions();
        let person = sessions.person(&id, &settings.people, now)?;
        Some(SignedIn::new(person, Proof::Session(id)))
    });
    Ok(Caller(session))
}

/// Whether the request comes from the trusted proxy.
pub fn is_from_proxy(settings: &AccessSettings, headers: &HeaderMap) -> bool {
    match &settings.trusted_proxy {
        TrustedProxy::Nobody => false,
        TrustedProxy::OnSocket => true,
        TrustedProxy::WithSecret(secret) => {
            let hash = |text: &[u8]| TokenHash::of(&String::from_utf8_lossy(text));
            let expected = hash(secret.expose().as_bytes());
            headers.get(PROXY_SECRET).is_some_and(|sent| hash(sent.as_bytes()).is(&expected))
        }
    }
}

fn named_by_proxy<'a>(
    settings: &'a AccessSettings,
    headers: &HeaderMap,
) -> Result<Option<&'a Person>, NotThem> {
    let Some(header) = &settings.user_header else { return Ok(None) };
    if !is_from_proxy(settings, headers) {
        return Ok(None);
    }
    let mut values = headers.get_all(header).iter();
    let (first, second) = (values.next(), values.next());
    let Some(first) = first else { return Ok(None) };
    let name = std::str::from_utf8(first.as_bytes()).ok().filter(|_| second.is_none());
    let name = name.map(str::trim).ok_or_else(|| NotThem::UnclearPerson(header.clone()))?;
    if name.is_empty() {
        return Ok(None);
    }
    let person = settings.people.iter().find(|person| person.name == name);
    person.map(Some).ok_or(NotThem::UnknownPerson)
}

/// Other schemes are not for this program: a proxy may have asked for a password of its own.
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) =
        headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
