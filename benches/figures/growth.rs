//! How time and memory grow with the list and with the file.

use entitywatch::compare_files::compare_files;
use entitywatch::domain::ListCode;

use crate::compare::path;
use crate::list::{Day, Size, write};
use crate::program;
use crate::report::{heading, line, median, mib, ms, timed};

pub fn figures() {
    heading("Growth: parse and diff, time a row against the first line");
    let mut first = [None, None];
    for rows in [3_400, 34_000, 340_000] {
        let folder = written(Size::of(rows));
        let (before, after) = (folder.path().join("before.csv"), folder.path().join("after.csv"));
        for ((what, lists), first) in
            [("EL", &[ListCode::EL][..]), ("all", ListCode::ALL)].into_iter().zip(&mut first)
        {
            let rounds = if rows > 100_000 { 3 } else { 9 };
            let time = median(
                (0..rounds)
                    .map(|_| {
                        timed(|| drop(compare_files(&before, &after, lists).expect("compared")))
                    })
                    .collect(),
            );
            let of_a_row = time.as_secs_f64() * 1e6 / rows as f64;
            let first = *first.get_or_insert(of_a_row);
            line(
                &format!("{rows} rows, lists {what}"),
                ms(time),
                format!("{of_a_row:.2} µs a row, {:.2} ×", of_a_row / first),
            );
        }
    }

    heading("Growth: memory of `diff` with 3,420 rows of the Entity List in a file that grows");
    for others in [0, 22_280, 336_580] {
        let size = Size { others, ..Size::REAL };
        let folder = written(size);
        let peak = |lists: &str| {
            let (before, after) =
                (folder.path().join("before.csv"), folder.path().join("after.csv"));
            program::peak_kib(&[
                "diff",
                path(&before),
                path(&after),
                "--lists",
                lists,
                "--output",
                "json",
            ])
        };
        line(&format!("{} rows", size.rows()), mib(peak("EL")), "");
    }
}

fn written(size: Size) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, day) in [("before.csv", Day::Before), ("after.csv", Day::After)] {
        let file = std::fs::File::create(folder.path().join(name)).expect("a file");
        let mut out = std::io::BufWriter::with_capacity(1 << 16, file);
        write(&mut out, size, day).expect("the list is written");
    }
    folder
}
