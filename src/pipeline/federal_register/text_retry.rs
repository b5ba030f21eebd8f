//! How long the text of a rule is requested again, and in which format. Pure.

use jiff::civil::Date;

use crate::domain::{ReadFrom, RecordedRule, RuleState, business_days};

/// How many business days a better text of a document is requested for. The XML usually follows
/// within a few days of publication.
const RETRY_BUSINESS_DAYS: u32 = 10;

/// Whether the text of this rule may still appear, or appear in a better format.
pub fn expects_better_text(rule: &RecordedRule, today: Date) -> bool {
    let best = if rule.state == RuleState::Published { ReadFrom::Xml } else { ReadFrom::Text };
    let may_be_truncated = rule.text_unended && rule.state == RuleState::Filed;
    rule.concerns_the_list()
        && (rule.read_from < best || may_be_truncated)
        && is_recent(rule, today)
}

/// Whether the document is so new that a better text may still appear.
pub fn is_recent(rule: &RecordedRule, today: Date) -> bool {
    rule.day() >= business_days::before(today, RETRY_BUSINESS_DAYS)
}

/// The next better format.
pub fn better_than(format: ReadFrom) -> ReadFrom {
    if format == ReadFrom::Nothing { ReadFrom::Text } else { ReadFrom::Xml }
}
