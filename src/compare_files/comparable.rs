//! Whether two files can be an earlier and a later list.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;

use crate::compare_files::file::Input;
use crate::domain::{ListCode, Publisher};

/// Two files of which the one cannot be a later state of the other: the program was called in the
/// wrong way.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Incomparable(String);

/// What must agree.
pub struct Described<'a> {
    pub path: &'a Path,
    pub publisher: Publisher,
    /// The lists of which it has a row.
    pub lists: BTreeSet<ListCode>,
}

/// Refuses two files of two publishers, or of which only one has any of the lists; warns of a list
/// that only one of them has.
pub fn refuse_unless_comparable(
    old: &Described<'_>,
    new: &Described<'_>,
    lists: &[ListCode],
) -> Result<(), Incomparable> {
    refuse_two_publishers((old.path, old.publisher), (new.path, new.publisher))?;
    for (file, other) in [(old, new), (new, old)] {
        let lacking: Vec<&str> = lists
            .iter()
            .filter(|list| !file.lists.contains(list) && other.lists.contains(list))
            .map(|list| list.as_str())
            .collect();
        let (named, path) = (lacking.join(", "), file.path.display());
        if !lacking.is_empty() && file.lists.is_empty() {
            return Err(Incomparable(format!(
                "expected entries of {named} in both files, but {path} has none: the two do not \
                 hold the same lists (`--lists` says which to compare)"
            )));
        }
        if !lacking.is_empty() {
            tracing::warn!(file = %path, "{named}: this file has no entry of it, so that all of the other file's differ");
        }
    }
    let absent: Vec<&str> = lists
        .iter()
        .filter(|list| !old.lists.contains(list) && !new.lists.contains(list))
        .map(|list| list.as_str())
        .collect();
    if !absent.is_empty() {
        tracing::warn!(
            "{}: neither file has an entry of it, so there is nothing to compare",
            absent.join(", ")
        );
    }
    Ok(())
}

fn refuse_two_publishers(
    old: (&Path, Publisher),
    new: (&Path, Publisher),
) -> Result<(), Incomparable> {
    if old.1 == new.1 {
        return Ok(());
    }
    let said = |(path, publisher): (&Path, Publisher)| {
        format!("{} is of the {}", path.display(), publisher.title())
    };
    Err(Incomparable(format!(
        "expected two files of one publisher, but {} and {}: each cuts the list into rows in its \
         own way, and most entries would seem to be removed and added; `entitywatch sources \
         --compare` compares two sources of one list",
        said(old),
        said(new)
    )))
}

/// Refuses lists that a file's publisher does not have, before the file is read.
pub fn refuse_unpublished(old: &Input<'_>, new: &Input<'_>, lists: &[ListCode]) -> Result<()> {
    let Some(list) = lists.iter().find(|list| !Publisher::Ecfr.publishes(**list)) else {
        return Ok(());
    };
    let (Some(one), Some(other)) = (old.publisher()?, new.publisher()?) else { return Ok(()) };
    refuse_two_publishers((old.path, one), (new.path, other))?;
    if one == Publisher::Ecfr {
        let problem = format!(
            "expected EL, UVL or MEU as lists of the eCFR, but got {list} (`--lists` says which \
             to compare)"
        );
        return Err(Incomparable(problem).into());
    }
    Ok(())
}
