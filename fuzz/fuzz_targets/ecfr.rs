//! Any bytes as part 744 of the eCFR, and as whatever they look like.

#![no_main]

use entitywatch_fuzz::domain::ListCode;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(snapshot) = entitywatch_fuzz::parse::ecfr::parse(bytes, &[ListCode::EL]) {
        assert!(snapshot.entries.len() <= snapshot.rows);
    }
    let _ = entitywatch_fuzz::parse::parse(bytes, ListCode::ALL);
});
