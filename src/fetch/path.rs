//! A file, or the newest file of a folder that someone drops files into.
//!
//! The newest is the one modified last, and of several modified at once the one whose name sorts
//! last. Hidden files, unfinished downloads and folders are ignored. So are names that do not fit
//! the pattern or, without one, do not end as a list's name does: checksums and thumbnails land in
//! such folders too. A folder whose newest file is older than the one that was read before has lost
//! that one: the older list would look like one from which entries were removed.

use std::fs::{
    File, Metadata, {self},
};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::domain::{Document, Sha256, Validators};
use crate::fetch::body::Intake;
use crate::fetch::{FetchError, FetchLimits, Fetched, FetchedDocument, NamePattern};

/// The endings of names that are lists, each also with `.gz` behind it.
const LIST_ENDINGS: [&str; 4] = [".csv", ".tsv", ".json", ".xml"];

/// The endings of names that somebody is still writing.
const UNFINISHED_ENDINGS: [&str; 6] =
    [".part", ".tmp", ".partial", ".crdownload", ".filepart", "~"];

/// How many ignored names an error shows.
const IGNORED_SHOWN: usize = 3;

/// Where to look.
#[derive(Clone, Debug)]
pub(super) struct Place {
    path: PathBuf,
    pattern: Option<NamePattern>,
}

impl Place {
    /// A file, or a folder of lists.
    pub(super) fn any(path: &Path) -> Self {
        Self { path: path.to_owned(), pattern: None }
    }

    /// A folder, of which names that fit are read.
    pub(super) fn fitting(path: &Path, pattern: &NamePattern) -> Self {
        Self { path: path.to_owned(), pattern: Some(pattern.clone()) }
    }

    /// Other names of a folder are another place: the newest of them need not be newer.
    fn address_sha256(&self) -> Sha256 {
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

/// When the file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    IfChanged,
    Always,
}

/// `validators` are those of the file that was read before.
pub(super) async fn fetch(
    place: &Place,
    validators: Option<&Validators>,
    read: Read,
    now: Timestamp,
    limits: &FetchLimits,
) -> Result<Fetched, FetchError> {
    let (place, validators, limits) = (place.clone(), validators.cloned(), limits.clone());
    tokio::task::spawn_blocking(move || {
        read_newest(&place, validators.as_ref(), read, now, &limits)
    })
    .await
    .unwrap_or_else(|_| {
        Err(FetchError::unreachable("failed to read the file: the reading was stopped"))
    })
}

fn read_newest(
    place: &Place,
    validators: Option<&Validators>,
    read: Read,
    now: Timestamp,
    limits: &FetchLimits,
) -> Result<Fetched, FetchError> {
    let (path, address_sha256) = (place.path.as_path(), place.address_sha256());
    let found = fs::metadata(path).map_err(|e| failed(path, &e))?;
    if let Some(pattern) = place.pattern.as_ref().filter(|_| !found.is_dir()) {
        let problem = format!(
            "expected a folder at {}, since `pattern` is `{pattern}`, but got something else",
            path.display()
        );
        return Err(FetchError::unreachable(problem));
    }
    let file_path = if found.is_dir() { newest_file(place)? } else { path.to_owned() };
    let before = fs::metadata(&file_path).map_err(|e| failed(&file_path, &e))?;
    if !before.is_file() {
        return Err(FetchError::unreachable(format!(
            "expected a file at {}, but got something else",
            file_path.display()
        )));
    }
    let state = state_of(&file_path, &before);
    let known = validators.filter(|known| known.address_sha256 == address_sha256);
    if read == Read::IfChanged && known.is_some_and(|known| known.etag.as_ref() == Some(&state)) {
        return Ok(Fetched::NotModified);
    }
    if let Some(known) = known.filter(|_| found.is_dir()).and_then(modified)
        && known > (before.mtime(), before.mtime_nsec())
    {
        return Err(older(&file_path, known, (before.mtime(), before.mtime_nsec())));
    }
    let document = read_whole(&file_path, now, limits)?;
    let after = fs::metadata(&file_path).map_err(|e| failed(&file_path, &e))?;
    if state_of(&file_path, &after) != state {
        return Err(FetchError::unreachable(format!(
            "failed to read {}: it is still being written",
            file_path.display()
        )));
    }
    Ok(Fetched::Document(Box::new(FetchedDocument {
        document,
        validators: Some(Validators { etag: Some(state), last_modified: None, address_sha256 }),
        as_of: None,
        modified_at: Timestamp::new(
            before.mtime(),
            i32::try_from(before.mtime_nsec()).unwrap_or_default(),
        )
        .ok(),
        answered_at: now,
        is_single_file: !found.is_dir(),
        mislabeled: None,
        unconditional: read == Read::Always || known.is_none(),
    })))
}

fn read_whole(path: &Path, now: Timestamp, limits: &FetchLimits) -> Result<Document, FetchError> {
    const PIECE: usize = 64 * 1024;
    let mut file = File::open(path).map_err(|e| failed(path, &e))?;
    let from = path.display().to_string();
    // A file is as large on the disk as it is in all: nothing travels.
    let limits = FetchLimits { wire_bytes: limits.decoded_bytes, ..limits.clone() };
    let mut intake = Intake::new(&from, &limits)?;
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => intake.take(piece.get(..length).unwrap_or_default())?,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(path, &error)),
        }
    }
    intake.finish(now)
}

fn newest_file(place: &Place) -> Result<PathBuf, FetchError> {
    let folder = place.path.as_path();
    let mut newest: Option<((i64, i64), PathBuf)> = None;
    let mut ignored: Vec<String> = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| failed(folder, &e))? {
        let path = entry.map_err(|e| failed(folder, &e))?.path();
        // A file that goes away while the folder is read was not the newest for long.
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
        Some(pattern) => (format!("whose name fits `{pattern}`"), ""),
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

/// Changes whenever the file does: the time of change also where someone set the time of
/// modification, the number also where another file took the name.
fn state_of(path: &Path, metadata: &Metadata) -> String {
    let name = Sha256::of(path.as_os_str().as_encoded_bytes());
    let name = name.as_str().get(..16).unwrap_or_default();
    let (m, c) =
        ((metadata.mtime(), metadata.mtime_nsec()), (metadata.ctime(), metadata.ctime_nsec()));
    format!(
        "file:{name}:{}:{}.{:09}:{}.{:09}:{}",
        metadata.size(),
        m.0,
        m.1,
        c.0,
        c.1,
        metadata.ino()
    )
}

/// The system's own words, without the number of the error.
fn in_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// Seconds and nanoseconds of the time of modification, as [`state_of`] has written it.
fn modified(validators: &Validators) -> Option<(i64, i64)> {
    let (seconds, nanoseconds) =
        validators.etag.as_deref()?.strip_prefix("file:")?.split(':').nth(2)?.split_once('.')?;
    Some((seconds.parse().ok()?, nanoseconds.parse().ok()?))
}

fn older(newest: &Path, known: (i64, i64), found: (i64, i64)) -> FetchError {
    let time = |(seconds, _): (i64, i64)| {
        Timestamp::from_second(seconds)
            .map_or_else(|_| format!("{seconds} s"), |time| time.to_string())
    };
    FetchError::older(format!(
        "expected a file as new as the one read before (modified at {}), but the newest in the \
         folder is {}, modified at {}: an older list would look like one from which entries were \
         removed. Where it is the one to read, `touch` it",
        time(known),
        newest.display(),
        time(found)
    ))
}

fn failed(path: &Path, error: &std::io::Error) -> FetchError {
    FetchError::unreachable(format!("failed to read {}: {}", path.display(), in_words(error)))
}
