//! Any bytes as a JSON list, and as the rows of one.

#![no_main]

use entitywatch_fuzz::domain::ListCode;
use entitywatch_fuzz::parse::csl::read_json;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for text in [bytes.to_vec(), [b"{\"results\":[", bytes, b"]}"].concat()] {
        let mut kept = 0;
        let mut look = |row: entitywatch_fuzz::parse::WatchedRow<'_>| {
            assert_eq!(row.entry().list, row.list);
            kept += 1;
        };
        if let Ok(rest) = read_json(text.as_slice(), ListCode::ALL, &mut look) {
            assert!(rest.rows > 0 && kept <= rest.rows);
        }
    }
});
