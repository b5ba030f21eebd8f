//! Slack's markup: escapes text that is not trusted. Pure.

use crate::deliver::plain;
use crate::domain::word_diff::{Span, SpanKind};

/// Escapes `&`, `<` and `>` as Slack requires, and replaces other formatting characters with
/// look-alikes.
///
/// Slack has no escape for `*`, `_`, `~`, backquotes and `:name:`. Inside a word most have no
/// effect and stay. Mattermost shows the same text, where `@name` is a mention, `[text](address)` a
/// link, and `*` has an effect inside a word too.
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
            '*' => clean.push('∗'),
            '@' if !inside_word => clean.push('＠'),
            '(' if clean.ends_with(']') => clean.push_str(" ("),
            '_' if !inside_word => clean.push('＿'),
            '~' if !inside_word => clean.push('∼'),
            '`' => clean.push('ˋ'),
            ':' if !inside_word && beside(Some(at + 1)) => clean.push('∶'),
            other => clean.push(other),
        }
    }
    clean
}

/// Like `escaped`, of a text that is first shortened to `max_chars`, so that no escape is cut in
/// two.
pub fn escaped_within(text: &str, max_chars: usize) -> String {
    escaped(&plain::shorten(text, max_chars))
}

/// The words that changed, each marked as deleted or inserted.
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

/// A link. `None` if the address could break out of the link. `text` must be escaped already.
pub fn link(address: &str, text: &str) -> Option<String> {
    let plain = !address.contains(['<', '>', '|', '"']) && !address.contains(char::is_whitespace);
    plain.then(|| format!("<{}|{}>", address.replace('&', "&amp;"), text.replace('|', "¦")))
}

/// Shortens to at most `longest` characters, never inside an escape. Counts UTF-16 units, which is
/// never less than Slack's own count.
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
    fn formatting_characters_are_replaced_and_the_rest_stays() {
        assert_eq!(
            escaped("Smith & Sons <x> *Ltd.* a_b 10:30 :bomb:"),
            "Smith &amp; Sons &lt;x&gt; ∗Ltd.∗ a_b 10:30 ∶bomb:"
        );
        assert_eq!(escaped("@all a@b.cn [x](y) 5*3"), "＠all a@b.cn [x] (y) 5∗3");
    }

    #[test]
    fn a_cut_keeps_escapes_and_surrogate_pairs_complete() {
        assert_eq!(cut("abc &amp; def", 8), "abc …");
        assert_eq!(cut("𠀀𠀁𠀂", 5), "𠀀𠀁…");
        assert_eq!(cut("abc", 3), "abc");
    }

    #[test]
    fn an_address_cannot_break_out_of_its_link() {
        assert_eq!(
            link("https://example.com/a?b&c", "x|y").as_deref(),
            Some("<https://example.com/a?b&amp;c|x¦y>")
        );
        assert_eq!(link("https://example.com/|evil>", "x"), None);
    }
}
