//! One document as the Federal Register lists it now, and whether it can change the Entity List.
//! Pure.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::{Citation, ReadFrom, RecordedRule, Rule, RuleState, utc_day};
use crate::parse::federal_register::document::{Filing, title_changes_the_list};
use crate::parse::federal_register::issuer::{Issuer, is_the_bureau, issuer, names_the_list};
use crate::parse::federal_register::{FederalRegisterDocument, touches_entity_list};

/// A document that may be a rule, from any agency, on public inspection or published.
#[derive(Clone, Debug)]
pub struct ListedDocument {
    pub document: FederalRegisterDocument,
    pub published: bool,
}

/// Whether a document changes the Entity List, by its title and abstract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relevance {
    ChangesList,
    Unrelated,
    /// Only the text shows whether the document amends the list. A document on public inspection
    /// has no abstract, and a title or an abstract can name the list without saying what changes.
    NeedsText,
}

impl ListedDocument {
    pub fn published(document: FederalRegisterDocument) -> Self {
        Self { document, published: true }
    }

    pub fn number(&self) -> &str {
        &self.document.document_number
    }

    /// Whether the API names the Bureau of Industry and Security as the issuer, or names no issuer.
    pub fn may_be_from_bureau(&self) -> bool {
        issuer(&self.document.agencies) != Issuer::Another
    }

    /// The relevance of the document. The text of another agency's rule is read only if its title
    /// names the list.
    pub fn relevance(&self) -> Relevance {
        let document = &self.document;
        if !document.may_be_a_rule() {
            return Relevance::Unrelated;
        }
        let title_names_list = names_the_list(&document.title);
        let list_is_named = title_names_list || names_the_list(&document.abstract_text);
        match issuer(&document.agencies) {
            Issuer::Another if title_names_list => Relevance::NeedsText,
            Issuer::Another => Relevance::Unrelated,
            Issuer::Bureau if touches_entity_list(document) => Relevance::ChangesList,
            Issuer::Unknown
                if title_changes_the_list(&document.title) && document.is_called_a_rule() =>
            {
                Relevance::ChangesList
            }
            Issuer::Bureau | Issuer::Unknown
                if list_is_named || document.abstract_text.is_empty() =>
            {
                Relevance::NeedsText
            }
            Issuer::Bureau | Issuer::Unknown => Relevance::Unrelated,
        }
    }

    /// Whether the document is older than the period that was requested: the server may ignore the
    /// requested date. Published documents before `since` were checked earlier. Without a
    /// publication date, only documents filed before `oldest`, the start of what the store is asked
    /// for, are too old.
    pub fn is_too_old(&self, since: Date, oldest: Date) -> bool {
        let filed_on = self.document.filed_at.map(utc_day);
        match self.document.publication_date {
            Some(published_on) => published_on < since,
            None => filed_on.is_some_and(|filed_on| filed_on < oldest),
        }
    }

    /// A new record with what the API says about the document. No text is read yet.
    pub fn to_recorded_rule(&self, source: &str, now: Timestamp) -> RecordedRule {
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
            alerted_at: None,
            alerted_changes: Vec::new(),
            missing_since: None,
            missing_checks: 0,
            unlisted_since: None,
            unlisted_checks: 0,
            change_alerts_at: Vec::new(),
            text_unended: false,
            appearance_settled: false,
            lagging_alerted_at: None,
        };
        self.update(&mut record);
        record
    }

    /// Copies what the API says now into the record. What the API no longer says stays recorded.
    pub fn update(&self, record: &mut RecordedRule) {
        let document = &self.document;
        let rule = &mut record.rule;
        rule.document_number = Some(document.document_number.clone());
        update_if_present(&mut rule.citation, document.citation.as_ref());
        let title = Some(&document.title).filter(|title| !title.is_empty());
        update_if_present(&mut rule.title, title);
        update_if_present(&mut rule.url, document.html_url.as_ref());
        update_if_present(&mut record.pdf_url, document.pdf_url.as_ref());
        rule.filed_at = document.filed_at.or(rule.filed_at);
        rule.effective_on = document.effective_on.or(rule.effective_on);
        rule.published_on = document.publication_date.or(rule.published_on);
        update_if_present(&mut record.agency, self.agency_name());
        if let Some(filing) = document.filing {
            let filing_type = match filing {
                Filing::Special => "special",
                Filing::Regular => "regular",
            };
            record.filing_type = Some(filing_type.to_owned());
        }
        record.updated_at = document.updated_at.or(record.updated_at);
        if self.published {
            record.state = RuleState::Published;
            if let Some(Citation::Page { volume, page }) =
                document.citation.as_deref().map(Citation::from_text)
            {
                record.volume = Some(volume);
                record.start_page = Some(document.start_page.unwrap_or(page));
                record.end_page = document.end_page.or(Some(page));
            }
        }
    }

    /// The name of the issuing agency: the bureau, if it is one of several.
    fn agency_name(&self) -> Option<&String> {
        let agencies = &self.document.agencies;
        agencies
            .iter()
            .filter(|agency| is_the_bureau(agency))
            .chain(agencies)
            .map(|agency| if agency.name.is_empty() { &agency.raw_name } else { &agency.name })
            .find(|name| !name.is_empty())
    }

    /// The addresses of its text, the best format first.
    pub fn text_urls(&self) -> Vec<(ReadFrom, &str)> {
        let xml = self.document.full_text_xml_url.as_deref().map(|url| (ReadFrom::Xml, url));
        let raw = self.document.raw_text_url.as_deref().map(|url| (ReadFrom::Text, url));
        xml.into_iter().chain(raw).collect()
    }
}

fn update_if_present(recorded: &mut Option<String>, listed: Option<&String>) {
    if let Some(listed) = listed {
        *recorded = Some(listed.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::federal_register::issuer::Agency;

    const BUREAU: &str = "Bureau of Industry and Security";
    const OTHER: &str = "Office of Foreign Assets Control";

    #[track_caller]
    fn check(agency: &str, kind: &str, title: &str, abstract_text: &str, expected: Relevance) {
        let agencies = vec![Agency { raw_name: agency.to_owned(), ..Agency::default() }];
        let document = FederalRegisterDocument {
            document_number: "2025-1".to_owned(),
            kind: Some(kind.to_owned()).filter(|kind| !kind.is_empty()),
            title: title.to_owned(),
            abstract_text: abstract_text.to_owned(),
            agencies: if agency.is_empty() { Vec::new() } else { agencies },
            ..FederalRegisterDocument::default()
        };
        assert_eq!(
            ListedDocument::published(document).relevance(),
            expected,
            "{agency} {kind} {title}"
        );
    }

    #[test]
    fn ok_rules_that_may_change_the_list() {
        check(BUREAU, "Rule", "Additions to the Entity List", "", Relevance::ChangesList);
        check(
            BUREAU,
            "Final Rule",
            "Export Controls",
            "This rule adds five entities to the Entity List.",
            Relevance::ChangesList,
        );
        check(BUREAU, "", "Additions to the Entity List", "", Relevance::ChangesList);
        check("", "Rule", "Additions to the Entity List", "", Relevance::ChangesList);
        check(BUREAU, "Rule", "", "", Relevance::NeedsText);
        check("", "Rule", "", "", Relevance::NeedsText);
        check(BUREAU, "Rule", "The Entity List", "Another matter.", Relevance::NeedsText);
        check(
            BUREAU,
            "Rule",
            "Sanctions",
            "This rule places ten parties on the Entity List.",
            Relevance::NeedsText,
        );
        check(BUREAU, "Rule", "Supplement No. 4 to Part 744 of the EAR", "", Relevance::NeedsText);
        check(
            BUREAU,
            "Uncategorized Document",
            "Additions to the Entity List",
            "",
            Relevance::NeedsText,
        );
        check(OTHER, "Rule", "Additions to the Entity List", "", Relevance::NeedsText);
    }

    #[test]
    fn err_rules_that_do_not_change_the_list_and_documents_that_are_no_rules() {
        check(
            BUREAU,
            "Rule",
            "Country Group D",
            "This rule moves a country.",
            Relevance::Unrelated,
        );
        check(
            OTHER,
            "Rule",
            "Sanctions",
            "This rule adds persons who are on the Entity List.",
            Relevance::Unrelated,
        );
        check(OTHER, "Rule", "Sanctions", "", Relevance::Unrelated);
        check(BUREAU, "Proposed Rule", "Additions to the Entity List", "", Relevance::Unrelated);
        check(BUREAU, "Notice", "Additions to the Entity List", "", Relevance::Unrelated);
    }
}
