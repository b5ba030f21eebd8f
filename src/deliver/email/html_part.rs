//! The HTML part of an email, short enough that mail readers do not cut it off. Pure.

use lettre::message::SinglePart;

use crate::deliver::email::entry_limit::{
    EntryLimit, entry_count, largest_that_fits, limited, name_count,
};
use crate::deliver::layout::{self, LayoutError};
use crate::deliver::wording::MessageContent;

/// The most bytes, as sent (encoded). Gmail cuts a message off at 102 KB.
pub const MAX_BYTES: usize = 100_000;

/// Lays out the content as HTML: in full, or as an index of all names with as many details as fit.
///
/// The plain text part and the attachments are always in full.
pub fn html(content: &MessageContent, attachments: Option<&str>) -> Result<String, LayoutError> {
    let full = layout::html_of(content, attachments)?;
    if sent_bytes(&full) <= MAX_BYTES {
        return Ok(full);
    }
    let (all, names) = (entry_count(content), name_count(content));
    let page =
        |shown| layout::html_of(&shortened(content, shown, attachments.is_some()), attachments);
    let fits = |shown| page(shown).map(|page| sent_bytes(&page) <= MAX_BYTES);
    let shown = match largest_that_fits(all, |details| fits(EntryLimit { names, details }))? {
        Some(details) => EntryLimit { names, details },
        None => {
            let names = largest_that_fits(names, |names| fits(EntryLimit { names, details: 0 }))?;
            EntryLimit { names: names.unwrap_or(0), details: 0 }
        }
    };
    page(shown)
}

/// Adds a note that says what is shown.
fn shortened(content: &MessageContent, shown: EntryLimit, has_attachments: bool) -> MessageContent {
    let all = name_count(content);
    let mut content = limited(content, shown);
    let what = match shown {
        EntryLimit { names, .. } if names < all => format!("the first {names} of {all} names"),
        EntryLimit { details: 0, .. } => {
            format!("the names of all {all} entries without their details")
        }
        EntryLimit { details, .. } => {
            format!("the names of all {all} entries and the details of the first {details}")
        }
    };
    let rest = if has_attachments { " The attachments have all of it." } else { "" };
    // The next line of the page is the way to the full alert.
    content
        .cautions
        .push(format!("This page shows {what}, so that mail readers do not cut it off.{rest}"));
    content
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
        let content = wording::message_content(
            &Message { delivery: &delivery, alert: &alert, screening: None },
            &sample::settings(None),
        );
        html(&content, Some("Attached: two files.")).unwrap()
    }

    fn names(page: &str, count: usize) -> usize {
        (0..count).filter(|n| page.contains(&format!("Пример {n} Trading"))).count()
    }

    #[test]
    fn a_short_page_is_shown_in_full() {
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
        assert!(sent <= MAX_BYTES && sent > MAX_BYTES * 9 / 10, "{sent}");
        assert_eq!(names(&page, 300), 300);
        assert!(
            page.contains("the names of all 300 entries and the details of the first "),
            "{page}"
        );
        assert!(page.find("entitywatch alerts --id").unwrap() < page.find("Trading").unwrap());
    }

    #[test]
    fn a_page_with_too_many_names_says_how_many_it_leaves_out() {
        let page = page_of(4_000, "");
        assert!(sent_bytes(&page) <= MAX_BYTES);
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
