//! The blocks of a Slack message, kept within Slack's limits. Pure.

use serde_json::{Value, json};

use crate::deliver::mrkdwn;

/// Slack refuses a message with more blocks.
const MAX_BLOCKS: usize = 50;
/// The most characters in the header block.
const MAX_HEADER_CHARS: usize = 150;
/// The most characters in the text of one section.
pub const MAX_SECTION_CHARS: usize = 3_000;
/// The most characters in all blocks together. Slack refuses slightly more than 13,200.
const MAX_TOTAL_CHARS: usize = 13_000;
/// Characters reserved for the line with the number of entries left out, and for the brackets.
const RESERVED_CHARS: usize = 200;

/// A section with text in Slack's markup.
pub fn section(mrkdwn: &str) -> Value {
    let text = mrkdwn::cut(mrkdwn, MAX_SECTION_CHARS);
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}})
}

/// Small text in Slack's markup.
pub fn context(mrkdwn: &str) -> Value {
    let element = json!({"type": "mrkdwn", "text": mrkdwn, "verbatim": true});
    json!({"type": "context", "elements": [element]})
}

/// The headline of the message, in plain text.
pub fn header(text: &str) -> Value {
    let text = mrkdwn::cut(text, MAX_HEADER_CHARS);
    json!({"type": "header", "text": {"type": "plain_text", "text": text, "emoji": false}})
}

/// A list of blocks within Slack's limits. Keeps room for the blocks that must come last.
pub struct Blocks {
    blocks: Vec<Value>,
    /// The blocks that come last.
    foot: Vec<Value>,
    /// A line before the foot that says how many entries are left out.
    pub rest: Option<String>,
    size: usize,
}

impl Blocks {
    pub fn with_foot(foot: Vec<Value>) -> Self {
        let size = foot.iter().map(size).sum::<usize>() + RESERVED_CHARS;
        Self { blocks: Vec::new(), foot, rest: None, size }
    }

    /// Adds a block and returns true, if there is room for it.
    pub fn push(&mut self, block: Value) -> bool {
        let size = size(&block);
        let fits = self.size + size <= MAX_TOTAL_CHARS
            && self.blocks.len() + self.foot.len() + 1 < MAX_BLOCKS;
        if fits {
            self.size += size;
            self.blocks.push(block);
        }
        fits
    }

    /// Returns all blocks in their order.
    pub fn finish(mut self) -> Vec<Value> {
        self.blocks.extend(self.rest.as_deref().map(section));
        self.blocks.append(&mut self.foot);
        self.blocks
    }
}

/// The length of a block in the longest usual form of JSON: non-ASCII as `\u…`, and a space after
/// commas and colons.
pub fn size(block: &Value) -> usize {
    let longest = |c: char| match c {
        ',' | ':' => 2,
        _ if c.is_ascii() => 1,
        _ => 6 * c.len_utf16(),
    };
    block.to_string().chars().map(longest).sum::<usize>() + 2
}
