//! The wording of alerts about a list that is on hold.

use crate::deliver::plain;
use crate::deliver::wording::count::summary;
use crate::deliver::wording::operator::blank;
use crate::deliver::wording::writer::Writer;
use crate::deliver::wording::{Account, Fact, Step};
use crate::domain::HoldReason;
use crate::domain::alert::SnapshotHeld;

pub fn held(data: &SnapshotHeld, writer: &Writer<'_>) -> Account {
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
