//! The warnings about a document that messages show. Pure.

use crate::diff::Size;
use crate::domain::{ListCode, Warning};

/// How many warnings about a document a message shows.
const MOST_SHOWN: usize = 5;

/// The first warnings about a document, and a line that counts the others.
pub fn shown_warnings(warnings: &[Warning]) -> Vec<String> {
    let line = |warning: &Warning| format!("{}: {}", warning.place, warning.text);
    let mut shown: Vec<String> = warnings.iter().take(MOST_SHOWN).map(line).collect();
    match warnings.get(MOST_SHOWN..) {
        // The parser keeps no more than `KEPT` warnings, and its last one counts them all.
        Some([.., last]) if warnings.len() >= Warning::KEPT => shown.push(line(last)),
        Some(rest @ [_, ..]) => {
            shown.push(format!("and {} more, in the log of this check", rest.len()));
        }
        _ => {}
    }
    shown
}

/// A warning if rows of the list repeat others. Repeated rows are stored, and count once.
pub fn repeats_warning(list: ListCode, size: Size) -> Option<String> {
    (size.repeats() > 0).then(|| {
        format!(
            "{list}: {} rows repeat other rows of the document and are not counted",
            size.repeats()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_message_that_leaves_out_warnings_counts_them() {
        let warning = |n: usize| Warning { place: format!("line {n}"), text: "odd".into() };
        let shown = |count: usize| shown_warnings(&(1..=count).map(warning).collect::<Vec<_>>());
        assert_eq!(shown(0), Vec::<String>::new());
        assert_eq!(shown(5).last().unwrap(), "line 5: odd");
        assert_eq!(
            shown(6),
            [
                "line 1: odd",
                "line 2: odd",
                "line 3: odd",
                "line 4: odd",
                "line 5: odd",
                "and 1 more, in the log of this check"
            ]
        );
        let mut kept: Vec<Warning> = (1..Warning::KEPT).map(warning).collect();
        kept.push(Warning {
            place: "document".into(),
            text: "901 more warnings, 1000 in all".into(),
        });
        assert_eq!(
            shown_warnings(&kept).last().unwrap(),
            "document: 901 more warnings, 1000 in all"
        );
    }
}
