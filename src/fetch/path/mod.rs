//! Reads a file, or the newest file of a folder that people put files into.
//!
//! The newest file is the one that was modified last. Among files with the same time it is the one
//! whose name sorts last. Hidden files, unfinished downloads and folders are ignored. So are names
//! that do not match the pattern or, without a pattern, do not end like the name of a list: such
//! folders also collect checksums and thumbnails.
//!
//! If the newest file is older than the one that was read before, that one was removed from the
//! folder. The older list would look like one from which entries were removed, so it is an error.

mod folder;

use std::fs::{self, File, Metadata};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use jiff::Timestamp;

use crate::domain::{Document, FileState, FileTime, Sha256, Validator, Validators};
use crate::fetch::body::Intake;
use crate::fetch::{FetchError, FetchLimits, Fetched, FetchedDocument};

pub(super) use self::folder::Place;
use self::folder::{failed, newest_file};

/// How many characters of a path's SHA-256 are kept: enough to distinguish the files of one folder.
const PATH_HASH_CHARS: usize = 16;

/// Whether an unchanged file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    IfChanged,
    Always,
}

/// Reads the file. `validators` are those of the file that was read before.
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
        Err(FetchError::unreachable("failed to read the file: the task was stopped"))
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
    let known = validators.and_then(|known| known.for_address(&address_sha256));
    if let Some(Validator::File(known)) = known {
        if read == Read::IfChanged && *known == state {
            return Ok(Fetched::NotModified);
        }
        if found.is_dir() && known.modified > state.modified {
            return Err(older(&file_path, known.modified, state.modified));
        }
    }
    let unconditional = read == Read::Always || known.is_none();
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
        validators: Some(Validators { validator: Validator::File(state), address_sha256 }),
        as_of: None,
        modified_at: Timestamp::new(
            before.mtime(),
            i32::try_from(before.mtime_nsec()).unwrap_or_default(),
        )
        .ok(),
        answered_at: now,
        is_single_file: !found.is_dir(),
        mislabeled: None,
        unconditional,
    })))
}

fn read_whole(path: &Path, now: Timestamp, limits: &FetchLimits) -> Result<Document, FetchError> {
    const PIECE: usize = 64 * 1024;
    let mut file = File::open(path).map_err(|e| failed(path, &e))?;
    let from = path.display().to_string();
    // A file is not transferred, so only the limit of the decoded size applies.
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

/// Any tool can set `modified`. `changed` and `inode` show a change even then.
fn state_of(path: &Path, metadata: &Metadata) -> FileState {
    let name = Sha256::of(path.as_os_str().as_encoded_bytes());
    FileState {
        path_hash: name.as_str().get(..PATH_HASH_CHARS).unwrap_or_default().to_owned(),
        size_bytes: metadata.size(),
        modified: FileTime { seconds: metadata.mtime(), nanoseconds: metadata.mtime_nsec() },
        changed: FileTime { seconds: metadata.ctime(), nanoseconds: metadata.ctime_nsec() },
        inode: metadata.ino(),
    }
}

fn older(newest: &Path, known: FileTime, found: FileTime) -> FetchError {
    let time = |FileTime { seconds, .. }: FileTime| {
        Timestamp::from_second(seconds)
            .map_or_else(|_| format!("{seconds} s"), |time| time.to_string())
    };
    FetchError::older(format!(
        "expected a file at least as new as the one read before (modified at {}), but the newest \
         in the folder is {}, modified at {}: an older list would look as if entries had been \
         removed. If this file is correct, `touch` it",
        time(known),
        newest.display(),
        time(found)
    ))
}
