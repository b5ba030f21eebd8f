//! All changes, and which of them a filter selects. A change that several sources show is one.

use jiff::Timestamp;
use rustc_hash::FxHashMap;

use crate::domain::search::{Search, searched_text};
use crate::domain::{AlertId, ChangeId, ChangeKind, Citation, ListCode, Severity, same};
use crate::store::{ChangeFacts, ChangeQuery};
use crate::web::catalog::interned::Interned;
use crate::web::catalog::texts::{Text, Texts};

/// One change of one source.
#[derive(Clone, Debug)]
pub struct ChangeLine {
    pub seq: i64,
    pub source: u32,
    pub list: ListCode,
    pub kind: ChangeKind,
    pub severity: Severity,
    pub editorial: bool,
    pub backfilled: bool,
    pub observed_at: Timestamp,
    /// The change that it is, or that it confirms.
    pub shown_as: u32,
    /// The entry of a removal has the countries before it, others those after it.
    countries: u32,
    /// Of the entry before and after. A filter by country selects by both.
    all_countries: u32,
    /// The new page that it cites.
    pub citation: Option<Citation>,
    alert: Option<u32>,
    /// `same::name_key` of its entry.
    name: u32,
    text: Text,
}

/// All changes, in the order in which they were stored.
#[derive(Debug, Default)]
pub struct Changes {
    lines: Vec<ChangeLine>,
    sources: Interned,
    ids: Interned,
    alerts: Interned,
    names: Interned,
    countries: Interned,
    texts: Texts,
}

/// Selects changes.
#[derive(Clone, Debug, Default)]
pub struct ChangeFilter {
    pub query: ChangeQuery,
    pub severity: Option<Severity>,
    /// The document number or a page of the rule. It is compared after the others: see
    /// `changes_found`.
    pub rule: Option<String>,
}

/// What is known of the changes of a rule before they are read: a change of it meets one of these.
#[derive(Clone, Debug, Default)]
pub struct RuleTraits {
    pub alerts: Vec<AlertId>,
    /// The volume, and the first and last page.
    pub pages: Option<(u16, u32, u32)>,
    pub citation: Option<Citation>,
    /// `same::name_key` of the entries that it orders.
    pub names: Vec<String>,
}

impl Changes {
    pub fn add(&mut self, facts: &ChangeFacts) {
        let change = &facts.change;
        let states = || [Some(&change.entry), change.before.as_ref()].into_iter().flatten();
        let mut all: Vec<&str> =
            states().flat_map(|entry| &entry.countries).map(String::as_str).collect();
        all.sort_unstable();
        all.dedup();
        // An entry of unknown country may be in each.
        if states().any(|entry| entry.countries.is_empty()) {
            all.clear();
        }
        let texts: Vec<String> = states().map(searched_text).collect();
        let shown_as = change.confirms.as_ref().unwrap_or(&change.change_id);
        self.lines.push(ChangeLine {
            seq: facts.seq,
            source: self.sources.add(&facts.source),
            list: change.entry.list,
            kind: change.kind,
            severity: change.severity,
            editorial: change.editorial,
            backfilled: facts.backfilled,
            observed_at: facts.observed_at,
            shown_as: self.ids.add(shown_as.as_str()),
            countries: self.countries.add(&change.entry.countries.join(" ")),
            all_countries: self.countries.add(&all.join(" ")),
            citation: change.newest_citation().cloned(),
            alert: facts.alert_id.as_ref().map(|id| self.alerts.add(id.as_str())),
            name: self.names.add(&same::name_key(&change.entry.name)),
            text: self.texts.add(texts.iter().flat_map(|text| text.lines())),
        });
    }

    /// Frees what only adding needs.
    pub fn seal(&mut self) {
        self.lines.shrink_to_fit();
        self.texts.seal();
        for texts in [
            &mut self.sources,
            &mut self.ids,
            &mut self.alerts,
            &mut self.names,
            &mut self.countries,
        ] {
            texts.seal();
        }
    }

    pub fn all(&self) -> &[ChangeLine] {
        &self.lines
    }

    pub fn source(&self, line: &ChangeLine) -> &str {
        self.sources.text(line.source)
    }

    /// The codes of the countries of the entry.
    pub fn countries(&self, line: &ChangeLine) -> impl Iterator<Item = &str> {
        self.countries.text(line.countries).split(' ')
    }

    /// The changes that match. Those of the newest check come first; those of one check are in the
    /// order in which they were stored: as `Store::changes` returns them.
    pub fn select(&self, filter: &ChangeFilter) -> Vec<&ChangeLine> {
        let query = &filter.query;
        let source = query.source.as_deref().map(|source| self.sources.number(source));
        let search = query.search.as_deref().map(|text| self.texts.find(&Search::new(text)));
        let is_wanted = |codes: &str| {
            query.countries.is_empty()
                || codes.is_empty()
                || codes.split(' ').any(|code| query.countries.iter().any(|one| one == code))
        };
        let has_country: Vec<bool> = self.countries.iter().map(is_wanted).collect();
        let matches = |line: &&ChangeLine| {
            source.is_none_or(|source| source == Some(line.source))
                && query.list.is_none_or(|list| list == line.list)
                && query.kind.is_none_or(|kind| kind == line.kind)
                && query.since.is_none_or(|since| line.observed_at >= since)
                && query.until.is_none_or(|until| line.observed_at < until)
                && (query.editorial || !line.editorial)
                && filter.severity.is_none_or(|severity| severity == line.severity)
                && has_country.get(line.all_countries as usize).copied().unwrap_or(false)
                && search.as_ref().is_none_or(|find| find(line.text).is_some())
        };
        let mut found: Vec<&ChangeLine> = self.lines.iter().filter(matches).collect();
        found.sort_by(|a, b| b.observed_at.cmp(&a.observed_at).then(a.seq.cmp(&b.seq)));
        found
    }

    /// The changes that may belong to a rule, in the order in which they were stored.
    pub fn near_rule(&self, rule: &RuleTraits) -> Vec<&ChangeLine> {
        let alerts: Vec<Option<u32>> =
            rule.alerts.iter().filter_map(|id| self.alerts.number(id.as_str())).map(Some).collect();
        let mut named = vec![false; self.names.len()];
        for name in &rule.names {
            let number = self.names.number(name).map(|number| number as usize);
            if let Some(named) = number.and_then(|number| named.get_mut(number)) {
                *named = true;
            }
        }
        let is_near = |line: &&ChangeLine| {
            alerts.contains(&line.alert) && line.alert.is_some()
                || named.get(line.name as usize).copied().unwrap_or(false)
                || line.citation.is_some() && line.citation == rule.citation
                || rule.has_page(line.citation.as_ref())
        };
        self.lines.iter().filter(is_near).collect()
    }

    /// One group for each change, with its lines in all sources, the first one first. A group is
    /// where its first line is in `found`.
    pub fn grouped(&self, found: &[&ChangeLine]) -> Vec<Vec<i64>> {
        let mut wanted: FxHashMap<u32, Vec<&ChangeLine>> =
            found.iter().map(|line| (line.shown_as, Vec::new())).collect();
        for line in &self.lines {
            if let Some(group) = wanted.get_mut(&line.shown_as) {
                group.push(line);
            }
        }
        let mut groups = Vec::with_capacity(wanted.len());
        for line in found {
            let Some(mut lines) = wanted.remove(&line.shown_as) else { continue };
            lines.sort_by_key(|line| (line.observed_at, line.seq));
            groups.push(lines.iter().map(|line| line.seq).collect());
        }
        groups
    }

    /// The lines of the change with this id, and of those that confirm it.
    pub fn with_id(&self, id: &ChangeId) -> Vec<i64> {
        let Some(number) = self.ids.number(id.as_str()) else { return Vec::new() };
        let lines = self.lines.iter().filter(|line| line.shown_as == number);
        let mut lines: Vec<&ChangeLine> = lines.collect();
        lines.sort_by_key(|line| (line.observed_at, line.seq));
        lines.iter().map(|line| line.seq).collect()
    }
}

impl RuleTraits {
    fn has_page(&self, citation: Option<&Citation>) -> bool {
        let (Some((volume, first, last)), Some(Citation::Page { volume: cited, page })) =
            (self.pages, citation)
        else {
            return false;
        };
        *cited == volume && (first..=last).contains(page)
    }
}
