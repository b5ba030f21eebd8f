//! The wording of a Federal Register document that changes the Entity List: filed, changed,
//! withdrawn or published.

mod digest;
mod facts;
mod lead;
mod notes;
mod sections;
mod title;

use crate::deliver::plain;
use crate::deliver::wording::content::is_web_address;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::index::index;
use crate::deliver::wording::subject::MAX_SUBJECT_CHARS;
use crate::deliver::wording::{Fact, MessageContent, NextStep, country};
use crate::domain::AlertId;
use crate::domain::alert::RuleNotice;
use facts::facts;
use lead::lead;
use notes::notes;
use sections::sections;
use title::{subject, title};

pub fn content(data: &RuleNotice, alert_id: &AlertId, context: &Context<'_>) -> MessageContent {
    let counts = country::counts(&data.changes);
    let title = title(data);
    MessageContent {
        subject: plain::shorten(&subject(data, &title, &counts), MAX_SUBJECT_CHARS),
        lead: lead(data, context),
        banner: None,
        cautions: notes(data),
        quotes: Vec::new(),
        instructions: Vec::new(),
        index: index(&data.changes),
        notes: Vec::new(),
        countries: counts.into_iter().map(|(name, count)| format!("{name} {count}")).collect(),
        facts: facts(data, context),
        sections: sections(data, context),
        next_steps: next_steps(data),
        full_alert: context.next_step(
            "This alert with all its entries",
            &format!("/alerts/{alert_id}"),
            format!("entitywatch alerts --id {alert_id}"),
        ),
        evidence: vec![
            Fact::new("Source", plain::line(&data.source)),
            Fact::new("Journal head", data.journal_head.as_str()),
        ],
        title,
    }
}

fn next_steps(data: &RuleNotice) -> Vec<NextStep> {
    let url = data.rule.as_ref().and_then(|rule| rule.url.clone()).or_else(|| data.pdf_url.clone());
    let url = url.filter(|url| is_web_address(url));
    url.map(|link| NextStep {
        text: "Read the document".to_owned(),
        command: None,
        link: Some(link),
    })
    .into_iter()
    .collect()
}
