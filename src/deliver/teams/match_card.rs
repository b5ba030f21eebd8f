//! The reader's own counterparties in an Adaptive Card. Pure.

use serde_json::Value;

use crate::deliver::plain;
use crate::deliver::teams::card::{
    Elements, bold, boxed, grounded, linked, paragraph, run, subtle, title,
};
use crate::deliver::wording::{Fact, MatchText, Matches, first_of_each, not_shown};

/// The most bytes of all matches together. The rest is for the names of the entries.
const MAX_BYTES: usize = 7_000;
/// The most characters of one value of a match, of what was compared, and of a problem.
const MAX_VALUE_CHARS: usize = 300;
const MAX_COMPARED_CHARS: usize = 600;
/// The most counterparty files of which a message speaks.
const MAX_FILES: usize = 4;

/// Adds the title and the matches, as far as there is room.
pub fn push(matches: &Matches, elements: &mut Elements) {
    elements.push(title(&matches.title));
    let (mut used, mut left_out) = (0, 0);
    let size = |found: &MatchText| element(found).to_string().len();
    let fits = matches.shown.iter().map(size).sum::<usize>() <= MAX_BYTES;
    let shown = if fits { matches.shown.iter().collect() } else { first_of_each(&matches.shown) };
    for found in shown {
        let element = element(found);
        used += element.to_string().len();
        if used > MAX_BYTES || !elements.push(element) {
            left_out += 1;
            used = MAX_BYTES;
        }
    }
    match &matches.rest {
        Some(rest) if left_out == 0 => {
            elements.push(paragraph(super::step(&rest.text, rest)));
        }
        _ if left_out > 0 => {
            let text = not_shown(left_out + matches.more);
            elements.push(paragraph(super::step(&text, &matches.all)));
        }
        _ => {}
    }
}

fn element(found: &MatchText) -> Value {
    let head = paragraph(vec![bold(&found.heading), run(&format!(": {}", found.band))]);
    let facts = found.facts.iter().map(fact);
    let style = if found.strong { "attention" } else { "emphasis" };
    grounded(style, std::iter::once(head).chain(facts).collect())
}

fn fact(fact: &Fact) -> Value {
    let text = plain::shorten(&fact.text, MAX_VALUE_CHARS);
    let value = fact.link.as_deref().map_or_else(|| run(&text), |link| linked(&text, link));
    paragraph(vec![subtle(&format!("{}: ", fact.label)), value])
}

/// What is wrong with the files, and what was compared.
pub fn compared(matches: &Matches) -> Vec<Value> {
    let short = |text: &String| plain::shorten(text, MAX_COMPARED_CHARS);
    let problems = matches.problems.iter().take(MAX_FILES).map(|text| boxed(&short(text)));
    let compared = matches.compared.iter().take(MAX_FILES);
    problems.chain(compared.map(|text| paragraph(vec![subtle(&short(text))]))).collect()
}
