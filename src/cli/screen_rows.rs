//! Prints matches while they are found, so that memory does not grow with the counterparty file.

use std::io::{BufWriter, Write};

use crate::cli::args::ScreenFormat;
use crate::cli::output;
use crate::screen::{MatchRow, Screened};

const HEADER: [&str; 15] = [
    "match_id",
    "watchlist",
    "band",
    "score",
    "id",
    "name",
    "country",
    "owner",
    "entry",
    "list",
    "entry_countries",
    "compared",
    "compared_entry",
    "reasons",
    "citations",
];

/// The output of one screening.
pub struct Printer<'a> {
    format: ScreenFormat,
    out: BufWriter<&'a mut dyn Write>,
    rows: usize,
}

impl<'a> Printer<'a> {
    pub fn begin(
        format: ScreenFormat,
        screened: &Screened,
        out: &'a mut dyn Write,
    ) -> std::io::Result<Self> {
        let mut out = BufWriter::new(out);
        match format {
            ScreenFormat::Json => {
                let screened = serde_json::to_string(screened)?;
                write!(out, "{{\"screened\": {screened},\n \"matches\": [")?;
            }
            ScreenFormat::Csv => write_csv(&mut out, &HEADER.map(str::to_owned))?,
            ScreenFormat::Text => {}
        }
        Ok(Self { format, out, rows: 0 })
    }

    pub fn row(&mut self, row: &MatchRow<'_>) -> std::io::Result<()> {
        self.rows += 1;
        match self.format {
            ScreenFormat::Json => {
                let separator = if self.rows == 1 { "\n  " } else { ",\n  " };
                write!(self.out, "{separator}{}", serde_json::to_string(row)?)
            }
            ScreenFormat::Csv => write_csv(&mut self.out, &cells(row)),
            ScreenFormat::Text => self.text(row),
        }
    }

    fn text(&mut self, row: &MatchRow<'_>) -> std::io::Result<()> {
        let party = row.counterparty;
        let id = if party.id.is_empty() { String::new() } else { format!("{} ", party.id) };
        let countries = row.entry.countries.join(" ");
        for line in [
            format!("{} {:.3}: {id}{}", row.band.as_str(), row.score, party.name),
            format!("    may be: {} [{}] {countries}", row.entry.name, row.entry.list),
            format!("    compared: {} with {}", row.compared.counterparty, row.compared.entry),
            format!("    because: {}", row.reasons.join("; ")),
        ] {
            output::one_line(&mut self.out, &line)?;
        }
        Ok(())
    }

    pub fn end(mut self) -> std::io::Result<()> {
        match self.format {
            ScreenFormat::Json if self.rows == 0 => writeln!(self.out, "]}}")?,
            ScreenFormat::Json => writeln!(self.out, "\n ]}}")?,
            ScreenFormat::Text if self.rows == 0 => writeln!(self.out, "no match")?,
            ScreenFormat::Text | ScreenFormat::Csv => {}
        }
        self.out.flush()
    }
}

fn cells(row: &MatchRow<'_>) -> [String; 15] {
    let citations: Vec<String> = row.entry.citations.iter().map(ToString::to_string).collect();
    [
        row.match_id.to_string(),
        row.watchlist.to_owned(),
        row.band.as_str().to_owned(),
        row.score.to_string(),
        row.counterparty.id.clone(),
        row.counterparty.name.clone(),
        row.counterparty.country.clone(),
        row.counterparty.owner.clone(),
        row.entry.name.clone(),
        row.entry.list.to_string(),
        row.entry.countries.join(" "),
        row.compared.counterparty.clone(),
        row.compared.entry.clone(),
        row.reasons.join("; "),
        citations.join("; "),
    ]
}

fn write_csv(out: &mut impl Write, cells: &[String]) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells)?;
    let line = writer.into_inner().map_err(|error| error.into_error())?;
    out.write_all(&line)
}
