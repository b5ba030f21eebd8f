//! `completions SHELL` and `man`: generated from the definition of the command line.

use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory;

use crate::cli::args::Cli;
use crate::cli::output;

/// Prints the completions of a shell.
///
/// # Errors
///
/// If `out` cannot be written to.
pub fn completions(shell: clap_complete::Shell, out: &mut dyn Write) -> io::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "entitywatch", &mut script);
    output::line(out, &String::from_utf8_lossy(&script))
}

/// Prints the main manual page, in roff.
///
/// # Errors
///
/// If `out` cannot be written to.
pub fn man(out: &mut dyn Write) -> io::Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    output::line(out, &String::from_utf8_lossy(&page))
}

/// Writes the manual pages of the program and of each command to a folder: `entitywatch.1`,
/// `entitywatch-run.1`, …
///
/// # Errors
///
/// If the folder cannot be made or written to.
pub fn man_pages(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Cli::command(), folder)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_manual_page_that_a_page_cites_is_written() {
        let folder = tempfile::tempdir().unwrap();
        man_pages(folder.path()).unwrap();
        let mut written = BTreeSet::new();
        let mut cited = BTreeSet::new();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap().replace('\\', "");
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            written.insert(name.trim_end_matches(".1").to_owned());
            cited.extend(
                text.split_whitespace()
                    .filter_map(|word| word.split_once("(1)").map(|(name, _)| name.to_owned())),
            );
        }
        assert!(cited.contains("entitywatch-run"), "{cited:?}");
        assert_eq!(cited.difference(&written).collect::<Vec<_>>(), Vec::<&String>::new());
    }
}
