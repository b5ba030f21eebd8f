//! One document as the register has it now. Pure.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::{Citation, ReadFrom, RecordedRule, Rule, RuleState};
use crate::parse::federal_register::document::{Filing, title_changes_the_list};
use crate::parse::federal_register::issuer::{Issuer, is_the_bureau, issuer, names_the_list};
use crate::parse::federal_register::{FederalRegisterDocument, touches_entity_list};
use crate::pipeline::federal_register::absence;

/// A document that may be a rule, on file or published, whoever issued it.
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
    /// The text must show that it amends the list: a document on public inspection has no abstract,
    /// and a title or an abstract may name the list without saying what is done to it.
    ItsTextTells,
}

impl Standing {
    pub fn filed(document: FederalRegisterDocument) -> Self {
        Self { document, published: false }
    }

    pub fn published(document: FederalRegisterDocument) -> Self {
        Self { document, published: true }
    }

    /// Whether the API names the Bureau of Industry and Security as who issued it, or nobody.
    pub fn may_be_of_the_bureau(&self) -> bool {
        issuer(&self.document.agencies) != Issuer::Another
    }

    /// A rule of another agency is worth its text only where its title names the list.
    pub fn touches(&self) -> Touches {
        let document = &self.document;
        if !document.may_be_a_rule() {
            return Touches::No;
        }
        let titled = names_the_list(&document.title);
        let named = titled || names_the_list(&document.abstract_text);
        match issuer(&document.agencies) {
            Issuer::Another if titled => Touches::ItsTextTells,
            Issuer::Another => Touches::No,
            Issuer::Bureau if touches_entity_list(document) => Touches::Yes,
            Issuer::Unknown
                if title_changes_the_list(&document.title) && document.is_called_a_rule() =>
            {
                Touches::Yes
            }
            Issuer::Bureau | Issuer::Unknown if named || document.abstract_text.is_empty() => {
                Touches::ItsTextTells
            }
            Issuer::Bureau | Issuer::Unknown => Touches::No,
        }
    }

    /// Whether it is of a time that was not asked for: the server may ignore the date that it is
    /// given. What was published before `since` was looked at then; without a date of
    /// publication only `oldest` tells, from which the record is kept.
    pub fn is_past(&self, since: Date, oldest: Date) -> bool {
        let filed_on = self.document.filed_at.map(|time| time.to_zoned(TimeZone::UTC).date());
        match self.document.publication_date {
            Some(published_on) => published_on < since,
            None => filed_on.is_some_and(|filed_on| filed_on < oldest),
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
            missing_checks: 0,
            unlisted_since: None,
            unlisted_checks: 0,
            changes_told_at: Vec::new(),
            text_unended: false,
            appearance_settled: false,
            lagging_told_at: None,
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
        let names = document
            .agencies
            .iter()
            .filter(|agency| is_the_bureau(agency))
            .chain(&document.agencies);
        let agency = names
            .map(|agency| if agency.name.is_empty() { &agency.raw_name } else { &agency.name })
            .find(|name| !name.is_empty());
        newer(&agency.cloned(), &mut record.agency);
        let filing = document.filing.map(|filing| match filing {
            Filing::Special => "special".to_owned(),
            Filing::Regular => "regular".to_owned(),
        });
        newer(&filing, &mut record.filing_type);
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
        absence::listed(record);
    }

    /// Where its text stands, the better kind first.
    pub fn texts(&self) -> Vec<(ReadFrom, &str)> {
        let xml = self.document.full_text_xml_url.as_deref().map(|url| (ReadFrom::Xml, url));
        let raw = self.document.raw_text_url.as_deref().map(|url| (ReadFrom::Text, url));
        xml.into_iter().chain(raw).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::federal_register::issuer::Agency;

    const BUREAU: &str = "Bureau of Industry and Security";
    const OTHER: &str = "Office of Foreign Assets Control";

    #[track_caller]
    fn check(agency: &str, kind: &str, title: &str, abstract_text: &str, expected: Touches) {
        let agencies = vec![Agency { raw_name: agency.to_owned(), ..Agency::default() }];
        let document = FederalRegisterDocument {
            document_number: "2025-1".to_owned(),
            kind: Some(kind.to_owned()).filter(|kind| !kind.is_empty()),
            title: title.to_owned(),
            abstract_text: abstract_text.to_owned(),
            agencies: if agency.is_empty() { Vec::new() } else { agencies },
            ..FederalRegisterDocument::default()
        };
        assert_eq!(Standing::published(document).touches(), expected, "{agency} {kind} {title}");
    }

    #[test]
    fn ok_rules_that_may_change_the_list() {
        check(BUREAU, "Rule", "Additions to the Entity List", "", Touches::Yes);
        check(
            BUREAU,
            "Final Rule",
            "Export Controls",
            "This rule adds five entities to the Entity List.",
            Touches::Yes,
        );
        check(BUREAU, "", "Additions to the Entity List", "", Touches::Yes);
        check("", "Rule", "Additions to the Entity List", "", Touches::Yes);
        check(BUREAU, "Rule", "", "", Touches::ItsTextTells);
        check("", "Rule", "", "", Touches::ItsTextTells);
        check(BUREAU, "Rule", "The Entity List", "Another matter.", Touches::ItsTextTells);
        check(
            BUREAU,
            "Rule",
            "Sanctions",
            "This rule places ten parties on the Entity List.",
            Touches::ItsTextTells,
        );
        check(BUREAU, "Rule", "Supplement No. 4 to Part 744 of the EAR", "", Touches::ItsTextTells);
        check(
            BUREAU,
            "Uncategorized Document",
            "Additions to the Entity List",
            "",
            Touches::ItsTextTells,
        );
        check(OTHER, "Rule", "Additions to the Entity List", "", Touches::ItsTextTells);
    }

    #[test]
    fn err_rules_that_do_not_and_documents_that_are_none() {
        check(BUREAU, "Rule", "Country Group D", "This rule moves a country.", Touches::No);
        check(
            OTHER,
            "Rule",
            "Sanctions",
            "This rule adds persons who are on the Entity List.",
            Touches::No,
        );
        check(OTHER, "Rule", "Sanctions", "", Touches::No);
        check(BUREAU, "Proposed Rule", "Additions to the Entity List", "", Touches::No);
        check(BUREAU, "Notice", "Additions to the Entity List", "", Touches::No);
    }
}
