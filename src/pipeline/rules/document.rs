//! One document as the register has it now. Pure.

use jiff::Timestamp;

use crate::domain::{Citation, ReadFrom, RecordedRule, Rule, RuleState};
use crate::parse::federal_register::document::Filing;
use crate::parse::federal_register::{FederalRegisterDocument, touches_entity_list};

/// The API's word for the Bureau of Industry and Security.
const AGENCY: &str = "industry-and-security-bureau";

/// A rule of the agency, on file or published.
#[derive(Clone, Debug)]
pub struct Standing {
    pub document: FederalRegisterDocument,
    pub published: bool,
}

/// By title and abstract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touches {
    Yes,
    No,
    /// A document on public inspection has no abstract: its text must tell.
    ItsTextTells,
}

impl Standing {
    pub fn filed(document: FederalRegisterDocument) -> Option<Self> {
        is_rule_of_the_agency(&document).then_some(Self { document, published: false })
    }

    pub fn published(document: FederalRegisterDocument) -> Option<Self> {
        is_rule_of_the_agency(&document).then_some(Self { document, published: true })
    }

    pub fn touches(&self) -> Touches {
        if touches_entity_list(&self.document) {
            Touches::Yes
        } else if self.document.abstract_text.is_empty() {
            Touches::ItsTextTells
        } else {
            Touches::No
        }
    }

    /// What the API says of it, with nothing read yet.
    pub fn as_record(&self, source: &str, now: Timestamp) -> RecordedRule {
        let mut record = RecordedRule {
            rule: Rule {
                citation: None,
                document_number: None,
                title: None,
                url: None,
                filed_at: None,
                effective_on: None,
                published_on: None,
            },
            document_number: self.document.document_number.clone(),
            source: source.to_owned(),
            state: RuleState::Filed,
            volume: None,
            start_page: None,
            end_page: None,
            agency: None,
            filing_type: None,
            pdf_url: None,
            updated_at: None,
            read_from: ReadFrom::Nothing,
            text_sha256: None,
            certain: false,
            doubts: Vec::new(),
            effective_text: None,
            savings_clause: None,
            changes: Vec::new(),
            first_seen_at: now,
            alert_id: None,
            told_at: None,
            told: Vec::new(),
            missing_since: None,
            appearance_settled: false,
        };
        self.bring_up_to_date(&mut record);
        record
    }

    /// Takes over what the API says now; what it says no more stays as it was known.
    pub fn bring_up_to_date(&self, record: &mut RecordedRule) {
        let document = &self.document;
        let newer = |new: &Option<String>, old: &mut Option<String>| {
            if new.is_some() {
                old.clone_from(new);
            }
        };
        let rule = &mut record.rule;
        rule.document_number = Some(document.document_number.clone());
        newer(&document.citation, &mut rule.citation);
        newer(&Some(document.title.clone()).filter(|title| !title.is_empty()), &mut rule.title);
        newer(&document.html_url, &mut rule.url);
        newer(&document.pdf_url, &mut record.pdf_url);
        rule.filed_at = document.filed_at.or(rule.filed_at);
        rule.effective_on = document.effective_on.or(rule.effective_on);
        rule.published_on = document.publication_date.or(rule.published_on);
        let agency = document.agencies.iter().find(|agency| agency.slug == AGENCY).map(|agency| agency.name.clone());
        newer(&agency.filter(|name| !name.is_empty()), &mut record.agency);
        let filing = document.filing.map(|filing| match filing {
            Filing::Special => "special".to_owned(),
            Filing::Regular => "regular".to_owned(),
        });
        newer(&filing, &mut record.filing_type);
        record.updated_at = document.updated_at.or(record.updated_at);
        if self.published {
            record.state = RuleState::Published;
            if let Some(Citation::Page { volume, page }) = document.citation.as_deref().map(Citation::from_text) {
                record.volume = Some(volume);
                record.start_page = Some(document.start_page.unwrap_or(page));
                record.end_page = document.end_page.or(Some(page));
            }
        }
        record.missing_since = None;
    }

    /// Where its text stands, the better kind first.
    pub fn texts(&self) -> Vec<(ReadFrom, &str)> {
        let xml = self.document.full_text_xml_url.as_deref().map(|url| (ReadFrom::Xml, url));
        let raw = self.document.raw_text_url.as_deref().map(|url| (ReadFrom::Text, url));
        xml.into_iter().chain(raw).collect()
    }
}

fn is_rule_of_the_agency(document: &FederalRegisterDocument) -> bool {
    document.kind.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("rule"))
        && document.agencies.iter().any(|agency| agency.slug == AGENCY)
}
