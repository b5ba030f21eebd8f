//! Facts about each list: its authority, how it is amended, and what the end of a listing does not
//! mean.
//!
//! The only table of such facts. A message shows nothing for a list without an entry, because the
//! law of one list does not apply to another.

use crate::domain::{Change, ChangeKind, ListCode};

/// The facts of one list.
pub struct Terms {
    /// The authority that maintains the list.
    pub authority: &'static str,
    /// Whether entries cite the Federal Register rules that added or amended them. If so, a change
    /// without a new citation is worth a note.
    pub amended_by_rules: bool,
    /// Whether the marks in a license requirement are the footnotes of Supplement No. 4 to Part
    /// 744.
    pub has_footnotes: bool,
    /// What the end of a listing does and does not mean, with its source.
    pub removal: Option<&'static str>,
}

const BIS: &str = "Bureau of Industry and Security (BIS), US Department of Commerce";
const OFAC: &str = "Office of Foreign Assets Control (OFAC), US Department of the Treasury";
const DDTC: &str = "Directorate of Defense Trade Controls, US Department of State";
const ISN: &str = "Bureau of International Security and Nonproliferation, US Department of State";

/// The facts of a list. A new list does not compile until it has them.
pub fn terms(list: ListCode) -> Terms {
    let of = |authority| Terms {
        authority,
        amended_by_rules: false,
        has_footnotes: false,
        removal: None,
    };
    match list {
        // 15 CFR 744.11, 744.16 and Supplement No. 4 to Part 744; 15 CFR 736.2(b)(5).
        ListCode::EL => Terms {
            amended_by_rules: true,
            has_footnotes: true,
            removal: Some(
                "A removal ends at most the license requirement of that listing. General \
                 Prohibition 5 (15 CFR 736.2(b)(5)) and every other duty still apply",
            ),
            ..of(BIS)
        },
        // 15 CFR 744.21(b)(1) and Supplement No. 7 to Part 744.
        ListCode::MEU => Terms {
            amended_by_rules: true,
            removal: Some(
                "A removal ends at most the license requirement of that listing. The list is not \
                 exhaustive (15 CFR 744.21(b)(1)), and General Prohibition 5 (15 CFR 736.2(b)(5)) \
                 and every other duty still apply",
            ),
            ..of(BIS)
        },
        // 15 CFR 744.15 and Supplement No. 6 to Part 744.
        ListCode::UVL => Terms {
            amended_by_rules: true,
            removal: Some(
                "A removal ends at most what 15 CFR 744.15 requires for that listing. General \
                 Prohibition 5 (15 CFR 736.2(b)(5)) and every other duty still apply",
            ),
            ..of(BIS)
        },
        // The sections that name them, such as 15 CFR 744.22(f)(2).
        ListCode::REG => Terms {
            removal: Some(
                "The section does not name the party any more. The section may apply to it all the \
                 same, and General Prohibition 5 (15 CFR 736.2(b)(5)) and every other duty still \
                 apply",
            ),
            ..of(BIS)
        },
        // Denial orders are not rules; 15 CFR 736.2(b)(4).
        ListCode::DPL => Terms {
            removal: Some(
                "A removal ends at most the denial order of that listing (15 CFR 736.2(b)(4)). \
                 General Prohibition 5 (15 CFR 736.2(b)(5)) and every other duty still apply",
            ),
            ..of(BIS)
        },
        ListCode::DTC => of(DDTC),
        ListCode::ISN => of(ISN),
        ListCode::SDN
        | ListCode::SSI
        | ListCode::CMIC
        | ListCode::CAP
        | ListCode::MBS
        | ListCode::PLC
        | ListCode::FSE => of(OFAC),
    }
}

/// The lists of the changes, each once.
pub fn lists<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Vec<ListCode> {
    let mut lists: Vec<ListCode> = changes.into_iter().map(|change| change.entry.list).collect();
    lists.sort_unstable();
    lists.dedup();
    lists
}

/// The authorities of the lists: `Bureau of …`, or `LIST: AUTHORITY` for several lists.
pub fn authorities(lists: &[ListCode]) -> String {
    match lists {
        [only] => terms(*only).authority.to_owned(),
        several => several
            .iter()
            .map(|list| format!("{}: {}", list.title(), terms(*list).authority))
            .collect::<Vec<_>>()
            .join("; "),
    }
}

/// What the end of the removed listings does and does not mean. `None` if no list has such a note.
pub fn removal_note(changes: &[Change]) -> Option<String> {
    let lists = lists(changes.iter().filter(|change| change.kind == ChangeKind::Removed));
    if let [only] = lists.as_slice() {
        return terms(*only).removal.map(str::to_owned);
    }
    let notes: Vec<String> = lists
        .iter()
        .filter_map(|list| terms(*list).removal.map(|words| format!("{}: {words}", list.title())))
        .collect();
    (!notes.is_empty()).then(|| notes.join(". "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;

    fn removal_from(list: ListCode) -> Change {
        let mut change = sample::added("Example Trading", "DE");
        change.kind = ChangeKind::Removed;
        change.entry.list = list;
        change
    }

    #[test]
    fn only_lists_under_the_ear_quote_the_ear() {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for list in ListCode::ALL.iter().copied() {
            match removal_note(&[removal_from(list)]) {
                Some(note) => {
                    assert!(note.contains("15 CFR"), "{list}: {note}");
                    with.push(list);
                }
                None => without.push(list),
            }
            let by_bis = list.agency() == "Bureau of Industry and Security";
            assert_eq!(terms(list).authority == BIS, by_bis, "{list}");
            assert_eq!(
                terms(list).authority == OFAC,
                list.agency() == "Treasury Department",
                "{list}"
            );
        }
        assert_eq!(
            with,
            [ListCode::EL, ListCode::DPL, ListCode::UVL, ListCode::MEU, ListCode::REG]
        );
        assert_eq!(without.len(), 9);
    }

    #[test]
    fn notes_of_several_lists_name_their_list() {
        let note =
            removal_note(&[removal_from(ListCode::SDN), removal_from(ListCode::EL)]).unwrap();
        assert!(note.starts_with("Entity List: A removal ends"), "{note}");
        assert!(!note.contains("Specially Designated"), "{note}");
        let kept = authorities(&[ListCode::EL, ListCode::SDN]);
        assert_eq!(kept, format!("Entity List: {BIS}; Specially Designated Nationals: {OFAC}"));
    }
}
