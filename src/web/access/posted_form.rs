//! What every action asks before it is carried out: a form of this site, from a person with the
//! role, with the token that the form was shown with.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};

use crate::domain::{Identified, Role};
use crate::web::Web;
use crate::web::access::caller::{Caller, SignedIn};
use crate::web::access::origin;
use crate::web::query::form_fields;

/// A form has a name, a token and a note.
pub const MAX_FORM_BYTES: usize = 16 * 1024;

/// Why a form is refused: the status and what the person reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub StatusCode, pub String);

/// The fields of a form, decoded.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// The value of a field, without white space around it; empty if it was not sent.
    pub fn field(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }

    /// The values of the boxes of this name that were ticked.
    pub fn ticked(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.trim()).collect()
    }

    /// The value of a field that must not be empty. `what` is what the person reads.
    pub fn needed(&self, name: &str, what: &str) -> Result<String, Refused> {
        match self.field(name) {
            "" => Err(mistake(&format!("expected {what}, but it is empty"))),
            value => Ok(value.to_owned()),
        }
    }

    /// Whether a box was ticked.
    pub fn is_ticked(&self, name: &str) -> bool {
        !self.field(name).is_empty()
    }
}

/// A person who may do what the form asks for.
pub struct Acting {
    pub name: String,
    pub identified: Identified,
    pub form: Form,
}

/// Checks a form of an action that needs `role`.
pub async fn acting(web: &Web, request: Request, role: Role) -> Result<Acting, Refused> {
    let (person, form) = signed_in_form(web, request).await?;
    let Some(identified) = person.identified() else {
        return Err(refused(
            StatusCode::FORBIDDEN,
            "expected a person who is signed in: a program's token reads and does not act",
        ));
    };
    if person.role < role {
        return Err(refused(
            StatusCode::FORBIDDEN,
            &format!(
                "expected a person with the role {role}, but {} is {}",
                person.name, person.role
            ),
        ));
    }
    Ok(Acting { name: person.name, identified, form })
}

/// Checks a form that needs a signed-in person, and no role.
pub async fn signed_in_form(web: &Web, request: Request) -> Result<(SignedIn, Form), Refused> {
    refuse_foreign(web, request.headers())?;
    let caller = request.extensions().get::<Caller>().cloned().unwrap_or_default();
    let Some(person) = caller.0 else {
        return Err(refused(StatusCode::UNAUTHORIZED, "expected a person who is signed in"));
    };
    let form = read_form(request).await?;
    refuse_forged(web, &person.form_subject(), &form)?;
    Ok((person, form))
}

/// Refuses a form that was sent by a page of another site.
pub fn refuse_foreign(web: &Web, headers: &HeaderMap) -> Result<(), Refused> {
    if origin::is_foreign(headers, web.state.settings.public_url.as_ref()) {
        return Err(refused(
            StatusCode::FORBIDDEN,
            "expected a form of this site, but got one of another site (Origin, Sec-Fetch-Site); \
             behind a proxy, `public_url` must be the address that people see",
        ));
    }
    Ok(())
}

/// Refuses a form without the token that this person's forms have.
pub fn refuse_forged(web: &Web, subject: &str, form: &Form) -> Result<(), Refused> {
    if web.state.access.is_form_token(subject, form.field("csrf")) {
        return Ok(());
    }
    Err(refused(
        StatusCode::FORBIDDEN,
        "the form is not one that was shown to you, or is from before a restart: open the page \
         again, and send it once more",
    ))
}

/// The fields of a form.
pub async fn read_form(request: Request) -> Result<Form, Refused> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "expected a form (application/x-www-form-urlencoded)",
        ));
    }
    let body = axum::body::to_bytes(request.into_body(), MAX_FORM_BYTES)
        .await
        .map_err(|_| refused(StatusCode::PAYLOAD_TOO_LARGE, "expected a form of at most 16 KiB"))?;
    let text = std::str::from_utf8(&body).unwrap_or("%");
    form_fields(text)
        .map(|fields| fields.into_iter().map(|(name, value)| (name, with_line_feeds(&value))))
        .map(|fields| Form(fields.collect()))
        .ok_or_else(|| refused(StatusCode::BAD_REQUEST, "expected a form in percent-encoded UTF-8"))
}

/// Browsers send the line breaks of a text area as a carriage return and a line feed.
fn with_line_feeds(value: &str) -> String {
    value.replace("\r\n", "\n")
}

/// A form that was not filled in as it must be.
pub fn mistake(text: &str) -> Refused {
    refused(StatusCode::BAD_REQUEST, text)
}

fn refused(status: StatusCode, text: &str) -> Refused {
    Refused(status, text.to_owned())
}
