//! What became of each document since the last check, and what is told of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::config::SourceKind;
use crate::domain::alert::NoticeStatus;
use crate::domain::{Change, Document, ListCode, ReadFrom, RecordedRule, RuleState, business_days};
use crate::pipeline::check::Observed;
use crate::pipeline::federal_register::absence::{
    Evidence, {self},
};
use crate::pipeline::federal_register::notice::{
    Event, {self},
};
use crate::pipeline::federal_register::orders::Held;
use crate::pipeline::federal_register::register_entry::{Standing, Touches};
use crate::pipeline::federal_register::rule_text::Reading;
use crate::pipeline::federal_register::{rule_text, warn_of_text};
use crate::store::{Outgoing, Result};

/// Readers are alerted so many times a day that one document was changed. A publisher whose servers
/// show two versions in turn changes it at each check; what is left out is alerted when a day has
/// passed, if it still differs.
const MOST_CHANGES_TOLD: usize = 4;
const CHANGES_TOLD_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// A plain text without its end that lost entries is believed if it has so much of the size of the
/// one before: an amended text is about as long.
const LEAST_OF_TEXT_PERCENT: u64 = 75;
/// The better text of a document is asked for during so many business days.
pub const READ_AGAIN_BUSINESS_DAYS: u32 = 10;

/// One check's documents.
pub struct Turn<'a> {
    observed: &'a Observed<'a>,
    pub rules: BTreeMap<String, RecordedRule>,
    /// The numbers of those that are to be written.
    pub changed: BTreeSet<String>,
    /// Of those too, of which nothing but our own notes has changed.
    pub noted: BTreeSet<String>,
    /// A text could not be had: the next check asks for the lists without conditions, to come upon
    /// its document again.
    pub asks_again: bool,
    pub texts: Vec<Document>,
    pub looked_at: usize,
    events: Vec<Event>,
    held: Option<Held>,
    today: Date,
}

impl<'a> Turn<'a> {
    pub fn new(
        observed: &'a Observed<'a>,
        rules: BTreeMap<String, RecordedRule>,
        today: Date,
    ) -> Self {
        Self {
            observed,
            rules,
            changed: BTreeSet::new(),
            noted: BTreeSet::new(),
            asks_again: false,
            texts: Vec::new(),
            looked_at: 0,
            events: Vec::new(),
            held: None,
            today,
        }
    }

    /// Takes in what the register shows. `listed` are the numbers of all documents that it shows,
    /// and `evidence` says what it means that one is not among them.
    pub async fn take(
        &mut self,
        standings: &[Standing],
        listed: &BTreeSet<String>,
        evidence: Evidence,
    ) -> Result<()> {
        let published: BTreeSet<&str> = standings
            .iter()
            .filter(|s| s.published)
            .map(|s| s.document.document_number.as_str())
            .collect();
        for standing in standings {
            let number = standing.document.document_number.as_str();
            // On the day of its publication a document stands in both lists.
            if !standing.published && published.contains(number) {
                continue;
            }
            self.looked_at += 1;
            match self.rules.remove(number) {
                None => self.first_sight(standing).await?,
                Some(rule) => self.seen_again(standing, rule).await?,
            }
        }
        self.note_gone(listed, evidence);
        Ok(())
    }

    async fn first_sight(&mut self, standing: &Standing) -> Result<()> {
        let touches = standing.touches();
        if touches == Touches::No {
            return Ok(());
        }
        let mut rule = standing.as_record(&self.observed.source.name, self.observed.now);
        // A text that was cut may have lost what amends the list.
        let may_be_cut = |amends: &bool, rule: &RecordedRule| {
            !amends && rule.text_unended && touches == Touches::ItsTextTells
        };
        let amends = match self.read_text(standing, &mut rule, ReadFrom::Text).await? {
            Some(amends) if may_be_cut(&amends, &rule) && !self.is_old(standing) => {
                self.asks_again = true;
                return Ok(());
            }
            Some(amends) => amends,
            // Nothing but its title says that it touches the list: where that is silent, the next
            // check asks for its text again.
            None if touches == Touches::ItsTextTells => {
                self.asks_again = true;
                return Ok(());
            }
            None => true,
        };
        // A title speaks of the list where a rule does not amend it; only the whole text with its
        // instructions is surer.
        if !amends && (touches == Touches::ItsTextTells || rule.read_from == ReadFrom::Xml) {
            rule.state = RuleState::Other;
            self.keep(rule);
            return Ok(());
        }
        let status = if standing.published { NoticeStatus::Published } else { NoticeStatus::Filed };
        self.tell(rule, status, None);
        Ok(())
    }

    async fn seen_again(&mut self, standing: &Standing, mut rule: RecordedRule) -> Result<()> {
        if rule.state == RuleState::Other {
            // Its better text may say what the plain one did not, and so may another file on public
            // inspection.
            let may_come = rule.read_from < ReadFrom::Xml
                && rule.day() >= business_days::before(self.today, READ_AGAIN_BUSINESS_DAYS);
            let has_better =
                standing.document.full_text_xml_url.is_some() || standing.touches() == Touches::Yes;
            let another_file =
                !standing.published && standing.document.updated_at > rule.updated_at;
            if standing.touches() != Touches::No
                && (standing.published && may_come && has_better || another_file)
            {
                let asked_before = self.asks_again;
                self.first_sight(standing).await?;
                if !self.rules.contains_key(&rule.document_number) {
                    self.asks_again = asked_before || another_file;
                    self.rules.insert(rule.document_number.clone(), rule);
                }
                return Ok(());
            }
            self.rules.insert(rule.document_number.clone(), rule);
            return Ok(());
        }
        let before = rule.clone();
        standing.bring_up_to_date(&mut rule);
        if before.rule.citation.is_none() && rule.rule.citation.is_some() {
            rule_text::cite(&mut rule);
        }
        match (before.state, standing.published) {
            (RuleState::Filed | RuleState::Withdrawn | RuleState::Other, true) => {
                self.read_text(standing, &mut rule, ReadFrom::Text).await?;
                rule_text::cite(&mut rule);
                let moved = Some(&before)
                    .filter(|before| before.rule.effective_on != rule.rule.effective_on)
                    .and_then(|before| before.rule.effective_on);
                let note = moved.map(|was| format!("What is new: its effective date was {was}."));
                self.tell(rule, NoticeStatus::Published, note);
            }
            (RuleState::Published, _) => {
                rule.state = RuleState::Published;
                if self.may_be_read_better(&rule)
                    && self
                        .read_text(standing, &mut rule, better_than(before.read_from))
                        .await?
                        .is_some()
                {
                    self.tell(
                        rule,
                        NoticeStatus::Changed,
                        Some("Its text can be read now.".to_owned()),
                    );
                } else if rule == before {
                    self.rules.insert(rule.document_number.clone(), rule);
                } else if before.rule.effective_on.is_some()
                    && rule.rule.effective_on != before.rule.effective_on
                    && rule.alert_id.is_some()
                {
                    if self.has_told_enough(&rule) {
                        self.rules.insert(rule.document_number.clone(), before);
                        self.asks_again = true;
                        return Ok(());
                    }
                    let note = notice::difference(&before, &rule);
                    self.tell(rule, NoticeStatus::Changed, note);
                    self.events
                        .iter_mut()
                        .last()
                        .into_iter()
                        .for_each(|event| event.matters = true);
                } else {
                    self.keep(rule);
                }
            }
            (_, false) => {
                rule.state = RuleState::Filed;
                let another_text = rule.updated_at != before.updated_at
                    || before.read_from == ReadFrom::Nothing
                    || before.text_unended;
                if another_text
                    && self.read_text(standing, &mut rule, ReadFrom::Text).await?.is_none()
                {
                    // The other text is still to be read.
                    rule.updated_at = before.updated_at;
                    self.asks_again = true;
                }
                match notice::difference(&before, &rule) {
                    Some(_) if self.has_told_enough(&rule) => {
                        self.rules.insert(rule.document_number.clone(), before);
                        self.asks_again = true;
                    }
                    Some(note) => self.tell(rule, NoticeStatus::Changed, Some(note)),
                    None if rule == before => {
                        self.rules.insert(rule.document_number.clone(), rule);
                    }
                    None => self.keep(rule),
                }
            }
        }
        Ok(())
    }

    /// What was on file, is on file no more and is not published.
    fn note_gone(&mut self, listed: &BTreeSet<String>, evidence: Evidence) {
        let gone: Vec<RecordedRule> = self
            .rules
            .values()
            .filter(|rule| {
                rule.state == RuleState::Filed && !listed.contains(&rule.document_number)
            })
            .cloned()
            .collect();
        for mut rule in gone {
            if absence::unlisted(&mut rule, evidence, self.observed.now, self.today) {
                rule.state = RuleState::Withdrawn;
                self.tell(rule, NoticeStatus::Withdrawn, None);
            } else {
                self.noted.insert(rule.document_number.clone());
                self.rules.insert(rule.document_number.clone(), rule);
            }
        }
    }

    fn is_old(&self, standing: &Standing) -> bool {
        let day = standing.as_record("", self.observed.now).day();
        day < business_days::before(self.today, READ_AGAIN_BUSINESS_DAYS)
    }

    /// Whether readers were alerted often enough today that this document was changed.
    fn has_told_enough(&self, rule: &RecordedRule) -> bool {
        let now = self.observed.now;
        let lately = rule
            .changes_told_at
            .iter()
            .filter(|told_at| now.duration_since(**told_at) < CHANGES_TOLD_WITHIN);
        lately.count() >= MOST_CHANGES_TOLD
    }

    /// Reads the text and says whether it amends the list. None where it cannot be had, which is
    /// noted as a doubt.
    async fn read_text(
        &mut self,
        standing: &Standing,
        rule: &mut RecordedRule,
        at_least: ReadFrom,
    ) -> Result<Option<bool>> {
        match rule_text::read(self.observed, standing, at_least).await {
            Ok(reading) => {
                if self.held.is_none() {
                    self.held = Some(held(self.observed).await?);
                }
                let nothing = Held::default();
                if let Some(problem) = self.cut(rule, &reading).await? {
                    warn_of_text(&rule.document_number, &problem);
                    return Ok(None);
                }
                rule_text::take_over(
                    rule,
                    standing.document.effective_on,
                    &reading,
                    self.held.as_ref().unwrap_or(&nothing),
                );
                self.texts.push(reading.document);
                Ok(Some(reading.text.amends_the_list))
            }
            Err(problem) => {
                if rule.read_from == ReadFrom::Nothing {
                    (rule.certain, rule.doubts) =
                        (false, vec![format!("its text could not be read yet: {problem}")]);
                }
                Ok(None)
            }
        }
    }

    /// What is wrong with a plain text that was read before and has now lost entries: it may have
    /// come cut, or be another page.
    async fn cut(&self, rule: &RecordedRule, reading: &Reading) -> Result<Option<String>> {
        if reading.from != ReadFrom::Text || reading.is_ended || rule.changes.is_empty() {
            return Ok(None);
        }
        let mut read_now = rule.clone();
        rule_text::take_over(
            &mut read_now,
            None,
            reading,
            self.held.as_ref().unwrap_or(&Held::default()),
        );
        let has = |change: &Change| {
            read_now
                .changes
                .iter()
                .any(|now| now.kind == change.kind && now.entry.name == change.entry.name)
        };
        if reading.text.amends_the_list && rule.changes.iter().all(has) {
            return Ok(None);
        }
        let size = match &rule.text_sha256 {
            Some(sha256) => self
                .observed
                .program
                .store
                .document(sha256)
                .await?
                .map_or(0, |document| document.size_bytes),
            None => 0,
        };
        let least = size.saturating_mul(LEAST_OF_TEXT_PERCENT) / 100;
        let got = reading.document.size_bytes;
        let is_cut = !rule.text_unended || got < least || !reading.text.amends_the_list;
        Ok(is_cut.then(|| {
            format!(
                "expected the whole text of {size} bytes or its successor, but got {got} bytes \
                 without an end"
            )
        }))
    }

    fn may_be_read_better(&self, rule: &RecordedRule) -> bool {
        is_read_again(rule, self.today)
    }

    fn keep(&mut self, rule: RecordedRule) {
        self.changed.insert(rule.document_number.clone());
        self.rules.insert(rule.document_number.clone(), rule);
    }

    fn tell(&mut self, mut rule: RecordedRule, status: NoticeStatus, note: Option<String>) {
        if status == NoticeStatus::Changed {
            let now = self.observed.now;
            rule.changes_told_at
                .retain(|told_at| now.duration_since(*told_at) < CHANGES_TOLD_WITHIN);
            rule.changes_told_at.push(now);
        }
        self.events.push(Event {
            document_number: rule.document_number.clone(),
            status,
            matters: false,
            note,
        });
        self.keep(rule);
    }

    /// One alert for each document of which there is something to tell.
    pub async fn notices(&mut self) -> Result<Vec<Outgoing>> {
        let mut all = Vec::new();
        for event in std::mem::take(&mut self.events) {
            if let Some(rule) = self.rules.get_mut(&event.document_number)
                && let Some(outgoing) = notice::of(self.observed, rule, &event).await?
            {
                all.push(outgoing);
            }
        }
        Ok(all)
    }

    /// One alert for all documents of `since` and later; none where there are none.
    pub async fn digest(&mut self, since: Date) -> Result<Vec<Outgoing>> {
        self.events.clear();
        let listed: Vec<&mut RecordedRule> = self
            .rules
            .values_mut()
            .filter(|rule| rule.concerns_the_list() && rule.day() >= since)
            .collect();
        if listed.is_empty() {
            Ok(Vec::new())
        } else {
            Ok(vec![notice::digest(self.observed, listed).await?])
        }
    }
}

/// The text of this rule may still come, or come in a better kind.
pub fn is_read_again(rule: &RecordedRule, today: Date) -> bool {
    let best = if rule.state == RuleState::Published { ReadFrom::Xml } else { ReadFrom::Text };
    let may_be_cut = rule.text_unended && rule.state == RuleState::Filed;
    rule.concerns_the_list()
        && (rule.read_from < best || may_be_cut)
        && rule.day() >= business_days::before(today, READ_AGAIN_BUSINESS_DAYS)
}

fn better_than(read_from: ReadFrom) -> ReadFrom {
    if read_from == ReadFrom::Nothing { ReadFrom::Text } else { ReadFrom::Xml }
}

/// The Entity List as it is held, of the eCFR where that is watched.
async fn held(observed: &Observed<'_>) -> Result<Held> {
    let mut sources: Vec<_> = observed
        .wiring
        .config
        .sources
        .iter()
        .filter(|source| {
            source.kind != SourceKind::FederalRegister && source.lists.contains(&ListCode::EL)
        })
        .collect();
    sources.sort_by_key(|source| source.kind != SourceKind::Ecfr);
    for source in sources {
        let entries = observed.program.store.current_entries(&source.name, ListCode::EL).await?;
        if !entries.is_empty() {
            return Ok(Held::new(
                entries.into_iter().map(|stored| stored.entry).collect(),
                source.kind == SourceKind::Ecfr,
            ));
        }
    }
    Ok(Held::default())
}
