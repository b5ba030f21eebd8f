//! Finds a secret `x` in the place that the configuration names: in `x`, in the file `x_file`, or
//! in the credential `x_credential`.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::config::problem::Problem;
use crate::config::raw::{Key, SecretText};
use crate::config::text::{
    trimmed, {self},
};
use crate::config::value::Text;
use crate::config::{ConfigWarning, SecretsMode};
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
        refuse_second_key(keys, problems)?;
        if let Some(inline) = inline {
            return match line_of(name, trimmed(&inline.value.0)) {
                Ok(secret) => Some(Found { secret, span: inline.span.clone(), skipped: false }),
                Err(problem) => {
                    problems.push(Problem::at(inline.span.clone(), problem.to_string()));
                    None
                }
            };
        }
        let given = file.as_ref().or(credential.as_ref())?;
        if is_secret_itself(&given.value.0) {
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
        let place = match file {
            Some(file) => self.folder.join(&file.value.0),
            None => self.credential(&given.value.0, &given.span, problems)?,
        };
        let span = given.span.clone();
        if self.mode == SecretsMode::Skip {
            return Some(Found { secret: Secret::new(""), span, skipped: true });
        }
        match read_file(name, &place) {
            Ok(secret) => {
                if file.is_some() && crate::config::is_world_readable(&place) {
                    warnings.push(ConfigWarning::readable_secret(&place));
                }
                Some(Found { secret, span, skipped: false })
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
const ON_ONE_LINE: [&str; 3] = ["password", "client_secret", "proxy_secret"];

/// Refuses a second one of the three keys.
fn refuse_second_key(keys: Keys<'_>, problems: &mut Vec<Problem>) -> Option<()> {
    let Keys { name, inline, file, credential } = keys;
    let given: Vec<Range<usize>> = [
        inline.as_ref().map(|key| key.span.clone()),
        file.as_ref().map(|key| key.span.clone()),
        credential.as_ref().map(|key| key.span.clone()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let [_, second, ..] = given.as_slice() else { return Some(()) };
    problems.push(Problem::at(
        second.clone(),
        format!(
            "expected one of `{name}`, `{name}_file` and `{name}_credential`, but got {}",
            given.len()
        ),
    ));
    None
}

/// Why a text is not a secret. Never quotes the text.
#[derive(Debug, thiserror::Error)]
enum TextError {
    #[error("expected a {0}, but got an empty text")]
    Empty(&'static str),
    #[error("expected the {0} on one line, but got several lines or control characters")]
    SeveralLines(&'static str),
}

/// Why a file is not a secret. Never quotes the file.
#[derive(Debug, thiserror::Error)]
enum FileError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("{0}")]
    Encoding(&'static str),
    #[error("it is empty")]
    Empty,
    #[error(transparent)]
    Text(#[from] TextError),
}

/// A text as the secret `name`.
fn line_of(name: &'static str, text: &str) -> Result<Secret, TextError> {
    if text.is_empty() {
        return Err(TextError::Empty(name));
    }
    if ON_ONE_LINE.contains(&name) && text.contains(char::is_control) {
        return Err(TextError::SeveralLines(name));
    }
    Ok(Secret::new(text))
}

/// The text of a file as the secret `name`, without a byte order mark and white space around it.
fn read_file(name: &'static str, path: &Path) -> Result<Secret, FileError> {
    let text = text::of_bytes(std::fs::read(path)?).map_err(FileError::Encoding)?;
    match trimmed(&text) {
        "" => Err(FileError::Empty),
        text => Ok(line_of(name, text)?),
    }
}
