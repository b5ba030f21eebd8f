//! Builds an email from the content of a message: headers, both bodies and attachments. Pure.

use std::time::SystemTime;

use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use crate::deliver::email::attachment::{self, File};
use crate::deliver::email::detail_level::{DetailLevel, SizeLimit};
use crate::deliver::email::html_part;
use crate::deliver::layout::{self, LayoutError};
use crate::deliver::{Message, MessageSettings, plain, wording};
use crate::domain::{AlertId, Delivery};

/// The email could not be built.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    #[error("expected an email address as the recipient, but got another text")]
    Recipient,
    #[error(transparent)]
    Layout(#[from] LayoutError),
    #[error("failed to write the attachments: {0}")]
    Attachment(#[from] attachment::AttachmentError),
    #[error("failed to put the email together: {0}")]
    Email(#[from] lettre::error::Error),
}

/// Builds the email at one level of detail. `limit` is the reason given if the level is not the
/// full one. The same delivery always gets the same `Message-ID`.
pub fn email(
    from: &Mailbox,
    message: &Message<'_>,
    settings: &MessageSettings,
    now: Timestamp,
    level: DetailLevel,
    limit: SizeLimit,
) -> Result<lettre::Message, ComposeError> {
    let delivery = message.delivery;
    let mut content = wording::message_content(message, settings);
    level.reduce(&mut content, limit);
    let files = match level.has_attachments() {
        true => attachment::of(message.alert, message.screening)?,
        false => None,
    };
    let note = files.as_ref().map(|files| files.note);
    let (text, html) = (layout::text_of(&content, note)?, html_part::html(&content, note)?);
    let domain = id_domain(from);

    let to = delivery.recipient.parse().map_err(|_| ComposeError::Recipient)?;
    let mut builder = lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .date(SystemTime::from(now))
        .message_id(Some(format!("<{}@{domain}>", delivery.delivery_id)))
        .subject(plain::line(&content.subject));
    let earlier: Vec<String> = earlier_alerts(message)
        .map(|alert| {
            format!(
                "<{}@{domain}>",
                Delivery::id_of(alert, &delivery.receiver, &delivery.recipient)
            )
        })
        .collect();
    if let Some(last) = earlier.last() {
        builder = builder.in_reply_to(last.clone()).references(earlier.join(" "));
    }
    let own = [
        (
            HeaderName::new_from_ascii_str("List-Id"),
            format!("<{}.{domain}>", list_label(&delivery.receiver)),
        ),
        // Prevents automatic replies (RFC 3834), also from Outlook.
        (HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()),
        (HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"), "All".to_owned()),
    ];
    for (name, value) in own {
        builder = builder.raw_header(HeaderValue::new(name, value));
    }
    let bodies = MultiPart::alternative_plain_html(text, html);
    Ok(builder.multipart(match files {
        None => bodies,
        Some(files) => {
            let mixed = MultiPart::mixed().multipart(bodies);
            files.files.into_iter().fold(mixed, |mixed, file| mixed.singlepart(part(file)))
        }
    })?)
}

fn part(file: File) -> SinglePart {
    let content_type = ContentType::parse(file.media_type).unwrap_or(ContentType::TEXT_PLAIN);
    lettre::message::Attachment::new(file.name.to_owned()).body(file.content, content_type)
}

/// The earlier alerts whose thread this one belongs to. The closest one comes last.
fn earlier_alerts<'a>(message: &Message<'a>) -> impl Iterator<Item = &'a AlertId> {
    let list = message
        .alert
        .body
        .list_changed()
        .into_iter()
        .flat_map(|data| [data.follows.as_ref(), data.corrects.as_ref()])
        .flatten();
    let rule = message
        .alert
        .body
        .rule_notice()
        .into_iter()
        .flat_map(|data| data.related.iter().chain(data.follows.as_ref()));
    list.chain(rule)
}

/// The right side of message ids. It is derived from the sender's own domain, so that the ids are
/// globally unique.
fn id_domain(from: &Mailbox) -> String {
    match url::Host::parse(from.email.domain()) {
        Ok(url::Host::Domain(domain)) => format!("entitywatch.{domain}"),
        _ => "entitywatch.localhost".to_owned(),
    }
}

/// The receiver's name as a label of a List-Id (RFC 2919).
fn list_label(receiver: &str) -> String {
    let label: String = receiver
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let label = label.trim_matches('-');
    if label.is_empty() { "alerts".to_owned() } else { label.to_owned() }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::deliver::sample;
    use crate::domain::{Alert, AlertBody};

    fn email_text(alert: &Alert) -> String {
        let delivery = sample::delivery(alert, "compliance", "officer@example.com");
        let from: Mailbox = "Entity List alerts <alerts@example.com>".parse().unwrap();
        let message = Message { delivery: &delivery, alert, screening: None };
        let now = "2022-06-30T13:05:00Z".parse().unwrap();
        String::from_utf8(
            email(
                &from,
                &message,
                &sample::settings(None),
                now,
                DetailLevel::Full,
                SizeLimit::Refused,
            )
            .unwrap()
            .formatted(),
        )
        .unwrap()
    }

    fn header<'a>(email: &'a str, name: &str) -> Option<&'a str> {
        email
            .split("\r\n\r\n")
            .next()?
            .split("\r\n")
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    #[test]
    fn the_headers_identify_the_delivery() {
        let alert = sample::rule_of_june_2022();
        let email = email_text(&alert);
        let id = Delivery::id_of(&alert.alert_id, "compliance", "officer@example.com");
        assert_eq!(
            header(&email, "Message-ID"),
            Some(format!("<{id}@entitywatch.example.com>").as_str())
        );
        assert_eq!(header(&email, "List-Id"), Some("<compliance.entitywatch.example.com>"));
        assert_eq!(header(&email, "Auto-Submitted"), Some("auto-generated"));
        assert_eq!(header(&email, "Date"), Some("Thu, 30 Jun 2022 13:05:00 +0000"));
        assert_eq!(header(&email, "To"), Some("officer@example.com"));
        assert_eq!(header(&email, "In-Reply-To"), None);
        assert!(
            email.contains("filename=\"changes.csv\"")
                && email.contains("filename=\"changes.json\"")
        );
    }

    #[test]
    fn a_later_part_is_in_the_thread_of_the_first_alert() {
        let mut alert = sample::rule_of_june_2022();
        let first = AlertId("alr_first".into());
        if let AlertBody::ListChanged(data) = &mut alert.body {
            data.follows = Some(first.clone());
        }
        let expected = format!(
            "<{}@entitywatch.example.com>",
            Delivery::id_of(&first, "compliance", "officer@example.com")
        );
        let email = email_text(&alert);
        assert_eq!(header(&email, "In-Reply-To"), Some(expected.as_str()));
        assert_eq!(header(&email, "References"), Some(expected.as_str()));
    }

    #[test]
    fn a_source_cannot_add_a_header() {
        let mut alert = sample::rule_of_june_2022();
        if let AlertBody::ListChanged(data) = &mut alert.body {
            data.source = "csl\r\nBcc: thief@example.com\r\n\r\nbody".into();
            data.rule.as_mut().unwrap().citation = Some("87 FR 1\nBcc: thief@example.com".into());
        }
        let email = email_text(&alert);
        let head = email.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
    }

    /// The decoded body of the part with this content type.
    fn part(email: &str, content_type: &str) -> String {
        let (_, rest) = email.split_once(&format!("Content-Type: {content_type}")).unwrap();
        let (head, rest) = rest.split_once("\r\n\r\n").unwrap();
        let boundaries =
            email.split("boundary=\"").skip(1).filter_map(|text| text.split('"').next());
        let ends = boundaries.filter_map(|boundary| rest.find(&format!("\r\n--{boundary}")));
        let body = &rest[..ends.min().unwrap()];
        let bytes = match head.split_once("Content-Transfer-Encoding: ").unwrap().1.trim() {
            "quoted-printable" => quoted_printable(body),
            "base64" => STANDARD.decode(body.replace("\r\n", "")).unwrap(),
            "7bit" => body.as_bytes().to_vec(),
            other => panic!("{other}"),
        };
        String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
    }

    fn quoted_printable(text: &str) -> Vec<u8> {
        let text = text.replace("=\r\n", "");
        let mut parts = text.split('=');
        let mut bytes = parts.next().unwrap().as_bytes().to_vec();
        for part in parts {
            bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
            bytes.extend_from_slice(&part.as_bytes()[2..]);
        }
        bytes
    }

    /// The text of a page as its reader sees it, with one element on each line.
    fn visible_text(html: &str) -> String {
        let (_, body) = html.split_once("<body").unwrap();
        let mut lines = vec![String::new()];
        for piece in body.split('<').skip(1) {
            let (tag, text) = piece.split_once('>').unwrap();
            let name = tag.trim_start_matches('/').split(' ').next().unwrap();
            if !["b", "a", "ins", "del", "span", "code"].contains(&name) {
                lines.push(String::new());
            }
            lines.last_mut().unwrap().push_str(text);
        }
        let escapes = [
            ("&nbsp;", " "),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#x27;", "'"),
            ("&#x2f;", "/"),
            ("&amp;", "&"),
        ];
        let lines = lines.iter().map(|line| plain::line(line)).filter(|line| !line.is_empty());
        escapes
            .iter()
            .fold(lines.collect::<Vec<_>>().join("\n"), |text, (escape, c)| text.replace(escape, c))
    }

    #[test]
    fn both_parts_of_an_email_contain_all_of_its_content() {
        let samples = sample::all();
        assert!(samples.len() > 10);
        for (name, alert) in samples {
            let content = wording::alert_content(&alert, &sample::settings(None));
            let email = email_text(&alert);
            let (text, html) =
                (part(&email, "text/plain"), visible_text(&part(&email, "text/html")));
            let mut expected = vec![content.title.clone(), content.lead.clone()];
            expected.extend(content.cautions.iter().chain(&content.notes).cloned());
            expected.extend(content.facts.iter().chain(&content.evidence).map(|f| f.text.clone()));
            expected.extend(content.quotes.iter().map(|quote| quote.text.clone()));
            expected.extend(content.next_steps.iter().map(|step| step.text.clone()));
            let places = content.index.iter().flat_map(|part| &part.places);
            expected.extend(places.flat_map(|place| place.names.iter().cloned()));
            for section in &content.sections {
                expected.push(section.title.clone());
                expected.extend(section.note.clone());
                expected.extend(section.entries().map(|entry| entry.heading.clone()));
            }
            // Headings are in capital letters in the text part.
            let (text, html) = (text.to_lowercase(), html.to_lowercase());
            for words in expected.iter().map(|words| words.to_lowercase()) {
                assert!(text.contains(&words), "{name}: `{words}` is not in the text:\n{text}");
                assert!(html.contains(&words), "{name}: `{words}` is not in the HTML:\n{html}");
            }
        }
    }
}
