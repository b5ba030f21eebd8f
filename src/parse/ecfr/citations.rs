//! temporary
use crate::domain::Citation;
use crate::domain::citation::DatedCitation;

pub fn citations(text: &str) -> Vec<DatedCitation> {
    let mut found = Vec::new();
    let words: Vec<&str> = text.split([' ', '\n', ',', ';']).filter(|w| !w.is_empty()).collect();
    let mut i = 0;
    while i < words.len() {
        if words.get(i + 1) == Some(&"FR")
            && let (Ok(volume), Some(Ok(page))) = (words[i].parse(), words.get(i + 2).map(|w| w.parse()))
        {
            let date = words.get(i + 3).and_then(|w| {
                let mut p = w.trim_end_matches('.').split('/');
                let (m, d, y): (i8, i8, i16) = (p.next()?.parse().ok()?, p.next()?.parse().ok()?, p.next()?.parse().ok()?);
                let y = if y < 80 {
                    2000 + y
                } else if y < 100 {
                    1900 + y
                } else {
                    y
                };
                jiff::civil::Date::new(y, m, d).ok()
            });
            found.push(DatedCitation { citation: Citation::page(volume, page), date });
            i += 3;
        } else {
            i += 1;
        }
    }
    found
}
