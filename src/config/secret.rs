//! Finds a secret `x` in the place that the configuration names: in `x`, in the file `x_file`, or
//! in the credential `x_credential`.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::config::problem::Problem;
use crate::config::raw::{Key, SecretText};
use crate::config::text::{
    trimmed, {self},
};
use crate::config::value::Text;
use crate::config::{ConfigWarning, SecretsMode};
use crate::deliver::key_length;
use crate::secret::Secret;

/// The context in which secrets are looked up.
#[derive(Clone, Copy, Debug)]
pub struct Lookup<'a> {
    pub mode: SecretsMode,
    /// The folder of the configuration file, where relative paths start.
    pub folder: &'a Path,
    /// `$CREDENTIALS_DIRECTORY`
    pub credentials: Option<&'a Path>,
}

/// The three keys of a secret.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    pub name: &'static str,
    pub inline: &'a Key<SecretText>,
    pub file: &'a Key<Text>,
    pub credential: &'a Key<Text>,
}

/// A secret, with the span to show if it is wrong.
#[derive(Clone, Debug)]
pub struct Found {
    pub secret: Secret,
    pub span: Range<usize>,
    /// It was not looked up ([`SecretsMode::Skip`]), and `secret` is empty.
    pub skipped: bool,
}

impl Lookup<'_> {
    /// `None` if no key is given, or if the given one has a mistake.
    pub fn find(
        &self,
        keys: Keys<'_>,
        problems: &mut Vec<Problem>,
        warnings: &mut Vec<ConfigWarning>,
    ) -> Option<Found> {
        let Keys { name, inline, file, credential } = keys;
        let given: Vec<Range<usize>> = [
            inline.as_ref().map(|k| k.span.clone()),
            file.as_ref().map(|k| k.span.clone()),
            credential.as_ref().map(|k| k.span.clone()),
        ]
        .into_iter()
        .flatten()
        .collect();
        if let [_, second, ..] = given.as_slice() {
            problems.push(Problem::at(
                second.clone(),
                format!(
                    "expected one of `{name}`, `{name}_file` and `{name}_credential`, but got {}",
                    given.len()
                ),
            ));
            return None;
        }
        if let Some(inline) = inline {
            let text = trimmed(&inline.value.0);
            if text.is_empty() {
                problems.push(Problem::at(
                    inline.span.clone(),
                    format!("expected a {name}, but got an empty text"),
                ));
                return None;
            }
            check_line(name, text)
                .map_err(|reason| problems.push(Problem::at(inline.span.clone(), reason)))
                .ok()?;
            return Some(Found {
                secret: Secret::new(text),
                span: inline.span.clone(),
                skipped: false,
            });
        }
        if let Some(given) =
            file.as_ref().or(credential.as_ref()).filter(|given| is_secret_itself(&given.value.0))
        {
            let problem = format!(
                "expected the place of the {name}, but got a value that looks like the {name} \
                 itself"
            );
            problems.push(
                Problem::at(given.span.clone(), problem)
                    .with_hint(format!("to write the value itself, use the key `{name}`")),
            );
            return None;
        }
        let (place, span) = match (file, credential) {
            (Some(file), _) => (self.folder.join(&file.value.0), file.span.clone()),
            (None, Some(credential)) => (
                self.credential(&credential.value.0, &credential.span, problems)?,
                credential.span.clone(),
            ),
            (None, None) => return None,
        };
        if self.mode == SecretsMode::Skip {
            return Some(Found { secret: Secret::new(""), span, skipped: true });
        }
        match read_secret(&place).and_then(|text| check_line(name, &text).map(|()| text)) {
            Ok(text) => {
                if file.is_some() && crate::config::is_world_readable(&place) {
                    warnings.push(ConfigWarning(format!(
                        "{} contains a secret and every user of this machine can read it",
                        place.display()
                    )));
                }
                Some(Found { secret: Secret::new(text), span, skipped: false })
            }
            Err(reason) => {
                problems.push(Problem::at(
                    span,
                    format!("failed to read the {name} from {}: {reason}", place.display()),
                ));
                None
            }
        }
    }

    fn credential(
        &self,
        name: &str,
        span: &Range<usize>,
        problems: &mut Vec<Problem>,
    ) -> Option<PathBuf> {
        if name.contains('/') || name.starts_with('.') {
            problems.push(Problem::at(
                span.clone(),
                format!("expected the name of a credential, but got the path `{name}`"),
            ));
            return None;
        }
        if self.mode == SecretsMode::Skip {
            return Some(PathBuf::new());
        }
        let Some(folder) = self.credentials else {
            problems.push(
                Problem::at(
                    span.clone(),
                    format!("found the credential `{name}`, but $CREDENTIALS_DIRECTORY is not set"),
                )
                .with_hint(format!(
                    "systemd sets it with LoadCredential={name}:/path; without systemd, use the \
                     `_file` key"
                )),
            );
            return None;
        };
        Some(folder.join(name))
    }
}

/// Whether a value that should be a path or a name is a signing secret or an address.
fn is_secret_itself(value: &str) -> bool {
    value.contains("whsec_") || value.contains("://")
}

/// Secrets that must be on one line, because servers accept no others. The readers of the other
/// secrets check each line.
const ON_ONE_LINE: [&str; 2] = ["password", "client_secret"];

fn check_line(name: &str, text: &str) -> Result<(), String> {
    let is_line = !ON_ONE_LINE.contains(&name) || !text.contains(char::is_control);
    if is_line {
        Ok(())
    } else {
        Err(format!("expected the {name} on one line, but got several lines or control characters"))
    }
}

/// The text of a file without a byte order mark and white space around it. The error never quotes
/// the text.
fn read_secret(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let text = text::of_bytes(bytes)?;
    let text = trimmed(&text);
    if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// The signing secrets of a webhook, one on each line (Standard Webhooks 1.0: `whsec_` and base64
/// of 24 to 64 bytes).
///
/// # Errors
///
/// Names the wrong line without quoting it.
pub fn signing_secrets(text: &str) -> Result<Vec<Secret>, String> {
    let lines = text.lines().map(trimmed).enumerate().filter(|(_, line)| !line.is_empty());
    lines
        .map(|(index, line)| {
            let number = index + 1;
            if !line.starts_with("whsec_") {
                return Err(format!(
                    "expected a secret that begins with `whsec_` on line {number}"
                ));
            }
            // A secret without its padding is the same secret. The reference libraries accept both.
            let length = key_length(&Secret::new(line))
                .map_err(|_| format!("expected base64 after `whsec_` on line {number}"))?;
            if !(24..=64).contains(&length) {
                return Err(format!(
                    "expected a secret of 24 to 64 bytes on line {number}, but got {length}"
                ));
            }
            Ok(Secret::new(line))
        })
        .collect()
}

/// Headers that the program sets itself, or that would change the meaning of a request.
const OWN_HEADERS: [&str; 16] = [
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "content-type",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "host",
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "user-agent",
];

/// Header lines `Name: value`. Empty lines and lines that begin with `#` are skipped.
///
/// # Errors
///
/// Names the wrong line without quoting it.
pub fn header_lines(text: &str) -> Result<Vec<(String, Secret)>, String> {
    let mut headers = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let (line, number) = (trimmed(line), index + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) =
            line.split_once(':').ok_or(format!("expected `Name: value` on line {number}"))?;
        let is_token = !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
        let value = trimmed(value);
        if !is_token
            || value.is_empty()
            || value.bytes().any(|b| b.is_ascii_control() || !b.is_ascii())
        {
            return Err(format!("expected `Name: value` in ASCII on line {number}"));
        }
        if OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(format!(
                "found the header `{name}` on line {number}, but entitywatch sets this header \
                 itself"
            ));
        }
        headers.push((name.to_owned(), Secret::new(value)));
    }
    if headers.is_empty() {
        Err("expected at least one line `Name: value`".to_owned())
    } else {
        Ok(headers)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn whsec(bytes: usize) -> String {
        format!("whsec_{}", STANDARD.encode(vec![7; bytes]))
    }

    #[test]
    fn ok_signing_secrets() {
        assert_eq!(signing_secrets(&whsec(24)).unwrap().len(), 1);
        assert_eq!(
            signing_secrets(&format!("{}\n\n {} \n", whsec(32), whsec(64))).unwrap().len(),
            2
        );
    }

    #[test]
    fn ok_byte_order_marks_line_ends_and_padding_are_not_part_of_a_secret() {
        let plain = whsec(32);
        let padless = plain.trim_end_matches('=');
        assert!(padless.len() < plain.len());
        let secrets =
            signing_secrets(&format!("\u{feff}{plain}\r\n\r\n\u{feff} {padless} \r\n")).unwrap();
        assert_eq!(
            secrets.iter().map(Secret::expose).collect::<Vec<_>>(),
            [plain.as_str(), padless]
        );
        let headers =
            header_lines("\u{feff}A: b\r\n\u{feff}# no header\r\n\u{feff}C:\u{feff}d\r\n").unwrap();
        let shown: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
        assert_eq!(shown, [("A", "b"), ("C", "d")]);
    }

    #[test]
    fn err_signing_secrets() {
        let table = [
            (whsec(23), "expected a secret of 24 to 64 bytes on line 1, but got 23"),
            (
                format!("{}\n{}", whsec(24), whsec(65)),
                "expected a secret of 24 to 64 bytes on line 2, but got 65",
            ),
            ("hunter2".to_owned(), "expected a secret that begins with `whsec_` on line 1"),
            ("whsec_!".to_owned(), "expected base64 after `whsec_` on line 1"),
            (format!("{}\n\nwhsec_!", whsec(24)), "expected base64 after `whsec_` on line 3"),
        ];
        for (text, expected) in table {
            assert_eq!(signing_secrets(&text).unwrap_err(), expected);
        }
    }

    #[test]
    fn ok_headers() {
        let headers =
            header_lines("# token of the ERP\nAuthorization: Bearer a:b\n\nX-Team:trade\n")
                .unwrap();
        let shown: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
        assert_eq!(shown, [("Authorization", "Bearer a:b"), ("X-Team", "trade")]);
    }

    #[test]
    fn err_headers() {
        let table = [
            ("Authorization", "expected `Name: value` on line 1"),
            ("A: b\nBad name: x", "expected `Name: value` in ASCII on line 2"),
            ("A:", "expected `Name: value` in ASCII on line 1"),
            (
                "Webhook-Id: 1",
                "found the header `Webhook-Id` on line 1, but entitywatch sets this header itself",
            ),
            (
                "Upgrade: h2c",
                "found the header `Upgrade` on line 1, but entitywatch sets this header itself",
            ),
            ("A: b\u{7}", "expected `Name: value` in ASCII on line 1"),
            ("A : b", "expected `Name: value` in ASCII on line 1"),
            ("# nothing\n", "expected at least one line `Name: value`"),
        ];
        for (text, expected) in table {
            assert_eq!(header_lines(text).unwrap_err(), expected);
        }
    }
}
