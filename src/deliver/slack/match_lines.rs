//! The reader's own counterparties in Slack's markup. Pure.

use crate::deliver::mrkdwn;
use crate::deliver::slack::blocks::Line;
use crate::deliver::slack::step_text;
use crate::deliver::wording::{MatchText, Matches, NextStep, first_of_each, not_shown};

/// The most characters of all matches together. The rest of the message is for the names of the
/// entries, of which as many as possible must be there.
const MAX_CHARS: usize = 5_000;
/// The most characters of one value of a match, of what was compared, and of a problem.
const MAX_VALUE_CHARS: usize = 300;
const MAX_COMPARED_CHARS: usize = 600;
/// The most characters of a match of one line, without its heading.
const MAX_BRIEF_CHARS: usize = 260;
/// The most counterparty files of which a message speaks.
const MAX_FILES: usize = 4;

/// The matches that there is room for, and how many are left out. If there is no room for all with
/// their details, each has a line.
pub fn lines(matches: &Matches) -> (Vec<Line>, usize) {
    let mut lines: Vec<Line> = matches.shown.iter().map(line).collect();
    if fitting(&lines) < lines.len() {
        lines = matches.shown.iter().map(brief).collect();
    }
    if fitting(&lines) < lines.len() {
        lines = first_of_each(&matches.shown).into_iter().map(brief).collect();
    }
    let fitting = fitting(&lines);
    let left_out = lines.len() - fitting;
    lines.truncate(fitting);
    (lines, left_out)
}

/// How many of the lines fit.
fn fitting(lines: &[Line]) -> usize {
    let mut used = 0;
    let is_room = |line: &&Line| {
        used += line.mrkdwn.encode_utf16().count() + 1;
        used <= MAX_CHARS
    };
    lines.iter().take_while(is_room).count()
}

/// A match in one line.
fn brief(found: &MatchText) -> Line {
    let heading = mrkdwn::escaped(&found.heading);
    let band = mrkdwn::escaped(&found.band);
    let band = if found.strong { format!("*{band}*") } else { format!("_{band}_") };
    let text = mrkdwn::escaped_within(&found.brief, MAX_BRIEF_CHARS);
    let decide = step_text(&found.decide);
    Line { mrkdwn: format!("• *{heading}*: {band}, {text}; {decide}"), names: 1 }
}

fn line(found: &MatchText) -> Line {
    let heading = mrkdwn::escaped(&found.heading);
    let band = mrkdwn::escaped(&found.band);
    let band = if found.strong { format!("*{band}*") } else { format!("_{band}_") };
    let facts = found.facts.iter().map(|fact| {
        let text = mrkdwn::escaped_within(&fact.text, MAX_VALUE_CHARS);
        let text = fact.link.as_deref().and_then(|link| mrkdwn::link(link, &text)).unwrap_or(text);
        format!("\n    {}: {text}", mrkdwn::escaped(&fact.label))
    });
    Line { mrkdwn: format!("• *{heading}*: {band}{}", facts.collect::<String>()), names: 1 }
}

/// Says how many matches are not shown: `left_out` of those that the content shows, and those that
/// it does not show. `None` if all are shown.
pub fn rest(matches: &Matches, left_out: usize) -> Option<String> {
    if left_out == 0 {
        return matches.rest.as_ref().map(step_text);
    }
    let text = not_shown(left_out + matches.more);
    Some(step_text(&NextStep { text, ..matches.all.clone() }))
}

/// What was compared, and what is wrong with the files.
pub fn compared(matches: &Matches) -> Option<String> {
    let problems = matches.problems.iter().take(MAX_FILES).map(|problem| {
        format!("*Caution:* {}", mrkdwn::escaped_within(problem, MAX_COMPARED_CHARS))
    });
    let compared = matches.compared.iter().take(MAX_FILES);
    let compared = compared.map(|text| mrkdwn::escaped_within(text, MAX_COMPARED_CHARS));
    let all: Vec<String> = problems.chain(compared).collect();
    (!all.is_empty()).then(|| all.join("\n"))
}
