//! The `text` of a Slack message, complete enough to act on without its blocks. Pure.
//!
//! Slack shows it in notifications and reads it aloud. Mattermost shows nothing else: it translates
//! `<address|text>` to its own links, reads `*text*` as italics, and turns `@name` into a mention
//! (Mattermost, *Slack compatibility*).

use crate::deliver::mrkdwn;
use crate::deliver::slack::{
    cautions, facts, index_lines, left_out_text, match_lines, quotes, step_text, what_to_do,
};
use crate::deliver::wording::MessageContent;

/// The most characters, in UTF-16 units. Mattermost splits a text of more than 16,383 characters
/// into several posts, and Slack cuts one of more than 40,000. The rest is a margin.
pub const MAX_CHARS: usize = 12_000;

/// What happened, what to do, every name as far as there is room, and where the rest is.
pub fn text(content: &MessageContent, reference: &str) -> String {
    let banner = content.banner.as_deref().map(mrkdwn::escaped);
    // The title is not a header here, and it comes first because notifications show the beginning.
    let (matches, compared) = matches(content);
    let head = matches
        .into_iter()
        .chain([mrkdwn::escaped(&content.title)])
        .chain(banner)
        .chain([mrkdwn::escaped(&content.lead)])
        .chain(compared)
        .chain(cautions(content))
        .chain([step_text(&content.full_alert)])
        .chain(quotes(content))
        .chain(what_to_do(content));
    let mut text = joined(head);
    let foot = joined(facts(content).into_iter().chain([mrkdwn::escaped(reference)]));
    let names = names(content, MAX_CHARS.saturating_sub(length(&text) + length(&foot)));
    for part in [names, foot] {
        if !part.is_empty() {
            text.push_str("\n\n");
            text.push_str(&part);
        }
    }
    mrkdwn::cut(&text, MAX_CHARS)
}

/// The matches with what was compared; without a match, only what was compared, which comes later.
fn matches(content: &MessageContent) -> (Option<String>, Option<String>) {
    let Some(matches) = &content.matches else { return (None, None) };
    let compared = match_lines::compared(matches);
    if matches.shown.is_empty() {
        return (None, compared);
    }
    let (lines, left_out) = match_lines::lines(matches);
    let lines = lines.into_iter().map(|line| line.mrkdwn);
    let all = [mrkdwn::escaped(&matches.title)].into_iter().chain(lines);
    let all = all.chain(match_lines::rest(matches, left_out)).chain(compared);
    (Some(all.collect::<Vec<_>>().join("\n")), None)
}

/// The index, as many lines as fit into `room`.
fn names(content: &MessageContent, room: usize) -> String {
    let lines = index_lines(content);
    // Room for the blank lines around the index, and for the number of names left out.
    let room = room.saturating_sub(length(&left_out_text(usize::MAX)) + 8);
    let mut used = 0;
    let fitting = lines
        .iter()
        .take_while(|line| {
            used += length(&line.mrkdwn) + 1;
            used <= room
        })
        .count();
    let (shown, rest) = lines.split_at(fitting);
    let left_out: usize = rest.iter().map(|line| line.names).sum();
    let mut text: Vec<String> = shown.iter().map(|line| line.mrkdwn.clone()).collect();
    if left_out > 0 {
        text.push(left_out_text(left_out));
    }
    text.join("\n")
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("\n\n")
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::wording::alert_content;
    use crate::deliver::{MessageSettings, sample};
    use crate::domain::Alert;

    fn text_of(alert: &Alert) -> String {
        let settings = MessageSettings {
            instructions: vec!["Call Trade Compliance.".to_owned()],
            ..sample::settings(Some("https://watch.example.com/"))
        };
        text(&alert_content(alert, &settings), "Delivery dlv_1")
    }

    #[test]
    fn the_text_alone_says_what_happened_what_to_do_and_every_name() {
        let alert = sample::find("list.changed, real size").unwrap();
        let text = text_of(&alert);
        let changes = alert.body.changes().unwrap();
        assert!(changes.len() > 40);
        assert!(text.starts_with("Entity List: 41 added, 13 revised"), "{text}");
        for expected in ["*What to do*", "Call Trade Compliance.", "Savings clause:", "dlv_1"] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
        assert!(text.contains("<https://watch.example.com/alerts/alr_"), "{text}");
        for change in changes {
            assert!(text.contains(&format!("\n• {}", change.entry.name)), "{}", change.entry.name);
        }
    }

    #[test]
    fn names_without_room_are_counted() {
        for name in ["Example Trading", "& <", "𠀀𠀁"] {
            let changes = (0..2_000).map(|n| sample::added(&format!("{name} {n}"), "CN")).collect();
            let text = text_of(&sample::of_changes(changes));
            assert!(length(&text) <= MAX_CHARS && length(&text) > MAX_CHARS / 2);
            let shown = text.lines().filter(|line| line.starts_with("• ")).count();
            let (_, rest) = text.split_once("\n… and ").unwrap();
            let left_out: usize = rest.split(' ').next().unwrap().parse().unwrap();
            // The other lines are the steps.
            let steps = text.split("*Added").next().unwrap().matches("\n• ").count();
            assert_eq!(shown - steps + left_out, 2_000);
            assert!(text.ends_with("Delivery dlv_1"), "{text}");
        }
    }

    #[test]
    fn an_operator_alert_has_its_facts_and_its_steps() {
        let text = text_of(&sample::source_failing());
        assert!(text.contains("entitywatch check --source csl") && text.contains("504"), "{text}");
    }

    #[test]
    fn a_name_cannot_be_markup_or_a_mention_in_mattermost() {
        let name = "@channel @all ![x](https://evil.example) **b** ~~s~~ `c` <!here> <a|b>";
        let text = text_of(&sample::of_changes(vec![sample::added(name, "CN")]));
        for markup in ["@channel", "@all", "](", "**", "~~", "`c`", "<!here>", "<a|"] {
            assert!(!text.contains(markup), "{markup} in {text}");
        }
    }
}
