//! The wording of assurance. A quiet week must read as proof that the program works, and a week
//! with problems must not. What is said of counterparty files stands beside it, in `matches`.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::{counted, enumeration, number, verb};
use crate::deliver::wording::operator::empty_content;
use crate::deliver::wording::subject::MAX_SUBJECT_CHARS;
use crate::deliver::wording::{Fact, MessageContent, NextStep, steps, time};
use crate::domain::assurance::{
    CheckCounts, ItemAssurance, LastChange, ListAssurance, SourceAssurance, Undelivered,
};
use crate::domain::{Assurance, Screening};

/// What the absence of the message means. A reader of chat sees no notes.
const IF_IT_DOES_NOT_COME: &str = "This message comes regularly, also when nothing changed: if it \
                                   does not come, ask your operator, because the program or its \
                                   mail does not work";
/// The most gaps of one source that are named one by one.
const MAX_GAPS: usize = 10;
/// The most items that are named.
const MAX_ITEMS: usize = 20;

pub fn content(
    data: &Assurance,
    screening: Option<&Screening>,
    context: &Context<'_>,
) -> MessageContent {
    let mut content = empty_content(title(data), context);
    content.subject = plain::shorten(
        &format!("Assurance, {}: {}", days(data, context), content.title),
        MAX_SUBJECT_CHARS,
    );
    content.lead = lead(data, context);
    content.cautions = cautions(data, context);
    content.facts_title = "What was checked".to_owned();
    content.facts = data.sources.iter().map(|source| checks(source, context)).collect();
    content.facts.extend(data.lists.iter().map(|list| self::list(list, context)));
    content.facts.push(last_change(data.last_change.as_ref(), context));
    content.facts.extend(standing(data));
    content.facts.push(Fact::new("Journal head", data.journal_head.as_str()));
    content.notes = vec![format!(
        "Keep this message: `entitywatch journal verify --head {}` shows years later that the \
         record of this period was not changed.",
        data.journal_head
    )];
    content.next_steps = next_steps(data, screening, context);
    content.next_steps.push(steps::plain(IF_IT_DOES_NOT_COME));
    let zone = context.zone;
    let day = |at: jiff::Timestamp| at.to_zoned(zone.clone()).date();
    content.full_alert = NextStep::command(
        "The record of this period in full",
        format!("entitywatch report --from {} --to {}", day(data.from), day(data.to)),
    );
    content
}

/// `November 16 to November 23, 2026`
fn days(data: &Assurance, context: &Context<'_>) -> String {
    let (from, to) = (context.short_day(data.from, data.to), context.day(data.to));
    if context.day(data.from) == to { to } else { format!("{from} to {to}") }
}

fn title(data: &Assurance) -> String {
    let failing = data.sources.iter().filter(|source| source.failing_since.is_some()).count();
    let problem = if data.checks.missed > 0 {
        Some(format!("{} missed", number_of(data.checks.missed)))
    } else if failing > 0 {
        Some(format!("{} cannot be read", counted(failing, "source")))
    } else if !data.dead.is_empty() || !data.waiting.is_empty() {
        Some("Messages not delivered".to_owned())
    } else if !data.holds.is_empty() {
        Some(format!("{} on hold", counted(data.holds.len(), "list")))
    } else if data.checks.due == 0 {
        Some("No check was due".to_owned())
    } else {
        None
    };
    match (problem, data.change_count) {
        (None, 0) => "Every check was made, and nothing changed".to_owned(),
        (None, count) => format!("Every check was made, {}", counted(count, "change")),
        (Some(problem), 0) => format!("{problem}, no change recorded"),
        (Some(problem), count) => format!("{problem}, {}", counted(count, "change")),
    }
}

fn lead(data: &Assurance, context: &Context<'_>) -> String {
    let CheckCounts { due, made, failed, missed, .. } = data.checks;
    let sources = counted(data.sources.len(), "source");
    let checks = match (due, missed) {
        (0, _) => format!("No check of {sources} was due, and {} made", were(made)),
        (1, 0) => format!("The only check of {sources} that was due was made"),
        (due, 0) => format!("Each of the {} of {sources} that were due was made", number_of(due)),
        (due, missed) => format!(
            "Of the {} of {sources} that were due, {} not made",
            number_of(due),
            were(missed)
        ),
    };
    let failures = match failed {
        0 => "and none failed".to_owned(),
        _ => format!("and {} failed", number(size(failed))),
    };
    let is_complete = missed == 0
        && failed == 0
        && data.sources.iter().all(|source| source.failing_since.is_none());
    let changes = match data.change_count {
        0 if is_complete => {
            "The lists did not change, so there was nothing to alert you of.".to_owned()
        }
        // What nobody looked at may have changed.
        0 => "No change was recorded.".to_owned(),
        count => format!(
            "{} {} recorded, and sent as your routes say.",
            counted(count, "change"),
            verb(count, "was", "were")
        ),
    };
    format!(
        "This covers the time from {} to {}. {checks}, {failures}. {changes}",
        context.moment(data.from),
        context.moment(data.to)
    )
}

/// `1 was`, `12 were`
fn were(count: u64) -> String {
    let count = size(count);
    format!("{} {}", number(count), verb(count, "was", "were"))
}

/// `2,016 checks`
fn number_of(checks: u64) -> String {
    counted(size(checks), "check")
}

fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// What a reader must not overlook.
fn cautions(data: &Assurance, context: &Context<'_>) -> Vec<String> {
    let mut cautions = Vec::new();
    for source in &data.sources {
        cautions.extend(missed(source, context));
        if let Some(since) = source.failing_since {
            let name = context.source(&source.source).begins();
            let error = source.last_error.as_deref().unwrap_or("no error is recorded");
            cautions.push(format!(
                "{name} cannot be read since {}: {}.",
                context.moment(since),
                context.prose(error).trim_end_matches('.')
            ));
        }
    }
    for hold in &data.holds {
        cautions.push(format!(
            "{} from {} is on hold since {} ({}): some of its changes wait for a decision.",
            hold.list.title(),
            context.source(&hold.source).named(),
            context.moment(hold.opened_at),
            hold.reason
        ));
    }
    cautions.extend(data.dead.iter().map(|dead| {
        let was = verb(size(dead.deliveries), "was", "were");
        format!("{} {was} given up.", messages_to(dead))
    }));
    cautions.extend(data.waiting.iter().map(|waiting| {
        let was = verb(size(waiting.deliveries), "is", "are");
        let since = waiting.since.map(|at| format!(", since {}", context.moment(at)));
        format!("{} {was} not accepted yet{}.", messages_to(waiting), since.unwrap_or_default())
    }));
    cautions
}

/// `2 messages to desk`
fn messages_to(undelivered: &Undelivered) -> String {
    let count = counted(size(undelivered.deliveries), "message");
    format!("{count} to {}", plain::line(&undelivered.receiver))
}

/// The missed checks of a source, each time with its first and last due time.
fn missed(source: &SourceAssurance, context: &Context<'_>) -> Option<String> {
    let count = size(source.checks.missed);
    if count == 0 {
        return None;
    }
    let gaps: Vec<String> = source
        .missed
        .iter()
        .take(MAX_GAPS)
        .map(|gap| match gap.count {
            1 => context.moment(gap.first),
            _ => format!("{} to {}", context.moment(gap.first), context.moment(gap.last)),
        })
        .collect();
    let more = source.missed.len().saturating_sub(MAX_GAPS);
    let more = if more > 0 { format!(", and {more} more times") } else { String::new() };
    Some(format!(
        "{} of {} {} due and not made: {}{more}. A change in that time is found by the \
         next check that succeeds.",
        counted(count, "check"),
        context.source(&source.source).named(),
        verb(count, "was", "were"),
        gaps.join("; "),
    ))
}

fn checks(source: &SourceAssurance, context: &Context<'_>) -> Fact {
    let CheckCounts { due, made, unchanged, failed, missed } = source.checks;
    let due = number_of(due);
    let numbers = [made, unchanged, failed, missed].map(|count| number(size(count)));
    let [made, unchanged, failed, missed] = numbers;
    let last = source.last_success_at.map_or_else(
        || "none succeeded".to_owned(),
        |at| format!("the last success {}", context.moment(at)),
    );
    Fact::new(
        context.source(&source.source).title(),
        format!(
            "{due} due, {made} made, {unchanged} without a change, {failed} failed, \
             {missed} missed; {last}"
        ),
    )
}

fn list(list: &ListAssurance, context: &Context<'_>) -> Fact {
    let as_of = list.as_of.map(|day| format!(" (as of {})", time::date(day))).unwrap_or_default();
    let confirmed = list
        .confirmed_at
        .map(|at| format!("; last confirmed {}", context.moment(at)))
        .unwrap_or_default();
    Fact::new(
        &format!("{}, {}", list.list.title(), context.source(&list.source).title()),
        format!(
            "{}, unchanged since {}{as_of}{confirmed}",
            counted(list.entries, "entry"),
            context.moment(list.observed_at)
        ),
    )
}

fn last_change(last: Option<&LastChange>, context: &Context<'_>) -> Fact {
    let Some(last) = last else {
        return Fact::new("Last change", "none since the lists were first read");
    };
    let link = last.alert_id.as_ref().and_then(|id| context.link(&format!("/alerts/{id}")));
    Fact::linked(
        "Last change",
        format!(
            "{}, {}: {}",
            context.moment(last.at),
            context.source(&last.source).title(),
            plain::line(&last.name)
        ),
        link,
    )
}

/// What waits, and that nothing does.
fn standing(data: &Assurance) -> Vec<Fact> {
    let none_or = |count: usize, text: String| if count == 0 { "none".to_owned() } else { text };
    let undelivered = data.dead.len() + data.waiting.len();
    vec![
        Fact::new("Lists on hold", number(data.holds.len())),
        Fact::new("Alerts not delivered", none_or(undelivered, "see above".to_owned())),
        Fact::new("Open items", none_or(data.items.len(), items(&data.items))),
    ]
}

fn items(items: &[ItemAssurance]) -> String {
    let named: Vec<String> = items
        .iter()
        .take(MAX_ITEMS)
        .map(|item| match &item.taken_by {
            Some(person) => {
                format!("{} (taken by {})", plain::line(&item.title), plain::line(person))
            }
            None => format!("{} (not acknowledged)", plain::line(&item.title)),
        })
        .collect();
    let more = items.len().saturating_sub(MAX_ITEMS);
    match more {
        0 => enumeration(&named),
        more => format!("{}; and {more} more", named.join("; ")),
    }
}

fn next_steps(
    data: &Assurance,
    screening: Option<&Screening>,
    context: &Context<'_>,
) -> Vec<NextStep> {
    let watchlists = screening.map(|screening| screening.watchlists.as_slice()).unwrap_or_default();
    let mut next = Vec::new();
    if watchlists.iter().any(|given| given.undecided.is_some_and(|count| count > 0)) {
        next.push(context.next_step(
            "Decide the possible matches that wait",
            "/matches?state=undecided",
            "entitywatch matches list".to_owned(),
        ));
    }
    if watchlists.iter().any(|given| given.problem.is_some()) {
        next.push(context.next_step(
            "See what is wrong with the counterparty file",
            "/watchlists",
            "entitywatch watchlists".to_owned(),
        ));
    }
    if data.items.iter().any(|item| item.taken_by.is_none()) {
        next.push(context.next_step(
            "Acknowledge the open items",
            "/items?state=unclosed",
            "entitywatch items take ITEM --by YOUR-NAME".to_owned(),
        ));
    } else if !data.is_clean() {
        next.push(context.next_step(
            "See what needs attention now",
            "/",
            "entitywatch status".to_owned(),
        ));
    }
    if next.is_empty() {
        next.push(steps::plain("There is nothing to do"));
    }
    next
}
