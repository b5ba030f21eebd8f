//! How much of an alert an email holds, where the whole of it is more than the mail server takes.
//! Pure.

use crate::deliver::email::index::{Shown, indexed};
use crate::deliver::wording::Account;
use crate::domain::Alert;

/// Messages longer than this are refused somewhere on the way even where the relay names no limit:
/// Gmail and Exchange Online take 25 MB as delivered.
pub const MOST_BYTES: u64 = 25_000_000;

/// From the most to the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Whole,
    WithoutAttachments,
    /// The name of each entry.
    Names,
    /// How many entries there are of each kind.
    Counts,
}

/// Why not the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The relay says how many bytes a message may have.
    Relay(u64),
    /// [`MOST_BYTES`].
    Usual,
    /// The server refused a longer message without naming a limit.
    Refused,
}

impl Limit {
    /// What a relay takes that announces this.
    pub fn of(relay_bytes: Option<u64>) -> Self {
        relay_bytes.filter(|bytes| *bytes <= MOST_BYTES).map_or(Limit::Usual, Limit::Relay)
    }

    pub fn most_bytes(self) -> u64 {
        match self {
            Limit::Relay(bytes) => bytes,
            Limit::Usual | Limit::Refused => MOST_BYTES,
        }
    }
}

impl Form {
    /// The forms that an alert has: one without changes is short anyway.
    pub fn of(alert: &Alert) -> &'static [Form] {
        match alert.body.changes() {
            Some(changes) if !changes.is_empty() => {
                &[Form::Whole, Form::WithoutAttachments, Form::Names, Form::Counts]
            }
            _ => &[Form::Whole],
        }
    }

    pub fn has_attachments(self) -> bool {
        self == Form::Whole
    }

    /// Takes out of an account what this form leaves out, and says so first of all.
    pub fn reduce(self, account: &mut Account, limit: Limit) {
        let left_out = match self {
            Form::Whole => return,
            Form::WithoutAttachments => {
                "The attachments (the changes as CSV and JSON) are left out"
            }
            Form::Names => {
                "Shortened: the attachments (the changes as CSV and JSON) and the details of each \
                 entry are left out"
            }
            Form::Counts => {
                "Shortened: the attachments (the changes as CSV and JSON) and the names of the \
                 entries are left out"
            }
        };
        let reason = match limit {
            Limit::Relay(bytes) => format!("the mail server takes at most {}", megabytes(bytes)),
            Limit::Usual => format!("many mail servers take at most {}", megabytes(MOST_BYTES)),
            Limit::Refused => "the mail server refused a longer message".to_owned(),
        };
        let place = account.reference();
        account.notes.insert(0, format!("{left_out}, because {reason}.{place}"));
        match self {
            Form::Whole | Form::WithoutAttachments => {}
            Form::Names => *account = indexed(account, Shown { names: usize::MAX, details: 0 }),
            Form::Counts => account.sections.iter_mut().for_each(|section| section.entries.clear()),
        }
        if self == Form::Counts {
            // Some notes name entries, as many as there are.
            account.notes.retain(|note| note.len() <= LONGEST_NOTE_BYTES);
        }
    }
}

/// A longer note is a list of names.
const LONGEST_NOTE_BYTES: usize = 2_000;

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
    use crate::deliver::{Message, sample, wording};

    fn reduced(form: Form, limit: Limit) -> Account {
        let alert = sample::rule_of_june_2022();
        let delivery = sample::delivery(&alert, "compliance", "officer@example.com");
        let mut account = wording::account(
            &Message { delivery: &delivery, alert: &alert },
            &sample::settings(None),
        );
        form.reduce(&mut account, limit);
        account
    }

    #[test]
    fn each_form_says_what_it_leaves_out_and_where_the_whole_is() {
        assert_eq!(
            reduced(Form::Whole, Limit::Refused)
                .notes
                .iter()
                .filter(|note| note.contains("left out"))
                .count(),
            0
        );
        for (form, what) in [
            (Form::WithoutAttachments, "attachments"),
            (Form::Names, "details"),
            (Form::Counts, "names of the entries"),
        ] {
            let first = reduced(form, Limit::Relay(10_240_000)).notes.remove(0);
            assert!(
                first.contains(what)
                    && first.contains("at most 10.2 MB")
                    && first.contains("entitywatch alerts --id alr_"),
                "{first}"
            );
            let first = reduced(form, Limit::Refused).notes.remove(0);
            assert!(first.contains("refused a longer message"), "{first}");
        }
    }

    #[test]
    fn each_form_holds_less_than_the_one_before() {
        let alert = sample::rule_of_june_2022();
        let sizes: Vec<usize> = Form::of(&alert)
            .iter()
            .map(|form| format!("{:?}", reduced(*form, Limit::Refused).sections).len())
            .collect();
        assert!(
            sizes.len() == 4 && sizes[0] == sizes[1] && sizes[1] > sizes[2] && sizes[2] > sizes[3],
            "{sizes:?}"
        );
        let index: String = reduced(Form::Names, Limit::Refused)
            .sections
            .into_iter()
            .filter_map(|section| section.note)
            .collect();
        for entry in reduced(Form::Whole, Limit::Refused)
            .sections
            .iter()
            .flat_map(|section| &section.entries)
        {
            assert!(index.contains(&entry.heading), "{index}");
        }
    }

    #[test]
    fn an_alert_without_changes_has_one_form() {
        let alert =
            sample::all_kinds().into_iter().find(|alert| alert.body.changes().is_none()).unwrap();
        assert_eq!(Form::of(&alert), [Form::Whole]);
    }

    #[test]
    fn a_limit_is_shown_in_its_unit() {
        assert_eq!(
            [999, 100_000, 10_240_000, 25_000_000].map(megabytes),
            ["999 bytes", "0.1 MB", "10.2 MB", "25.0 MB"]
        );
    }
}
