//! What the footnotes of a license requirement mean (15 CFR 734.9 and Supplement No. 4 to Part
//! 744).

use crate::deliver::wording::authority;
use crate::domain::ListCode;

/// `Footnote 4 added: foreign-made items are controlled too, 15 CFR 734.9(e)(2)`. `what` says what
/// happened to the footnote. The footnotes of the foreign-direct-product rules are explained,
/// because one on an existing entry is a severe change. For a list without such footnotes, only the
/// mark is shown.
pub fn explained(list: ListCode, footnote: &str, what: &str) -> String {
    let named = if what.is_empty() {
        format!("Footnote {footnote}")
    } else {
        format!("Footnote {footnote} {what}")
    };
    if !authority::terms(list).has_footnotes {
        return named;
    }
    match paragraph(footnote) {
        Some(paragraph) if what == REMOVED => {
            format!("{named}: it controlled foreign-made items too, 15 CFR 734.9{paragraph}")
        }
        Some(paragraph) => {
            format!("{named}: foreign-made items are controlled too, 15 CFR 734.9{paragraph}")
        }
        None => format!("{named}: see the footnotes of Supplement No. 4 to Part 744"),
    }
}

/// What happened to a footnote that a revision deleted.
pub const REMOVED: &str = "removed";

/// The paragraph of 15 CFR 734.9 whose foreign-direct-product rule the footnote applies.
fn paragraph(footnote: &str) -> Option<&'static str> {
    match footnote {
        "1" => Some("(e)(1)"),
        "3" => Some("(g)"),
        "4" => Some("(e)(2)"),
        "5" => Some("(e)(3)"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_direct_product_footnote_names_its_paragraph() {
        let check = |list, footnote: &str, what: &str, expected: &str| {
            assert_eq!(explained(list, footnote, what), expected);
        };
        check(
            ListCode::EL,
            "3",
            "",
            "Footnote 3: foreign-made items are controlled too, 15 CFR 734.9(g)",
        );
        check(
            ListCode::EL,
            "4",
            "added",
            "Footnote 4 added: foreign-made items are controlled too, 15 CFR 734.9(e)(2)",
        );
        check(
            ListCode::EL,
            "1",
            REMOVED,
            "Footnote 1 removed: it controlled foreign-made items too, 15 CFR 734.9(e)(1)",
        );
        assert!(!explained(ListCode::EL, "2", "added").contains("foreign-made"));
        check(ListCode::CMIC, "4", "added", "Footnote 4 added");
    }
}
