//! Any text as citations and as a license requirement: a citation is what its text says again.

#![no_main]

use entitywatch_fuzz::domain::Citation;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for dated in entitywatch_fuzz::parse::citation::citations(text) {
        assert_eq!(Citation::from_text(&dated.citation.to_string()), dated.citation);
    }
    for mark in entitywatch_fuzz::parse::footnote::footnotes(text) {
        assert_eq!(mark.len(), 1);
    }
});
