//! Tables for people: columns if they fit the screen, else wrapped, else one field a line.

use anstyle::{AnsiColor, Style};
use comfy_table::{ColumnConstraint, ContentArrangement, Row, Table, TableStyle, Width};

use crate::cli::terminal::Screen;
use crate::deliver::plain;

/// Spaces between two columns.
const GAP: u16 = 2;
/// A longer word may be broken in a column: an address or an error of a server. Ids are shorter.
const LONGEST_WHOLE_WORD: u16 = 40;
/// Words that are colored where they are alone in a cell.
const COLORED_CELLS: [(&str, AnsiColor); 11] = [
    ("added", AnsiColor::Green),
    ("removed", AnsiColor::Red),
    ("revised", AnsiColor::Yellow),
    ("high", AnsiColor::Red),
    ("dead", AnsiColor::Red),
    ("pending", AnsiColor::Yellow),
    ("delivered", AnsiColor::Green),
    ("open", AnsiColor::Yellow),
    ("accepted", AnsiColor::Green),
    ("rejected", AnsiColor::Red),
    ("relisted", AnsiColor::Red),
];

/// Rows in columns without rules. A cell stays on one line if the screen has no width. Control
/// characters of a publisher never reach the terminal.
pub fn table(
    screen: Screen,
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let header: Vec<String> = header.iter().map(|name| name.to_uppercase()).collect();
    let rows: Vec<Vec<String>> =
        rows.into_iter().map(|row| row.iter().map(|cell| plain::line(cell)).collect()).collect();
    let lines = match screen.width {
        None => in_columns(&header, &rows, None),
        Some(width) => fitted(&header, &rows, width),
    };
    let colored = |(at, line): (usize, &String)| match at {
        _ if !screen.colored => line.clone(),
        0 if line.starts_with(header.first().map_or("", String::as_str)) => bold(line),
        _ => with_colored_cells(line),
    };
    lines.iter().enumerate().map(|line| colored(line) + "\n").collect()
}

/// A text in lines of at most this width. What is continued is indented by two more spaces.
pub fn wrapped(text: &str, indent: usize, width: Option<u16>) -> String {
    let margin = " ".repeat(indent);
    let room = width.map(|width| {
        let used = u16::try_from(indent).unwrap_or(u16::MAX).saturating_add(2 * GAP);
        width.saturating_sub(used).max(LONGEST_WHOLE_WORD / 2)
    });
    let Some(room) = room else { return format!("{margin}{text}") };
    let mut table = plain_table(std::iter::once(vec![text.to_owned()]));
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(room + GAP);
    let lines: Vec<String> = trimmed(&table);
    format!("{margin}{}", lines.join(&format!("\n{margin}  ")))
}

/// A bold line, such as the title of a section.
pub fn bold(line: &str) -> String {
    let style = Style::new().bold();
    format!("{style}{line}{style:#}")
}

fn fitted(header: &[String], rows: &[Vec<String>], width: u16) -> Vec<String> {
    let everything = || std::iter::once(header.to_vec()).chain(rows.iter().cloned());
    let natural = plain_table(everything()).column_max_content_widths();
    if total(&natural) <= width {
        return in_columns(header, rows, None);
    }
    let words = everything().map(|row| row.iter().map(|cell| cell.replace(' ', "\n")).collect());
    let least: Vec<u16> = plain_table(words)
        .column_max_content_widths()
        .into_iter()
        .map(|word| word.min(LONGEST_WHOLE_WORD))
        .collect();
    if total(&least) <= width {
        return in_columns(header, rows, Some((width, &least)));
    }
    one_field_a_line(header, rows, width)
}

/// The width of a table with columns of these widths.
fn total(widths: &[u16]) -> u16 {
    let gaps = u16::try_from(widths.len().saturating_sub(1)).unwrap_or(u16::MAX);
    widths.iter().fold(gaps.saturating_mul(GAP), |sum, width| sum.saturating_add(*width))
}

/// The lines of a table with a header: natural, or wrapped to a width, where a column is at least
/// this wide.
fn in_columns(header: &[String], rows: &[Vec<String>], fit: Option<(u16, &[u16])>) -> Vec<String> {
    let mut table = plain_table(std::iter::once(header.to_vec()).chain(rows.iter().cloned()));
    if let Some((width, least)) = fit {
        // The gap after the last column is cut off.
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width.saturating_add(GAP))
            .set_constraints(
                least.iter().map(|word| ColumnConstraint::LowerBoundary(Width::Fixed(word + GAP))),
            );
    }
    trimmed(&table)
}

/// Each row as a block, with a line for each field that has a value.
fn one_field_a_line(header: &[String], rows: &[Vec<String>], width: u16) -> Vec<String> {
    let mut lines = Vec::new();
    for row in rows {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let fields =
            header.iter().zip(row).filter(|(_, value)| !matches!(value.as_str(), "" | "-"));
        let mut table =
            plain_table(fields.map(|(name, value)| vec![name.to_lowercase(), value.clone()]));
        let names = header.iter().map(|name| name.chars().count()).max().unwrap_or_default();
        let names = u16::try_from(names).unwrap_or(width / 2).min(width / 2);
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width.saturating_add(GAP))
            .set_constraints([ColumnConstraint::Absolute(Width::Fixed(names + GAP))]);
        lines.extend(trimmed(&table));
    }
    lines
}

fn plain_table(rows: impl Iterator<Item = Vec<String>>) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled);
    for row in rows {
        table.add_row(Row::from(row));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    table
}

fn trimmed(table: &Table) -> Vec<String> {
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// The line with the colors of the cells that consist of one of [`COLORED_CELLS`].
fn with_colored_cells(line: &str) -> String {
    let gap = " ".repeat(usize::from(GAP));
    let cell = |text: &str| {
        let (word, spaces) = (text.trim(), text.len() - text.trim_start().len());
        COLORED_CELLS.iter().find(|(colored, _)| *colored == word).map_or_else(
            || text.to_owned(),
            |(_, color)| {
                let style = Style::new().fg_color(Some((*color).into()));
                format!("{}{style}{word}{style:#}", " ".repeat(spaces))
            },
        )
    };
    line.split(&gap).map(cell).collect::<Vec<_>>().join(&gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [[&str; 3]; 2] = [
        ["chg_1", "removed", "Alder Optics Co. and its many subsidiaries"],
        ["chg_2", "added", "Birch\u{1b}[8m Works"],
    ];

    fn shown(width: Option<u16>, colored: bool) -> String {
        let rows = ROWS.map(|row| row.map(str::to_owned).to_vec());
        table(Screen { width, colored }, &["id", "kind", "name"], rows)
    }

    fn check(width: Option<u16>, expected: &str) {
        assert_eq!(shown(width, false), expected, "{width:?}");
    }

    const FULL: &str = "ID     KIND     NAME\n\
                        chg_1  removed  Alder Optics Co. and its many subsidiaries\n\
                        chg_2  added    Birch [8m Works\n";

    #[test]
    fn ok_rows_that_fit_or_have_no_screen_stay_on_one_line() {
        check(None, FULL);
        check(Some(80), FULL);
        check(Some(58), FULL);
    }

    #[test]
    fn ok_a_narrower_screen_wraps_between_words() {
        check(
            Some(40),
            "ID     KIND     NAME\n\
             chg_1  removed  Alder Optics Co. and its\n\
             \u{20}               many subsidiaries\n\
             chg_2  added    Birch [8m Works\n",
        );
    }

    #[test]
    fn ok_where_words_do_not_fit_each_field_has_a_line() {
        check(
            Some(24),
            "id    chg_1\n\
             kind  removed\n\
             name  Alder Optics Co.\n\
             \u{20}     and its many\n\
             \u{20}     subsidiaries\n\
             \n\
             id    chg_2\n\
             kind  added\n\
             name  Birch [8m Works\n",
        );
    }

    #[test]
    fn ok_nothing_is_wider_than_the_screen() {
        for width in 20..80 {
            let shown = shown(Some(width), false);
            let widest = shown.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= usize::from(width), "{width}:\n{shown}");
        }
    }

    #[test]
    fn ok_colors_change_no_character() {
        let colored = shown(Some(40), true);
        assert!(colored.contains("\u{1b}[31mremoved\u{1b}[0m"), "{colored:?}");
        assert!(colored.starts_with("\u{1b}[1mID"), "{colored:?}");
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), shown(Some(40), false));
    }

    #[test]
    fn ok_a_text_is_wrapped_with_its_indent() {
        assert_eq!(wrapped("one two", 4, None), "    one two");
        let text = "what was seen in the file and what is expected of it now";
        let shown = wrapped(text, 4, Some(40));
        assert_eq!(shown, "    what was seen in the file and\n      what is expected of it now");
    }
}
