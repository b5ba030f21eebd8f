//! Blots the secrets out of a configuration's text, so that an error can show the line it is about.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// Keys whose values are never shown, wherever they stand; `url` only in a receiver, a proxy for its password.
const SECRET_KEYS: [&str; 3] = ["password", "secret", "proxy"];

/// The text with every secret's characters replaced by `*`, byte for byte: places stay what they were.
///
/// Works on broken TOML too: there, whatever follows `password =`, `secret =`, `url =` or `proxy =` is blotted to the
/// end of its line, and every word that looks like a webhook's secret.
pub fn blot(text: &str) -> String {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut spans = Vec::new();
    find_in_table(table.get_ref(), false, &mut spans);
    if !errors.is_empty() {
        find_in_lines(text, &mut spans);
    }
    let mut bytes = text.as_bytes().to_vec();
    for span in spans {
        for byte in bytes.get_mut(span).into_iter().flatten().filter(|byte| !byte.is_ascii_whitespace()) {
            *byte = b'*';
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// An address without the password in it, and without its query, where some servers take a token.
pub fn without_password(address: &str) -> String {
    let Ok(mut url) = url::Url::parse(address) else { return address.to_owned() };
    if url.password().is_none() && !(url.has_host() && url.query().is_some()) {
        return address.to_owned();
    }
    if url.password().is_some() && url.set_password(Some("(hidden)")).is_err() {
        return "(hidden)".to_owned();
    }
    if url.query().is_some() {
        url.set_query(Some("(hidden)"));
    }
    url.to_string()
}

fn find_in_table(table: &DeTable<'_>, in_receiver: bool, spans: &mut Vec<Range<usize>>) {
    for (key, value) in table {
        let key: &str = key.get_ref();
        if SECRET_KEYS.contains(&key) || (key == "url" && (in_receiver || holds_userinfo(value.get_ref()))) {
            spans.push(value.span());
        } else {
            find_in_value(value.get_ref(), in_receiver || key == "receiver", spans);
        }
    }
}

fn find_in_value(value: &DeValue<'_>, in_receiver: bool, spans: &mut Vec<Range<usize>>) {
    match value {
        DeValue::Table(table) => find_in_table(table, in_receiver, spans),
        DeValue::Array(values) => values.iter().for_each(|value| find_in_value(value.get_ref(), in_receiver, spans)),
        _ => {}
    }
}

/// `postgres://user:password@host/`
fn holds_userinfo(value: &DeValue<'_>) -> bool {
    value.as_str().is_some_and(|text| text.contains('@'))
}

fn find_in_lines(text: &str, spans: &mut Vec<Range<usize>>) {
    let mut start = 0;
    let mut in_long_text = false;
    for line in text.split_inclusive('\n') {
        let secret_key = line.split_once('=').filter(|(key, _)| {
            let key = key.rsplit(['{', ',', '.', ' ', '\t']).find(|part| !part.is_empty()).unwrap_or_default().trim_matches(['"', '\'']);
            SECRET_KEYS.contains(&key) || key == "url"
        });
        let quotes = line.matches("\"\"\"").count() + line.matches("'''").count();
        if in_long_text {
            spans.push(start..start + line.len());
            in_long_text = quotes % 2 == 0;
        } else if let Some((key, _)) = secret_key {
            spans.push(start + key.len() + 1..start + line.len());
            in_long_text = quotes % 2 == 1;
        } else if line.contains("whsec_") {
            spans.push(start..start + line.len());
        }
        start += line.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_blotted_and_places_stay() {
        let text = "[smtp]\npassword = \"hunter2\"\n[[receiver]]\nurl = 'https://hooks.example.com/T0'\nsecret = \"\"\"\nwhsec_a\n\"\"\"\n";
        let blotted = blot(text);
        assert_eq!(blotted.len(), text.len());
        for secret in ["hunter2", "hooks", "whsec_a"] {
            assert!(!blotted.contains(secret), "{blotted}");
        }
        assert!(blotted.contains("password = *********\n[[receiver]]"));
    }

    #[test]
    fn a_secret_is_blotted_in_broken_toml() {
        for text in [
            "[smtp]\npassword = \"hunter2\nhost = \"x\"\n",
            "[smtp\npassword = hunter2",
            "x = = 1\n[[receiver]]\nsecret = '''\nhunter2\n'''\n",
            "receiver = [{ name = \"a\", url = \"hunter2\" }\nx = = 1",
            "whsec_hunter2\n",
        ] {
            let blotted = blot(text);
            assert!(!blotted.contains("hunter2"), "{blotted}");
            assert_eq!(blotted.len(), text.len());
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        let text = "[[source]]\nname = \"csl\"\nurl = \"https://example.com/x.csv\"\n[store]\nurl = \"postgres://u:p@h/d\"\n";
        assert!(blot(text).contains("https://example.com/x.csv"));
        assert!(!blot(text).contains("u:p@h"));
    }
}
