//! Sample alerts about a list on hold, one for each reason. In each one, the counts, the examples
//! and the message agree.

use crate::deliver::sample::{OBSERVED_AT, alert};
use crate::domain::alert::SnapshotHeld;
use crate::domain::{
    Alert, AlertBody, Hold, HoldId, HoldReason, HoldState, ListCode, SectionNumber, Sha256, Summary,
};

/// What differs between the samples of the reasons.
struct Case {
    count_before: usize,
    count_after: usize,
    summary: Summary,
    message: &'static str,
    examples: [&'static str; 2],
}

/// A hold of the Entity List for `reason`.
pub fn hold(reason: HoldReason) -> Alert {
    let Case { count_before, count_after, summary, message, examples } = case(reason);
    let name = reason.to_string();
    let sha256 = Sha256::of(format!("list on hold for {name}").as_bytes());
    let hold = Hold {
        hold_id: HoldId::of(["sample", &name]),
        source: if reason == HoldReason::Text { "ecfr" } else { "csl" }.into(),
        list: if reason == HoldReason::Text { ListCode::REG } else { ListCode::EL },
        section: (reason == HoldReason::Text).then(|| SectionNumber::of(744, 22)),
        reason,
        state: HoldState::Open,
        content_sha256: sha256.clone(),
        sha256,
        opened_at: OBSERVED_AT,
        alerted_at: OBSERVED_AT,
        count_before,
        count_after,
        summary,
        message: message.into(),
        decided_at: None,
        decided_by: None,
        identified: None,
        decision_reason: None,
        as_baseline: false,
    };
    let mut examples = examples.map(str::to_owned).to_vec();
    examples.retain(|name| !name.is_empty());
    alert(
        &name,
        AlertBody::SnapshotHeld(Box::new(SnapshotHeld { hold, reminder: false, examples })),
    )
}

fn case(reason: HoldReason) -> Case {
    match reason {
        // The text of a section was cut.
        HoldReason::Text => Case {
            count_before: 2_140,
            count_after: 612,
            summary: Summary::default(),
            message: "§ 744.22 lost 1528 of 2140 words (612 now), more than the 856 that an \
                      amendment may take away unseen: the text may be cut",
            examples: ["", ""],
        },
        // The file was cut in half.
        HoldReason::Loss => Case {
            count_before: 3_410,
            count_after: 1_702,
            summary: Summary { added: 3, removed: 1_711, revised: 0, editorial: 0 },
            message: "EL lost 1711 rows (3410 at its highest in 7 days, 1702 now, 1711 \
                      removed by this file), more than the 40 that max_loss = 2% and \
                      max_loss_rows = 40 allow: the file may be cut",
            examples: ["Example Aviation Parts FZE", "Example Zhen Semiconductor Co., Ltd."],
        },
        // The list before was cut in half.
        HoldReason::Gain => Case {
            count_before: 1_702,
            count_after: 3_410,
            summary: Summary { added: 1_708, removed: 0, revised: 0, editorial: 0 },
            message: "EL gained 1708 rows (1702 before, 3410 now), more than the 425 \
                      that max_gain = 25% allows: the list before may have been cut, or this one \
                      doubled",
            examples: ["Example Aviation Parts FZE", "Example Zhen Semiconductor Co., Ltd."],
        },
        // The column of license requirements went blank.
        HoldReason::Revision => Case {
            count_before: 3_410,
            count_after: 3_410,
            summary: Summary { added: 0, removed: 0, revised: 3_398, editorial: 0 },
            message: "EL has 3398 of 3410 rows revised in substance, more than the 682 \
                      that max_revised = 20% allows: a column may have gone blank or changed its \
                      shape",
            examples: ["Connec Example Ltd.", "Example Research Institute"],
        },
        // The list of the day before the rule.
        HoldReason::Older => Case {
            count_before: 3_410,
            count_after: 3_406,
            summary: Summary { added: 1, removed: 5, revised: 2, editorial: 1 },
            message: "since 2022-06-29T12:47:03Z the publisher has served nothing newer than a \
                      copy that is older than the accepted list: with it EL would have 1 added, 5 \
                      removed, 2 revised and 1 editorial changes",
            examples: ["Connec Example Ltd.", "King Example Technology"],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_and_the_message_of_each_reason_agree() {
        for reason in [HoldReason::Loss, HoldReason::Gain, HoldReason::Revision, HoldReason::Older]
        {
            let Case { count_before, count_after, summary, message, .. } = case(reason);
            assert_eq!(count_before + summary.added - summary.removed, count_after, "{reason}");
            let largest = summary.added.max(summary.removed).max(summary.revised);
            assert!(message.contains(&format!(" {largest} ")), "{reason}: {message}");
        }
    }
}
