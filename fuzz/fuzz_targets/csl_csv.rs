//! Any bytes as a delimited list: with the real header before them, so that the rows are reached.

#![no_main]

use entitywatch_fuzz::domain::ListCode;
use entitywatch_fuzz::parse::csl::read_table;
use libfuzzer_sys::fuzz_target;

const HEADER: &[u8] = b"_id,source,entity_number,type,programs,name,title,addresses,\
federal_register_notice,start_date,end_date,standard_order,license_requirement,license_policy,\
call_sign,vessel_type,gross_tonnage,gross_registered_tonnage,vessel_flag,vessel_owner,remarks,\
source_list_url,alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,\
source_information_url,ids\n";

fuzz_target!(|bytes: &[u8]| {
    for text in [bytes.to_vec(), [HEADER, bytes].concat()] {
        let mut kept = 0;
        let mut check_row = |row: entitywatch_fuzz::parse::WatchedRow<'_>| {
            assert_eq!(row.entry().list, row.list);
            kept += 1;
        };
        if let Ok((rest, _)) = read_table(text.as_slice(), 0, b',', ListCode::ALL, &mut check_row) {
            assert!(rest.rows > 0 && kept <= rest.rows);
        }
    }
});
