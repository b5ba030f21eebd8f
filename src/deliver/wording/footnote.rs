//! What the footnotes of a license requirement mean (15 CFR 734.9 and Supplement No. 4 to Part
//! 744).

use crate::deliver::wording::authority;
use crate::domain::ListCode;

/// Explains one footnote. The footnotes of the foreign-direct-product rules are explained because
/// one on an existing entry is a severe change. For a list without such footnotes, only the mark is
/// shown.
pub fn explained(list: ListCode, footnote: &str) -> String {
    if !authority::terms(list).has_footnotes {
        return format!("Footnote {footnote}");
    }
    let paragraph = match footnote {
        "1" => "(e)(1)",
        "3" => "(g)",
        "4" => "(e)(2)",
        "5" => "(e)(3)",
        other => return format!("Footnote {other}: see the notes to Supplement No. 4 to Part 744"),
    };
    format!(
        "Footnote {footnote}: certain foreign-made items are controlled too \
         (foreign-direct-product rule, 15 CFR 734.9{paragraph})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_direct_product_footnote_names_its_paragraph() {
        assert_eq!(
            explained(ListCode::EL, "3"),
            "Footnote 3: certain foreign-made items are controlled too (foreign-direct-product \
             rule, 15 CFR 734.9(g))"
        );
        assert!(explained(ListCode::EL, "4").ends_with("734.9(e)(2))"));
        assert!(!explained(ListCode::EL, "2").contains("foreign-made"));
        assert_eq!(explained(ListCode::CMIC, "4"), "Footnote 4");
    }
}
