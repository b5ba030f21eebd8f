//! The two cookies: the session, and the subject of the sign-in form.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::web::WebSettings;

/// The id of the session.
pub const SESSION: &str = "entitywatch_session";
/// Random. The token of the sign-in form belongs to it, because there is no session yet.
pub const VISITOR: &str = "entitywatch_visitor";

/// The length of a cookie's value: 256 bits in base64.
const VALUE_LENGTH: usize = 43;

/// The value of a cookie of this name that this program may have set.
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, value)| *found == name && value.len() == VALUE_LENGTH)
        .map(|(_, value)| value.to_owned())
}

/// A cookie that only this site gets back, and no script. `max_age_s` is `None` for a cookie that
/// the browser forgets when it is closed, and 0 for one that it forgets at once.
pub fn set(
    name: &str,
    value: &str,
    max_age_s: Option<i64>,
    settings: &WebSettings,
) -> Option<HeaderValue> {
    let path = if settings.root().is_empty() { "/" } else { settings.root() };
    let mut cookie = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Strict");
    if let Some(seconds) = max_age_s {
        cookie.push_str(&format!("; Max-Age={seconds}"));
    }
    if settings.is_https() {
        cookie.push_str("; Secure");
    }
    HeaderValue::from_str(&cookie).ok()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_and_only_if_it_may_be_ours() {
        let value = "x".repeat(VALUE_LENGTH);
        let mut headers = HeaderMap::new();
        let check = |headers: &HeaderMap, expected: Option<&str>| {
            assert_eq!(read(headers, SESSION).as_deref(), expected, "{headers:?}");
        };
        check(&headers, None);
        let line = |text: String| HeaderValue::from_str(&text).unwrap();
        headers.insert(header::COOKIE, line(format!("a=b; {SESSION}=short; x{SESSION}={value}")));
        check(&headers, None);
        headers.append(header::COOKIE, line(format!("theme=dark; {SESSION}={value}")));
        check(&headers, Some(&value));
    }

    #[test]
    fn a_cookie_is_for_this_site_its_path_and_no_script() {
        let check = |public_url: Option<&str>, max_age_s, expected: &str| {
            let settings = WebSettings {
                timezone: TimeZone::UTC,
                source_titles: std::collections::BTreeMap::new(),
                public_url: public_url.map(|url| url.parse().unwrap()),
                loopback_only: true,
            };
            assert_eq!(set("n", "v", max_age_s, &settings).unwrap(), expected);
        };
        check(None, None, "n=v; Path=/; HttpOnly; SameSite=Strict");
        check(
            Some("https://example.com/watch/"),
            Some(60),
            "n=v; Path=/watch; HttpOnly; SameSite=Strict; Max-Age=60; Secure",
        );
        check(
            Some("http://example.com"),
            Some(0),
            "n=v; Path=/; HttpOnly; SameSite=Strict; Max-Age=0",
        );
    }
}
