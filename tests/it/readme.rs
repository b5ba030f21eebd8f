//! The README shows the help of the program. `UPDATE_README=1 cargo test readme` updates it.

use std::path::Path;
use std::process::Command;

#[test]
fn the_readme_shows_the_help_that_the_program_prints() {
    let output = Command::new(env!("CARGO_BIN_EXE_entitywatch"))
        .arg("-h")
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once("<!-- help -->").unwrap();
    let (_, after) = rest.split_once("<!-- /help -->").unwrap();
    let expected =
        format!("{before}<!-- help -->\n```text\n{}\n```\n<!-- /help -->{after}", help.trim_end());
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
}
