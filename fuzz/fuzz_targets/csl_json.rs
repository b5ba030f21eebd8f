//! Any bytes as a JSON list, and as the rows of one.

#![no_main]

use entitywatch::domain::ListCode;
use entitywatch::parse::csl::parse_json;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for text in [bytes.to_vec(), [b"{\"results\":[", bytes, b"]}"].concat()] {
        if let Ok(snapshot) = parse_json(text.as_slice(), ListCode::ALL) {
            assert!(snapshot.rows > 0 && snapshot.entries.len() <= snapshot.rows);
        }
    }
});
