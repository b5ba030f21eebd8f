//! Checks `[smtp]` and `[smtp.oauth2]`.

use std::sync::Arc;

use crate::config::problem::Problem;
use crate::config::raw::{Placed, RawOauth2, RawSmtp, RawTls};
use crate::config::read::Sections;
use crate::config::secret::{Found, Keys, Lookup};
use crate::config::settings::ca_file;
use crate::config::sources::required;
use crate::config::{ConfigWarning, ascii};
use crate::deliver::{OAuth2Settings, SmtpSettings, Tls, is_hello};
use crate::dial::HttpSettings;

/// The mail relay, if [smtp] is present and valid.
pub(super) fn check(
    sections: &Sections,
    http: &HttpSettings,
    lookup: Lookup<'_>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<ConfigWarning>,
) -> Option<Arc<SmtpSettings>> {
    let section = sections.smtp.as_ref()?;
    let raw = &section.value;
    let host = required(raw.host.as_ref(), section, "host", problems);
    refuse_wrong_host(raw, problems);
    let from = required(raw.from.as_ref(), section, "from", problems);
    let tls = match raw.tls.as_ref().map(|tls| tls.value) {
        None | Some(RawTls::Starttls) => Tls::Starttls,
        Some(RawTls::Implicit) => Tls::Implicit,
        Some(RawTls::None) => Tls::None,
    };
    refuse_wrong_hello(raw, problems);
    let password = password(section, lookup, problems, warnings);
    let oauth2 = raw
        .oauth2
        .as_ref()
        .and_then(|oauth2| self::oauth2(oauth2, raw, lookup, problems, warnings));
    refuse_certificates_without_tls(raw, tls, problems);
    if tls == Tls::None && (has_password(raw) || raw.oauth2.is_some()) {
        let what = if raw.oauth2.is_some() { "access token" } else { "password" };
        warnings.push(ConfigWarning(format!("[smtp] tls = \"none\" sends the {what} unencrypted")));
    }
    let ca_pem = ca_file(&raw.ca_file, lookup, problems);
    Some(Arc::new(SmtpSettings {
        host: ascii::host(&host?.value.0)?,
        port: raw.port.as_ref().map_or(default_port(tls), |port| port.value.get()),
        tls,
        username: raw.username.as_ref().map(|username| username.value.0.clone()),
        password: password.map(|found| found.secret),
        oauth2,
        from: from?.value.0.clone(),
        hello: raw.hello.as_ref().map(|hello| hello.value.0.clone()),
        ca_pem,
        http_ca_pem: http.ca_pem.clone(),
        certificate_sha256: raw.certificate_sha256.as_ref().map(|fingerprint| fingerprint.value.0),
    }))
}

/// RFC 6409, RFC 8314 and RFC 5321.
fn default_port(tls: Tls) -> u16 {
    match tls {
        Tls::Starttls => 587,
        Tls::Implicit => 465,
        Tls::None => 25,
    }
}

fn refuse_wrong_host(raw: &RawSmtp, problems: &mut Vec<Problem>) {
    if let Some(host) = raw.host.as_ref().filter(|host| ascii::host(&host.value.0).is_none()) {
        // The value may contain a password, so the error does not quote it.
        problems.push(
            Problem::at(
                host.span.clone(),
                "expected only the name of a host such as \"mail.example.com\" as `host`",
            )
            .with_hint(
                "use the keys `port`, `tls`, `username` and `password_file` for other settings",
            ),
        );
    }
}

fn refuse_wrong_hello(raw: &RawSmtp, problems: &mut Vec<Problem>) {
    if let Some(hello) = raw.hello.as_ref().filter(|hello| !is_hello(&hello.value.0)) {
        problems.push(Problem::at(
            hello.span.clone(),
            format!(
                "expected a host name such as \"entitywatch.example.com\", or an address, but got \
                 `{}`",
                hello.value.0
            ),
        ));
    }
}

fn has_password(raw: &RawSmtp) -> bool {
    raw.password.is_some() || raw.password_file.is_some() || raw.password_credential.is_some()
}

fn password(
    section: &Placed<RawSmtp>,
    lookup: Lookup<'_>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<ConfigWarning>,
) -> Option<Found> {
    let raw = &section.value;
    let keys = Keys {
        name: "password",
        inline: &raw.password,
        file: &raw.password_file,
        credential: &raw.password_credential,
    };
    let found = lookup.find(keys, problems, warnings);
    match &raw.username {
        Some(username) if !has_password(raw) && raw.oauth2.is_none() => {
            problems.push(Problem::at(
                username.span.clone(),
                "expected a `password`, `password_file` or `password_credential` with \
                 `username`, but found none",
            ));
        }
        None if has_password(raw) => {
            problems.push(Problem::at(
                section.span.clone(),
                "expected a `username` with the password, but found none",
            ));
        }
        _ => {}
    }
    found
}

fn oauth2(
    section: &Placed<RawOauth2>,
    smtp: &RawSmtp,
    lookup: Lookup<'_>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<ConfigWarning>,
) -> Option<OAuth2Settings> {
    let raw = &section.value;
    if has_password(smtp) {
        problems.push(Problem::at(
            section.span.clone(),
            "expected a password or [smtp.oauth2], but found both",
        ));
    }
    if smtp.username.is_none() {
        problems.push(Problem::at(
            section.span.clone(),
            "expected a `username` in [smtp] for [smtp.oauth2], but found none",
        ));
    }
    let token_url = required(raw.token_url.as_ref(), section, "token_url", problems);
    let client_id = required(raw.client_id.as_ref(), section, "client_id", problems);
    let has_secret = raw.client_secret.is_some()
        || raw.client_secret_file.is_some()
        || raw.client_secret_credential.is_some();
    if !has_secret {
        problems.push(Problem::at(
            section.span.clone(),
            "expected one of `client_secret`, `client_secret_file` and `client_secret_credential` \
             in [smtp.oauth2], but found none",
        ));
    }
    let keys = Keys {
        name: "client_secret",
        inline: &raw.client_secret,
        file: &raw.client_secret_file,
        credential: &raw.client_secret_credential,
    };
    let client_secret = lookup.find(keys, problems, warnings);
    if let Some(url) = token_url
        .filter(|url| !url.value.0.username().is_empty() || url.value.0.password().is_some())
    {
        let problem = "expected an address without a user and a password as `token_url`";
        problems.push(
            Problem::at(url.span.clone(), problem)
                .with_hint("use the keys `client_id` and `client_secret_file` instead"),
        );
    }
    if token_url.is_some_and(|url| url.value.0.scheme() == "http") {
        warnings.push(ConfigWarning(
            "[smtp.oauth2] token_url: http:// sends the client secret unencrypted".to_owned(),
        ));
    }
    Some(OAuth2Settings {
        token_url: token_url?.value.0.clone(),
        client_id: client_id?.value.0.clone(),
        client_secret: client_secret?.secret,
        scope: raw.scope.as_ref().map(|scope| scope.value.0.clone()),
    })
}

/// Refuses keys that would have no effect, because they are about the protection of the connection.
fn refuse_certificates_without_tls(raw: &RawSmtp, tls: Tls, problems: &mut Vec<Problem>) {
    let given = [
        ("ca_file", raw.ca_file.as_ref().map(|file| file.span.clone())),
        (
            "certificate_sha256",
            raw.certificate_sha256.as_ref().map(|fingerprint| fingerprint.span.clone()),
        ),
    ];
    for (key, span) in given {
        if let (Tls::None, Some(span)) = (tls, span) {
            problems.push(Problem::at(
                span,
                format!("found `{key}`, but tls = \"none\" uses no certificate"),
            ));
        }
    }
    if let (Some(_), Some(file)) = (&raw.certificate_sha256, &raw.ca_file) {
        let problem = "expected `ca_file` or `certificate_sha256`, but found both: a pinned \
                       certificate needs no authority";
        problems.push(Problem::at(file.span.clone(), problem));
    }
}
