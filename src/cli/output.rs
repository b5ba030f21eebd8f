//! Prints results: tables for people; `{"<command>": [objects]}`, JSON Lines or CSV for programs. A
//! closed pipe is not an error.

use std::io::{
    Write, {self},
};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::args::OutputFormat;
use crate::cli::{table, terminal};
use crate::deliver::plain;
use crate::stored_json;

/// Prints rows in the requested format. For people, `cells` makes the cells of each row under
/// `header`, and `nothing` is printed if there is no row.
///
/// # Errors
///
/// If `out` cannot be written to. A closed pipe is not an error.
pub fn rows<T: Serialize + JsonSchema>(
    out: &mut dyn Write,
    format: OutputFormat,
    command: &str,
    rows: &[T],
    header: &[&str],
    nothing: &str,
    cells: impl Fn(&T) -> Vec<String>,
) -> io::Result<()> {
    match format {
        OutputFormat::Text if rows.is_empty() => line(out, nothing),
        OutputFormat::Text => line(out, &table(header, rows.iter().map(cells))),
        _ => records(out, format, command, rows),
    }
}

/// Prints rows for programs: as one JSON object, as a line of JSON each, or as CSV. A command that
/// prints something else than a table for people calls it for the other formats.
///
/// # Errors
///
/// If `out` cannot be written to. A closed pipe is not an error.
pub fn records<T: Serialize + JsonSchema>(
    out: &mut dyn Write,
    format: OutputFormat,
    command: &str,
    rows: &[T],
) -> io::Result<()> {
    match format {
        OutputFormat::Text | OutputFormat::Json => json(
            out,
            &serde_json::Map::from_iter([(command.to_owned(), serde_json::to_value(rows)?)]),
        ),
        OutputFormat::Jsonl => {
            let mut lines = String::new();
            for row in rows {
                lines.push_str(&serde_json::to_string(row)?);
                lines.push('\n');
            }
            exactly(out, &lines)
        }
        OutputFormat::Csv => exactly(out, &stored_json::csv(rows)?),
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

/// Rows in columns, as far as they fit the screen.
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    table::table(terminal::current(), header, rows)
}

/// A bold title, if the screen shows colors.
pub fn title(text: &str) -> String {
    if terminal::current().colored { table::bold(text) } else { text.to_owned() }
}

/// A time for people: to the second, in UTC.
pub fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// The value, or a dash if it is absent.
pub fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// Prints the text of a publisher or a person on one line, and keeps its indentation. It is wrapped
/// only to fit the screen.
///
/// # Errors
///
/// If `out` cannot be written to. A closed pipe is not an error.
pub fn one_line(out: &mut dyn Write, text: &str) -> io::Result<()> {
    let indent = text.len() - text.trim_start_matches(' ').len();
    line(out, &table::wrapped(&plain::line(text), indent, terminal::current().width))
}

/// Prints a text as it is.
fn exactly(out: &mut dyn Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).or_else(ignore_closed_pipe)
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

    #[derive(Serialize, JsonSchema)]
    struct Named {
        name: String,
    }

    fn printed(format: OutputFormat, names: &[&str]) -> String {
        let mut out = Vec::new();
        let named: Vec<Named> =
            names.iter().map(|name| Named { name: (*name).to_owned() }).collect();
        rows(&mut out, format, "sources", &named, &["name", "length"], "no source", |row| {
            vec![row.name.clone(), row.name.len().to_string()]
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
        assert_eq!(value, serde_json::json!({"sources": [{"name": "csl"}]}));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&printed(OutputFormat::Json, &[])).unwrap(),
            serde_json::json!({"sources": []})
        );
    }

    #[test]
    fn programs_get_lines_of_json_or_csv_with_a_header() {
        let names = ["csl", "e\u{1b}cfr"];
        assert_eq!(
            printed(OutputFormat::Jsonl, &names),
            "{\"name\":\"csl\"}\n{\"name\":\"e\\u001bcfr\"}\n"
        );
        assert_eq!(printed(OutputFormat::Jsonl, &[]), "");
        assert_eq!(printed(OutputFormat::Csv, &names), "name\ncsl\ne\u{1b}cfr\n");
        assert_eq!(printed(OutputFormat::Csv, &[]), "name\n");
    }

    #[test]
    fn a_closed_pipe_is_not_an_error() {
        assert!(line(&mut ClosedPipe, "text").is_ok());
    }
}
