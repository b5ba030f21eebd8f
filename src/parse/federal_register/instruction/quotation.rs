//! The quoted names in the text of an instruction.

/// The quoted names of a text, without the comma or full stop that American usage puts inside the
/// quotation.
pub fn quoted(text: &str) -> Vec<String> {
    quotations(text)
        .into_iter()
        .filter_map(|(from, to)| text.get(from..to))
        .map(|name| name.trim().trim_end_matches([',', ';']).trim().to_owned())
        .filter(|name| !name.is_empty() && !is_column(name))
        .collect()
}

pub fn before_quotations(clause: &str) -> &str {
    clause.find(['“', '"']).and_then(|at| clause.get(..at)).unwrap_or(clause)
}

/// The insides of the quotations, as byte ranges. A quotation within one (`“AO “North””`) belongs
/// to it; one that is never closed ends where the next begins.
pub fn quotations(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        let behind = text.get(at + character.len_utf8()..).unwrap_or_default();
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
                let next = behind.trim_start().trim_start_matches([',', ';']).trim_start();
                let ends_an_item = behind.starts_with([';', '.', ',', ':'])
                    && (next.is_empty()
                        || next.starts_with(['“', '"'])
                        || next.starts_with("and ")
                        || next.starts_with("by "))
                    || behind.trim().is_empty()
                    || [" and “", " and \"", "; and “"]
                        .iter()
                        .any(|joint| behind.starts_with(joint));
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

/// `revising the “License requirement” column` names a column, and no entry.
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
