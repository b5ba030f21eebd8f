//! Where the bars of a chart are, in the units of its picture. Templates draw them.
//!
//! A picture is as wide as a phone. On a desk it is shown larger or beside others, so that its
//! letters can be read on both.

use serde::Serialize;

/// The width of a picture.
pub const WIDTH: f64 = 320.0;
/// The height of the part with bars.
const HEIGHT: f64 = 90.0;
/// Space for the letters above and below the bars.
const MARGIN: f64 = 16.0;
/// The part of its place that a bar fills.
const FILLED: f64 = 0.8;
/// The height of one line of a chart of rows.
const LINE: f64 = 20.0;
/// Where the bars of a chart of rows begin, after their titles, and where they end, before their
/// numbers.
const ROW_START: f64 = 122.0;
const ROW_END: f64 = 278.0;
/// Letters of a title that fit before the bars.
const MOST_LETTERS: usize = 20;

/// One bar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bar {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// A chart with a place for each label: a bar up and a bar down from a line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Columns {
    pub width: f64,
    pub height: f64,
    /// Where the line is.
    pub line: f64,
    pub up: Vec<Bar>,
    pub down: Vec<Bar>,
    /// The middle of each place, with its label. Some labels are left out if there are many.
    pub labels: Vec<Label>,
    /// The largest number up and down, for the scale.
    pub most_up: usize,
    pub most_down: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Label {
    pub x: f64,
    pub y: f64,
    pub text: String,
}

/// A chart with a line for each title: the title, a bar and the number.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rows {
    pub width: f64,
    pub height: f64,
    pub rows: Vec<ChartRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChartRow {
    pub title: String,
    pub count: usize,
    /// The base line of the letters.
    pub y: f64,
    pub bar: Bar,
}

/// The most labels below a chart of columns that do not touch each other.
const MOST_LABELS: usize = 8;
/// Half the width of the label of a year.
const HALF_LABEL: f64 = 14.0;

/// A chart of the numbers up and down at each label.
pub fn columns(values: &[(String, usize, usize)]) -> Columns {
    let most = |pick: fn(&(String, usize, usize)) -> usize| values.iter().map(pick).max();
    let (most_up, most_down) =
        (most(|value| value.1).unwrap_or(0), most(|value| value.2).unwrap_or(0));
    // One scale for both, so that their bars can be compared.
    let unit = HEIGHT / number((most_up + most_down).max(1));
    let line = MARGIN + number(most_up) * unit;
    let place = WIDTH / number(values.len().max(1));
    let width = rounded(place * FILLED);
    let bar = |at: usize, count: usize, is_up: bool| {
        let height = number(count) * unit;
        Bar {
            x: rounded((number(at) + (1.0 - FILLED) / 2.0) * place),
            y: rounded(if is_up { line - height } else { line }),
            width,
            height: rounded(height),
        }
    };
    let every = values.len().div_ceil(MOST_LABELS).max(1);
    let label = |(at, value): (usize, &(String, usize, usize))| Label {
        // The first and the last one stay in the picture.
        x: rounded((number(at) + 0.5) * place).clamp(HALF_LABEL, WIDTH - HALF_LABEL),
        y: HEIGHT + 2.0 * MARGIN - 4.0,
        text: value.0.clone(),
    };
    let bars = |pick: fn(&(String, usize, usize)) -> usize, is_up| {
        let counted = values.iter().map(pick).enumerate().filter(|(_, count)| *count > 0);
        counted.map(|(at, count)| bar(at, count, is_up)).collect()
    };
    Columns {
        width: WIDTH,
        height: HEIGHT + 2.0 * MARGIN,
        line: rounded(line),
        up: bars(|value| value.1, true),
        down: bars(|value| value.2, false),
        labels: values.iter().enumerate().step_by(every).map(label).collect(),
        most_up,
        most_down,
    }
}

/// A chart of a number for each title.
pub fn rows(values: &[(String, usize)]) -> Rows {
    let most = values.iter().map(|value| value.1).max().unwrap_or(0).max(1);
    let row = |(at, (title, count)): (usize, &(String, usize))| {
        let top = number(at) * LINE;
        ChartRow {
            title: shortened(title),
            count: *count,
            y: top + 14.0,
            bar: Bar {
                x: ROW_START,
                y: top + 3.0,
                width: rounded((ROW_END - ROW_START) * number(*count) / number(most)),
                height: LINE - 6.0,
            },
        }
    };
    Rows {
        width: WIDTH,
        height: number(values.len()) * LINE,
        rows: values.iter().enumerate().map(row).collect(),
    }
}

/// A title that fits before the bars.
fn shortened(title: &str) -> String {
    if title.chars().count() <= MOST_LETTERS {
        return title.to_owned();
    }
    let kept: String = title.chars().take(MOST_LETTERS - 1).collect();
    format!("{}…", kept.trim_end())
}

/// Counts are far below the numbers that a float cannot hold.
fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// To a tenth of a unit, which is less than a point of the screen.
fn rounded(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_same(a: f64, b: f64) -> bool {
        (a - b).abs() < 0.01
    }

    #[test]
    fn columns_share_one_scale_and_stay_in_the_picture() {
        let values = [("2024".to_owned(), 30, 10), ("2025".to_owned(), 0, 20)];
        let chart = columns(&values);
        assert_eq!((chart.most_up, chart.most_down), (30, 20));
        assert_eq!(chart.up.len(), 1, "no bar of nothing");
        let [small, large] = chart.down.as_slice() else { panic!("{chart:?}") };
        assert!(is_same(large.height, 2.0 * small.height));
        assert!(is_same(chart.up[0].y + chart.up[0].height, chart.line));
        for bar in chart.up.iter().chain(&chart.down) {
            assert!(bar.x >= 0.0 && bar.x + bar.width <= WIDTH, "{bar:?}");
            assert!(bar.y >= MARGIN && bar.y + bar.height <= MARGIN + HEIGHT + 0.1, "{bar:?}");
        }
    }

    #[test]
    fn many_years_have_fewer_labels_and_nothing_gives_an_empty_chart() {
        let years: Vec<_> = (2000..2030).map(|year| (year.to_string(), 1, 0)).collect();
        let labels: Vec<String> =
            columns(&years).labels.into_iter().map(|label| label.text).collect();
        assert!(labels.len() <= MOST_LABELS && labels[0] == "2000", "{labels:?}");
        let is_inside = |label: &Label| (HALF_LABEL..=WIDTH - HALF_LABEL).contains(&label.x);
        assert!(columns(&years).labels.iter().all(is_inside));
        let nothing = columns(&[]);
        assert!(nothing.up.is_empty() && nothing.labels.is_empty());
    }

    #[test]
    fn the_longest_row_fills_its_place() {
        let chart = rows(&[("China".to_owned(), 40), ("Iran".to_owned(), 10)]);
        assert!(is_same(chart.rows[0].bar.width, ROW_END - ROW_START));
        assert!(is_same(chart.rows[1].bar.width * 4.0, chart.rows[0].bar.width));
        assert!(is_same(chart.height, 2.0 * LINE));
    }
}
