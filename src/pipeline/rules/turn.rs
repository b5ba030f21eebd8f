//! What became of each document since the last check, and what is told of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::civil::Date;

use super::document::{Standing, Touches};
use super::notice::{self, Event};
use super::orders::Held;
use super::{read, workdays};
use crate::config::SourceKind;
use crate::domain::alert::NoticeStatus;
use crate::domain::{Document, ListCode, ReadFrom, RecordedRule, RuleState};
use crate::pipeline::watch::Observed;
use crate::record::{Outgoing, Result};

/// A document must be gone from public inspection for so long before it is told as withdrawn: one answer may be faulty.
const GONE_FOR: SignedDuration = SignedDuration::from_mins(60);
/// A document that is not published on its day is told as withdrawn so many business days later.
const LATE_BUSINESS_DAYS: u32 = 2;
/// The better text of a document is asked for during so many business days.
pub const READ_AGAIN_BUSINESS_DAYS: u32 = 10;

/// One check's documents.
pub struct Turn<'a> {
    observed: &'a Observed<'a>,
    pub rules: BTreeMap<String, RecordedRule>,
    /// The numbers of those that are to be written.
    pub changed: BTreeSet<String>,
    pub texts: Vec<Document>,
    pub looked_at: usize,
    events: Vec<Event>,
    held: Option<Held>,
    today: Date,
}

impl<'a> Turn<'a> {
    pub fn new(observed: &'a Observed<'a>, rules: BTreeMap<String, RecordedRule>, today: Date) -> Self {
        Self { observed, rules, changed: BTreeSet::new(), texts: Vec::new(), looked_at: 0, events: Vec::new(), held: None, today }
    }

    /// Takes in what the register shows. `filed_came`: the list of what is on file came whole, so that what it lacks is gone.
    pub async fn take(&mut self, standings: &[Standing], filed_came: bool) -> Result<()> {
        let published: BTreeSet<&str> = standings.iter().filter(|s| s.published).map(|s| s.document.document_number.as_str()).collect();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for standing in standings {
            let number = standing.document.document_number.as_str();
            seen.insert(number);
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
        let seen: BTreeSet<String> = seen.into_iter().map(str::to_owned).collect();
        self.note_gone(&seen, filed_came);
        Ok(())
    }

    async fn first_sight(&mut self, standing: &Standing) -> Result<()> {
        let touches = standing.touches();
        if touches == Touches::No {
            return Ok(());
        }
        let mut rule = standing.as_record(&self.observed.source.name, self.observed.now);
        let amends = match self.read_text(standing, &mut rule, ReadFrom::Text).await? {
            Some(amends) => amends,
            // Nothing but its title says that it touches the list: where that is silent, the next check asks for its text again.
            None if touches == Touches::ItsTextTells => return Ok(()),
            None => true,
        };
        // A title speaks of the list where a rule does not amend it; only the whole text with its instructions is surer.
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
            let may_come = rule.read_from < ReadFrom::Xml && rule.day() >= workdays::before(self.today, READ_AGAIN_BUSINESS_DAYS);
            if standing.touches() == Touches::Yes && standing.published && may_come {
                return self.first_sight(standing).await;
            }
            self.rules.insert(rule.document_number.clone(), rule);
            return Ok(());
        }
        let before = rule.clone();
        standing.bring_up_to_date(&mut rule);
        match (before.state, standing.published) {
            (RuleState::Filed | RuleState::Withdrawn | RuleState::Other, true) => {
                self.read_text(standing, &mut rule, ReadFrom::Text).await?;
                read::cite(&mut rule);
                let moved = Some(&before)
                    .filter(|before| before.rule.effective_on != rule.rule.effective_on)
                    .and_then(|before| before.rule.effective_on);
                let note = moved.map(|was| format!("What is new: its effective date was {was}."));
                self.tell(rule, NoticeStatus::Published, note);
            }
            (RuleState::Published, _) => {
                rule.state = RuleState::Published;
                if self.may_be_read_better(&rule) && self.read_text(standing, &mut rule, better_than(before.read_from)).await?.is_some() {
                    self.tell(rule, NoticeStatus::Changed, Some("Its text can be read now.".to_owned()));
                } else if rule == before {
                    self.rules.insert(rule.document_number.clone(), rule);
                } else if before.rule.effective_on.is_some()
                    && rule.rule.effective_on != before.rule.effective_on
                    && rule.alert_id.is_some()
                {
                    let note = notice::difference(&before, &rule);
                    self.tell(rule, NoticeStatus::Changed, note);
                    self.events.iter_mut().last().into_iter().for_each(|event| event.matters = true);
                } else {
                    self.keep(rule);
                }
            }
            (_, false) => {
                rule.state = RuleState::Filed;
                let another_text = rule.updated_at != before.updated_at || before.read_from == ReadFrom::Nothing;
                if another_text {
                    self.read_text(standing, &mut rule, ReadFrom::Text).await?;
                }
                match notice::difference(&before, &rule) {
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
    fn note_gone(&mut self, seen: &BTreeSet<String>, filed_came: bool) {
        let (now, today) = (self.observed.now, self.today);
        let gone: Vec<RecordedRule> = self
            .rules
            .values()
            .filter(|rule| rule.state == RuleState::Filed && !seen.contains(&rule.document_number))
            .filter(|rule| filed_came || rule.missing_since.is_some())
            .cloned()
            .collect();
        for mut rule in gone {
            let Some(since) = rule.missing_since else {
                rule.missing_since = Some(now);
                self.keep(rule);
                continue;
            };
            let awaited = rule.rule.published_on.is_some_and(|day| day <= today && today <= workdays::after(day, LATE_BUSINESS_DAYS));
            if now.duration_since(since) >= GONE_FOR && !awaited {
                rule.state = RuleState::Withdrawn;
                self.tell(rule, NoticeStatus::Withdrawn, None);
            }
        }
    }

    /// Reads the text and says whether it amends the list. None where it cannot be had, which is noted as a doubt.
    async fn read_text(&mut self, standing: &Standing, rule: &mut RecordedRule, at_least: ReadFrom) -> Result<Option<bool>> {
        match read::read(self.observed, standing, at_least).await {
            Ok(reading) => {
                if self.held.is_none() {
                    self.held = Some(held(self.observed).await?);
                }
                let nothing = Held::default();
                read::take_over(rule, standing.document.effective_on, &reading, self.held.as_ref().unwrap_or(&nothing));
                self.texts.push(reading.document);
                Ok(Some(reading.text.amends_the_list))
            }
            Err(problem) => {
                if rule.read_from == ReadFrom::Nothing {
                    (rule.certain, rule.doubts) = (false, vec![format!("its text could not be read yet: {problem}")]);
                }
                Ok(None)
            }
        }
    }

    fn may_be_read_better(&self, rule: &RecordedRule) -> bool {
        is_read_again(rule, self.today)
    }

    fn keep(&mut self, rule: RecordedRule) {
        self.changed.insert(rule.document_number.clone());
        self.rules.insert(rule.document_number.clone(), rule);
    }

    fn tell(&mut self, rule: RecordedRule, status: NoticeStatus, note: Option<String>) {
        self.events.push(Event { document_number: rule.document_number.clone(), status, matters: false, note });
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
        let listed: Vec<&mut RecordedRule> =
            self.rules.values_mut().filter(|rule| rule.concerns_the_list() && rule.day() >= since).collect();
        if listed.is_empty() { Ok(Vec::new()) } else { Ok(vec![notice::digest(self.observed, listed).await?]) }
    }
}

/// The text of this rule may still come, or come in a better kind.
pub fn is_read_again(rule: &RecordedRule, today: Date) -> bool {
    let best = if rule.state == RuleState::Published { ReadFrom::Xml } else { ReadFrom::Text };
    rule.concerns_the_list() && rule.read_from < best && rule.day() >= workdays::before(today, READ_AGAIN_BUSINESS_DAYS)
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
        .filter(|source| source.kind != SourceKind::FederalRegister && source.lists.contains(&ListCode::EL))
        .collect();
    sources.sort_by_key(|source| source.kind != SourceKind::Ecfr);
    for source in sources {
        let entries = observed.program.store.held_entries(&source.name, ListCode::EL).await?;
        if !entries.is_empty() {
            return Ok(Held::new(entries.into_iter().map(|stored| stored.entry).collect(), source.kind == SourceKind::Ecfr));
        }
    }
    Ok(Held::default())
}
