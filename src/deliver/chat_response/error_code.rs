//! The error codes that chat services send as plain text, and which of them are temporary. Pure.

use crate::deliver::chat_response::RefusalKind;

/// The longest text that can be an error code. Slack's longest has 39 characters.
const MAX_CODE_CHARS: usize = 60;

/// Slack's error codes
/// (<https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>), and codes with
/// the same form.
pub fn is_error_code(code: &str) -> bool {
    const WHOLE: [&str; 19] = [
        "ratelimited",
        "error",
        "errors",
        "fail",
        "failed",
        "failure",
        "false",
        "account_inactive",
        "restricted_action",
        "access_denied",
        "not",
        "unauthorized",
        "forbidden",
        "rejected",
        "denied",
        "disabled",
        "expired",
        "revoked",
        "unknown",
    ];
    const BEGINNINGS: [&str; 10] = [
        "invalid", "no_", "not_", "missing_", "too_many", "cannot_", "cant_", "unknown_",
        "msg_too", "org_",
    ];
    const ENDS: [&str; 21] = [
        "_error",
        "_errors",
        "_failed",
        "_failure",
        "_not_found",
        "_denied",
        "_disabled",
        "_archived",
        "_prohibited",
        "_limited",
        "_exceeded",
        "_required",
        "_revoked",
        "_expired",
        "_inactive",
        "_restricted",
        "_timeout",
        "_unavailable",
        "_too_long",
        "_too_large",
        "_attachments",
    ];
    code.len() <= MAX_CODE_CHARS
        && (WHOLE.contains(&code)
            || BEGINNINGS.iter().any(|beginning| code.starts_with(beginning))
            || ENDS.iter().any(|end| code.ends_with(end)))
}

/// Temporary if the same message may be accepted soon.
pub fn refusal_kind(error: &str) -> RefusalKind {
    const TEMPORARY: [&str; 16] = [
        "ratelimited",
        "rate_limit",
        "ratelimit",
        "too_many_request",
        "limit_exceeded",
        "internal",
        "server_error",
        "fatal_error",
        "rollup_error",
        "unavailable",
        "timeout",
        "timed_out",
        "try_again",
        "temporar",
        "throttl",
        "http_error_429",
    ];
    let error = error.to_ascii_lowercase().replace([' ', '-'], "_");
    if TEMPORARY.iter().any(|passing| error.contains(passing)) {
        RefusalKind::Temporary
    } else {
        RefusalKind::Permanent
    }
}
