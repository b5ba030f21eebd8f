//! Which entry of one source is which entry of another: both hold the same list, each in its own
//! way.
//!
//! Knows how two publishers of one list differ: spellings, rows that one splits and the other
//! folds, the first page of a rule cited for the page of the entry. Knows no source by name, and
//! believes neither more than the other. Unlike `identity`, which pairs a list with its own past,
//! one entry may have several counterparts.

use std::collections::{BTreeMap, HashMap};

use rapidfuzz::distance::levenshtein;

use crate::diff::pairing::name::{is_legal_form, words};
use crate::diff::sources::party::{
    introduced, is_same_party, lists_party, may_mean_its_parties, parties_in,
};
use crate::diff::sources::place::place;
use crate::domain::pages::share_a_rule;
pub(crate) use crate::domain::subordinate::parent_and_party as subordinate;
use crate::domain::{Citation, Entry, Form};

/// By what two entries are recognised as one, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// One name but for its setting, its legal form or the order of its words.
    Name,
    /// The name of one is an alias of the other.
    Alias,
    /// One is a subordinate or affiliated party that the other names.
    Part,
    /// One name runs on where the other ends: into a place, say.
    Longer,
    /// Names that differ in a letter or a word, of one rule and country.
    Spelling,
}

/// A counterpart in the other source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its place in the slice that the index was made of.
    pub at: usize,
    pub how: How,
}

/// A place in `one`, a place in `other`, and why they are one.
pub type Pair = (usize, usize, How);

/// What became of the entries of two sources. An entry is in several pairs where one publisher
/// splits what the other folds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Across {
    pub pairs: Vec<Pair>,
    pub only_one: Vec<usize>,
    pub only_other: Vec<usize>,
}

/// Matches the entries of one list in two sources.
pub fn matched(one: &[Entry], other: &[Entry]) -> Across {
    let (in_one, in_other) = (Index::of(one), Index::of(other));
    let mut pairs: BTreeMap<(usize, usize), How> = BTreeMap::new();
    let mut note = |pair: (usize, usize), how: How| {
        let known = pairs.entry(pair).or_insert(how);
        *known = how.min(*known);
    };
    for (at, entry) in one.iter().enumerate() {
        find_all(entry, &in_other, &in_one)
            .into_iter()
            .for_each(|found| note((at, found.at), found.how));
    }
    for (at, entry) in other.iter().enumerate() {
        find_all(entry, &in_one, &in_other)
            .into_iter()
            .for_each(|found| note((found.at, at), found.how));
    }
    let (mut has_one, mut has_other) = (vec![false; one.len()], vec![false; other.len()]);
    for (this, that) in pairs.keys() {
        for (marks, at) in [(&mut has_one, this), (&mut has_other, that)] {
            if let Some(mark) = marks.get_mut(*at) {
                *mark = true;
            }
        }
    }
    let without = |marks: Vec<bool>| {
        marks.iter().enumerate().filter(|(_, found)| !**found).map(|(at, _)| at).collect()
    };
    Across {
        pairs: pairs.into_iter().map(|((this, that), how)| (this, that, how)).collect(),
        only_one: without(has_one),
        only_other: without(has_other),
    }
}

/// The likeliest counterpart of an entry; see [`find_all`].
pub fn find(entry: &Entry, among: &Index<'_>, own: &Index<'_>) -> Option<Found> {
    find_all(entry, among, own).into_iter().next()
}

/// Every counterpart of an entry, those that are as sure as the surest. `own` is the entry's own
/// source: what bears the name of another entry there is no counterpart of this one, however alike.
/// Sisters differ in a letter.
pub fn find_all(entry: &Entry, among: &Index<'_>, own: &Index<'_>) -> Vec<Found> {
    let sought = Sought::of(entry);
    let named = among.surest(entry, among.named(entry, &sought));
    let mut found =
        if named.is_empty() { among.surest(entry, among.alike(&sought)) } else { named };
    found.retain(|found| {
        let Some(other) = among.get(*found) else { return false };
        match found.how {
            How::Name => place(entry, other) != Tie::Differs || !own.names_it(other, true),
            How::Part => true,
            How::Alias => !own.names_it(other, false),
            How::Longer | How::Spelling => {
                is_same_party(entry, other) && !own.names_it(other, false)
            }
        }
    });
    found
}

/// The likeliest entry of all, however little speaks for it: what a person would look at first.
pub fn closest(entry: &Entry, among: &Index<'_>) -> Option<usize> {
    let sought = Sought::of(entry);
    let nearby = among
        .named(entry, &sought)
        .into_iter()
        .map(|(at, _)| (at, 1.0))
        .chain(among.similar(&sought, LEAST_FOR_A_PERSON));
    let weigh = |at: usize, likeness: f64| {
        let other = among.entries.get(at)?;
        let ties = f64::from(u8::from(place(entry, other) == Tie::Agrees))
            + f64::from(u8::from(rule(entry, other) == Tie::Agrees));
        Some((at, likeness + 0.1 * ties))
    };
    nearby
        .filter_map(|(at, likeness)| weigh(at, likeness))
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
        .map(|(at, _)| at)
}

/// The entries of a source, ready to be looked up.
pub struct Index<'a> {
    entries: &'a [Entry],
    names: HashMap<String, Vec<(usize, How)>>,
    /// By the parent that a row of a subordinate party names.
    parents: HashMap<String, Vec<usize>>,
    /// By what a name that is spelled in another way still has.
    traces: HashMap<String, Vec<usize>>,
    compact: Vec<String>,
}

impl<'a> Index<'a> {
    pub fn of(entries: &'a [Entry]) -> Self {
        let mut index = Self {
            entries,
            names: HashMap::new(),
            parents: HashMap::new(),
            traces: HashMap::new(),
            compact: Vec::with_capacity(entries.len()),
        };
        for (at, entry) in entries.iter().enumerate() {
            let sought = Sought::of(entry);
            for (key, how) in sought.keys {
                index.names.entry(key).or_default().push((at, how));
            }
            for parent in sought.parents {
                index.parents.entry(parent).or_default().push(at);
            }
            for trace in sought.traces {
                index.traces.entry(trace).or_default().push(at);
            }
            index.compact.push(sought.compact);
        }
        index
    }

    pub fn get(&self, found: Found) -> Option<&'a Entry> {
        self.entries.get(found.at)
    }

    /// Of the candidates those that nothing speaks against, and of these the surest.
    fn surest(&self, entry: &Entry, candidates: Vec<(usize, How)>) -> Vec<Found> {
        let mut accepted: Vec<((How, bool, bool), usize)> = Vec::new();
        for (at, how) in candidates {
            let Some(other) = self.entries.get(at) else { continue };
            let (place, rule) = (place(entry, other), rule(entry, other));
            if is_one(how, place, rule) {
                accepted.push(((how, rule != Tie::Agrees, place != Tie::Agrees), at));
            }
        }
        accepted.sort_unstable();
        let surest = accepted.first().map(|(rank, _)| *rank);
        accepted
            .into_iter()
            .take_while(|(rank, _)| Some(*rank) == surest)
            .map(|((how, ..), at)| Found { at, how })
            .collect()
    }

    /// Whether an entry here has this one's very name (and stands under its heading).
    fn names_it(&self, other: &Entry, same_place: bool) -> bool {
        let named = self
            .named(other, &Sought::of(other))
            .into_iter()
            .filter(|(_, how)| *how == How::Name)
            .collect();
        let found = self.surest(other, named);
        found
            .into_iter()
            .filter_map(|found| self.get(found))
            .any(|one| !same_place || place(one, other) == Tie::Agrees)
    }

    /// Entries that bear one of the names. An alias on both sides is no name of either. A party's
    /// own row and its parent are one only if the parent lists the party.
    fn named(&self, entry: &Entry, sought: &Sought) -> Vec<(usize, How)> {
        let mut found: BTreeMap<usize, How> = BTreeMap::new();
        for (key, how) in &sought.keys {
            for (at, other) in self.names.get(key).into_iter().flatten() {
                if *how == How::Name || *other == How::Name {
                    let how = (*how).max(*other);
                    let known = found.entry(*at).or_insert(how);
                    *known = how.min(*known);
                }
            }
        }
        // A source that lists no party of this parent, in its entry or in rows of their own, may
        // mean them all.
        let knows_parties = sought.parents.iter().any(|parent| self.parents.contains_key(parent));
        let parents = sought
            .parents
            .iter()
            .filter_map(|parent| self.names.get(parent))
            .flatten()
            .filter(|(_, how)| *how == How::Name);
        let listing = parents.map(|(at, _)| *at).filter(|at| {
            let Some(parent) = self.entries.get(*at) else { return false };
            lists_party(parent, entry) || (!knows_parties && may_mean_its_parties(parent))
        });
        let own = sought
            .keys
            .iter()
            .filter(|(_, how)| *how == How::Name)
            .filter_map(|(name, _)| self.parents.get(name))
            .flatten();
        let listed = own
            .copied()
            .filter(|at| self.entries.get(*at).is_some_and(|party| lists_party(entry, party)));
        for at in listing.chain(listed) {
            found.entry(at).or_insert(How::Part);
        }
        found.into_iter().collect()
    }

    fn alike(&self, sought: &Sought) -> Vec<(usize, How)> {
        self.similar(sought, LEAST_LIKENESS)
            .into_iter()
            .map(|(at, likeness)| (at, if likeness > 1.0 { How::Longer } else { How::Spelling }))
            .collect()
    }

    /// Entries whose names are alike, with how much: 0 to 1 by their letters, 2 where one runs on
    /// as the other does not.
    fn similar(&self, sought: &Sought, least: f64) -> Vec<(usize, f64)> {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for places in sought
            .traces
            .iter()
            .filter_map(|trace| self.traces.get(trace))
            .filter(|places| places.len() <= COMMON)
        {
            for at in places {
                *shared.entry(*at).or_default() += 1;
            }
        }
        let mut likeliest: Vec<(usize, usize)> = shared.into_iter().collect();
        likeliest.sort_unstable_by_key(|(at, count)| (std::cmp::Reverse(*count), *at));
        likeliest.truncate(CANDIDATES);
        likeliest
            .into_iter()
            .map(|(at, _)| (at, self.likeness(sought, at)))
            .filter(|(_, likeness)| *likeness >= least)
            .collect()
    }

    fn likeness(&self, sought: &Sought, at: usize) -> f64 {
        let Some(compact) = self.compact.get(at) else { return 0.0 };
        let (short, long) = if compact.len() < sought.compact.len() {
            (compact, &sought.compact)
        } else {
            (&sought.compact, compact)
        };
        if short.len() >= LEAST_HEAD
            && (long.starts_with(short.as_str()) || long.ends_with(short.as_str()))
        {
            return 2.0;
        }
        // Sister institutes differ in nothing but a number.
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        if digits(short) != digits(long) {
            return 0.0;
        }
        levenshtein::normalized_similarity(compact.chars(), sought.compact.chars())
    }
}

/// Letters that must be alike, of names that one rule brought to one country.
pub(crate) const LEAST_LIKENESS: f64 = 0.8;
const LEAST_FOR_A_PERSON: f64 = 0.55;

/// Letters of a name that may stand for a longer one.
const LEAST_HEAD: usize = 8;

/// What more names than these have in common is not looked up.
const COMMON: usize = 60;

/// So many names are compared letter by letter.
const CANDIDATES: usize = 8;

/// What one entry is looked up by.
struct Sought {
    keys: Vec<(String, How)>,
    /// The parent, where the name is that of a subordinate party: `Board of Mines. Subordinate
    /// Institution - Second Works`.
    parents: Vec<String>,
    traces: Vec<String>,
    /// The name without spaces and legal forms.
    compact: String,
}

impl Sought {
    fn of(entry: &Entry) -> Self {
        let mut keys: Vec<(String, How)> = Vec::new();
        let mut add =
            |text: &str, how: How| keys.extend(forms(text).into_iter().map(|key| (key, how)));
        let (name, known_as) = parted(&entry.name);
        add(&entry.name, How::Name);
        add(name, How::Name);
        known_as.into_iter().for_each(|alias| add(alias, How::Alias));
        let mut parents: Vec<String> = Vec::new();
        if let Some((parent, parties)) = subordinate(name) {
            parties_in(parties).for_each(|party| add(party, How::Part));
            parents = forms(parent);
        }
        for alias in &entry.aliases {
            let (alias, more) = parted(alias);
            if let Some(party) = introduced(alias) {
                parties_in(party).for_each(|party| add(party, How::Part));
            }
            add(alias, How::Alias);
            more.into_iter().for_each(|alias| add(alias, How::Alias));
        }
        for party in
            entry.other.get("subordinate_parties").into_iter().flat_map(|parties| parties.lines())
        {
            let (party, more) = parted(party);
            add(party, How::Part);
            more.into_iter()
                .flat_map(|names| names.split("; "))
                .for_each(|alias| add(alias, How::Part));
        }
        keys.sort_unstable();
        keys.dedup_by(|next, kept| next.0 == kept.0);
        if entry.form == Form::Address {
            // `Address 01` is the name of many: the address itself is what is listed.
            keys = entry
                .addresses
                .iter()
                .flat_map(|address| forms(address))
                .map(|key| (key, How::Name))
                .collect();
        }
        let core = core(name);
        let compact = core.concat();
        let mut traces: Vec<String> = core.into_iter().filter(|word| word.len() > 3).collect();
        if let (Some(head), Some(tail)) =
            (compact.get(..6), compact.len().checked_sub(6).and_then(|at| compact.get(at..)))
        {
            traces.extend([format!("{head}-"), format!("-{tail}")]);
        }
        traces.sort_unstable();
        traces.dedup();
        Self { keys, parents, traces, compact }
    }
}

/// A text without its `(See alternate address under …)`, which one publisher leaves in a name or an
/// alias.
fn without_reference(text: &str) -> &str {
    let at =
        text.to_ascii_lowercase().find("(see ").or_else(|| text.to_ascii_lowercase().find("[see "));
    at.and_then(|at| text.get(..at)).filter(|head| !head.trim().is_empty()).unwrap_or(text)
}

/// A name, and what stands behind `a.k.a.` or `f.k.a.` in it.
pub(crate) fn parted(text: &str) -> (&str, Vec<&str>) {
    let mut parts = text
        .split("a.k.a.")
        .flat_map(|part| part.split("f.k.a."))
        .map(|part| part.trim_matches([' ', ',', '(', ')', ';', ':']));
    let name = parts.next().unwrap_or_default();
    (name, parts.filter(|part| !part.is_empty()).collect())
}

/// A name as it is looked up: in its order, in any order, and without its short form in brackets.
fn forms(text: &str) -> Vec<String> {
    let text = without_reference(text);
    let mut forms = Vec::new();
    for text in [text.to_owned(), without_short_form(text)] {
        let mut core = core(&text);
        forms.push(core.concat());
        core.sort_unstable();
        forms.push(core.join(" "));
    }
    forms.sort_unstable();
    forms.dedup();
    forms.retain(|form| !form.is_empty());
    forms
}

/// The words that are no legal form; where there is no other, all.
pub(crate) fn core(text: &str) -> Vec<String> {
    let all = words(text);
    let core: Vec<String> = all.iter().filter(|word| !is_legal_form(word)).cloned().collect();
    if core.is_empty() { all } else { core }
}

/// `Ash Works (AW)` → `Ash Works`; what is no short form (`(Shenzhen)`) tells sisters apart and
/// stays.
fn without_short_form(text: &str) -> String {
    let Some((head, rest)) = text.split_once('(') else { return text.to_owned() };
    let Some((inside, tail)) = rest.split_once(')') else { return text.to_owned() };
    let is_short_form =
        inside.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '.' | '-' | '&'));
    if is_short_form { format!("{head}{tail}") } else { text.to_owned() }
}

/// What a property of two entries says of their being one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tie {
    Agrees,
    Unknown,
    Differs,
}

pub(crate) fn rule(one: &Entry, other: &Entry) -> Tie {
    let has_page = |entry: &Entry| {
        entry.citations.iter().any(|citation| matches!(citation, Citation::Page { .. }))
    };
    if !has_page(one) || !has_page(other) {
        let same_day = one.start_date.is_some() && one.start_date == other.start_date;
        return if same_day { Tie::Agrees } else { Tie::Unknown };
    }
    if share_a_rule(&one.citations, &other.citations) { Tie::Agrees } else { Tie::Differs }
}

/// Whether two entries that are named alike are one.
fn is_one(how: How, place: Tie, rule: Tie) -> bool {
    match how {
        // A name under another heading is another listing, unless one rule made both.
        How::Name => place != Tie::Differs || rule == Tie::Agrees,
        How::Alias => {
            place != Tie::Differs
                && rule != Tie::Differs
                && (place == Tie::Agrees || rule == Tie::Agrees)
        }
        How::Part => {
            place != Tie::Differs
                && (rule == Tie::Agrees || (rule == Tie::Unknown && place == Tie::Agrees))
        }
        How::Longer | How::Spelling => place != Tie::Differs && rule == Tie::Agrees,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::sources::unconfirmed::{lacking, unborne, worded_otherwise};
    use crate::domain::ListCode;

    fn entry(name: &str, country: &str, page: u32) -> Entry {
        Entry {
            countries: vec![country.into()],
            citations: vec![Citation::page(87, page)],
            ..Entry::named(ListCode::EL, name)
        }
    }

    fn how(one: &Entry, other: &Entry) -> Option<How> {
        matched(std::slice::from_ref(one), std::slice::from_ref(other))
            .pairs
            .first()
            .map(|(.., how)| *how)
    }

    #[test]
    fn ok_one_entry_as_two_publishers_set_it() {
        let ash = entry("Ash Works Co., Ltd.", "CN", 38920);
        assert_eq!(how(&ash, &entry("ASH WORKS Company Limited", "CN", 38960)), Some(How::Name));
        assert_eq!(
            how(&ash, &entry("Ash Works (AW)", "CN", 500)),
            Some(How::Name),
            "whatever they cite"
        );
        assert_eq!(
            how(&ash, &entry("PT Ash Works (See alternate address under Oman)", "CN", 500)),
            Some(How::Name)
        );
        assert_eq!(
            how(
                &ash,
                &Entry { aliases: vec!["Ash Works".into()], ..entry("Esche Werke", "CN", 38960) }
            ),
            Some(How::Alias)
        );
        assert_eq!(
            how(
                &entry("Oak, a.k.a. Quercus Trading", "CN", 38920),
                &entry("Quercus Trading", "CN", 38960)
            ),
            Some(How::Alias)
        );
        assert_eq!(
            how(
                &entry("Elizaveta Krapivinia", "RU", 38920),
                &entry("Elizaveta Krapivina", "RU", 38925)
            ),
            Some(How::Spelling)
        );
        assert_eq!(
            how(
                &entry("Kish Airlines, Headquarters", "IR", 38920),
                &entry("Kish Airlines", "IR", 38925)
            ),
            Some(How::Longer)
        );
        let mut board = entry("Board of Mines", "IN", 38925);
        assert_eq!(
            how(&entry("Board of Mines entity: Second Works", "IN", 38920), &board),
            Some(How::Part)
        );
        board
            .other
            .insert("subordinate_parties".into(), "Second Works, a.k.a. SW\nThird Works".into());
        assert_eq!(how(&entry("Third Works", "IN", 38920), &board), Some(How::Part));
        for row in [
            "Board of Mines entity: Second Works",
            "Board of Mines. Subordinate Institution - Second Works",
            "BOARD OF MINES. AFFILIATED ENTITIES — SECOND WORK",
        ] {
            assert_eq!(how(&entry(row, "IN", 38920), &board), Some(How::Part), "{row}");
            assert_eq!(how(&board, &entry(row, "IN", 38920)), Some(How::Part), "{row}");
        }
        let by_alias = Entry {
            aliases: vec!["SW".into()],
            ..entry("Board of Mines. Affiliated Entity: Works 2", "IN", 38920)
        };
        assert_eq!(how(&by_alias, &board), Some(How::Part));
    }

    #[test]
    fn err_another_entry_however_alike() {
        let ash = entry("Ash Works 13 Institute", "CN", 38920);
        assert_eq!(how(&ash, &entry("Ash Works 14 Institute", "CN", 38920)), None);
        assert_eq!(
            how(&ash, &entry("Ash Works 13 Institute", "RU", 500)),
            None,
            "another country and rule"
        );
        let party = entry("Board of Mines. Subordinate Institution - 3rd Works", "IN", 38920);
        let mut board = entry("Board of Mines", "IN", 38925);
        let row = Entry { publisher_id: "0a1b".into(), ..board.clone() };
        assert_eq!(how(&party, &row), None, "a publisher that gives each party a row");
        let sister = entry("Board of Mines. Subordinate Institution - 4th Works", "IN", 38920);
        let across = matched(std::slice::from_ref(&party), &[board.clone(), sister]);
        assert_eq!(across.pairs, [], "a source that gives another party a row");
        board.other.insert("subordinate_parties".into(), "23rd Works, a.k.a. SW".into());
        assert_eq!(how(&party, &board), None, "a parent that names another party");
        let sister =
            entry("Board of Mines. Subordinate Institution - Glass Institute", "IN", 38920);
        assert_eq!(
            how(
                &sister,
                &entry("Board of Mines. Subordinate Institution - Radio Factory", "IN", 38920)
            ),
            None
        );
        assert_eq!(
            how(
                &entry("Elizaveta Krapivinia", "RU", 500),
                &entry("Elizaveta Krapivina", "RU", 38925)
            ),
            None,
            "alike, and of another rule"
        );
    }

    #[test]
    fn sisters_are_told_apart_where_each_stands_in_one_source() {
        let (m, t) = (entry("Angstrem-M", "RU", 100), entry("Angstrem-T", "RU", 100));
        let across = matched(&[m.clone(), t.clone()], std::slice::from_ref(&m));
        assert_eq!((across.pairs, across.only_one), (vec![(0, 0, How::Name)], vec![1]));
        let entries = [m.clone(), t.clone()];
        assert_eq!(find(&t, &Index::of(&entries[..1]), &Index::of(&entries)), None);
    }

    #[test]
    fn what_one_publisher_folds_has_two_counterparts() {
        let folded =
            Entry { countries: vec!["CN".into(), "HK".into()], ..entry("Ash Works", "CN", 100) };
        let across =
            matched(&[folded], &[entry("Ash Works", "CN", 110), entry("Ash Works", "HK", 112)]);
        assert_eq!(across.pairs, [(0, 0, How::Name), (0, 1, How::Name)]);
    }

    #[test]
    fn only_what_another_source_lacks_is_a_difference() {
        let mut one = entry("Ash Works", "CN", 100);
        one.aliases = vec!["AW Trading".into(), "Esche Handel".into()];
        one.footnotes = vec!["3".into()];
        one.license_requirement =
            "For all items subject to the EAR. (See §§ 734.9(e) and 744.11 of the EAR)".into();
        let mut other = entry("Ash Works Ltd.", "CN", 110);
        other.addresses = vec!["a.k.a. AW Trading, 5 Orchard Road, Wuxi, CN".into()];
        other.license_requirement =
            "For all items subject to the EAR  (See §744.11 of the EAR)".into();
        let requirement = format!("licence requirement \"{}\"", one.license_requirement);
        assert_eq!(lacking(&one, &[&other]), ["footnote 3", "alias Esche Handel", &requirement]);
        assert_eq!(
            lacking(&other, &[&one]),
            [requirement.replace(&one.license_requirement, &other.license_requirement)]
        );
        assert_eq!(lacking(&one, &[&one]), [""; 0]);
    }

    #[test]
    fn a_heading_a_spelling_of_sections_and_a_cut_are_no_difference() {
        let mut ecfr = entry("Ash Works", "CN", 38925);
        ecfr.aliases = vec!["Esche Handel".into()];
        ecfr.addresses = vec![
            "Unit 9, Kowloon, Hong Kong".into(),
            "No. 7, Tower House, Wanchai, Hong Kong".into(),
        ];
        ecfr.license_requirement =
            "For all items (See §§ 734.9(g),3 746.8(a)(3) of the EAR)".into();
        ecfr.footnotes = vec!["3".into()];
        let mut csl = entry("ASH WORKS", "HK", 38920);
        csl.aliases = vec!["Esche Handel, No. 7, Tower House, Wanchai".into()];
        csl.addresses = vec!["Unit 9, Kowloon, HK".into()];
        csl.license_requirement =
            "For all items (See §734.9(g), 3 §746.8(a)(3) of the EAR).".into();
        csl.footnotes = vec!["3".into()];
        assert_eq!(how(&csl, &ecfr), Some(How::Name));
        assert_eq!((lacking(&csl, &[&ecfr]), lacking(&ecfr, &[&csl])), (vec![], vec![]));
        assert_eq!(worded_otherwise(&csl, &[&ecfr]), [""; 0]);
        csl.license_requirement =
            "For all items, (See §734.9(g), 3 §746.8(a)(3) of the EAR)".into();
        assert_eq!(lacking(&csl, &[&ecfr]), [""; 0], "another comma is no news");
        assert_eq!(
            worded_otherwise(&csl, &[&ecfr]),
            [format!("license requirement \"{}\"", csl.license_requirement)]
        );
    }

    #[test]
    fn an_address_in_one_country_says_nothing_of_another() {
        let mut one =
            Entry { countries: vec!["CN".into(), "RU".into()], ..entry("Ash Works", "CN", 100) };
        one.addresses = vec![
            "12 Orchard Road, Wuxi, 214000, CN".into(),
            "5 Mira Street, Perm, 614000, RU".into(),
        ];
        let mut other = entry("Ash Works", "CN", 100);
        other.addresses = vec!["12 Orchard Road, Wuxi, 214000, China".into()];
        assert_eq!(lacking(&one, &[&other]), ["country RU"]);
    }

    #[test]
    fn a_revision_is_borne_out_by_what_the_other_source_came_to() {
        let revision = |before: &Entry, after: &Entry| {
            crate::diff::compare(std::slice::from_ref(before), std::slice::from_ref(after))
                .remove(0)
        };
        let was = entry("Ash Works", "CN", 100);
        let aliased = |alias: &str| {
            let mut now = was.clone();
            now.aliases = vec![alias.into()];
            now.citations.push(Citation::page(88, 500));
            now
        };
        let told = revision(&was, &aliased("AW Trading"));
        let check = |after: &Entry, expected: Option<&[&str]>| {
            let unborne = unborne(&revision(&was, after), &told, &[&told.entry]);
            assert_eq!(
                unborne,
                expected
                    .map(|texts| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
            );
        };
        check(&aliased("A.W. Trading"), Some(&[]));
        check(&aliased("Esche Handel"), Some(&["alias Esche Handel"]));
        check(&Entry { license_policy: "Denial.".into(), ..was.clone() }, None);
    }
}
