//! Prints results: tables for people, `{"<command>": [objects]}` for programs. A closed pipe is not
//! an error.

use std::io::{
    Write, {self},
};

use comfy_table::{ContentArrangement, Table, TableStyle};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::args::OutputFormat;
use crate::deliver::plain;

/// Prints rows in the requested format. For people, `cells` makes the cells of each row under
/// `header`, and `nothing` is printed if there is no row.
///
/// # Errors
///
/// If `out` cannot be written to. A closed pipe is not an error.
pub fn rows<T: Serialize>(
    out: &mut dyn Write,
    format: OutputFormat,
    command: &str,
    rows: &[T],
    header: &[&str],
    nothing: &str,
    cells: impl Fn(&T) -> Vec<String>,
) -> io::Result<()> {
    match format {
        OutputFormat::Json => json(
            out,
            &serde_json::Map::from_iter([(command.to_owned(), serde_json::to_value(rows)?)]),
        ),
        OutputFormat::Text if rows.is_empty() => line(out, nothing),
        OutputFormat::Text => line(out, &table(header, rows.iter().map(cells))),
    }
}

/// Prints one JSON value and a line break.
///
/// # Errors
///
/// If `out` cannot be written to. A closed pipe is not an error.
pub fn json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    line(out, &text)
}

/// Prints a text and a line break.
///
/// # Errors
///
/// If `out` cannot be written to. A closed pipe is not an error.
pub fn line(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "{}", text.trim_end_matches('\n'))
        .and_then(|()| out.flush())
        .or_else(ignore_closed_pipe)
}

/// Prints a problem on standard error.
pub fn problem(text: &str) {
    let _ = writeln!(io::stderr(), "entitywatch: {text}");
}

/// Rows in columns, each as wide as its widest cell, without rules, so that other tools can cut and
/// sort them. A cell stays on one line, and control characters of a publisher never reach the
/// terminal.
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().map(|name| name.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| plain::line(cell)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// A time for people: to the second, in UTC.
pub fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// The value, or a dash if it is absent.
pub fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// Prints the text of a publisher or a person on one line, and keeps its indentation.
///
/// # Errors
///
/// If `out` cannot be written to. A closed pipe is not an error.
pub fn one_line(out: &mut dyn Write, text: &str) -> io::Result<()> {
    let indent = text.len() - text.trim_start_matches(' ').len();
    line(out, &format!("{}{}", " ".repeat(indent), plain::line(text)))
}

/// Ignores a closed pipe, as in `entitywatch entries | head`.
pub fn ignore_closed_pipe(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct ClosedPipe;
    impl Write for ClosedPipe {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn printed(format: OutputFormat, names: &[&str]) -> String {
        let mut out = Vec::new();
        rows(&mut out, format, "sources", names, &["name", "length"], "no source", |name| {
            vec![(*name).to_owned(), name.len().to_string()]
        })
        .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn people_get_columns() {
        assert_eq!(
            printed(OutputFormat::Text, &["csl", "e\u{1b}cfr"]),
            "NAME   LENGTH\ncsl    3\ne cfr  5\n"
        );
        assert_eq!(printed(OutputFormat::Text, &[]), "no source\n");
    }

    #[test]
    fn the_text_of_a_publisher_stays_on_one_line() {
        let mut out = Vec::new();
        one_line(&mut out, "    added: Alder\nremoved: Birch \u{1b}[8m\u{202e}\u{9b}Works")
            .unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "    added: Alder removed: Birch [8m Works\n");
    }

    #[test]
    fn programs_get_an_object_with_the_name_of_the_command() {
        let value: serde_json::Value =
            serde_json::from_str(&printed(OutputFormat::Json, &["csl"])).unwrap();
        assert_eq!(value, serde_json::json!({"sources": ["csl"]}));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&printed(OutputFormat::Json, &[])).unwrap(),
            serde_json::json!({"sources": []})
        );
    }

    #[test]
    fn a_closed_pipe_is_not_an_error() {
        assert!(line(&mut ClosedPipe, "text").is_ok());
    }
}
