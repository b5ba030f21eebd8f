//! The wording of what operators are told: what happened, what it means for readers, and what to
//! do.

use crate::deliver::plain;
use crate::deliver::wording::count::{counted, summary};
use crate::deliver::wording::{Account, Fact, Step, Writer, time};
use crate::domain::alert::{
    DeliveryTrouble, SnapshotHeld, SourceBaseline, SourceFailing, SourceLagging, SourceRecovered,
    Test,
};
use crate::domain::{Alert, AlertBody, HoldReason};

const LONGEST_SUBJECT_CHARS: usize = 120;

pub fn account(body: &AlertBody, alert: &Alert, writer: &Writer<'_>) -> Account {
    let mut account = match body {
        AlertBody::SourceBaseline(data) => baseline(data, writer),
        AlertBody::SourceLagging(data) => lagging(data, writer),
        AlertBody::SourceFailing(data) => failing(data, alert, writer),
        AlertBody::SourceRecovered(data) => recovered(data, writer),
        AlertBody::SnapshotHeld(data) => held(data, writer),
        AlertBody::DeliveryFailing(data) => delivery(data, false, writer),
        AlertBody::DeliveryDead(data) => delivery(data, true, writer),
        AlertBody::Test(data) => test(data, writer),
        // Worded by `list` and `rule`; said here only so that a new alert cannot be forgotten.
        AlertBody::RuleFiled(_) | AlertBody::RulePublished(_) => {
            blank("A rule on the Entity List".to_owned(), writer)
        }
        AlertBody::ListChanged(_) | AlertBody::ListCorrected(_) => {
            blank("The list changed".to_owned(), writer)
        }
    };
    account.subject =
        plain::shorten(&format!("entitywatch: {}", account.title), LONGEST_SUBJECT_CHARS);
    account
}

fn blank(title: String, writer: &Writer<'_>) -> Account {
    Account {
        subject: String::new(),
        title,
        lead: String::new(),
        notes: Vec::new(),
        countries: Vec::new(),
        facts: Vec::new(),
        sections: Vec::new(),
        steps: Vec::new(),
        whole: writer.step("How the sources are", "/", "entitywatch sources".to_owned()),
        evidence: Vec::new(),
    }
}

fn baseline(data: &SourceBaseline, writer: &Writer<'_>) -> Account {
    let source = plain::line(&data.source);
    let mut account = blank(
        format!("First {} from {source}: {}", data.list.title(), counted(data.count, "entry")),
        writer,
    );
    account.lead = format!(
        "The {} was seen in {source} for the first time, with {}. It is what later lists are \
         compared with; readers are not alerted of it.",
        data.list.title(),
        counted(data.count, "entry")
    );
    account.facts = vec![Fact::new("Seen", writer.moment(data.observed_at))];
    account
        .facts
        .extend(data.snapshot.as_of.map(|as_of| Fact::new("List as of", time::date(as_of))));
    account.notes.extend(data.warnings.iter().map(|warning| plain::line(warning)));
    account.steps.push(Step::command(
        "Check that the count is plausible, and look the entries through",
        "entitywatch entries",
    ));
    account.evidence.push(Fact::new("SHA-256 of the list", data.snapshot.sha256.as_str()));
    account
}

fn failing(data: &SourceFailing, alert: &Alert, writer: &Writer<'_>) -> Account {
    let source = plain::line(&data.source);
    let mut account = blank(format!("{source} cannot be read"), writer);
    let failed = match data.consecutive_failures {
        0 | 1 => format!("The check of {source} failed."),
        times => format!(
            "{source} has failed {} in a row, for {}.",
            counted(times as usize, "time"),
            time::span(data.failing_since, alert.created_at)
        ),
    };
    account.lead =
        format!("{failed} Until it can be read again, nothing that changes in it is noticed.");
    account.facts = vec![
        Fact::new("Error", plain::line(&data.error)),
        Fact::new("Failing since", writer.moment(data.failing_since)),
        Fact::new(
            "Last success",
            data.last_success_at.map_or_else(|| "never".to_owned(), |at| writer.moment(at)),
        ),
    ];
    account.steps = vec![
        Step {
            text: "It is tried again on its schedule, and you are told when it recovers."
                .to_owned(),
            command: None,
            link: None,
        },
        Step::command(
            "To try it now",
            format!("entitywatch check --source {}", shell_word(&source)),
        ),
    ];
    account
}

fn lagging(data: &SourceLagging, writer: &Writer<'_>) -> Account {
    let source = plain::line(&data.source);
    let rule = data
        .rule
        .citation
        .as_deref()
        .or(data.rule.document_number.as_deref())
        .map_or_else(|| "A rule".to_owned(), plain::line);
    let mut account = blank(format!("{source} does not show what {rule} announced"), writer);
    let since = data
        .rule
        .effective_on
        .map_or_else(String::new, |date| format!(", in effect since {}", time::date(date)));
    account.lead = format!(
        "{rule}{since}, adds entries of which {source} does not show {}. Readers were told of \
         them when the rule was seen.",
        counted(data.missing.len(), "entry")
    );
    let names: Vec<String> = data.missing.iter().map(|name| plain::line(name)).collect();
    account.facts = vec![
        Fact::linked(
            "Rule",
            data.rule.title.as_deref().map_or_else(|| rule.clone(), plain::line),
            data.rule.url.clone(),
        ),
        Fact::new("Not listed", plain::shorten(&names.join("; "), 1500)),
        Fact::new("Looked", writer.moment(data.at)),
    ];
    account
        .steps
        .push(Step::command("Look for them in the lists", "entitywatch entries --search NAME"));
    account
}

fn recovered(data: &SourceRecovered, writer: &Writer<'_>) -> Account {
    let source = plain::line(&data.source);
    let mut account = blank(format!("{source} can be read again"), writer);
    account.lead = format!(
        "{source} can be read again after {}. What changed in it meanwhile is told now, if \
         anything did.",
        time::span(data.failing_since, data.recovered_at)
    );
    account.facts = vec![
        Fact::new("Failed since", writer.moment(data.failing_since)),
        Fact::new("Recovered", writer.moment(data.recovered_at)),
    ];
    account
}

fn held(data: &SnapshotHeld, writer: &Writer<'_>) -> Account {
    let hold = &data.hold;
    let (source, list) = (plain::line(&hold.source), hold.list.title());
    let again = if data.reminder { "still " } else { "" };
    let mut account = blank(
        format!(
            "{list} from {source} is {again}held: {} entries, before {}",
            hold.count_after, hold.count_before
        ),
        writer,
    );
    let (meaning, examples_title) = match hold.reason {
        HoldReason::Loss => (
            "More is missing from it than is plausible. Additions and revisions in it are \
             alerted, marked as unconfirmed; what is missing is not told to anybody until you \
             decide.",
            "Missing, for example",
        ),
        HoldReason::Gain => (
            "More came than is plausible, so the list before was probably cut. Nobody is told any \
             of it until you decide.",
            "New, for example",
        ),
        HoldReason::Revision => (
            "More was revised than is plausible, so a column probably went blank. Nobody is told \
             any of it until you decide.",
            "Revised, for example",
        ),
        HoldReason::Older => (
            "The publisher may have taken changes back, or a cache may keep an old copy. No \
             reader is alerted of any of it until you decide.",
            "Would change, for example",
        ),
    };
    account.lead = format!(
        "The {list} from {source} is {again}not believed: {}. {meaning}",
        plain::line(&hold.message)
    );
    let examples: Vec<String> = data.examples.iter().map(|name| plain::line(name)).collect();
    account.facts = vec![
        Fact::new("Would change", summary(&hold.summary, &source)),
        Fact::new("Entries", format!("{} now, {} before", hold.count_after, hold.count_before)),
        Fact::new("First seen", writer.moment(hold.opened_at)),
    ];
    if !examples.is_empty() {
        account.facts.push(Fact::new(examples_title, examples.join("; ")));
    }
    let id = &hold.hold_id;
    account.steps = vec![
        writer.step(
            "Look at what would change",
            &format!("/holds/{id}"),
            format!("entitywatch holds show {id}"),
        ),
        Step::command(
            "If the publisher means it",
            format!("entitywatch holds accept {id} --by YOUR-NAME --reason WHY"),
        ),
        Step::command(
            "If the file is faulty",
            format!("entitywatch holds reject {id} --by YOUR-NAME --reason WHY"),
        ),
        Step {
            text: "A later file that is plausible ends the hold by itself. You are reminded daily \
                   until then."
                .to_owned(),
            command: None,
            link: None,
        },
    ];
    account.whole =
        writer.step("The hold", &format!("/holds/{id}"), format!("entitywatch holds show {id}"));
    account.evidence = vec![
        Fact::new("Hold", id.as_str()),
        Fact::new("SHA-256 of the held list", hold.sha256.as_str()),
    ];
    account
}

fn delivery(data: &DeliveryTrouble, dead: bool, writer: &Writer<'_>) -> Account {
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

fn test(data: &Test, writer: &Writer<'_>) -> Account {
    let receiver = plain::line(&data.receiver);
    let mut account = blank(format!("Test message to {receiver}"), writer);
    account.lead = format!(
        "This is a test: {}. Nothing has changed, and nothing is to be done.",
        plain::line(&data.message).trim_end_matches('.')
    );
    account.facts = vec![Fact::new("Sent", writer.moment(data.at))];
    account
}

/// A name as one word of a command line.
fn shell_word(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if plain && !name.is_empty() {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}
