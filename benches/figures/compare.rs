//! Parse and diff of two days of the list, compared with the `csv-diff` crate on the same files,
//! each as a process of its own.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use csv_diff::csv::Csv;
use csv_diff::csv_diff::CsvByteDiffLocal;
use csv_diff::diff_row::DiffByteRecord;

use crate::list::{Day, Size, bytes, in_words};
use crate::program;
use crate::report::{against_goal, alternating, heading, line, mib, ms, ratio};
use entitywatch::domain::ListCode;

const ROUNDS: usize = 15;

/// With this argument and two files, the bench runs as the program that it compares with.
pub const PEER: &str = "csv-diff";

pub fn figures() {
    let folder = tempfile::tempdir().expect("a folder");
    let (before, after) = (folder.path().join("before.csv"), folder.path().join("after.csv"));
    let old = bytes(Size::REAL, Day::Before);
    let size = in_words(Size::REAL, old.len());
    std::fs::write(&before, old).expect("the list is written");
    let (before, after) = (path(&before), path(&after));
    for (day, changes, aims) in [(Day::Quiet, "few", [1.5, 2.5]), (Day::After, "many", [2.0, 4.0])]
    {
        heading(&format!("Parse and diff of two files of {size}, {changes} changes"));
        std::fs::write(after, bytes(Size::REAL, day)).expect("the list is written");
        for ((what, lists), aim) in
            [("Entity List watched", "EL".to_owned()), ("all lists watched", all_lists())]
                .into_iter()
                .zip(aims)
        {
            let ours = ["diff", before, after, "--lists", &lists];
            let (our_time, peer_time) = alternating(
                ROUNDS,
                || drop(last_line(program::command().args(ours))),
                || drop(peer_summary(before, after)),
            );
            line(
                what,
                ms(our_time),
                format!("csv-diff {}: {}", ms(peer_time), ratio(our_time, peer_time, aim)),
            );
            line("  its last line", last_line(program::command().args(ours)), "");
            let peak = program::peak_kib(&ours);
            line("  its peak memory", mib(peak), against_goal(peak as f64 / 1024.0, 64.0) + " MiB");
        }
        line("  last line of csv-diff (by _id)", peer_summary(before, after), "");
    }
}

/// The last line that a program prints.
fn last_line(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default().to_owned()
}

fn peer_summary(before: &str, after: &str) -> String {
    last_line(
        Command::new(std::env::current_exe().expect("the bench is there"))
            .args([PEER, before, after]),
    )
}

/// Compares two files with `csv-diff` and prints how many rows were added, removed and changed.
pub fn peer(before: &Path, after: &Path) {
    let open = |path: &Path| Csv::with_reader_seek(File::open(path).expect("the list is there"));
    let differ = CsvByteDiffLocal::new().expect("a differ");
    let mut found = differ.diff(open(before), open(after)).expect("the two are compared");
    found.sort_by_line();
    println!("{}", summary(found.as_slice()));
}

pub fn all_lists() -> String {
    ListCode::ALL.iter().map(|list| list.as_str()).collect::<Vec<_>>().join(",")
}

pub fn path(path: &Path) -> &str {
    path.to_str().expect("a path of ASCII")
}

fn summary(found: &[DiffByteRecord]) -> String {
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
