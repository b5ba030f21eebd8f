//! The texts of sections of the regulation, as accepted. Texts are added and never replaced.

use crate::domain::{RecordedSection, SectionNumber};
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::transaction::Tx;
use crate::store::value::json;
use crate::store::{Result, Store};

impl Store {
    /// The current text of each section of a source, or of all sources, by the number of the
    /// section. Sections that are not watched any more are among them.
    pub async fn current_sections(&self, source: Option<&str>) -> Result<Vec<RecordedSection>> {
        let statement = sql("SELECT source, json FROM section_text AS one \
                 WHERE seq = (SELECT MAX(other.seq) FROM section_text AS other \
                 WHERE other.source = one.source AND other.section = one.section)")
        .and_if(" AND source = $?", source)
        .then(" ORDER BY section, source");
        self.pools.fetch("read the sections", statement, section_of).await
    }

    /// All texts of one section of a source, newest first.
    pub async fn section_texts(
        &self,
        source: &str,
        section: &SectionNumber,
    ) -> Result<Vec<RecordedSection>> {
        let statement = sql("SELECT source, json FROM section_text \
                 WHERE source = $1 AND section = $2 ORDER BY seq DESC")
        .bind(source)
        .bind(section.as_str());
        self.pools.fetch("read the texts of a section", statement, section_of).await
    }
}

/// Adds a text. From now on it is the current one of its section.
pub async fn write(tx: &mut Tx, section: &RecordedSection) -> Result<()> {
    let statement = sql("INSERT INTO section_text (source, section, observed_at, json) \
                         VALUES ($1, $2, $3, $4)")
    .bind(section.source.as_str())
    .bind(section.text.section.as_str())
    .bind(section.observed_at)
    .bind(json(section)?);
    tx.execute("write the text of a section", statement).await?;
    Ok(())
}

/// The name of the source is taken from its column, because a source can be renamed.
fn section_of(row: &Row) -> Result<RecordedSection> {
    Ok(RecordedSection { source: row.text(0)?, ..row.json(1)? })
}
