//! The documents in which the watched sections are: Part 744, which the check has fetched, and the
//! other parts, which are fetched for the same date. A section that its part does not have is
//! requested by itself before it counts as absent.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::domain::{Document, PART_OF_LISTS, SectionNumber};
use crate::fetch::{FetchError, FetchedDocument};
use crate::parse::ecfr::{Sections, sections};
use crate::pipeline::background::in_background;
use crate::pipeline::check::operator_alerts::Failure;
use crate::pipeline::check::parse_document::UnreadableDocument;
use crate::pipeline::check::recorder::CheckRecorder;
use crate::pipeline::regulation::assess::Found;

/// What the documents have of each watched section.
#[derive(Default)]
pub struct PartDocuments {
    /// The publisher's date, the same of all documents.
    pub as_of: Option<Date>,
    sections: BTreeMap<SectionNumber, Result<FoundSection, Failure>>,
    /// The documents that the check of the lists does not store.
    documents: Vec<Document>,
}

/// What a document has of a section.
pub struct FoundSection {
    pub found: Found,
    pub document: Document,
}

/// Fetches and reads the documents of the watched sections. A part that cannot be fetched does not
/// keep the others from being read.
pub async fn read(recorder: &CheckRecorder<'_>, fetched: &FetchedDocument) -> PartDocuments {
    let mut by_part: BTreeMap<&str, Vec<SectionNumber>> = BTreeMap::new();
    for number in &recorder.source.sections {
        by_part.entry(number.part()).or_default().push(number.clone());
    }
    let mut documents = PartDocuments { as_of: fetched.as_of, ..PartDocuments::default() };
    for (part, numbers) in by_part {
        let publisher = Publisher { recorder, part, as_of: fetched.as_of };
        let whole = if part == PART_OF_LISTS {
            Ok(Some(fetched.document.clone()))
        } else {
            publisher.fetch(None).await
        };
        documents.add_part(&publisher, whole, numbers).await;
    }
    documents
}

impl PartDocuments {
    /// What its document has of a section. `None` if it was not requested.
    pub fn find(&self, number: &SectionNumber) -> Option<&Result<FoundSection, Failure>> {
        self.sections.get(number)
    }

    /// The fetched documents other than Part 744, to be stored.
    pub fn into_documents(self) -> Vec<Document> {
        self.documents
    }

    /// Adds the sections of one part. `whole` is its document, or `None` if there is none.
    async fn add_part(
        &mut self,
        publisher: &Publisher<'_>,
        whole: Result<Option<Document>, Failure>,
        numbers: Vec<SectionNumber>,
    ) {
        let whole = match whole {
            Ok(Some(document)) => match publisher.read(&document, numbers.clone()).await {
                Ok(sections) => Some((document, sections)),
                Err(failure) => return self.fail(numbers, &failure),
            },
            Ok(None) => None,
            Err(failure) => return self.fail(numbers, &failure),
        };
        for number in numbers {
            let in_part = whole.as_ref().map(|(document, sections)| FoundSection {
                found: found_in(sections, &number),
                document: document.clone(),
            });
            let found = match in_part {
                Some(section) if section.found != Found::Absent => Ok(section),
                absent => self.request(publisher, &number, absent).await,
            };
            self.sections.insert(number, found);
        }
        self.documents.extend(
            whole.map(|(document, _)| document).filter(|_| publisher.part != PART_OF_LISTS),
        );
    }

    /// Requests a section by itself. `absent` is the part without it, if there is such a document.
    async fn request(
        &mut self,
        publisher: &Publisher<'_>,
        number: &SectionNumber,
        absent: Option<FoundSection>,
    ) -> Result<FoundSection, Failure> {
        let Some(document) = publisher.fetch(Some(number)).await? else {
            // A part without any document is served again soon.
            let message = format!("part {} is not served for this date", publisher.part);
            return absent.ok_or(Failure { message, refused: false, retry_after: None });
        };
        let sections = publisher.read(&document, vec![number.clone()]).await?;
        let found = found_in(&sections, number);
        self.documents.push(document.clone());
        Ok(FoundSection { found, document })
    }

    fn fail(&mut self, numbers: Vec<SectionNumber>, failure: &Failure) {
        self.sections.extend(numbers.into_iter().map(|number| (number, Err(failure.clone()))));
    }
}

/// Where the documents of one part come from.
struct Publisher<'a> {
    recorder: &'a CheckRecorder<'a>,
    part: &'a str,
    as_of: Option<Date>,
}

impl Publisher<'_> {
    /// The document of the part, or of one section. `None` if there is none on that date.
    async fn fetch(&self, section: Option<&SectionNumber>) -> Result<Option<Document>, Failure> {
        let Self { recorder, part, as_of } = self;
        let Some(date) = *as_of else {
            return Err(refused(format!("expected a date of part {part}, but got none")));
        };
        let (fetcher, address) = (&recorder.wiring.fetcher, &recorder.source.address);
        let fetched = fetcher.fetch_ecfr_part_on(address, part, section, date, recorder.now).await;
        match fetched {
            Ok(fetched) => Ok(Some(fetched.document)),
            Err(FetchError { not_found: true, .. }) => Ok(None),
            Err(FetchError { message, refused, retry_after, .. }) => {
                Err(Failure { message: format!("part {part}: {message}"), refused, retry_after })
            }
        }
    }

    async fn read(
        &self,
        document: &Document,
        numbers: Vec<SectionNumber>,
    ) -> Result<Sections, Failure> {
        let document = document.clone();
        let read = in_background(move || sections_of(&document, &numbers)).await;
        read.map_err(|problem| refused(format!("part {} is refused: {problem}", self.part)))
    }
}

fn refused(message: String) -> Failure {
    Failure { message, refused: true, retry_after: None }
}

/// The sections in a document.
///
/// # Errors
/// The document cannot be decompressed or parsed.
pub fn sections_of(
    document: &Document,
    numbers: &[SectionNumber],
) -> Result<Sections, UnreadableDocument> {
    Ok(sections(document.reader()?, numbers)?)
}

/// What some sections of a document say about one of them.
pub fn found_in(sections: &Sections, number: &SectionNumber) -> Found {
    if sections.repeated.contains(number) {
        return Found::Repeated;
    }
    let text = sections.texts.iter().find(|text| text.section == *number);
    text.map_or(Found::Absent, |text| Found::Text(text.clone()))
}
