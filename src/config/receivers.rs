//! Checks `[[receiver]]`.

use std::ops::Range;
use std::sync::Arc;

use crate::config::ConfigWarning;
use crate::config::acknowledgment;
use crate::config::problem::Problem;
use crate::config::raw::{Placed, RawReceiver, RawReceiverKind};
use crate::config::read::Sections;
use crate::config::secret::{Found, Keys, Lookup};
use crate::config::secret_lines::{LinesError, header_lines, signing_secrets};
use crate::config::secret_url::web_address;
use crate::config::sources::required;
use crate::deliver::{
    Channel, ChatSettings, EmailSettings, Receiver, SmtpSettings, WebhookSettings,
};
use crate::secret::Secret;

/// Returns the valid receivers, and adds the mistakes of the others to `problems`.
pub(super) fn check(
    sections: &Sections,
    smtp: Option<&Arc<SmtpSettings>>,
    lookup: Lookup<'_>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<ConfigWarning>,
) -> Vec<Receiver> {
    let known = acknowledgment::receiver_names(sections);
    let mut receivers: Vec<Receiver> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for section in &sections.receivers {
        let raw = &section.value;
        let name = required(raw.name.as_ref(), section, "name", problems);
        let kind = required(raw.kind.as_ref(), section, "kind", problems);
        let (Some(name), Some(kind)) = (name, kind) else { continue };
        if names.contains(&name.value.0.as_str()) {
            problems.push(Problem::at(
                name.span.clone(),
                format!("expected unique names, but found the receiver `{}` twice", name.value.0),
            ));
        }
        names.push(&name.value.0);
        refuse_foreign_keys(raw, kind.value, problems);
        let acknowledge = acknowledgment::check(raw, &known, problems);
        let channel = match kind.value {
            RawReceiverKind::Email => {
                email(section, kind.span.clone(), smtp, sections, problems).map(Channel::Email)
            }
            RawReceiverKind::Slack => chat(section, lookup, problems, warnings).map(Channel::Slack),
            RawReceiverKind::Teams => chat(section, lookup, problems, warnings).map(Channel::Teams),
            RawReceiverKind::Webhook => {
                webhook(section, &name.value.0, lookup, problems, warnings).map(Channel::Webhook)
            }
            RawReceiverKind::Console => Some(Channel::Console),
        };
        if let Some(channel) = channel {
            let operator = raw.operator.as_ref().is_some_and(|operator| operator.value);
            let name = name.value.0.clone();
            let show_matches = raw.show_matches.as_ref().is_some_and(|show| show.value);
            receivers.push(Receiver { name, operator, acknowledge, show_matches, channel });
        }
    }
    acknowledgment::refuse_circles(sections, problems);
    receivers
}

/// The keys that every kind has.
const COMMON_KEYS: [&str; 9] = [
    "name",
    "kind",
    "operator",
    "digest",
    "immediate",
    "acknowledge_within",
    "acknowledge_hours",
    "escalate_to",
    "show_matches",
];

/// The keys of each kind, in addition to [`COMMON_KEYS`].
fn own_keys(kind: RawReceiverKind) -> (&'static str, &'static [&'static str]) {
    match kind {
        RawReceiverKind::Email => ("email", &["to"]),
        RawReceiverKind::Slack => {
            ("slack", &["url", "url_file", "url_credential", "allow_private"])
        }
        RawReceiverKind::Teams => {
            ("teams", &["url", "url_file", "url_credential", "allow_private"])
        }
        RawReceiverKind::Webhook => (
            "webhook",
            &[
                "url",
                "url_file",
                "url_credential",
                "secret",
                "secret_file",
                "secret_credential",
                "headers",
                "headers_file",
                "headers_credential",
                "allow_private",
            ],
        ),
        RawReceiverKind::Console => ("console", &[]),
    }
}

fn refuse_foreign_keys(raw: &RawReceiver, kind: RawReceiverKind, problems: &mut Vec<Problem>) {
    let span_of = |span: Option<&Range<usize>>| span.cloned();
    let given = [
        ("to", span_of(raw.to.as_ref().map(|k| &k.span))),
        ("url", span_of(raw.url.as_ref().map(|k| &k.span))),
        ("url_file", span_of(raw.url_file.as_ref().map(|k| &k.span))),
        ("url_credential", span_of(raw.url_credential.as_ref().map(|k| &k.span))),
        ("secret", span_of(raw.secret.as_ref().map(|k| &k.span))),
        ("secret_file", span_of(raw.secret_file.as_ref().map(|k| &k.span))),
        ("secret_credential", span_of(raw.secret_credential.as_ref().map(|k| &k.span))),
        ("headers", span_of(raw.headers.as_ref().map(|k| &k.span))),
        ("headers_file", span_of(raw.headers_file.as_ref().map(|k| &k.span))),
        ("headers_credential", span_of(raw.headers_credential.as_ref().map(|k| &k.span))),
        ("allow_private", span_of(raw.allow_private.as_ref().map(|k| &k.span))),
    ];
    let (kind, own) = own_keys(kind);
    for (key, span) in given {
        if let (Some(span), false) = (span, own.contains(&key)) {
            let known = COMMON_KEYS
                .iter()
                .chain(own)
                .map(|key| format!("`{key}`"))
                .collect::<Vec<_>>()
                .join(", ");
            problems.push(Problem::at(
                span,
                format!("found `{key}`, but a receiver of kind `{kind}` only supports {known}"),
            ));
        }
    }
}

fn email(
    section: &Placed<RawReceiver>,
    kind_span: Range<usize>,
    smtp: Option<&Arc<SmtpSettings>>,
    sections: &Sections,
    problems: &mut Vec<Problem>,
) -> Option<EmailSettings> {
    if sections.smtp.is_none() && !sections.faulty.smtp {
        problems.push(
            Problem::at(
                kind_span,
                "expected a section [smtp] for a receiver of kind `email`, but found none",
            )
            .with_hint(
                "email is sent through your own mail relay: set its host and sender in [smtp]",
            ),
        );
    }
    let to = required(section.value.to.as_ref(), section, "to", problems)?;
    if to.value.is_empty() {
        problems.push(Problem::at(
            to.span.clone(),
            "expected at least one email address, but got an empty list",
        ));
    }
    let mut addresses: Vec<lettre::Address> = Vec::new();
    for address in &to.value {
        if addresses.contains(&address.value.0) {
            problems.push(Problem::at(
                address.span.clone(),
                format!("found the address `{}` twice", address.value.0),
            ));
        }
        addresses.push(address.value.0.clone());
    }
    Some(EmailSettings { smtp: Arc::clone(smtp?), to: addresses })
}

fn chat(
    section: &Placed<RawReceiver>,
    lookup: Lookup<'_>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<ConfigWarning>,
) -> Option<ChatSettings> {
    let url = url(section, lookup, problems, warnings)?;
    Some(ChatSettings {
        url,
        allow_private: section.value.allow_private.as_ref().is_some_and(|allow| allow.value),
    })
}

fn webhook(
    section: &Placed<RawReceiver>,
    name: &str,
    lookup: Lookup<'_>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<ConfigWarning>,
) -> Option<WebhookSettings> {
    let raw = &section.value;
    let url = url(section, lookup, problems, warnings);
    let keys = Keys {
        name: "secret",
        inline: &raw.secret,
        file: &raw.secret_file,
        credential: &raw.secret_credential,
    };
    let is_signed =
        raw.secret.is_some() || raw.secret_file.is_some() || raw.secret_credential.is_some();
    let secrets =
        read_values(lookup.find(keys, problems, warnings), "secret", signing_secrets, problems);
    let inline = raw
        .headers
        .as_ref()
        .map(|headers| Placed { value: headers.value.0.clone(), span: headers.span.clone() });
    let keys = Keys {
        name: "headers",
        inline: &inline,
        file: &raw.headers_file,
        credential: &raw.headers_credential,
    };
    let headers =
        read_values(lookup.find(keys, problems, warnings), "headers", header_lines, problems);
    if !is_signed {
        warnings.push(ConfigWarning(format!(
            "receiver `{name}`: webhooks without a `secret` are not signed, so the receiver cannot \
             verify the sender"
        )));
    }
    Some(WebhookSettings {
        url: url?,
        secrets,
        headers,
        allow_private: raw.allow_private.as_ref().is_some_and(|allow| allow.value),
    })
}

/// The values in a secret of several lines.
fn read_values<T>(
    found: Option<Found>,
    name: &str,
    read: fn(&str) -> Result<Vec<T>, LinesError>,
    problems: &mut Vec<Problem>,
) -> Vec<T> {
    let Some(found) = found.filter(|found| !found.skipped) else { return Vec::new() };
    read(found.secret.expose()).unwrap_or_else(|reason| {
        problems.push(Problem::at(found.span, format!("failed to read the {name}: {reason}")));
        Vec::new()
    })
}

fn url(
    section: &Placed<RawReceiver>,
    lookup: Lookup<'_>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<ConfigWarning>,
) -> Option<Secret> {
    let raw = &section.value;
    let keys = Keys {
        name: "url",
        inline: &raw.url,
        file: &raw.url_file,
        credential: &raw.url_credential,
    };
    web_address(keys, &section.span, lookup, problems, warnings)
}
