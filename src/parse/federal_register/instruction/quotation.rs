//! The quoted names in the text of an instruction.

/// The quoted names of a text, without the comma or semicolon that American usage puts inside the
/// quotation. A quotation without a letter or a digit names nothing.
pub fn quoted(text: &str) -> Vec<String> {
    quotations(text)
        .into_iter()
        .filter_map(|(from, to)| text.get(from..to))
        .map(|name| name.trim().trim_end_matches([',', ';']).trim().to_owned())
        .filter(|name| name.contains(char::is_alphanumeric) && !is_column(name))
        .collect()
}

/// The text before the first quotation.
pub fn before_quotations(clause: &str) -> &str {
    clause.find(['“', '"']).and_then(|at| clause.get(..at)).unwrap_or(clause)
}

/// The quoted texts, as byte ranges. A quotation inside another (`“AO “North””`) belongs to it. A
/// quotation that is never closed ends where the next one begins.
pub fn quotations(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        let after = text.get(at + character.len_utf8()..).unwrap_or_default();
        match (character, open) {
            ('“', None) => {
                open = Some(at + character.len_utf8());
                depth = 1;
            }
            ('"', None) => {
                open = Some(at + 1);
                depth = 1;
            }
            ('“', Some(_)) => depth += 1,
            ('”' | '"', Some(from)) => {
                depth = depth.saturating_sub(1);
                let next = after.trim_start().trim_start_matches([',', ';']).trim_start();
                let ends_an_item = after.starts_with([';', '.', ',', ':'])
                    && (next.is_empty()
                        || next.starts_with(['“', '"'])
                        || next.starts_with("and ")
                        || next.starts_with("by "))
                    || after.trim().is_empty()
                    || [" and “", " and \"", "; and “"]
                        .iter()
                        .any(|conjunction| after.starts_with(conjunction));
                if depth == 0 || ends_an_item {
                    found.push((from, at));
                    open = None;
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether the quotation names a column and not an entry:
/// `revising the “License requirement” column`.
fn is_column(name: &str) -> bool {
    [
        "country",
        "entity",
        "license requirement",
        "license review policy",
        "federal register citation",
    ]
    .iter()
    .any(|column| name.eq_ignore_ascii_case(column))
}
