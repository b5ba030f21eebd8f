//! Finds the rows that only one of two tables has.

use std::collections::{HashMap, HashSet};

use crate::compare_files::file::Row;

/// The hashes of the names of the rows that only one of the tables has.
///
/// Reads both tables in parallel, because most rows of two days are equal and in the same order. A
/// row that differs is set aside until the other table has it too. So the two are in step again
/// after inserted or deleted rows. Tables in different orders cost one hash lookup for each row.
pub fn unshared_names(old: &[Row], new: &[Row]) -> HashSet<u64> {
    let (mut only_old, mut only_new): (HashMap<[u64; 2], u64>, HashMap<[u64; 2], u64>) =
        (HashMap::new(), HashMap::new());
    let (mut olds, mut news) = (old.iter().peekable(), new.iter().peekable());
    loop {
        match (olds.peek(), news.peek()) {
            (None, None) => break,
            (Some(before), Some(after)) if before.hash == after.hash => {
                olds.next();
                news.next();
            }
            (_, Some(after)) if only_old.remove(&after.hash).is_some() => drop(news.next()),
            (Some(before), _) if only_new.remove(&before.hash).is_some() => drop(olds.next()),
            _ => {
                only_old.extend(olds.next().map(|row| (row.hash, row.name)));
                only_new.extend(news.next().map(|row| (row.hash, row.name)));
            }
        }
    }
    only_old.into_values().chain(only_new.into_values()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListCode;

    /// Each row is a letter for its content and a letter for its name.
    #[track_caller]
    fn check(old: &str, new: &str, expected: &str) {
        let row = |letters: &[u8]| Row {
            hash: [u64::from(letters[0]), u64::from(letters[1])],
            name: u64::from(letters[1]),
            start: 0,
            length: 0,
            list: ListCode::EL,
        };
        let rows = |text: &str| {
            text.split_whitespace().map(|letters| row(letters.as_bytes())).collect::<Vec<Row>>()
        };
        let mut names: Vec<u8> = unshared_names(&rows(old), &rows(new))
            .into_iter()
            .map(|name| u8::try_from(name).unwrap())
            .collect();
        names.sort_unstable();
        assert_eq!(String::from_utf8(names).unwrap(), expected, "{old} | {new}");
    }

    #[test]
    fn ok_two_tables_of_the_same_rows_have_none() {
        check("1a 2b 3c", "1a 2b 3c", "");
        check("1a 2b 3c 4d", "4d 3c 1a 2b", "");
        check("", "", "");
    }

    #[test]
    fn ok_rows_are_in_step_again_after_inserted_or_deleted_rows() {
        check("1a 2b 3c 4d", "1a 8x 9y 2b 3c 4d", "xy");
        check("1a 8x 9y 2b 3c 4d", "1a 2b 3c 4d", "xy");
        check("1a 2b 3c", "1a 9y 3c", "by");
        check("1a 2b", "1a 2b 3c 4d", "cd");
        check("1a 2b 3c", "", "abc");
    }

    #[test]
    fn ok_a_repeated_row_may_be_unshared() {
        check("1a 2b", "1a 1a 2b", "a");
        check("1a 1a 2b", "3c 1a 2b", "ac");
    }
}
