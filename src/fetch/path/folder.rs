//! Which file of a folder is the newest list.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::domain::Sha256;
use crate::fetch::{FetchError, NamePattern};

/// The endings of the names of lists, each also with `.gz`.
const LIST_ENDINGS: [&str; 4] = [".csv", ".tsv", ".json", ".xml"];

/// The endings of files that are still being written.
const UNFINISHED_ENDINGS: [&str; 6] =
    [".part", ".tmp", ".partial", ".crdownload", ".filepart", "~"];

/// How many ignored names an error shows.
const IGNORED_SHOWN: usize = 3;

/// The file or the folder to read.
#[derive(Clone, Debug)]
pub(in crate::fetch) struct Place {
    pub(super) path: PathBuf,
    pub(super) pattern: Option<NamePattern>,
}

impl Place {
    /// A file, or a folder of lists.
    pub(in crate::fetch) fn any(path: &Path) -> Self {
        Self { path: path.to_owned(), pattern: None }
    }

    /// A folder, of which the names that match the pattern are read.
    pub(in crate::fetch) fn fitting(path: &Path, pattern: &NamePattern) -> Self {
        Self { path: path.to_owned(), pattern: Some(pattern.clone()) }
    }

    /// Another pattern for the same folder is another address: its newest file need not be newer.
    pub(super) fn address_sha256(&self) -> Sha256 {
        let path = self.path.as_os_str().as_encoded_bytes();
        match &self.pattern {
            Some(pattern) => Sha256::of(&[path, b"/", pattern.as_str().as_bytes()].concat()),
            None => Sha256::of(path),
        }
    }

    /// Whether a file of this name is read.
    fn takes(&self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        let is_asked_for = |mark: &dyn Fn(&str) -> bool| {
            self.pattern.as_ref().is_some_and(|pattern| mark(pattern.as_str()))
        };
        if name.starts_with('.') && !is_asked_for(&|pattern| pattern.starts_with('.')) {
            return false;
        }
        if let Some(ending) = UNFINISHED_ENDINGS.iter().find(|ending| lower.ends_with(**ending))
            && !is_asked_for(&|pattern| pattern.to_ascii_lowercase().ends_with(ending))
        {
            return false;
        }
        let unpacked = lower.strip_suffix(".gz").unwrap_or(&lower);
        match &self.pattern {
            Some(pattern) => pattern.fits(name),
            None => LIST_ENDINGS.iter().any(|ending| unpacked.ends_with(ending)),
        }
    }
}

pub(super) fn newest_file(place: &Place) -> Result<PathBuf, FetchError> {
    let folder = place.path.as_path();
    let mut newest: Option<((i64, i64), PathBuf)> = None;
    let mut ignored: Vec<String> = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| failed(folder, &e))? {
        let path = entry.map_err(|e| failed(folder, &e))?.path();
        // A file that disappears during the listing is skipped.
        let Ok(metadata) = fs::metadata(&path) else { continue };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !metadata.is_file() || !place.takes(&name) {
            ignored.push(name.into_owned());
            continue;
        }
        let candidate = ((metadata.mtime(), metadata.mtime_nsec()), path);
        if newest.as_ref().is_none_or(|newest| candidate > *newest) {
            newest = Some(candidate);
        }
    }
    newest.map(|(_, path)| path).ok_or_else(|| no_list(place, ignored))
}

fn no_list(place: &Place, mut ignored: Vec<String>) -> FetchError {
    let (expected, hint) = match &place.pattern {
        Some(pattern) => (format!("whose name matches `{pattern}`"), ""),
        None => (
            format!("whose name ends in {} (or these with .gz)", LIST_ENDINGS.join(", ")),
            "; `pattern` says which names are read",
        ),
    };
    ignored.sort();
    let shown: Vec<String> = ignored
        .iter()
        .take(IGNORED_SHOWN)
        .map(|name| format!("`{}`", name.escape_debug()))
        .collect();
    let got = match ignored.len() {
        0 => "an empty folder".to_owned(),
        count if count > shown.len() => {
            format!("none: {} and {} more are ignored{hint}", shown.join(", "), count - shown.len())
        }
        1 => format!("none: {} is ignored{hint}", shown.join(", ")),
        _ => format!("none: {} are ignored{hint}", shown.join(", ")),
    };
    FetchError::unreachable(format!(
        "expected a file in the folder {} {expected}, but got {got}",
        place.path.display()
    ))
}

/// The system's error text, without the error number.
fn system_text(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

pub(super) fn failed(path: &Path, error: &std::io::Error) -> FetchError {
    FetchError::unreachable(format!("failed to read {}: {}", path.display(), system_text(error)))
}
