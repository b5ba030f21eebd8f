//! The wording of alerts about a delivery that fails, and of test messages.

use crate::deliver::plain;
use crate::deliver::wording::count::counted;
use crate::deliver::wording::operator::blank;
use crate::deliver::wording::operator::shell_word::shell_word;
use crate::deliver::wording::writer::Writer;
use crate::deliver::wording::{Account, Fact, Step};
use crate::domain::alert::{DeliveryTrouble, Test};

pub fn delivery(data: &DeliveryTrouble, dead: bool, writer: &Writer<'_>) -> Account {
    let receiver = plain::line(&data.receiver);
    let whom = if data.recipient.is_empty() {
        receiver.clone()
    } else {
        format!("{receiver} ({})", plain::line(&data.recipient))
    };
    if data.switched_off {
        return switched_off(data, &receiver, writer);
    }
    let title = if dead {
        format!("An alert could not be delivered to {receiver}")
    } else {
        format!("Delivery to {receiver} is failing")
    };
    let mut account = blank(title, writer);
    let after = counted(data.attempts as usize, "attempt");
    account.lead = if dead {
        format!(
            "An alert has not reached {whom}, and after {after} it is not tried again by itself. \
             It is kept. Whoever relies on {receiver} does not know of this alert."
        )
    } else {
        format!(
            "An alert has not reached {whom} yet ({after} so far). It is tried again, but \
             somebody probably has to act first."
        )
    };
    account.facts = vec![
        Fact::new("Error", plain::line(&data.error)),
        Fact::new("When", writer.moment(data.at)),
    ];
    account.steps = vec![
        Step::command(
            "When the cause is mended, test the receiver",
            format!("entitywatch receivers test {}", shell_word(&receiver)),
        ),
        Step::command(
            "If it was switched off, enable it again",
            format!("entitywatch receivers enable {}", shell_word(&receiver)),
        ),
        Step::command(
            "Then send it again",
            format!("entitywatch deliveries retry {}", data.delivery_id),
        ),
    ];
    undelivered(data, &mut account, writer);
    account
}

fn switched_off(data: &DeliveryTrouble, receiver: &str, writer: &Writer<'_>) -> Account {
    let mut account = blank(format!("{receiver} is gone and was switched off"), writer);
    account.lead = format!(
        "The server of {receiver} says that this address is gone for good (410), so {receiver} \
         was switched off. Nothing is sent to it until you switch it on again; what waits for it, \
         and what comes meanwhile, is kept. Whoever relies on {receiver} is told of nothing until \
         then."
    );
    account.facts = vec![
        Fact::new("Error", plain::line(&data.error)),
        Fact::new("When", writer.moment(data.at)),
    ];
    account.steps = vec![
        Step::command(
            "When its address is mended, test it",
            format!("entitywatch receivers test {}", shell_word(receiver)),
        ),
        Step::command(
            "Then switch it on, which sends what waits",
            format!("entitywatch receivers enable {}", shell_word(receiver)),
        ),
    ];
    undelivered(data, &mut account, writer);
    account
}

/// Where the alert is that has not arrived.
fn undelivered(data: &DeliveryTrouble, account: &mut Account, writer: &Writer<'_>) {
    let alert = &data.undelivered_alert_id;
    account.whole = writer.step(
        "The alert that has not arrived",
        &format!("/alerts/{alert}"),
        format!("entitywatch alerts --id {alert}"),
    );
    account.evidence = vec![
        Fact::new("Undelivered alert", alert.as_str()),
        Fact::new("Failed delivery", data.delivery_id.as_str()),
    ];
}

pub fn test(data: &Test, writer: &Writer<'_>) -> Account {
    let receiver = plain::line(&data.receiver);
    let mut account = blank(format!("Test message to {receiver}"), writer);
    account.lead = format!(
        "This is a test: {}. Nothing has changed, and nothing is to be done.",
        plain::line(&data.message).trim_end_matches('.')
    );
    account.facts = vec![Fact::new("Sent", writer.moment(data.at))];
    account
}
