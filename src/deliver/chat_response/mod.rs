//! Assesses the body of a chat service's 2xx response. Slack, and services that imitate it, may
//! answer 200 to a message that they refuse. Pure.

mod error_code;
mod json_object;

use std::time::Duration;

use error_code::{is_error_code, refusal_kind};
use json_object::ResponseMembers;

/// Text that marks a web page. A broken server may print a warning before it.
const PAGE_MARKS: [&str; 3] = ["<!doctype html", "<html", "</body>"];
/// Phrases of relay services that report a failure of the service behind them.
const FAILURE_PHRASES: [&str; 2] = ["delivery failed", "returned http error"];

/// The body says that the message was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub kind: RefusalKind,
    /// The text of the server, unchanged and not redacted.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The service is busy or has an internal error. The same message may be accepted soon.
    Temporary,
    /// Like `Temporary`, with a waiting time from the service.
    RetryAfter(Duration),
    /// The address, the channel or the message is wrong. A person probably has to act.
    Permanent,
    /// A web page for people. Probably there is no chat service at this address.
    WebPage,
}

/// What the body says about the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatOutcome {
    /// The body reports success, or reports no failure.
    Accepted,
    Refused(Refusal),
    /// The body ended before it reported anything.
    Incomplete,
}

/// Assesses the body of a 2xx response. `is_complete` means that the server sent no more than this.
pub fn assess_body(body: &str, is_complete: bool) -> ChatOutcome {
    let body = body.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\0'));
    if body.is_empty() {
        return if is_complete { ChatOutcome::Accepted } else { ChatOutcome::Incomplete };
    }
    if is_page(body) {
        return refused(RefusalKind::WebPage, String::new());
    }
    if body.starts_with('{') {
        return assess_json(body, is_complete);
    }
    assess_text(body.trim_matches('"').trim(), is_complete)
}

/// HTML or XML. The content type is ignored, because Slack itself sends `ok` as text/html.
fn is_page(body: &str) -> bool {
    let lower = body.to_ascii_lowercase();
    body.starts_with('<')
        || (!body.starts_with('{') && PAGE_MARKS.iter().any(|mark| lower.contains(mark)))
}

fn refused(kind: RefusalKind, text: String) -> ChatOutcome {
    ChatOutcome::Refused(Refusal { kind, text })
}

fn assess_json(body: &str, is_complete: bool) -> ChatOutcome {
    let mut members = ResponseMembers::default();
    // An interrupted body is still assessed by the members before its end.
    let is_json = members.read(body).is_ok();
    let has_error = members.error.as_deref().is_some_and(|error| !error.is_empty());
    if members.refuses || (has_error && !members.accepts) {
        let error = members.error.unwrap_or_default();
        let kind = match members.retry_after {
            Some(wait) => RefusalKind::RetryAfter(wait),
            None => refusal_kind(&error),
        };
        return refused(kind, error);
    }
    if members.accepts || is_json || is_complete {
        ChatOutcome::Accepted
    } else {
        ChatOutcome::Incomplete
    }
}

fn assess_text(text: &str, is_complete: bool) -> ChatOutcome {
    // A server warning, or a guard against scripts, may come before the object.
    if let Some(ChatOutcome::Refused(refusal)) =
        text.find('{').and_then(|at| text.get(at..)).map(|json| assess_json(json, is_complete))
    {
        return ChatOutcome::Refused(refusal);
    }
    if FAILURE_PHRASES.iter().any(|failure| text.to_ascii_lowercase().contains(failure)) {
        return refused(refusal_kind(text), text.to_owned());
    }
    let code: String =
        text.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect();
    let code = code.to_ascii_lowercase().replace('-', "_");
    if is_error_code(&code) {
        return refused(refusal_kind(&code), text.to_owned());
    }
    // A lone `o`, from an interrupted `ok`, reports nothing yet.
    if is_complete || code == "ok" { ChatOutcome::Accepted } else { ChatOutcome::Incomplete }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RefusalKind::{Permanent, RetryAfter, Temporary, WebPage};

    #[track_caller]
    fn check_refused(body: &str, kind: RefusalKind, text: &str) {
        assert_eq!(assess_body(body, true), refused(kind, text.to_owned()), "{body:?}");
    }

    #[test]
    fn ok_success_or_no_failure_is_accepted() {
        for body in [
            "",
            "\u{feff}\r\n",
            "ok",
            " OK\n",
            "\"ok\"",
            "1",
            "accepted",
            "Message received, no error.",
            "notified",
            "nothing to add",
            "true",
            "null",
            "[]",
            r#"{"ok":true}"#,
            r#"{"ok":true,"warning":"missing_charset","message":{"ok":false,"text":"<html>"}}"#,
            r#"{"success":true,"error":null}"#,
            r#"{"success":true,"error":"none"}"#,
            r#"{"result":"success","msg":""}"#,
            r#"{"ok":1}"#,
            r#"{"id":"42","text":"ok: false","data":{"ok":false}}"#,
            r#"{"error":""}"#,
            r#"{"error":false}"#,
            r#"{"errcode":0,"errmsg":"ok"}"#,
            r#"{"status_code":200,"StatusMessage":"success"}"#,
            "received {\"id\":1}",
            "{}",
        ] {
            assert_eq!(assess_body(body, true), ChatOutcome::Accepted, "{body:?}");
        }
    }

    #[test]
    fn err_json_that_reports_a_failure() {
        check_refused(
            r#"{"ok":false,"error":"channel_not_found"}"#,
            Permanent,
            "channel_not_found",
        );
        check_refused(r#"{"error":"invalid_auth", "ok" : false}"#, Permanent, "invalid_auth");
        check_refused("\u{feff} \n{\"success\": false}", Permanent, "");
        check_refused(
            r#"{"success":false,"error":"Invalid integration id or token provided."}"#,
            Permanent,
            "Invalid integration id or token provided.",
        );
        check_refused(r#"{"ok":"false","message":"no such hook"}"#, Permanent, "no such hook");
        check_refused(r#"{"OK":0}"#, Permanent, "");
        check_refused(r#"{"result":"error","msg":"Unknown stream"}"#, Permanent, "Unknown stream");
        check_refused(r#"{"error":{"code":"invalid_payload"}}"#, Permanent, "invalid_payload");
        check_refused(r#"{"ok":true,"success":false}"#, Permanent, "");
        check_refused(
            r#"{"errcode":310000,"errmsg":"keywords not in content"}"#,
            Permanent,
            "keywords not in content",
        );
        check_refused(r#"{"status_code":404,"message":"no such hook"}"#, Permanent, "no such hook");
        check_refused(")]}',\n{\"ok\":false,\"error\":\"no_text\"}", Permanent, "no_text");
    }

    #[test]
    fn err_slack_codes_as_plain_text() {
        for code in [
            "no_service",
            "no_service_id",
            "no_team",
            "no_text",
            "no_active_hooks",
            "team_disabled",
            "channel_not_found",
            "channel_is_archived",
            "user_not_found",
            "action_prohibited",
            "posting_to_general_channel_denied",
            "invalid_payload",
            "invalid_blocks_format",
            "invalid_token",
            "too_many_attachments",
            "missing_text_or_fallback_or_attachments",
            "restricted_action",
            "msg_too_long",
            "token_revoked",
            "Invalid token",
            "error: nothing is here",
            "Failed",
            "false",
            "Not Found",
            "not ok",
            "Unauthorized",
            "Webhook message delivery failed with error: Bad Request",
        ] {
            check_refused(code, Permanent, code);
            assert_eq!(
                assess_body(&format!("\u{feff}\"{code}\"\r\n"), true),
                refused(Permanent, code.to_owned()),
                "{code}"
            );
        }
    }

    #[test]
    fn err_temporary_and_permanent_refusals_are_distinguished() {
        for code in [
            "ratelimited",
            "rate_limited",
            "rollup_error",
            "internal_error",
            "service_unavailable",
            "request_timeout",
            "fatal_error",
        ] {
            check_refused(code, Temporary, code);
            check_refused(&format!(r#"{{"ok":false,"error":"{code}"}}"#), Temporary, code);
        }
        check_refused(
            r#"{"ok":false,"error":"ratelimited","retry_after":29.2}"#,
            RetryAfter(Duration::from_secs(30)),
            "ratelimited",
        );
        check_refused(r#"{"ok":false,"error":"x","retry_after":0}"#, Permanent, "x");
        let throttled = "Webhook message delivery failed with error: Microsoft Teams endpoint \
                         returned HTTP error 429";
        check_refused(throttled, Temporary, throttled);
    }

    #[test]
    fn err_a_web_page() {
        for page in [
            "<!DOCTYPE html><html></html>",
            "\u{feff}\r\n  <html>",
            "<!-- a comment --><p>Sign in",
            "<?xml version=\"1.0\"?><html>",
            "<body>",
            "Warning: mysql_connect()\n<!doctype HTML>",
        ] {
            check_refused(page, WebPage, "");
        }
    }

    #[test]
    fn an_interrupted_body_is_assessed_by_what_arrived() {
        for (body, expected) in [
            ("", ChatOutcome::Incomplete),
            ("o", ChatOutcome::Incomplete),
            ("ok", ChatOutcome::Accepted),
            ("<ht", refused(WebPage, String::new())),
            (r#"{"ok":tr"#, ChatOutcome::Incomplete),
            (r#"{"ok":true,"ch"#, ChatOutcome::Accepted),
            (r#"{"ok":false,"#, refused(Permanent, String::new())),
            (
                r#"{"ok":false,"error":"ratelimited","resp"#,
                refused(Temporary, "ratelimited".to_owned()),
            ),
            (r#"{"message":{"text":"long"#, ChatOutcome::Incomplete),
        ] {
            assert_eq!(assess_body(body, false), expected, "{body:?}");
        }
        // A complete body counts even if its JSON object is not closed.
        assert_eq!(assess_body(r#"{"id":1"#, true), ChatOutcome::Accepted);
    }
}
