//! Reads the counterparty files: what was seen of each without reading it, and its rows.

use std::fs;
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::config::WatchlistSettings;
use crate::domain::Sha256;
use crate::domain::matching::screening::{WatchlistProblem, WatchlistProblemKind};
use crate::pipeline::matching::file_change;
use crate::watchlist::{
    MOST_OPEN_ROWS, RowProblemKind, Seen, Watchlist, WatchlistError, WorkbookError,
};

/// What is seen of a file or a folder without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Differs when a file, its size, its time or its inode, or the mapping of columns differs.
    pub signature: String,
    /// When the newest of the files was written.
    pub dated: Option<Timestamp>,
    /// The names of the files.
    pub files: Vec<String>,
}

/// Looks at a file, or at the files of a folder.
pub fn look(settings: &WatchlistSettings) -> std::io::Result<Sight> {
    // Others in a folder do not count: a note beside an old export does not make it newer.
    let files = crate::watchlist::look(&settings.path)?;
    let written = |seen: &Seen| seen.written.and_then(|time| Timestamp::try_from(time).ok());
    let dated = files.iter().filter_map(written).max();
    let mut parts = vec![format!("{:?}", settings.columns), settings.path.display().to_string()];
    for seen in &files {
        parts.push(seen.path.file_name().unwrap_or_default().to_string_lossy().into_owned());
        parts.push(seen.bytes.to_string());
        parts.push(written(seen).map(|time| time.to_string()).unwrap_or_default());
        parts.push(seen.inode.to_string());
    }
    let signature = Sha256::of_parts(parts.iter().map(String::as_str));
    let names = files.iter().filter_map(|seen| seen.path.file_name());
    let files = names.map(|name| name.to_string_lossy().into_owned()).collect();
    Ok(Sight { signature: signature.as_str().to_owned(), dated, files })
}

/// Why there are no rows to use.
#[derive(Debug)]
pub enum NotRead {
    /// It changed while it was read.
    BeingWritten,
    /// What is wrong with it.
    Wrong(WatchlistProblemKind, String),
}

/// Reads the rows. A file without any row is refused: it would remove all counterparties.
pub fn read(settings: &WatchlistSettings) -> Result<Watchlist, NotRead> {
    // A check must not wait for a program that writes into a pipe.
    if fs::metadata(&settings.path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
        let detail = "expected a file or a folder, but got something else";
        return Err(NotRead::Wrong(WatchlistProblemKind::Unreadable, detail.to_owned()));
    }
    let read = crate::watchlist::read(&settings.path, &settings.columns);
    let watchlist = read.map_err(|problem| match problem {
        WatchlistError::BeingWritten(_) => NotRead::BeingWritten,
        problem => {
            let (kind, detail) = in_words(&problem, &settings.path);
            NotRead::Wrong(kind, detail)
        }
    })?;
    if watchlist.counterparties.is_empty() {
        let detail = match watchlist.all_rows() {
            0 => {
                "expected at least one row with an id and a name, but the file has none".to_owned()
            }
            rows => format!("expected rows that can be read, but none of its {rows} can be"),
        };
        return Err(NotRead::Wrong(WatchlistProblemKind::Malformed, detail));
    }
    Ok(watchlist)
}

/// What `config check` says of a file that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstLook {
    /// Why it, or a part of it, would not be compared.
    pub warnings: Vec<String>,
    pub notes: Vec<String>,
}

/// Reads a file as a check would. Returns nothing for a file that does not exist yet, or that is
/// being written.
pub fn first_look(settings: &WatchlistSettings) -> FirstLook {
    if !settings.path.exists() {
        return FirstLook::default();
    }
    match read(settings) {
        Ok(file) => {
            let cut = file.ends_within.map(|line| cut_short(line).1);
            let unread = unread(&file, settings.max_loss).map(|(_, detail)| detail);
            let warnings = cut.or(unread).into_iter().collect();
            FirstLook { warnings, notes: file.notes }
        }
        Err(NotRead::Wrong(_, detail)) => {
            FirstLook { warnings: vec![detail], ..FirstLook::default() }
        }
        Err(NotRead::BeingWritten) => FirstLook::default(),
    }
}

/// The problem of rows that could not be read. `None`: all were read.
pub fn unread(file: &Watchlist, max_loss: f64) -> Option<(WatchlistProblemKind, String)> {
    let (unread, all) = (file.unread_rows(), file.all_rows());
    let kind = match unread {
        0 => return None,
        _ if unread > file_change::allowed(all, max_loss) => WatchlistProblemKind::Incomplete,
        _ => WatchlistProblemKind::RowsLeftOut,
    };
    let in_full = if file.problems.iter().any(|problem| problem.kind == RowProblemKind::Damaged) {
        " in full"
    } else {
        ""
    };
    let rows = if all == 1 { "row" } else { "rows" };
    Some((kind, format!("{unread} of {all} {rows} could not be read{in_full}")))
}

/// A file that ends within a row: it was cut, or the program that writes it has stopped.
pub fn cut_short(line: u64) -> (WatchlistProblemKind, String) {
    let detail = format!(
        "expected a whole row at the end of the file, but it ends within line {line}: it may be \
         incomplete"
    );
    (WatchlistProblemKind::Malformed, detail)
}

/// A file that has changed each time it was read, for too long.
pub fn always_being_written() -> (WatchlistProblemKind, String) {
    let detail = "expected a file that is not being written, but it changed during each read";
    (WatchlistProblemKind::Unreadable, detail.to_owned())
}

/// Why a file cannot be read, without any text of the file: logs and alerts to operators say it.
/// In a folder it says which file.
fn in_words(problem: &WatchlistError, path: &Path) -> (WatchlistProblemKind, String) {
    use WatchlistProblemKind::{Malformed, Unreadable};
    let own = Some(problem.path()).filter(|own| *own != path).and_then(Path::file_name);
    let file = own.map_or_else(|| "the file".to_owned(), |own| own.to_string_lossy().into_owned());
    match problem {
        WatchlistError::Unreadable { path, error } => {
            (Unreadable, format!("failed to read {}: {}", path.display(), reason(error)))
        }
        WatchlistError::TooLarge { limit, .. } => (
            Malformed,
            format!("expected a counterparty file of at most {limit} bytes, but {file} has more"),
        ),
        WatchlistError::EmptyFolder(_) => {
            (Unreadable, "expected files of CSV, TSV or XLSX in the folder, but it has none".into())
        }
        WatchlistError::NoColumn { missing, .. } => (
            Malformed,
            format!("expected a header with a column for {missing}, but {file} has none"),
        ),
        WatchlistError::TooManyRows { limit, .. } => {
            (Malformed, format!("expected at most {limit} rows, but {file} has more"))
        }
        WatchlistError::OpenQuotes { line, .. } => (
            Malformed,
            format!(
                "expected quotes that are closed, but over {MOST_OPEN_ROWS} rows have an open one, \
                 the first on line {line}"
            ),
        ),
        WatchlistError::Malformed { .. } => {
            (Malformed, format!("expected CSV, TSV or XLSX, but {file} is something else"))
        }
        WatchlistError::OldWorkbook { .. } => (
            Malformed,
            format!(
                "expected CSV, TSV or XLSX, but {file} is a workbook of Excel 97 to 2003: save it \
                 as XLSX"
            ),
        ),
        WatchlistError::OtherEncoding { line, .. } => (
            Malformed,
            format!(
                "expected text in UTF-8, but {file} is in another encoding, as line {line} shows: \
                 save it as UTF-8"
            ),
        ),
        WatchlistError::Workbook {
            workbook: WorkbookError::UnpacksToMuch { limit, .. }, ..
        } => (
            Malformed,
            format!(
                "expected a workbook that unpacks to at most {limit} bytes, but {file} has more"
            ),
        ),
        WatchlistError::Workbook { workbook: WorkbookError::Broken(_), .. } => (
            Malformed,
            format!("expected a whole XLSX workbook, but {file} is damaged or incomplete"),
        ),
        WatchlistError::BeingWritten(_) => always_being_written(),
    }
}

/// The reason in words. The standard library calls a missing file an entity.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it is not there".to_owned(),
        kind => kind.to_string(),
    }
}

/// A file that cannot be looked at.
pub fn unseen(problem: &std::io::Error, path: &Path) -> (WatchlistProblemKind, String) {
    (
        WatchlistProblemKind::Unreadable,
        format!("failed to read {}: {}", path.display(), reason(problem)),
    )
}

/// Whether the content in use is older than it may be.
pub fn is_old(dated: Option<Timestamp>, max_age: Option<Duration>, now: Timestamp) -> bool {
    let (Some(dated), Some(max_age)) = (dated, max_age) else { return false };
    let max_age = SignedDuration::try_from(max_age).unwrap_or(SignedDuration::MAX);
    now.duration_since(dated) > max_age
}

/// The problem of now. It exists since it was first seen.
pub fn since(
    before: Option<&WatchlistProblem>,
    (kind, detail): (WatchlistProblemKind, String),
    now: Timestamp,
) -> WatchlistProblem {
    let since = before.filter(|before| before.kind == kind).map_or(now, |before| before.since);
    WatchlistProblem { kind, detail, since }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListCode;
    use std::io::Read as _;

    use crate::watchlist::Columns;
    use crate::watchlist::workbook::MAX_WHOLE_PART;

    fn settings(path: &Path) -> WatchlistSettings {
        WatchlistSettings {
            name: "customers".into(),
            path: path.to_owned(),
            columns: Columns::default(),
            lists: vec![ListCode::EL],
            max_age: None,
            max_loss: 0.05,
            max_revised: 0.05,
            dismissals_expire: None,
            previous_name: None,
        }
    }

    #[test]
    fn a_changed_file_and_another_mapping_are_seen() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.csv");
        fs::write(&file, "id,name\n1,Alder\n").unwrap();
        let of_file = settings(&file);
        let first = look(&of_file).unwrap();
        assert_eq!(look(&of_file).unwrap(), first);
        assert!(first.dated.is_some());
        fs::write(&file, "id,name\n1,Alder\n2,Birch\n").unwrap();
        assert_ne!(look(&of_file).unwrap().signature, first.signature);
        let whole = settings(folder.path());
        let before = look(&whole).unwrap();
        fs::write(folder.path().join("b.csv"), "id,name\n").unwrap();
        assert_ne!(look(&whole).unwrap().signature, before.signature);
        let mapped = WatchlistSettings {
            columns: Columns { id: Some("No".into()), ..Columns::default() },
            ..of_file.clone()
        };
        assert_ne!(look(&mapped).unwrap().signature, look(&of_file).unwrap().signature);
    }

    fn wrong(path: &Path) -> (WatchlistProblemKind, String) {
        match read(&settings(path)).unwrap_err() {
            NotRead::Wrong(kind, detail) => (kind, detail),
            NotRead::BeingWritten => {
                panic!("expected what is wrong with the file, but it is moving")
            }
        }
    }

    /// A small workbook whose table of texts unpacks to too much.
    fn bomb() -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        for part in ["Planted.xml", "xl/sharedStrings.xml"] {
            writer.start_file(part, options).unwrap();
            std::io::Write::write_all(&mut writer, b"Planted").unwrap();
        }
        std::io::copy(&mut std::io::repeat(b' ').take(MAX_WHOLE_PART), &mut writer).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn what_is_wrong_with_a_file_never_quotes_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.csv");
        let check = |content: &[u8], expected: &str| {
            fs::write(&file, content).unwrap();
            let detail = wrong(&file).1;
            assert!(detail.contains(expected), "{detail}");
            assert!(!detail.contains("Planted"), "{detail}");
        };
        check(b"Planted Name Ltd,Planted Street\n", "a header with a column");
        check(b"id,name\n", "at least one row");
        check(b"", "expected");
        check(b"Planted\0\0\0Name", "the file is something else");
        check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1Planted", "a workbook of Excel 97 to 2003");
        check(b"id,name\n1,Planted \xca\xe0\xeb\xe0\xf8\n", "as line 2 shows: save it as UTF-8");
        check(b"PK\x03\x04Planted Name", "damaged or incomplete");
        check(&bomb(), "unpacks to at most 250000000 bytes");
        let (kind, detail) = wrong(&folder.path().join("none.csv"));
        assert_eq!(kind, WatchlistProblemKind::Unreadable);
        assert!(detail.contains("none.csv"), "{detail}");
    }

    #[test]
    fn a_file_is_old_after_its_age() {
        let at = Timestamp::UNIX_EPOCH;
        let hour = Duration::from_secs(3600);
        let later = at + SignedDuration::from_secs(3601);
        assert!(is_old(Some(at), Some(hour), later));
        assert!(!is_old(Some(at), Some(hour), at + SignedDuration::from_secs(3600)));
        assert!(!is_old(Some(at), None, later));
        assert!(!is_old(None, Some(hour), later));
    }
}
