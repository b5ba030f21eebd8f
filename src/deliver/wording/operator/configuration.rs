//! The wording of the alert that a configuration was refused.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::operator::empty_content;
use crate::deliver::wording::{Fact, MessageContent, NextStep, steps};
use crate::domain::alert::ConfigRejected;

/// The most characters shown of the mistakes.
const MAX_ERROR_CHARS: usize = 2_500;

pub fn rejected(data: &ConfigRejected, context: &Context<'_>) -> MessageContent {
    let mut content =
        empty_content("A new configuration was refused, the old one stays".to_owned(), context);
    content.lead = "The configuration was to be replaced, and the new one has mistakes. The one \
                    before stays in effect, so everything is watched and alerted as before. At \
                    the next start the program refuses the new one too, and then nothing is \
                    watched."
        .to_owned();
    content.facts_title = "The mistakes".to_owned();
    content.facts = vec![
        Fact::new("File", plain::line(&data.path)),
        Fact::new("Mistakes", plain::shorten(&plain::line(&data.error), MAX_ERROR_CHARS)),
        Fact::new("Refused", context.moment(data.at)),
    ];
    content.next_steps = vec![
        NextStep::command("See each mistake with its line", "entitywatch config check"),
        steps::plain("Correct the file, and reload the daemon again"),
    ];
    content
}
