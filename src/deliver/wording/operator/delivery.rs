//! The wording of alerts about a delivery that fails, and of test messages.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::counted;
use crate::deliver::wording::operator::empty_content;
use crate::deliver::wording::operator::shell_word::shell_word;
use crate::deliver::wording::{Fact, MessageContent, NextStep, steps};
use crate::domain::alert::{DeliveryTrouble, Test};

pub fn delivery(data: &DeliveryTrouble, dead: bool, context: &Context<'_>) -> MessageContent {
    let receiver = plain::line(&data.receiver);
    let whom = if data.recipient.is_empty() {
        receiver.clone()
    } else {
        format!("{} ({receiver})", plain::line(&data.recipient))
    };
    if data.switched_off {
        return switched_off(data, &receiver, context);
    }
    let title = if dead {
        format!("An alert could not be delivered to {receiver}")
    } else {
        format!("Delivery to {receiver} is failing")
    };
    let mut content = empty_content(title, context);
    let after = counted(data.attempts as usize, "attempt");
    content.lead = if dead {
        format!(
            "An alert did not reach {whom}. After {after} it is not retried by itself. It is kept. \
             People who rely on {receiver} do not know about this alert."
        )
    } else {
        format!(
            "An alert has not reached {whom} after {after}. It is retried, but a person probably \
             has to act first."
        )
    };
    content.facts = vec![
        Fact::new("Error", context.prose(&data.error)),
        Fact::new("Last attempt", context.moment(data.at)),
    ];
    content.next_steps = vec![
        NextStep::command(
            "Fix the cause, then test the receiver",
            format!("entitywatch receivers test {}", shell_word(&receiver)),
        ),
        NextStep::command(
            "Send the alert again",
            format!("entitywatch deliveries retry {}", data.delivery_id),
        ),
        steps::plain("Until then, alert the people who rely on it in another way"),
    ];
    undelivered(data, &mut content, context);
    content
}

fn switched_off(data: &DeliveryTrouble, receiver: &str, context: &Context<'_>) -> MessageContent {
    let mut content = empty_content(
        format!("{receiver} was switched off: its address no longer exists"),
        context,
    );
    content.lead = format!(
        "The server of {receiver} answered that its address is permanently gone (HTTP 410), so \
         {receiver} was switched off. Its waiting and new deliveries are kept and sent when you \
         switch it on. Until then, people who rely on {receiver} are not alerted."
    );
    content.facts = vec![
        Fact::new("Error", context.prose(&data.error)),
        Fact::new("Last attempt", context.moment(data.at)),
    ];
    content.next_steps = vec![
        NextStep::command(
            "Correct its address in the configuration, then test it",
            format!("entitywatch receivers test {}", shell_word(receiver)),
        ),
        NextStep::command(
            "Switch it on, which sends the waiting deliveries",
            format!("entitywatch receivers enable {}", shell_word(receiver)),
        ),
        steps::plain("Until then, alert the people who rely on it in another way"),
    ];
    undelivered(data, &mut content, context);
    content
}

/// Adds where the undelivered alert can be read.
fn undelivered(data: &DeliveryTrouble, content: &mut MessageContent, context: &Context<'_>) {
    let alert = &data.undelivered_alert_id;
    content.full_alert = context.next_step(
        "The undelivered alert",
        &format!("/alerts/{alert}"),
        format!("entitywatch alerts --id {alert}"),
    );
    content.evidence = vec![
        Fact::new("Undelivered alert", alert.as_str()),
        Fact::new("Failed delivery", data.delivery_id.as_str()),
    ];
}

pub fn test(data: &Test, context: &Context<'_>) -> MessageContent {
    let receiver = plain::line(&data.receiver);
    let mut content = empty_content(format!("Test message to {receiver}"), context);
    content.lead = format!(
        "This is a test: {}. No list has changed, and you do not have to act.",
        plain::line(&data.message).trim_end_matches('.')
    );
    content.facts = vec![Fact::new("Sent", context.moment(data.at))];
    content
}
