//! The HTML part of an email, within what mail readers show whole. Pure.

use lettre::message::SinglePart;

use crate::deliver::email::index::{Shown, entries, indexed, largest};
use crate::deliver::layout::{self, LayoutError};
use crate::deliver::wording::Account;

/// As sent, that is, encoded. Gmail cuts a message off at 102 KB.
pub const MOST_BYTES: usize = 100_000;

/// The account as a page: whole, or an index of its names and as many details as fit.
///
/// The plain text beside it is whole, and so are the attachments.
pub fn html(account: &Account, attachments: Option<&str>) -> Result<String, LayoutError> {
    let whole = layout::html_of(account, attachments)?;
    if sent_bytes(&whole) <= MOST_BYTES {
        return Ok(whole);
    }
    let all = entries(account);
    let page = |shown| {
        layout::html_of(&shortened(account, shown, all, attachments.is_some()), attachments)
    };
    let fits = |shown| page(shown).map(|page| sent_bytes(&page) <= MOST_BYTES);
    let shown = match largest(all, |details| fits(Shown { names: all, details }))? {
        Some(details) => Shown { names: all, details },
        None => {
            let names = largest(all, |names| fits(Shown { names, details: 0 }))?;
            Shown { names: names.unwrap_or(0), details: 0 }
        }
    };
    page(shown)
}

/// Says first what is shown and where the whole is.
fn shortened(account: &Account, shown: Shown, all: usize, has_attachments: bool) -> Account {
    let mut account = indexed(account, shown);
    let what = match shown {
        Shown { names, .. } if names < all => format!("the first {names} of {all} names"),
        Shown { details: 0, .. } => format!("the names of all {all} entries without their details"),
        Shown { details, .. } => {
            format!("the names of all {all} entries and the details of the first {details}")
        }
    };
    let rest = if has_attachments { " The attachments have all of it." } else { "" };
    let place = account.reference();
    account.notes.insert(
        0,
        format!("This page shows {what}, so that mail readers do not cut it off.{rest}{place}"),
    );
    account
}

fn sent_bytes(html: &str) -> usize {
    SinglePart::html(html.to_owned()).formatted().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::{Message, sample, wording};
    use crate::domain::AlertBody;

    fn page_of(count: usize, remarks: &str) -> String {
        let mut alert = sample::rule_of_june_2022();
        if let AlertBody::ListChanged(data) = &mut alert.body {
            data.changes =
                (0..count).map(|n| sample::added(&format!("Пример {n} Trading"), "CN")).collect();
            data.changes.iter_mut().for_each(|change| change.entry.remarks = remarks.to_owned());
        }
        let delivery = sample::delivery(&alert, "compliance", "officer@example.com");
        let account = wording::account(
            &Message { delivery: &delivery, alert: &alert },
            &sample::settings(None),
        );
        html(&account, Some("Attached: two files.")).unwrap()
    }

    fn names(page: &str, count: usize) -> usize {
        (0..count).filter(|n| page.contains(&format!("Пример {n} Trading"))).count()
    }

    #[test]
    fn a_short_page_is_whole() {
        let page = page_of(5, "Formerly elsewhere.");
        assert!(
            !page.contains("This page shows") && page.matches("Formerly elsewhere.").count() == 5,
            "{page}"
        );
    }

    #[test]
    fn a_long_page_has_every_name_and_the_details_that_fit() {
        let page = page_of(300, &"Formerly elsewhere. ".repeat(20));
        let sent = sent_bytes(&page);
        assert!(sent <= MOST_BYTES && sent > MOST_BYTES * 9 / 10, "{sent}");
        assert_eq!(names(&page, 300), 300);
        assert!(
            page.contains("the names of all 300 entries and the details of the first "),
            "{page}"
        );
        assert!(page.find("entitywatch alerts --id").unwrap() < page.find("Trading").unwrap());
    }

    #[test]
    fn a_page_of_too_many_names_says_how_many_it_leaves_out() {
        let page = page_of(4_000, "");
        assert!(sent_bytes(&page) <= MOST_BYTES);
        let shown = names(&page, 4_000);
        assert!(
            shown > 500
                && shown < 4_000
                && page.contains(&format!("the first {shown} of 4000 names")),
            "{shown}"
        );
        assert!(page.contains(&format!("… and {} more", 4_000 - shown)));
    }
}
