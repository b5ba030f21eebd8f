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

/// One line of a section, and how many names of the index it shows.
pub struct Line {
    pub mrkdwn: String,
    pub names: usize,
}

/// A list of blocks within Slack's limits. Keeps room for the blocks that must not be left out.
pub struct Blocks {
    blocks: Vec<Value>,
    /// Blocks that are added later, and the line with the number of names left out.
    reserved: usize,
    size: usize,
}

impl Blocks {
    /// No blocks yet. There will be room for the blocks in `reserved`.
    pub fn with_room_for(reserved: &[Value]) -> Self {
        let size = reserved.iter().map(size).sum::<usize>() + RESERVED_CHARS;
        Self { blocks: Vec::new(), reserved: reserved.len() + 1, size }
    }

    /// Adds a block and returns true, if there is room for it.
    pub fn push(&mut self, block: Value) -> bool {
        let size = size(&block);
        let fits =
            self.size + size <= MAX_TOTAL_CHARS && self.blocks.len() + self.reserved < MAX_BLOCKS;
        if fits {
            self.size += size;
            self.blocks.push(block);
        }
        fits
    }

    /// Adds the lines, as many to a section as it can hold, as far as there is room. Returns how
    /// many names are left out.
    pub fn push_lines(&mut self, lines: &[Line]) -> usize {
        let mut rest = lines;
        while !rest.is_empty() {
            let fitting = self.fitting(rest);
            let (now, later) = rest.split_at(fitting);
            let text: Vec<&str> = now.iter().map(|line| line.mrkdwn.as_str()).collect();
            if now.is_empty() || !self.push(section(&text.join("\n"))) {
                break;
            }
            rest = later;
        }
        rest.iter().map(|line| line.names).sum()
    }

    /// How many of the lines fit into one section and into the room that is left.
    fn fitting(&self, lines: &[Line]) -> usize {
        let room = MAX_TOTAL_CHARS.saturating_sub(self.size + size(&section("")));
        let (mut chars, mut length) = (0, 0);
        lines
            .iter()
            .take_while(|line| {
                // A line break is one character, and two in JSON.
                chars += line.mrkdwn.encode_utf16().count() + 1;
                length += size(&Value::from(line.mrkdwn.as_str())) + 2;
                chars <= MAX_SECTION_CHARS && length <= room
            })
            .count()
    }

    /// Adds blocks in the room that is kept for them.
    pub fn push_reserved(&mut self, blocks: impl IntoIterator<Item = Value>) {
        for block in blocks {
            self.reserved = self.reserved.saturating_sub(1);
            self.blocks.push(block);
        }
    }

    /// Returns all blocks in their order.
    pub fn finish(self) -> Vec<Value> {
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
