//! HTML from templates.
//!
//! Everything that comes from a list is untrusted. `.html` templates escape it. Addresses become
//! links only if they are `http(s)`. Every text of a list is in a `<bdi>` of its own, so that its
//! writing direction cannot change that of the text around it.

use std::collections::BTreeMap;

use axum::http::header;
use axum::response::{Html, IntoResponse};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, UndefinedBehavior, Value};

use crate::domain::{ListCode, country, day_in_words, utc_day};
use crate::web::{WebSettings, difference, time_text};

const STYLESHEET: &str =
    concat!(include_str!("templates/style.css"), include_str!("templates/matches.css"));

const FILES: &[(&str, &str)] = &[
    ("base.html", include_str!("templates/base.html")),
    ("change.html", include_str!("templates/change.html")),
    ("table.html", include_str!("templates/table.html")),
    ("filters.html", include_str!("templates/filters.html")),
    ("change_line.html", include_str!("templates/change_line.html")),
    ("change_page.html", include_str!("templates/change_page.html")),
    ("entry.html", include_str!("templates/entry.html")),
    ("difference.html", include_str!("templates/difference.html")),
    ("rules.html", include_str!("templates/rules.html")),
    ("rule.html", include_str!("templates/rule.html")),
    ("pictures.html", include_str!("templates/pictures.html")),
    ("overview.html", include_str!("templates/overview.html")),
    ("changes.html", include_str!("templates/changes.html")),
    ("entries.html", include_str!("templates/entries.html")),
    ("alert.html", include_str!("templates/alert.html")),
    ("alerts.html", include_str!("templates/alerts.html")),
    ("items.html", include_str!("templates/items.html")),
    ("item.html", include_str!("templates/item.html")),
    ("item_parts.html", include_str!("templates/item_parts.html")),
    ("matches.html", include_str!("templates/matches.html")),
    ("match.html", include_str!("templates/match.html")),
    ("match_parts.html", include_str!("templates/match_parts.html")),
    ("watchlists.html", include_str!("templates/watchlists.html")),
    ("deliveries.html", include_str!("templates/deliveries.html")),
    ("delivery.html", include_str!("templates/delivery.html")),
    ("delivery_parts.html", include_str!("templates/delivery_parts.html")),
    ("holds.html", include_str!("templates/holds.html")),
    ("file_hold.html", include_str!("templates/file_hold.html")),
    ("hold_parts.html", include_str!("templates/hold_parts.html")),
    ("hold.html", include_str!("templates/hold.html")),
    ("check_calendar.html", include_str!("templates/check_calendar.html")),
    ("form_parts.html", include_str!("templates/form_parts.html")),
    ("sign_in.html", include_str!("templates/sign_in.html")),
    ("error.html", include_str!("templates/error.html")),
    ("feed_entry.html", include_str!("templates/feed_entry.html")),
];

/// Steps that a template may take. An alert of thousands of changes needs some millions. The limit
/// stops an endless loop.
const FUEL: u64 = 200_000_000;

/// The templates, parsed once.
pub struct Templates {
    environment: Result<Environment<'static>, Error>,
}

impl Templates {
    pub fn new(settings: &WebSettings) -> Self {
        Self { environment: environment(settings) }
    }

    /// Renders the template of this name.
    pub fn render(&self, name: &str, context: serde_json::Value) -> Result<Html<String>, Error> {
        let environment = self
            .environment
            .as_ref()
            .map_err(|error| Error::new(error.kind(), error.to_string()))?;
        environment.get_template(name)?.render(Serde(context)).map(Html)
    }
}

/// `/style.css`.
pub async fn stylesheet() -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=600"),
        ],
        STYLESHEET,
    )
}

fn environment(settings: &WebSettings) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    let timezone = settings.timezone.clone();
    environment.add_filter("when", move |at: Serde<Timestamp>| {
        Value::from_safe_string(when(at.0, &timezone))
    });
    environment.add_filter("ago", |at: Serde<Timestamp>, now: Serde<Timestamp>| {
        time_text::ago(at.0, now.0)
    });
    let timezone = settings.timezone.clone();
    environment.add_filter("days_ago", move |day: Serde<Date>, now: Serde<Timestamp>| {
        time_text::days_ago(day.0, now.0, &timezone)
    });
    environment.add_filter("alert_type", alert_type);
    let titles = distinct_titles(&settings.source_titles);
    environment.add_filter("source_title", move |name: &str| {
        titles.get(name).map_or_else(|| name.to_owned(), String::clone)
    });
    environment.add_filter("list_title", |code: &str| {
        code.parse::<ListCode>().map_or_else(|_| code.to_owned(), |c| c.title().to_owned())
    });
    environment
        .add_filter("address", |address: &str| Value::from_safe_string(address_in_html(address)));
    environment.add_filter("country_name", |code: &str| country::name_in_messages(code).to_owned());
    // The history has the publisher's days, whatever the zone of the pages.
    environment.add_filter("utc_day", |at: Serde<Timestamp>| day_in_words(utc_day(at.0)));
    environment.add_filter("day_in_words", |day: Serde<Date>| day_in_words(day.0));
    environment.add_filter("field_title", field_title);
    environment.add_filter("web_address", |address: Option<&str>| {
        address.filter(|a| is_web_address(a)).map(str::to_owned)
    });
    environment.add_filter("grouped", grouped);
    environment.add_filter("score", |score: f64| format!("{score:.2}"));
    environment.add_function(
        "difference",
        |field: &str, before: Serde<serde_json::Value>, after: Serde<serde_json::Value>| {
            Value::from(Serde(difference::lines(field, &before.0, &after.0)))
        },
    );
    environment.add_global("version", env!("CARGO_PKG_VERSION"));
    // The path of a URL has no double quotes and no angle brackets. Slashes must not be escaped.
    environment.add_global(
        "root",
        Value::from_safe_string(settings.root().replace('&', "&amp;").replace('\'', "&#39;")),
    );
    for (name, source) in FILES.iter().copied() {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

/// What people call each source. A title that two sources have gets the name of the source.
fn distinct_titles(titles: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let is_shared = |title: &String| titles.values().filter(|other| *other == title).count() > 1;
    let distinct = |(name, title): (&String, &String)| {
        let shown = if is_shared(title) { format!("{title} ({name})") } else { title.clone() };
        (name.clone(), shown)
    };
    titles.iter().map(distinct).collect()
}

/// `2026-11-23 17:20 EST`, with the exact time in UTC for machines and as a tooltip. It is safe
/// HTML: digits and the letters of a zone.
fn when(at: Timestamp, timezone: &TimeZone) -> String {
    let exact = at.strftime("%Y-%m-%dT%H:%M:%SZ");
    let shown = at.to_zoned(timezone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string();
    let utc = at.strftime("%Y-%m-%d %H:%M:%S UTC");
    format!("<time datetime=\"{exact}\" title=\"{utc}\">{shown}</time>")
}

/// The name of a type of alerts for readers: `List changed` for `list.changed`.
fn alert_type(name: &str) -> String {
    let words = name.replace('.', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The title of a field for readers: `license requirement` for `license_requirement`.
fn field_title(field: &str) -> String {
    match field {
        "license_requirement" => "license requirement".to_owned(),
        "license_policy" => "license review policy".to_owned(),
        "aliases" => "also known as".to_owned(),
        _ => {
            let words = field.trim_start_matches("other.").replace('_', " ");
            words.strip_suffix(" url").map_or_else(|| words.clone(), |words| format!("{words} URL"))
        }
    }
}

/// An address of this site, with its slashes as they are. The filters of the library escape them.
fn address_in_html(address: &str) -> String {
    address
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

fn is_web_address(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// `25,700`
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sources_of_one_title_are_told_apart() {
        let titles = [("csl", "Screening List"), ("mirror", "Screening List"), ("ecfr", "eCFR")]
            .map(|(name, title)| (name.to_owned(), title.to_owned()));
        let shown = distinct_titles(&titles.into());
        let shown: Vec<&str> = shown.values().map(String::as_str).collect();
        assert_eq!(shown, ["Screening List (csl)", "eCFR", "Screening List (mirror)"]);
    }

    #[test]
    fn a_field_has_a_title_in_words() {
        for (field, title) in [
            ("license_policy", "license review policy"),
            ("other.source_list_url", "source list URL"),
            ("start_date", "start date"),
        ] {
            assert_eq!(field_title(field), title);
        }
    }

    #[test]
    fn every_template_parses() {
        let settings = WebSettings {
            timezone: TimeZone::UTC,
            source_titles: std::collections::BTreeMap::new(),
            public_url: None,
            loopback_only: true,
        };
        let environment = environment(&settings).unwrap();
        assert_eq!(environment.templates().count(), FILES.len());
    }

    #[test]
    fn a_time_is_shown_in_its_zone_and_in_utc() {
        let at = "2026-07-01T16:05:09Z".parse().unwrap();
        let html = when(at, &TimeZone::get("America/New_York").unwrap());
        assert_eq!(
            html,
            concat!(
                r#"<time datetime="2026-07-01T16:05:09Z" title="2026-07-01 16:05:09 UTC">"#,
                "2026-07-01 12:05 EDT</time>"
            )
        );
    }

    #[test]
    fn an_address_stays_in_its_attribute() {
        assert_eq!(
            address_in_html("/api/x?a=1&b=\"><script>'"),
            "/api/x?a=1&amp;b=&quot;&gt;&lt;script&gt;&#39;"
        );
    }

    #[test]
    fn only_web_addresses_become_links() {
        for address in
            ["javascript:alert(1)", "data:text/html,x", "//example.com", "file:///etc/passwd", ""]
        {
            assert!(!is_web_address(address), "{address}");
        }
        assert!(is_web_address("https://www.federalregister.gov/citation/87-FR-38925"));
    }

    #[test]
    fn a_type_of_alerts_is_shown_in_words() {
        assert_eq!(["list.changed", "digest"].map(alert_type), ["List changed", "Digest"]);
    }

    #[test]
    fn counts_are_grouped_by_thousands() {
        assert_eq!(
            [0, 999, 1000, 25_700, 1_234_567].map(grouped),
            ["0", "999", "1,000", "25,700", "1,234,567"]
        );
    }
}
