//! Any bytes as an answer of the Federal Register's API, as a rule's XML and as a rule's plain
//! text.

#![no_main]

use entitywatch_fuzz::parse::federal_register::document::{parse_document, parse_documents};
use entitywatch_fuzz::parse::federal_register::{parse_raw_text, parse_rule, touches_entity_list};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for document in parse_documents(bytes).into_iter().flatten().chain(parse_document(bytes)) {
        let _ = touches_entity_list(&document);
        assert!(!document.document_number.is_empty());
    }
    for text in [bytes.to_vec(), [b"<RULE>", bytes, b"</RULE>"].concat()] {
        if let Ok(rule) = parse_rule(text.as_slice()) {
            // A rule that was read with certainty names every entry and every removal.
            assert!(!rule.certain || rule.entries.iter().all(|row| !row.entry.name.is_empty()));
            assert!(!rule.certain || rule.removed.iter().all(|removal| !removal.name.is_empty()));
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        // The plain text never has the rows of a table.
        assert!(parse_raw_text(text).entries.iter().all(|row| !row.entry.name.is_empty()));
    }
});
