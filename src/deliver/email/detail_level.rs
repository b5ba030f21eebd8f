//! How much of an alert an email contains if the full alert is larger than the mail server accepts.
//! Pure.

use crate::deliver::email::entry_limit::{EntryLimit, limited};
use crate::deliver::wording::MessageContent;
use crate::domain::{Alert, AlertBody};

/// The most bytes of a message if the relay announces no limit. Gmail and Exchange Online accept 25
/// MB as delivered, so larger messages are refused somewhere on the way.
pub const MAX_BYTES: u64 = 25_000_000;

/// The levels, from the most detail to the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailLevel {
    Full,
    WithoutAttachments,
    /// Only the name of each entry.
    NamesOnly,
    /// Only the number of entries of each kind.
    CountsOnly,
}

/// Why the message is not the full one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeLimit {
    /// The relay announced this limit, in bytes.
    Relay(u64),
    /// The usual limit, [`MAX_BYTES`].
    Common,
    /// The server refused a longer message without naming a limit.
    Refused,
}

impl SizeLimit {
    /// The limit for a relay that announces `relay_bytes`.
    pub fn of(relay_bytes: Option<u64>) -> Self {
        relay_bytes.filter(|bytes| *bytes <= MAX_BYTES).map_or(SizeLimit::Common, SizeLimit::Relay)
    }

    pub fn max_bytes(self) -> u64 {
        match self {
            SizeLimit::Relay(bytes) => bytes,
            SizeLimit::Common | SizeLimit::Refused => MAX_BYTES,
        }
    }
}

impl DetailLevel {
    /// The levels to try for an alert. An alert without changes is always short.
    pub fn of(alert: &Alert) -> &'static [DetailLevel] {
        // An alert about an item contains whole alerts, and no attachment.
        if matches!(alert.body, AlertBody::AlertEscalated(_)) {
            return &[DetailLevel::Full, DetailLevel::NamesOnly, DetailLevel::CountsOnly];
        }
        // The matches are attached, and the body shows only some of them.
        if matches!(alert.body, AlertBody::WatchlistMatched(_)) {
            return &[DetailLevel::Full, DetailLevel::WithoutAttachments];
        }
        if alert.body.all_changes().is_empty() {
            return &[DetailLevel::Full];
        }
        &[
            DetailLevel::Full,
            DetailLevel::WithoutAttachments,
            DetailLevel::NamesOnly,
            DetailLevel::CountsOnly,
        ]
    }

    pub fn has_attachments(self) -> bool {
        self == DetailLevel::Full
    }

    /// Removes what this level leaves out, and adds a first note that says so.
    pub fn reduce(self, content: &mut MessageContent, limit: SizeLimit) {
        let left_out = match self {
            DetailLevel::Full => return,
            DetailLevel::WithoutAttachments if content.index.is_empty() => {
                "The attachments (all possible matches as a spreadsheet, CSV and JSON) are left out"
            }
            DetailLevel::WithoutAttachments => {
                "The attachments (the changes as a spreadsheet, CSV and JSON) are left out"
            }
            DetailLevel::NamesOnly => {
                "Shortened: the attachments (the changes as a spreadsheet, CSV and JSON) and the \
                 details of each entry are left out"
            }
            DetailLevel::CountsOnly => {
                "Shortened: the attachments (the changes as a spreadsheet, CSV and JSON) and the \
                 names of the entries are left out"
            }
        };
        let reason = match limit {
            SizeLimit::Relay(bytes) => {
                format!("the mail server takes at most {}", megabytes(bytes))
            }
            SizeLimit::Common => format!("many mail servers take at most {}", megabytes(MAX_BYTES)),
            SizeLimit::Refused => "the mail server refused a longer message".to_owned(),
        };
        let place = content.reference();
        content.cautions.insert(0, format!("{left_out}, because {reason}.{place}"));
        match self {
            DetailLevel::Full | DetailLevel::WithoutAttachments => {}
            DetailLevel::NamesOnly => {
                *content = limited(content, EntryLimit { names: usize::MAX, details: 0 });
            }
            DetailLevel::CountsOnly => {
                *content = limited(content, EntryLimit { names: 0, details: 0 });
            }
        }
        if self == DetailLevel::CountsOnly {
            // Some notes list the names of entries.
            content.cautions.retain(|note| note.len() <= MAX_NOTE_BYTES);
            content.notes.retain(|note| note.len() <= MAX_NOTE_BYTES);
        }
    }
}

/// A longer note is a list of names.
const MAX_NOTE_BYTES: usize = 2_000;

/// `10.2 MB`
fn megabytes(bytes: u64) -> String {
    let tenths = bytes / 100_000;
    if tenths == 0 {
        format!("{bytes} bytes")
    } else {
        format!("{}.{} MB", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::email::entry_limit::entry_count;
    use crate::deliver::{Message, sample, wording};

    fn reduced(level: DetailLevel, limit: SizeLimit) -> MessageContent {
        let alert = sample::rule_of_june_2022();
        let delivery = sample::delivery(&alert, "compliance", "officer@example.com");
        let mut content = wording::message_content(
            &Message { delivery: &delivery, alert: &alert, screening: None },
            &sample::settings(None),
        );
        level.reduce(&mut content, limit);
        content
    }

    #[test]
    fn each_level_names_what_it_leaves_out_and_where_the_full_alert_is() {
        assert_eq!(
            reduced(DetailLevel::Full, SizeLimit::Refused)
                .cautions
                .iter()
                .filter(|note| note.contains("left out"))
                .count(),
            0
        );
        for (level, what) in [
            (DetailLevel::WithoutAttachments, "attachments"),
            (DetailLevel::NamesOnly, "details"),
            (DetailLevel::CountsOnly, "names of the entries"),
        ] {
            let first = reduced(level, SizeLimit::Relay(10_240_000)).cautions.remove(0);
            assert!(
                first.contains(what)
                    && first.contains("at most 10.2 MB")
                    && first.contains("entitywatch alerts --id alr_"),
                "{first}"
            );
            let first = reduced(level, SizeLimit::Refused).cautions.remove(0);
            assert!(first.contains("refused a longer message"), "{first}");
        }
    }

    #[test]
    fn each_level_contains_less_than_the_one_before() {
        let alert = sample::rule_of_june_2022();
        let sizes: Vec<usize> = DetailLevel::of(&alert)
            .iter()
            .map(|level| reduced(*level, SizeLimit::Refused))
            .map(|content| format!("{:?}{:?}", content.index, content.sections).len())
            .collect();
        assert!(
            sizes.len() == 4 && sizes[0] == sizes[1] && sizes[1] > sizes[2] && sizes[2] > sizes[3],
            "{sizes:?}"
        );
        let short = reduced(DetailLevel::NamesOnly, SizeLimit::Refused);
        let index: Vec<&String> = short
            .index
            .iter()
            .flat_map(|part| part.places.iter().flat_map(|place| &place.names))
            .collect();
        let full = reduced(DetailLevel::Full, SizeLimit::Refused);
        assert!(entry_count(&full) > 1 && short.sections.is_empty());
        for entry in full.sections.iter().flat_map(|section| section.entries()) {
            assert!(index.contains(&&entry.heading), "{index:?}");
        }
    }

    #[test]
    fn an_alert_without_changes_has_one_level() {
        let alert = sample::all_kinds()
            .into_iter()
            .find(|alert| alert.body.all_changes().is_empty())
            .unwrap();
        assert_eq!(DetailLevel::of(&alert), [DetailLevel::Full]);
    }

    #[test]
    fn a_limit_is_shown_with_its_unit() {
        assert_eq!(
            [999, 100_000, 10_240_000, 25_000_000].map(megabytes),
            ["999 bytes", "0.1 MB", "10.2 MB", "25.0 MB"]
        );
    }
}
