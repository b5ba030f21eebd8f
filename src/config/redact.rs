//! Redacts the secrets in the text of a configuration, so that an error can show the line it is
//! about.
//!
//! Only values that are known to be harmless are shown. A mistyped key may be that of a secret, so
//! its value is redacted too.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// The keys of each section whose values may be shown. Every other key is a secret or a mistake.
const HARMLESS: [(&str, &[&str]); 17] = [
    ("store", &["url"]),
    (
        "server",
        &[
            "listen",
            "public_url",
            "public_reading",
            "user_header",
            "proxy_secret_file",
            "proxy_secret_credential",
        ],
    ),
    // A person's token may be written where its hash belongs.
    ("person", &["name", "role"]),
    ("http", &["contact", "no_proxy", "ca_file"]),
    (
        "source",
        &[
            "name",
            "title",
            "kind",
            "url",
            "path",
            "lists",
            "sections",
            "pattern",
            "schedule",
            "timezone",
            "allow_private",
            "max_loss",
            "max_loss_rows",
            "max_gain",
            "max_revised",
            "min_entries",
            "previously",
            "expect_by",
            "expect_days",
        ],
    ),
    (
        "smtp",
        &[
            "host",
            "port",
            "tls",
            "hello",
            "ca_file",
            "certificate_sha256",
            "username",
            "password_file",
            "password_credential",
            "oauth2",
            "from",
        ],
    ),
    // A table inside `smtp`.
    (
        "oauth2",
        &["token_url", "client_id", "client_secret_file", "client_secret_credential", "scope"],
    ),
    (
        "receiver",
        &[
            "name",
            "kind",
            "operator",
            "to",
            "url_file",
            "url_credential",
            "secret_file",
            "secret_credential",
            "headers_file",
            "headers_credential",
            "allow_private",
            "digest",
            "immediate",
            "acknowledge_within",
            "acknowledge_hours",
            "escalate_to",
            "show_matches",
        ],
    ),
    (
        "route",
        &[
            "receivers",
            "kinds",
            "lists",
            "sources",
            "countries",
            "min_severity",
            "editorial",
            "matches",
        ],
    ),
    (
        "watchlist",
        &[
            "name",
            "path",
            "columns",
            "alias_separator",
            "lists",
            "max_age",
            "max_revised",
            "max_loss",
            "dismissals_expire",
            "previously",
        ],
    ),
    // A table inside `watchlist`.
    ("columns", &["id", "name", "aliases", "address", "country", "owner"]),
    ("delivery", &["retry", "timeout"]),
    ("messages", &["timezone", "what_to_do_file"]),
    ("backup", &["schedule", "folder", "keep"]),
    ("retention", &["documents", "deliveries", "hold"]),
    ("assurance", &["schedule", "receivers"]),
    ("heartbeat", &["url_file", "url_credential", "allow_private"]),
];

/// The keys of secrets in all sections. `url` is a secret only in a receiver and a
/// heartbeat. `proxy` may contain a
/// password.
const SECRET_KEYS: [&str; 6] =
    ["password", "secret", "client_secret", "proxy_secret", "headers", "proxy"];

/// The sections whose `url` is a secret.
const SECRET_URLS: [&str; 2] = ["receiver", "heartbeat"];

/// The text with every character of a secret replaced by `*`, byte for byte, so that positions stay
/// the same.
///
/// The values of [`HARMLESS`] keys are kept. Of an address in them, only the part before its path
/// is kept, and of a public address also its path. In broken TOML, a line is kept only if all its
/// keys are harmless.
pub fn redact(text: &str) -> String {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut found = Found { text, redacted: Vec::new(), public: Vec::new() };
    found.in_file(table.get_ref());
    if !errors.is_empty() {
        found.in_lines();
    }
    found.in_addresses();
    found.in_signing_secrets();
    let mut bytes = text.as_bytes().to_vec();
    for span in found.redacted {
        for byte in
            bytes.get_mut(span).into_iter().flatten().filter(|byte| !byte.is_ascii_whitespace())
        {
            *byte = b'*';
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a checked configuration contains a secret itself, instead of the name of a file.
pub fn contains_secrets(text: &str) -> bool {
    fn in_table(table: &DeTable<'_>, in_receiver: bool) -> bool {
        table.iter().any(|(key, value)| {
            let key: &str = key.get_ref();
            let holds_userinfo = || value.get_ref().as_str().is_some_and(|text| text.contains('@'));
            SECRET_KEYS.contains(&key)
                || (key == "url" && (in_receiver || holds_userinfo()))
                || in_value(value.get_ref(), in_receiver || SECRET_URLS.contains(&key))
        })
    }
    fn in_value(value: &DeValue<'_>, in_receiver: bool) -> bool {
        match value {
            DeValue::Table(table) => in_table(table, in_receiver),
            DeValue::Array(values) => {
                values.iter().any(|value| in_value(value.get_ref(), in_receiver))
            }
            _ => false,
        }
    }
    in_table(DeTable::parse_recoverable(text).0.get_ref(), false)
}

/// The address without its password, and without its query, which is a token for some servers.
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

/// The parts of the text that are redacted.
struct Found<'t> {
    text: &'t str,
    redacted: Vec<Range<usize>>,
    /// Addresses whose path is not a secret.
    public: Vec<Range<usize>>,
}

impl Found<'_> {
    fn in_file(&mut self, file: &DeTable<'_>) {
        for (section, value) in file {
            let section: &str = section.get_ref();
            match HARMLESS.iter().find(|(name, _)| *name == section) {
                Some((_, harmless)) => {
                    self.in_section(section, harmless, value.get_ref(), value.span());
                }
                None => self.all_of(value.get_ref(), value.span()),
            }
        }
    }

    fn in_section(
        &mut self,
        section: &str,
        harmless: &[&str],
        value: &DeValue<'_>,
        span: Range<usize>,
    ) {
        match value {
            DeValue::Array(tables) => tables.iter().for_each(|table| {
                self.in_section(section, harmless, table.get_ref(), table.span());
            }),
            DeValue::Table(table) => {
                for (key, value) in table {
                    let key: &str = key.get_ref();
                    let text = value.get_ref().as_str().unwrap_or_default();
                    if (section, key) == ("smtp", "oauth2") {
                        let (_, harmless) = HARMLESS
                            .iter()
                            .find(|(name, _)| *name == key)
                            .copied()
                            .unwrap_or_default();
                        self.in_section(key, harmless, value.get_ref(), value.span());
                    } else if !harmless.contains(&key)
                        || (key == "host" && text.contains(['@', '/']))
                    {
                        self.all_of(value.get_ref(), value.span());
                    } else if matches!(
                        (section, key),
                        ("source", "url") | ("server", "public_url") | ("http", "contact")
                    ) || text.starts_with("sqlite:")
                    {
                        self.public.push(value.span());
                    }
                }
            }
            // Not a section, although the key names one.
            _ => self.redacted.push(span),
        }
    }

    /// The span of a table is its heading, so its values are redacted one by one.
    fn all_of(&mut self, value: &DeValue<'_>, span: Range<usize>) {
        match value {
            DeValue::Table(table) => {
                table.iter().for_each(|(_, value)| self.all_of(value.get_ref(), value.span()));
            }
            DeValue::Array(values) => {
                values.iter().for_each(|value| self.all_of(value.get_ref(), value.span()));
            }
            _ => self.redacted.push(span),
        }
    }

    /// After broken syntax the parsed values are a guess, so the lines are checked as text.
    fn in_lines(&mut self) {
        let mut start = 0;
        let mut in_long_text = false;
        for line in self.text.split_inclusive('\n') {
            let bare = line.trim_start();
            let whole = start..start + line.len();
            let quotes = line.matches("\"\"\"").count() + line.matches("'''").count();
            let ends_or_begins_long_text = quotes % 2 == 1;
            if in_long_text {
                self.redacted.push(whole);
            } else if let Some(at) = first_value_that_may_be_secret(line) {
                self.redacted.push(start + at..start + line.len());
            } else if !line.contains('=') && !bare.starts_with(['[', '#']) {
                self.redacted.push(whole);
            }
            in_long_text ^= ends_or_begins_long_text;
            start += line.len();
        }
    }

    /// Redacts the user, path, query and fragment of every address. The path of a public address is
    /// kept.
    fn in_addresses(&mut self) {
        for (at, mark) in self.text.match_indices("://") {
            let start = at + mark.len();
            let rest = self.text.get(start..).unwrap_or_default();
            let length = rest
                .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>'))
                .unwrap_or(rest.len());
            let rest = rest.get(..length).unwrap_or_default();
            // A password may contain a slash, so the last `@` ends it.
            let host = rest.rfind('@').map_or(0, |at| at + 1);
            let after_host = rest.get(host..).unwrap_or_default();
            let is_public = self.public.iter().any(|span| span.contains(&at));
            let secret = after_host
                .find(|c| matches!(c, '?' | '#') || (c == '/' && !is_public))
                .map_or(rest.len(), |at| host + at + 1);
            self.redacted.push(start..start + host.saturating_sub(1));
            self.redacted.push(start + secret..start + length);
        }
    }

    fn in_signing_secrets(&mut self) {
        for (at, _) in self.text.match_indices("whsec_") {
            let rest = self.text.get(at..).unwrap_or_default();
            let length = rest
                .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\''))
                .unwrap_or(rest.len());
            self.redacted.push(at..at + length);
        }
    }
}

/// The position of the first value in a line that does not belong to a harmless key. A `=` inside a
/// text counts too.
fn first_value_that_may_be_secret(line: &str) -> Option<usize> {
    let is_harmless =
        |key: &str| key != "url" && HARMLESS.iter().any(|(_, keys)| keys.contains(&key));
    let key_before = |at: usize| {
        let before = line.get(..at).unwrap_or_default();
        let key = before
            .rsplit(['{', '[', ']', ',', '.', ' ', '\t', '='])
            .find(|part| !part.is_empty())
            .unwrap_or_default();
        key.trim_matches(['"', '\''])
    };
    line.match_indices('=')
        .map(|(at, _)| at)
        .find(|at| !is_harmless(key_before(*at)))
        .map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_redacted_and_positions_stay_the_same() {
        let text = "[smtp]\npassword = \"hunter2\"\n[[receiver]]\nurl = \
                    'https://hooks.example.com/T0'\nsecret = \"\"\"\nwhsec_a\n\"\"\"\n";
        let shown = redact(text);
        assert_eq!(shown.len(), text.len());
        for secret in ["hunter2", "hooks", "whsec_a"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("password = *********\n[[receiver]]"));
    }

    #[test]
    fn a_secret_under_a_mistyped_key_is_redacted() {
        for text in [
            "[[receiver]]\nurll = \"hunter2\"\n",
            "[[receiver]]\nwebhook_url = \"http://h/hunter2\"\n",
            "[[receiver]]\nUrl = \"hunter2\"\n",
            "[[receiver]]\nsecrets = [\"hunter2\"]\n",
            "[[receiver]]\nheaders = { Authorization = \"Bearer hunter2\" }\n",
            "[[receiver]]\nname = \"a\"\n[receiver.headers]\nAuthorization = \"Bearer hunter2\"\n",
            "[smtp]\npasswd = \"hunter2\"\n",
            "[smtp]\ntoken = 'hunter2'\n",
            "[smtp.oauth2]\nclient_secret = 'hunter2'\n",
            "[smtp.oauth2]\nclient_secrets = 'hunter2'\n",
            "[smtp.oauth2]\ntoken_url = 'https://u:hunter2@h/token'\n",
            "[smtp]\noauth2 = { secret = 'hunter2' }\n",
            "[smtp]\noauth2 = 'hunter2'\n",
            "[smtp]\nhost = \"smtp://u:hunter2@h\"\n",
            "[smtp]\nhost = \"u:hunter2@h\"\n",
            "[smpt]\npassword_ = \"hunter2\"\n",
            "smpt.key = \"hunter2\"\n",
            "[[recever]]\nkey = \"hunter2\"\n",
            "[server]\ntoken = \"hunter2\"\n",
            "receiver = \"hunter2\"\n",
            "smtp = [\"hunter2\"]\n",
            "[server]\nlisten = \"http://a:hunter2@h/\"\n",
            "[[source]]\nurl = \"https://h/list.csv?key=hunter2\"\n",
            "[[source]]\nurl = \"https://u:p/hunter2@h/list.csv\"\n",
            "[[source]]\npath = \"https://h/hunter2\"\n",
            "[[source]]\nname = \"whsec_hunter2\"\n",
            "[[receiver]]\nname = \"a\" # https://h/hunter2\n",
            "[store]\nurl = \"postgres://h/d?password=hunter2\"\n",
        ] {
            let shown = redact(text);
            assert!(!shown.contains("hunter2"), "{shown}");
            assert_eq!(shown.len(), text.len());
        }
    }

    #[test]
    fn a_secret_is_redacted_in_broken_toml() {
        for text in [
            "[smtp]\npassword = \"hunter2\nhost = \"x\"\n",
            "[smtp\npassword = hunter2",
            "[smtp]\noauth2 = { client_id = \"x\", client_secret = \"hunter2 }\n",
            "[smtp]\npassword =\n\"hunter2\"\n",
            "[smtp]\nport = 1 password = \"hunter2\"\n",
            "[[receiver]]\nurll = hunter2\n",
            "x = = 1\n[[receiver]]\nsecret = '''\nhunter2\n'''\n",
            "receiver = [{ name = \"a\", url = \"hunter2\" }\nx = = 1",
            "x = = 1\nreceiver = [\n{ name = \"a\", url = \"hunter2\" }]\n",
            "whsec_hunter2\n",
        ] {
            let shown = redact(text);
            assert!(!shown.contains("hunter2"), "{shown}");
            assert_eq!(shown.len(), text.len());
        }
    }

    #[test]
    fn text_without_a_secret_stays() {
        let text = "[[source]]\nname = \"csl\"\nurl = \"https://example.com/x.csv\"\n[store]\nurl \
                    = \"postgres://u:p@h/d\"\n";
        assert!(
            redact(text).contains("name = \"csl\"\nurl = \"https://example.com/x.csv\"\n[store]")
        );
        assert!(!redact(text).contains("u:p"));
        let text = "[store]\nurl = \"sqlite:///srv/x.db\"\n[[receiver]]\nname = \"erp\"\nkind = \
                    \"webhook\"\nurl_file = \"secrets/url\"\n";
        assert_eq!(redact(text), text);
        let broken = "[[receiver]]\nname = \"erp\"\nkind = webhook\n";
        assert_eq!(redact(broken), broken);
    }

    #[test]
    fn a_file_that_only_names_files_contains_no_secrets() {
        for text in [
            "[[receiver]]\nurl_file = \"x\"\n",
            "[[source]]\nurl = \"https://h/x.csv?format=csv\"\n",
            "[smtp]\npassword_file = \"x\"\n",
        ] {
            assert!(!contains_secrets(text), "{text}");
        }
        for text in [
            "[[receiver]]\nurl = \"x\"\n",
            "[store]\nurl = \"postgres://u:p@h/d\"\n",
            "[smtp]\npassword = \"x\"\n",
            "[smtp.oauth2]\nclient_secret = \"x\"\n",
            "[[receiver]]\nheaders = { Authorization = \"x\" }\n",
            "[[receiver]]\n[receiver.headers]\nAuthorization = \"x\"\n",
        ] {
            assert!(contains_secrets(text), "{text}");
        }
    }

    #[test]
    fn every_key_is_harmless_or_a_secret() {
        let schema = serde_json::to_value(crate::config::schema()).unwrap();
        let mut count = 0;
        for (section, harmless) in HARMLESS {
            let raw = format!("Raw{}{}", section[..1].to_uppercase(), &section[1..]);
            for key in schema["$defs"][&raw]["properties"]
                .as_object()
                .unwrap_or_else(|| panic!("{raw}"))
                .keys()
            {
                let is_secret = SECRET_KEYS.contains(&key.as_str())
                    || matches!(
                        (section, key.as_str()),
                        ("receiver" | "heartbeat", "url") | ("person", "token_sha256")
                    );
                assert!(is_secret != harmless.contains(&key.as_str()), "{section}.{key}");
                count += 1;
            }
        }
        assert_eq!(count, HARMLESS.iter().map(|(_, keys)| keys.len()).sum::<usize>() + 9);
    }
}
