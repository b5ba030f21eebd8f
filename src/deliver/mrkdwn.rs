//! Slack's markup: text that is not trusted becomes text that cannot mark anything up. Pure.

use crate::deliver::plain;
use crate::domain::word_diff::{Span, SpanKind};

/// Escapes `&`, `<` and `>` as Slack asks for, and puts look-alikes in place of what would format.
///
/// Slack has no escape for `*`, `_`, `~`, a backquote and `:name:`; inside a word they do nothing
/// and stay.
pub fn escaped(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let beside = |at: Option<usize>| {
        at.and_then(|at| characters.get(at)).is_some_and(|c| c.is_alphanumeric())
    };
    let mut clean = String::with_capacity(text.len());
    for (at, &c) in characters.iter().enumerate() {
        let inside_word = beside(at.checked_sub(1)) && beside(Some(at + 1));
        match c {
            '&' => clean.push_str("&amp;"),
            '<' => clean.push_str("&lt;"),
            '>' => clean.push_str("&gt;"),
            '*' if !inside_word => clean.push('∗'),
            '_' if !inside_word => clean.push('＿'),
            '~' if !inside_word => clean.push('∼'),
            '`' => clean.push('ˋ'),
            ':' if !inside_word && beside(Some(at + 1)) => clean.push('∶'),
            other => clean.push(other),
        }
    }
    clean
}

/// The same of a text cut to `max_chars` before it grows by escaping, so that no escape is cut
/// in two.
pub fn escaped_within(text: &str, max_chars: usize) -> String {
    escaped(&plain::shorten(text, max_chars))
}

/// What changed: struck out and bold, each with its mark.
pub fn spans(spans: &[Span], max_chars: usize) -> String {
    let mut room = max_chars;
    let mut marked = String::new();
    for span in spans {
        if room == 0 {
            marked.push('…');
            break;
        }
        let text = escaped_within(&span.text, room);
        room = room.saturating_sub(span.text.chars().count());
        marked.push_str(&match span.kind {
            SpanKind::Equal => text,
            SpanKind::Deleted => format!("[−{text}]"),
            SpanKind::Inserted => format!("[+{text}]"),
        });
    }
    marked
}

/// A link, unless the address itself could break out of it. `text` is escaped already.
pub fn link(address: &str, text: &str) -> Option<String> {
    let plain = !address.contains(['<', '>', '|', '"']) && !address.contains(char::is_whitespace);
    plain.then(|| format!("<{}|{}>", address.replace('&', "&amp;"), text.replace('|', "¦")))
}

/// At most `longest` characters as Slack counts them (UTF-16 units, to be on the safe side), never
/// cut inside an escape.
pub fn cut(text: &str, longest: usize) -> String {
    if text.encode_utf16().count() <= longest {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut length = 1;
    for c in text.chars() {
        length += c.len_utf16();
        if length > longest {
            break;
        }
        kept.push(c);
    }
    if let Some(at) = kept.rfind('&').filter(|at| !kept[*at..].contains(';')) {
        kept.truncate(at);
    }
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_format_is_replaced_and_the_rest_stays() {
        assert_eq!(
            escaped("Smith & Sons <x> *Ltd.* a_b 10:30 :bomb:"),
            "Smith &amp; Sons &lt;x&gt; ∗Ltd.∗ a_b 10:30 ∶bomb:"
        );
    }

    #[test]
    fn a_cut_spares_escapes_and_pairs() {
        assert_eq!(cut("abc &amp; def", 8), "abc …");
        assert_eq!(cut("𠀀𠀁𠀂", 5), "𠀀𠀁…");
        assert_eq!(cut("abc", 3), "abc");
    }

    #[test]
    fn a_link_cannot_be_broken_out_of() {
        assert_eq!(
            link("https://example.com/a?b&c", "x|y").as_deref(),
            Some("<https://example.com/a?b&amp;c|x¦y>")
        );
        assert_eq!(link("https://example.com/|evil>", "x"), None);
    }
}
