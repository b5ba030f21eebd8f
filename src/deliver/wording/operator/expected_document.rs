//! The wording of the alert that no new document of a source came when it was expected.

use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::counted;
use crate::deliver::wording::operator::empty_content;
use crate::deliver::wording::operator::source::{check_now, name_of};
use crate::deliver::wording::{Fact, MessageContent, steps};
use crate::domain::alert::{ExpectedDocument, SourceLagging};

pub fn late(
    data: &SourceLagging,
    expected: &ExpectedDocument,
    context: &Context<'_>,
) -> MessageContent {
    let source = context.source(&data.source);
    let days = counted(usize::try_from(expected.days).unwrap_or(usize::MAX), "business day");
    let mut content =
        empty_content(format!("No new document from {} for {days}", source.named()), context);
    content.lead = format!(
        "A new document of {} was expected by {} ({}) on each business day, and none has come for \
         {days}. The checks succeed: the publisher serves the same document as before. Either \
         nothing has changed, or the publication has stopped. You are alerted once, and again only \
         after a new document has come.",
        source.named(),
        expected.by,
        expected.timezone
    );
    content.facts = vec![
        Fact::new("Last new document", context.moment(expected.last_document_at)),
        Fact::new("Checked", context.moment(data.at)),
    ];
    content.next_steps = vec![
        steps::plain(
            "Open the publisher's page, and see whether it announces a pause or a new address",
        ),
        check_now("Check it now", &data.source),
    ];
    content.evidence.push(name_of(&data.source));
    content
}
