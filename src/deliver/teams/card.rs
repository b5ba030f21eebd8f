//! The elements of an Adaptive Card 1.5, kept within the size that Teams accepts. Pure.
//!
//! Text from lists is shown in text runs, which have no markup. `TextBlock` would read Markdown.

use serde_json::{Value, json};

use crate::domain::word_diff::{Span, SpanKind};

/// The most bytes of the whole message. Microsoft documents 28 KB, and 413 was observed from 21 KB.
pub const MAX_BYTES: usize = 20_000;
/// Bytes reserved for the envelope, for the line with the number of names left out, and for commas.
const RESERVED_BYTES: usize = 700;

/// A run of plain text.
pub fn run(text: &str) -> Value {
    json!({"type": "TextRun", "text": text})
}

pub fn bold(text: &str) -> Value {
    json!({"type": "TextRun", "text": text, "weight": "Bolder"})
}

pub fn subtle(text: &str) -> Value {
    json!({"type": "TextRun", "text": text, "isSubtle": true})
}

pub fn linked(text: &str, url: &str) -> Value {
    json!({"type": "TextRun", "text": text, "selectAction": open_url(text, url)})
}

/// The words of a value. Deleted words are struck through, inserted words are bold and underlined.
pub fn spans(spans: &[Span]) -> Vec<Value> {
    let marked = |span: &Span| match span.kind {
        SpanKind::Equal => run(&span.text),
        SpanKind::Deleted => {
            json!({"type": "TextRun", "text": span.text, "strikethrough": true})
        }
        SpanKind::Inserted => {
            json!({"type": "TextRun", "text": span.text, "weight": "Bolder", "underline": true})
        }
    };
    spans.iter().map(marked).collect()
}

pub fn open_url(title: &str, url: &str) -> Value {
    json!({"type": "Action.OpenUrl", "title": title, "url": url})
}

/// A paragraph of runs.
pub fn paragraph(runs: Vec<Value>) -> Value {
    json!({"type": "RichTextBlock", "inlines": runs, "spacing": "Small"})
}

/// A line directly below the one before.
pub fn line(text: &str) -> Value {
    json!({"type": "RichTextBlock", "inlines": [run(text)], "spacing": "None"})
}

/// A line above a group of paragraphs.
pub fn heading(text: &str) -> Value {
    json!({
        "type": "RichTextBlock",
        "separator": true,
        "spacing": "Medium",
        "inlines": [{"type": "TextRun", "text": text, "weight": "Bolder", "size": "Medium"}],
    })
}

/// The title of the message.
pub fn title(text: &str) -> Value {
    json!({
        "type": "RichTextBlock",
        "inlines": [{"type": "TextRun", "text": text, "weight": "Bolder", "size": "Large"}],
    })
}

/// The company's own words, on a ground of its own shade.
pub fn emphasized(text: &str) -> Value {
    json!({"type": "Container", "style": "emphasis", "items": [paragraph(vec![run(text)])]})
}

/// Text on a ground of its own color.
pub fn boxed(text: &str) -> Value {
    json!({"type": "Container", "style": "warning", "items": [paragraph(vec![run(text)])]})
}

/// Paragraphs on a ground of their own color: `attention` for what must be acted on.
pub fn grounded(style: &str, items: Vec<Value>) -> Value {
    json!({"type": "Container", "style": style, "items": items, "spacing": "Small"})
}

/// The elements of a card, as far as there is room.
pub struct Elements {
    elements: Vec<Value>,
    room: usize,
}

impl Elements {
    /// Elements of a message whose other parts take `bytes`.
    pub fn beside(bytes: usize) -> Self {
        Self { elements: Vec::new(), room: MAX_BYTES.saturating_sub(bytes + RESERVED_BYTES) }
    }

    /// The bytes that are left.
    pub fn room(&self) -> usize {
        self.room
    }

    /// Adds an element and returns true, if there is room for it.
    pub fn push(&mut self, element: Value) -> bool {
        let size = element.to_string().len() + 1;
        let fits = size <= self.room;
        if fits {
            self.room -= size;
            self.elements.push(element);
        }
        fits
    }

    /// Adds all elements and returns true, if there is room for all of them.
    pub fn push_all(&mut self, elements: Vec<Value>) -> bool {
        let size: usize = elements.iter().map(|element| element.to_string().len() + 1).sum();
        let fits = size <= self.room;
        if fits {
            self.room -= size;
            self.elements.extend(elements);
        }
        fits
    }

    /// Adds elements in the room that is reserved for them.
    pub fn push_reserved(&mut self, elements: impl IntoIterator<Item = Value>) {
        self.elements.extend(elements);
    }

    pub fn finish(self) -> Vec<Value> {
        self.elements
    }
}
