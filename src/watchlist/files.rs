//! Reads a counterparty file, or a folder of them.

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::domain::Sha256;
use crate::watchlist::columns::Columns;
use crate::watchlist::encoding::NoText;
use crate::watchlist::error::WatchlistError;
use crate::watchlist::rows::{Ending, RowReader, Watchlist};
use crate::watchlist::text_table::{self, NoTable};
use crate::watchlist::workbook::{self, Found};

/// The largest counterparty file: 1,000,000 rows of 250 bytes.
pub const MAX_BYTES: u64 = 250_000_000;
/// The files of a folder that are read, by their endings. Others are ignored.
const ENDINGS: [&str; 5] = ["csv", "tsv", "tab", "txt", "xlsx"];
/// What an XLSX file begins with: it is a ZIP archive.
const ZIP: &[u8] = b"PK\x03\x04";

/// Reads a counterparty file, or all files of a folder in the order of their names. The format of
/// each is detected by its content.
///
/// # Errors
///
/// If a file is missing, unreadable, too large, in another format, changes while it is read, or has
/// no header with an id and a name. A bad row is not an error: see [`Watchlist::problems`].
pub fn read(path: &Path, columns: &Columns) -> Result<Watchlist, WatchlistError> {
    unmoved(path, |files| read_files(path, files, columns))
}

/// Reads files that another program may be writing. The result counts only if no file changed
/// during the read.
fn unmoved<T>(
    path: &Path,
    read: impl FnOnce(&[PathBuf]) -> Result<T, WatchlistError>,
) -> Result<T, WatchlistError> {
    let unreadable = |error| WatchlistError::Unreadable { path: path.to_owned(), error };
    let before = look(path).map_err(unreadable)?;
    let files: Vec<PathBuf> = before.iter().map(|seen| seen.path.clone()).collect();
    let found = read(&files);
    // A file that cannot be read may be half written too. A removed file is a change.
    if look(path).is_ok_and(|after| after == before) {
        found
    } else {
        Err(WatchlistError::BeingWritten(path.to_owned()))
    }
}

/// What is seen of a file without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub path: PathBuf,
    pub bytes: u64,
    pub written: Option<SystemTime>,
    /// A file that takes the place of another has another one.
    pub inode: u64,
}

/// Looks at a file, or at the files of a folder, in the order in which [`read`] reads them. Of a
/// pipe or a device, which another program writes while it is read, only the path is seen.
///
/// # Errors
///
/// If the file or the folder cannot be looked at.
pub fn look(path: &Path) -> Result<Vec<Seen>, std::io::Error> {
    let see = |path: PathBuf| {
        let about = fs::metadata(&path)?;
        let (bytes, written, inode) = if about.is_file() {
            (about.len(), about.modified().ok(), about.ino())
        } else {
            (0, None, 0)
        };
        Ok(Seen { path, bytes, written, inode })
    };
    files(path)?.into_iter().map(see).collect()
}

fn read_files(
    path: &Path,
    files: &[PathBuf],
    columns: &Columns,
) -> Result<Watchlist, WatchlistError> {
    if files.is_empty() {
        return Err(WatchlistError::EmptyFolder(path.to_owned()));
    }
    let mut reader = RowReader::new(columns);
    let mut hashes = Vec::new();
    for file in files {
        hashes.push(read_file(file, &mut reader)?);
    }
    let sha256 = match hashes.as_slice() {
        [one] => one.clone(),
        several => Sha256::of_parts(several.iter().map(Sha256::as_str)),
    };
    Ok(reader.finish(sha256))
}

/// The file itself, or those of the folder in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    if fs::metadata(path)?.is_dir() { folder(path) } else { Ok(vec![path.to_owned()]) }
}

fn folder(path: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let mut files = Vec::new();
    for item in fs::read_dir(path)? {
        let file = item?.path();
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let hidden = file
            .file_name()
            .and_then(|name| name.to_str())
            // `~$` begins the lock file that a spreadsheet leaves beside an open workbook.
            .is_none_or(|name| name.starts_with('.') || name.starts_with("~$"));
        if !hidden && ENDINGS.contains(&ending.to_ascii_lowercase().as_str()) && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn read_file(path: &Path, reader: &mut RowReader<'_>) -> Result<Sha256, WatchlistError> {
    let content = content(path, MAX_BYTES)?;
    let mut file = reader.file(path);
    let ending = if content.starts_with(ZIP) {
        // A workbook that is cut cannot be unpacked.
        workbook::rows(&content, &mut |found| match found {
            Found::Sheet(name) => file.begin_sheet(&name),
            Found::Row(row) => file.add(row),
            Found::Note(text) => file.note(&text),
        })
        .map_err(|workbook| WatchlistError::Workbook { path: path.to_owned(), workbook })?;
        Ending::LineEnd
    } else {
        let text = text_table::rows(&content, &mut |row| match row {
            Ok(row) => file.add(row),
            Err(open) => file.add_open(open),
        })
        .map_err(|problem| no_table(problem, path))?;
        if text.is_guessed {
            file.note(
                "is read as Windows-1252, because it is not UTF-8: if letters are wrong, save it \
                 as UTF-8",
            );
        }
        text.ending
    };
    file.finish(ending)?;
    Ok(Sha256::of(&content))
}

fn no_table(problem: NoTable, path: &Path) -> WatchlistError {
    let path = path.to_owned();
    match problem {
        NoTable::NoText(NoText::OldWorkbook) => WatchlistError::OldWorkbook { path },
        NoTable::NoText(NoText::OtherEncoding { line }) => {
            WatchlistError::OtherEncoding { path, line }
        }
        NoTable::NoText(NoText::Binary) => {
            let problem = "it is neither text nor a workbook".to_owned();
            WatchlistError::Malformed { path, problem }
        }
        NoTable::Csv(problem) => WatchlistError::Malformed { path, problem },
        NoTable::OpenQuotes { line } => WatchlistError::OpenQuotes { path, line },
    }
}

/// A pipe and a device state no size, so it is bounded while they are read.
fn content(path: &Path, limit: u64) -> Result<Vec<u8>, WatchlistError> {
    let unreadable = |error| WatchlistError::Unreadable { path: path.to_owned(), error };
    let mut content = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(unreadable)?;
    if u64::try_from(content.len()).is_ok_and(|bytes| bytes <= limit) {
        return Ok(content);
    }
    Err(WatchlistError::TooLarge { path: path.to_owned(), limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_folder_is_read_in_the_order_of_its_names_and_ids_are_unique_in_all_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("b.csv", "id,name\n2,Birch\n1,Cedar\n");
        write("a.tsv", "id\tname\n1\tAlder\n");
        write("notes.md", "not read");
        write(".hidden.csv", "not read");
        write("~$a.csv", "not read");
        let found = read(folder.path(), &Columns::default()).unwrap();
        let names: Vec<&str> =
            found.counterparties.iter().map(|party| party.name.as_str()).collect();
        assert_eq!(names, ["Alder", "Birch"]);
        assert_eq!(found.problems.len(), 1);
        assert!(found.problems[0].problem.contains("a.tsv"), "{}", found.problems[0]);
    }

    #[test]
    fn err_more_bytes_than_the_limit_also_of_a_file_that_states_no_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, "id,name\n").unwrap();
        assert_eq!(content(&path, 8).unwrap(), b"id,name\n");
        for path in [path, PathBuf::from("/dev/zero")] {
            let error = content(&path, 7).unwrap_err().to_string();
            assert!(error.contains("at most 7 bytes, but"), "{error}");
        }
    }

    #[test]
    fn err_a_file_that_changes_while_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let check = |of: &Path, is_being_written: bool, change: &dyn Fn()| {
            write("a.csv", "id,name\n1,Alder\n");
            write("b.csv", "id,name\n2,Birch\n");
            let found = unmoved(of, |files| {
                let read = read_files(of, files, &Columns::default());
                change();
                read
            });
            assert_eq!(
                matches!(found, Err(WatchlistError::BeingWritten(_))),
                is_being_written,
                "{found:?}"
            );
        };
        let later = || {
            let file = fs::File::options().write(true).open(&path).unwrap();
            let written = file.metadata().unwrap().modified().unwrap();
            file.set_modified(written + std::time::Duration::from_secs(1)).unwrap();
        };
        // Another file takes its place: of the same size, written at the same time.
        let replaced = || {
            let written = fs::metadata(&path).unwrap().modified().unwrap();
            write("new", "id,name\n1,Ash__\n");
            let new = folder.path().join("new");
            fs::File::options().write(true).open(&new).unwrap().set_modified(written).unwrap();
            fs::rename(new, &path).unwrap();
        };
        check(&path, false, &|| ());
        check(folder.path(), false, &|| ());
        for of in [&path, folder.path()] {
            check(of, true, &|| write("a.csv", "id,name\n1,Alder\n2,"));
            check(of, true, &later);
            check(of, true, &replaced);
            check(of, true, &|| fs::remove_file(&path).unwrap());
        }
        check(&path, false, &|| write("c.csv", "id,name\n3,Cedar\n"));
        fs::remove_file(folder.path().join("c.csv")).unwrap();
        check(folder.path(), true, &|| write("c.csv", "id,name\n3,Cedar\n"));
    }

    #[test]
    fn a_file_that_ends_within_a_row_is_not_whole() {
        let folder = tempfile::tempdir().unwrap();
        let check = |text: &str, expected: Option<u64>| {
            let path = folder.path().join("a.csv");
            fs::write(&path, text).unwrap();
            let found = read(&path, &Columns::default()).unwrap();
            assert_eq!(found.ends_within, expected, "{text:?}");
            let problem = "expected a whole row, but the file ends within it: it may be incomplete";
            let named = found.problems.iter().find(|named| named.problem == problem);
            assert_eq!(named.map(|problem| problem.line), expected, "{text:?}");
        };
        let whole = "id,name,country,owner\n1,Alder,CN,Ann\n2,\"Birch, Ltd.\",CN,Ben\n";
        check(whole, None);
        check(whole.trim_end(), None);
        for end in ["2", "2,", "2,\"Bir", "2,\"Birch, Ltd.\"", "2,\"Birch, Ltd.\",C"] {
            let text = whole.split_inclusive('\n').take(2).collect::<String>() + end;
            check(&text, Some(3));
            check(&format!("{text}\n"), None);
            check(&format!("{text}\r\n\u{1a}"), None);
        }
        // A quoted cell of several lines.
        check("id,name,country\n1,Alder,CN\n2,\"Birch\nand", Some(4));
        // A program that leaves out empty cells at the end of a row, and a file with one row only.
        check("id,name,country\n1,Alder\n2,Birch,CN\n3,Cedar", None);
        check("id,name,country\n1,Alder", None);
        check("id,name,country\n1,Alder,CN\n2,Birch,", None);
        // Within a letter, which may be the last one of the last cell.
        let path = folder.path().join("a.csv");
        let text = "id,name\n1,Größe\n2,Weiß";
        fs::write(&path, &text.as_bytes()[..text.len() - 1]).unwrap();
        assert_eq!(read(&path, &Columns::default()).unwrap().ends_within, Some(3));
        // Of a folder, one file is enough.
        fs::write(&path, "id,name,country\n1,Alder,CN\n2,Bi").unwrap();
        fs::write(folder.path().join("b.csv"), "id,name\n3,Cedar\n").unwrap();
        assert_eq!(read(folder.path(), &Columns::default()).unwrap().ends_within, Some(3));
    }

    #[test]
    fn ok_all_visible_sheets_with_a_header_are_read_and_the_others_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xlsx");
        let mut book = rust_xlsxwriter::Workbook::new();
        let mut sheet = |name: &str, rows: &[&[&str]], is_hidden: bool| {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            for (line, row) in (0..).zip(rows) {
                for (column, cell) in (0..).zip(*row) {
                    sheet.write_string(line, column, *cell).unwrap();
                }
            }
            sheet.set_hidden(is_hidden).set_active(name == "Customers");
        };
        sheet("Old", &[&["id", "name"], &["1", "Ash"]], true);
        sheet("Cover", &[&["Our partners"], &["as of today"]], false);
        sheet("Customers", &[&["id", "name"], &["1", "Alder"]], false);
        sheet("Empty", &[], false);
        sheet("Suppliers", &[&["name", "no"], &["Birch", "2"], &["Cedar", "1"]], false);
        book.save(&path).unwrap();
        let found = read(&path, &Columns::default()).unwrap();
        let names: Vec<&str> = found.counterparties.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["Alder", "Birch"]);
        let problem = found.problems[0].to_string();
        assert!(problem.contains("a.xlsx, sheet `Suppliers`, line 3"), "{problem}");
        assert!(problem.contains("is that of line 2 of") && problem.contains("`Customers`"));
        assert_eq!(
            found.notes,
            [
                "a.xlsx has a hidden sheet `Old` that is not read",
                "a.xlsx has a sheet `Cover` that is not read: it has no column for id",
            ]
        );
    }

    #[test]
    fn numbers_that_a_workbook_shows_with_leading_zeros_are_noted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xlsx");
        let mut book = rust_xlsxwriter::Workbook::new();
        let zeros = rust_xlsxwriter::Format::new().set_num_format("000000");
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "id").unwrap().write_string(0, 1, "name").unwrap();
        sheet.write_number_with_format(1, 0, 12, &zeros).unwrap();
        sheet.write_string(1, 1, "Alder").unwrap();
        book.save(&path).unwrap();
        let found = read(&path, &Columns::default()).unwrap();
        assert_eq!(found.counterparties[0].id, "12");
        assert!(found.notes[0].contains("zeros in front"), "{:?}", found.notes);
    }

    #[test]
    fn ok_bad_bytes_cost_no_other_row_and_another_code_page_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let text = "id;name\n1;Завод Альфа\n2;Завод Бета\n3;Комбинат\n";
        let mut bytes = text.as_bytes().to_vec();
        let at = text.find("Бета").unwrap();
        bytes[at] = 0xff;
        fs::write(&path, &bytes).unwrap();
        let found = read(&path, &Columns::default()).unwrap();
        assert_eq!(found.counterparties.len(), 3);
        assert_eq!(found.counterparties[0].name, "Завод Альфа");
        let problems: Vec<u64> = found.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(problems, [3]);
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(text);
        fs::write(&path, &bytes).unwrap();
        let error = read(&path, &Columns::default()).unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("save it as UTF-8"), "{error}");
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode("id;name\n1;Müller\n");
        fs::write(&path, &bytes).unwrap();
        let found = read(&path, &Columns::default()).unwrap();
        assert_eq!(found.counterparties[0].name, "Müller");
        assert!(found.notes[0].contains("is read as Windows-1252"), "{:?}", found.notes);
    }

    #[test]
    fn err_missing_empty_and_foreign_files() {
        let folder = tempfile::tempdir().unwrap();
        let error = |path: &Path| read(path, &Columns::default()).unwrap_err().to_string();
        assert!(error(folder.path()).contains("has none"));
        assert!(error(&folder.path().join("none.csv")).contains("failed to read"));
        let file = folder.path().join("a.xlsx");
        for content in [&b""[..], b"PK\x03\x04broken", b"\x00\x01\x02", b"\x89PNG\r\n"] {
            fs::write(&file, content).unwrap();
            assert!(error(&file).contains("expected"), "{content:?}");
        }
    }
}
