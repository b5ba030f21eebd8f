//! Whether two files can be an earlier and a later state of the same lists.
//!
//! Knows publishers and lists. Must not know entries.

use std::path::Path;

use anyhow::Result;

use crate::compare_files::file::{FileSummary, Input};
use crate::domain::{ListCode, Publisher};

/// The two files cannot be an earlier and a later state of the same lists. This is a mistake in the
/// call of the program.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Incomparable(String);

/// Refuses files of different publishers, and files of which only one has any of the lists. Logs a
/// warning for a list that only one file has, and for a list that neither has.
pub fn refuse_unless_comparable(
    old: &FileSummary<'_>,
    new: &FileSummary<'_>,
    lists: &[ListCode],
) -> Result<(), Incomparable> {
    refuse_two_publishers((old.path, old.publisher), (new.path, new.publisher))?;
    for (file, other) in [(old, new), (new, old)] {
        let missing: Vec<&str> = lists
            .iter()
            .filter(|list| !file.lists.contains(list) && other.lists.contains(list))
            .map(|list| list.as_str())
            .collect();
        let (names, path) = (missing.join(", "), file.path.display());
        if !missing.is_empty() && file.lists.is_empty() {
            return Err(Incomparable(format!(
                "expected entries of {names} in both files, but {path} has none: the two files do \
                 not have the same lists (`--lists` says which to compare)"
            )));
        }
        if !missing.is_empty() {
            tracing::warn!(
                file = %path,
                "{names}: this file has no entry of this list, so all entries of the other file \
                 differ"
            );
        }
    }
    let absent: Vec<&str> = lists
        .iter()
        .filter(|list| !old.lists.contains(list) && !new.lists.contains(list))
        .map(|list| list.as_str())
        .collect();
    if !absent.is_empty() {
        tracing::warn!(
            "{}: neither file has an entry of this list, so nothing is compared",
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
    let described = |(path, publisher): (&Path, Publisher)| {
        format!("{} is from the {}", path.display(), publisher.title())
    };
    Err(Incomparable(format!(
        "expected two files of one publisher, but {} and {}: each publisher splits the list into \
         rows in its own way, so most entries would seem to be removed and added; `entitywatch \
         sources --compare` compares two sources of one list",
        described(old),
        described(new)
    )))
}

/// Refuses lists that the publisher of the files does not publish. Reads only their beginning.
pub fn refuse_unpublished(old: &Input<'_>, new: &Input<'_>, lists: &[ListCode]) -> Result<()> {
    let Some(list) = lists.iter().find(|list| list.ecfr_supplement().is_none()) else {
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
