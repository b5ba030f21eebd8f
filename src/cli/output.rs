//! How results are printed: tables for people, `{"<command>": [objects]}` for programs. A closed
//! pipe is no error.

use std::io::{
    Write, {self},
};

use comfy_table::{ContentArrangement, Table, TableStyle};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::args::OutputFormat;
use crate::deliver::plain;

/// Prints rows as the format says: for people `table` makes cells of each row, under `header`; with
/// no row, `nothing` is said instead.
///
/// # Errors
/// Where `out` cannot be written to; a closed pipe is none.
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
/// Where `out` cannot be written to; a closed pipe is none.
pub fn json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    line(out, &text)
}

/// Prints a text and a line break.
///
/// # Errors
/// Where `out` cannot be written to; a closed pipe is none.
pub fn line(out: &mut dyn Write, text: &str) -> io::Result<()> {
    quiet(writeln!(out, "{}", text.trim_end_matches('\n')).and_then(|()| out.flush()))
}

/// Says on standard error what is wrong.
pub fn problem(text: &str) {
    let _ = writeln!(io::stderr(), "entitywatch: {text}");
}

/// Rows in columns, each as wide as its widest cell; without lines, so that they can be cut and
/// sorted. A cell stays on its line, and a publisher's control characters reach no terminal.
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

/// What is absent, as people write it.
pub fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// Prints what a publisher or a person wrote, on one line; what is indented stays so.
///
/// # Errors
/// Where `out` cannot be written to; a closed pipe is none.
pub fn one_line(out: &mut dyn Write, text: &str) -> io::Result<()> {
    let indent = text.len() - text.trim_start_matches(' ').len();
    line(out, &format!("{}{}", " ".repeat(indent), plain::line(text)))
}

/// `entitywatch entries | head` ends quietly.
fn quiet(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
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
    fn what_a_publisher_wrote_stays_on_its_line() {
        let mut out = Vec::new();
        one_line(&mut out, "    added: Alder\nremoved: Birch \u{1b}[8m\u{202e}\u{9b}Works")
            .unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "    added: Alder removed: Birch [8m Works\n");
    }

    #[test]
    fn programs_get_an_object_named_as_the_command() {
        let value: serde_json::Value =
            serde_json::from_str(&printed(OutputFormat::Json, &["csl"])).unwrap();
        assert_eq!(value, serde_json::json!({"sources": ["csl"]}));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&printed(OutputFormat::Json, &[])).unwrap(),
            serde_json::json!({"sources": []})
        );
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        assert!(line(&mut ClosedPipe, "text").is_ok());
    }
}
