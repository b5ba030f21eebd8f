//! Parse and diff of two days of the list, against the `csv-diff` crate on the same files.

use std::fs::File;
use std::path::Path;

use csv_diff::csv::Csv;
use csv_diff::csv_diff::CsvByteDiffLocal;
use csv_diff::diff_row::DiffByteRecord;
use entitywatch::cli::compare_files::compare_files;
use entitywatch::domain::{ChangeSet, ListCode};

use crate::list::{Day, Size, bytes, in_words};
use crate::program;
use crate::report::{by_turns, heading, judged, line, mib, ms, ratio};

const ROUNDS: usize = 9;

pub fn figures() {
    let folder = tempfile::tempdir().expect("a folder");
    let (before, after) = (folder.path().join("before.csv"), folder.path().join("after.csv"));
    let old = bytes(Size::REAL, Day::Before);
    heading(&format!("Parse and diff of two files of {}", in_words(Size::REAL, old.len())));
    std::fs::write(&before, old).expect("the list is written");
    std::fs::write(&after, bytes(Size::REAL, Day::After)).expect("the list is written");

    for (what, lists, aim) in [("Entity List watched", &[ListCode::EL][..], 2.0), ("all lists watched", ListCode::ALL, 4.0)] {
        let ours = || compare_files(&before, &after, lists).expect("the two are compared");
        let (our_time, their_time) = by_turns(ROUNDS, || drop(ours()), || drop(theirs(&before, &after)));
        line(what, ms(our_time), format!("csv-diff {}: {}", ms(their_time), ratio(our_time, their_time, aim)));
        line("  what it says", in_summary(&ours()), "");
    }
    line("  what csv-diff says (by _id)", in_their_summary(&theirs(&before, &after)), "");

    let (before, after) = (path(&before), path(&after));
    for (what, lists) in [("Entity List", "EL".to_owned()), ("all lists", all_lists())] {
        let peak = program::peak_kib(&["diff", before, after, "--lists", &lists, "--output", "json"]);
        line(&format!("memory of `diff`, {what}"), mib(peak), judged(peak as f64 / 1024.0, 64.0));
    }
}

pub fn all_lists() -> String {
    ListCode::ALL.iter().map(|list| list.as_str()).collect::<Vec<_>>().join(",")
}

pub fn path(path: &Path) -> &str {
    path.to_str().expect("a path of ASCII")
}

fn in_summary(changes: &ChangeSet) -> String {
    let summary = changes.summary;
    format!("+{} −{} ~{} ({})", summary.added, summary.removed, summary.revised, summary.editorial)
}

fn theirs(before: &Path, after: &Path) -> Vec<DiffByteRecord> {
    let open = |path: &Path| Csv::with_reader_seek(File::open(path).expect("the list is there"));
    let differ = CsvByteDiffLocal::new().expect("a differ");
    let mut found = differ.diff(open(before), open(after)).expect("the two are compared");
    found.sort_by_line();
    found.as_slice().to_vec()
}

fn in_their_summary(found: &[DiffByteRecord]) -> String {
    let (mut added, mut deleted, mut modified) = (0, 0, 0);
    for row in found {
        match row {
            DiffByteRecord::Add(_) => added += 1,
            DiffByteRecord::Delete(_) => deleted += 1,
            DiffByteRecord::Modify { .. } => modified += 1,
        }
    }
    format!("+{added} −{deleted} ~{modified}")
}
