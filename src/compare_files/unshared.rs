//! Which rows of two tables the two do not share.

use std::collections::{HashMap, HashSet};

use crate::compare_files::file::Row;

/// The hashes of the names of these rows.
///
/// Walks both side by side, since most rows of two days are alike and in the same order. What
/// differs is set aside until it turns up on the other side: after rows that were put in or taken
/// out, the two walk in step again; two that are ordered in another way cost a look into a table
/// for each row.
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

    /// Rows by a letter for what they say and one for their name.
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
    fn ok_rows_are_in_step_again_behind_what_was_put_in_or_taken_out() {
        check("1a 2b 3c 4d", "1a 8x 9y 2b 3c 4d", "xy");
        check("1a 8x 9y 2b 3c 4d", "1a 2b 3c 4d", "xy");
        check("1a 2b 3c", "1a 9y 3c", "by");
        check("1a 2b", "1a 2b 3c 4d", "cd");
        check("1a 2b 3c", "", "abc");
    }

    #[test]
    fn ok_a_row_that_stands_twice_is_found_whether_it_is_needed_or_not() {
        check("1a 2b", "1a 1a 2b", "a");
        check("1a 1a 2b", "3c 1a 2b", "ac");
    }
}
