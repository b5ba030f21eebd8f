//! The countries: ISO 3166-1 codes, English names, and the headings under which the Entity List
//! puts them.
//!
//! Knows names and spellings only; it reads no addresses.

/// Whether this is an ISO 3166-1 alpha-2 code in capitals, or `XK`, which the publishers use for
/// Kosovo.
pub fn is_iso_alpha2(code: &str) -> bool {
    name_of(code).is_some()
}

/// The English name of a code, as readers of a message know the country: `CN` gives `China`.
///
/// Burma and Macau are spelled as the Export Administration Regulations do.
pub fn name_of(code: &str) -> Option<&'static str> {
    let found = NAMES.binary_search_by_key(&code, |(known, _)| known).ok()?;
    NAMES.get(found).map(|(_, name)| *name)
}

/// The code of a country heading of Supplements No. 4, 6 and 7 to Part 744, e.g. `CHINA, PEOPLE'S
/// REPUBLIC OF`.
///
/// Case, accents, punctuation and spacing do not count, nor does a leading or trailing `THE`; older
/// names of a country are known. `None` for a heading that names no country.
pub fn iso_of_heading(heading: &str) -> Option<&'static str> {
    let wanted = letters_of(heading);
    if wanted.is_empty() {
        return None;
    }
    let named = |pairs: &'static [(&'static str, &'static str)]| {
        pairs.iter().find(|(_, name)| letters_of(name) == wanted).map(|(code, _)| *code)
    };
    named(NAMES).or_else(|| named(OTHER_HEADINGS)).or_else(|| named(REGIONS))
}

/// Whether the heading is of a region that stands beside its country on the list, e.g. `CRIMEA
/// REGION OF UKRAINE`.
pub fn is_region_heading(heading: &str) -> bool {
    let wanted = letters_of(heading);
    REGIONS.iter().any(|(_, name)| letters_of(name) == wanted)
}

/// The letters of a heading in plain capitals, its words joined by one space: `Côte d'Ivoire` gives
/// `COTE DIVOIRE`.
fn letters_of(heading: &str) -> String {
    let plain = any_ascii::any_ascii(heading).to_ascii_uppercase().replace(['\'', '.', '`'], "");
    let words: Vec<&str> =
        plain.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).collect();
    let words = words.strip_prefix(&["THE"]).unwrap_or(&words);
    words.strip_suffix(&["THE"]).unwrap_or(words).join(" ")
}

/// Sorted by code.
const NAMES: &[(&str, &str)] = &[
    ("AD", "Andorra"),
    ("AE", "United Arab Emirates"),
    ("AF", "Afghanistan"),
    ("AG", "Antigua and Barbuda"),
    ("AI", "Anguilla"),
    ("AL", "Albania"),
    ("AM", "Armenia"),
    ("AO", "Angola"),
    ("AQ", "Antarctica"),
    ("AR", "Argentina"),
    ("AS", "American Samoa"),
    ("AT", "Austria"),
    ("AU", "Australia"),
    ("AW", "Aruba"),
    ("AX", "Åland Islands"),
    ("AZ", "Azerbaijan"),
    ("BA", "Bosnia and Herzegovina"),
    ("BB", "Barbados"),
    ("BD", "Bangladesh"),
    ("BE", "Belgium"),
    ("BF", "Burkina Faso"),
    ("BG", "Bulgaria"),
    ("BH", "Bahrain"),
    ("BI", "Burundi"),
    ("BJ", "Benin"),
    ("BL", "Saint Barthélemy"),
    ("BM", "Bermuda"),
    ("BN", "Brunei"),
    ("BO", "Bolivia"),
    ("BQ", "Bonaire, Sint Eustatius and Saba"),
    ("BR", "Brazil"),
    ("BS", "Bahamas"),
    ("BT", "Bhutan"),
    ("BV", "Bouvet Island"),
    ("BW", "Botswana"),
    ("BY", "Belarus"),
    ("BZ", "Belize"),
    ("CA", "Canada"),
    ("CC", "Cocos (Keeling) Islands"),
    ("CD", "Democratic Republic of the Congo"),
    ("CF", "Central African Republic"),
    ("CG", "Republic of the Congo"),
    ("CH", "Switzerland"),
    ("CI", "Côte d'Ivoire"),
    ("CK", "Cook Islands"),
    ("CL", "Chile"),
    ("CM", "Cameroon"),
    ("CN", "China"),
    ("CO", "Colombia"),
    ("CR", "Costa Rica"),
    ("CU", "Cuba"),
    ("CV", "Cabo Verde"),
    ("CW", "Curaçao"),
    ("CX", "Christmas Island"),
    ("CY", "Cyprus"),
    ("CZ", "Czechia"),
    ("DE", "Germany"),
    ("DJ", "Djibouti"),
    ("DK", "Denmark"),
    ("DM", "Dominica"),
    ("DO", "Dominican Republic"),
    ("DZ", "Algeria"),
    ("EC", "Ecuador"),
    ("EE", "Estonia"),
    ("EG", "Egypt"),
    ("EH", "Western Sahara"),
    ("ER", "Eritrea"),
    ("ES", "Spain"),
    ("ET", "Ethiopia"),
    ("FI", "Finland"),
    ("FJ", "Fiji"),
    ("FK", "Falkland Islands"),
    ("FM", "Micronesia"),
    ("FO", "Faroe Islands"),
    ("FR", "France"),
    ("GA", "Gabon"),
    ("GB", "United Kingdom"),
    ("GD", "Grenada"),
    ("GE", "Georgia"),
    ("GF", "French Guiana"),
    ("GG", "Guernsey"),
    ("GH", "Ghana"),
    ("GI", "Gibraltar"),
    ("GL", "Greenland"),
    ("GM", "Gambia"),
    ("GN", "Guinea"),
    ("GP", "Guadeloupe"),
    ("GQ", "Equatorial Guinea"),
    ("GR", "Greece"),
    ("GS", "South Georgia and the South Sandwich Islands"),
    ("GT", "Guatemala"),
    ("GU", "Guam"),
    ("GW", "Guinea-Bissau"),
    ("GY", "Guyana"),
    ("HK", "Hong Kong"),
    ("HM", "Heard Island and McDonald Islands"),
    ("HN", "Honduras"),
    ("HR", "Croatia"),
    ("HT", "Haiti"),
    ("HU", "Hungary"),
    ("ID", "Indonesia"),
    ("IE", "Ireland"),
    ("IL", "Israel"),
    ("IM", "Isle of Man"),
    ("IN", "India"),
    ("IO", "British Indian Ocean Territory"),
    ("IQ", "Iraq"),
    ("IR", "Iran"),
    ("IS", "Iceland"),
    ("IT", "Italy"),
    ("JE", "Jersey"),
    ("JM", "Jamaica"),
    ("JO", "Jordan"),
    ("JP", "Japan"),
    ("KE", "Kenya"),
    ("KG", "Kyrgyzstan"),
    ("KH", "Cambodia"),
    ("KI", "Kiribati"),
    ("KM", "Comoros"),
    ("KN", "Saint Kitts and Nevis"),
    ("KP", "North Korea"),
    ("KR", "South Korea"),
    ("KW", "Kuwait"),
    ("KY", "Cayman Islands"),
    ("KZ", "Kazakhstan"),
    ("LA", "Laos"),
    ("LB", "Lebanon"),
    ("LC", "Saint Lucia"),
    ("LI", "Liechtenstein"),
    ("LK", "Sri Lanka"),
    ("LR", "Liberia"),
    ("LS", "Lesotho"),
    ("LT", "Lithuania"),
    ("LU", "Luxembourg"),
    ("LV", "Latvia"),
    ("LY", "Libya"),
    ("MA", "Morocco"),
    ("MC", "Monaco"),
    ("MD", "Moldova"),
    ("ME", "Montenegro"),
    ("MF", "Saint Martin"),
    ("MG", "Madagascar"),
    ("MH", "Marshall Islands"),
    ("MK", "North Macedonia"),
    ("ML", "Mali"),
    ("MM", "Burma"),
    ("MN", "Mongolia"),
    ("MO", "Macau"),
    ("MP", "Northern Mariana Islands"),
    ("MQ", "Martinique"),
    ("MR", "Mauritania"),
    ("MS", "Montserrat"),
    ("MT", "Malta"),
    ("MU", "Mauritius"),
    ("MV", "Maldives"),
    ("MW", "Malawi"),
    ("MX", "Mexico"),
    ("MY", "Malaysia"),
    ("MZ", "Mozambique"),
    ("NA", "Namibia"),
    ("NC", "New Caledonia"),
    ("NE", "Niger"),
    ("NF", "Norfolk Island"),
    ("NG", "Nigeria"),
    ("NI", "Nicaragua"),
    ("NL", "Netherlands"),
    ("NO", "Norway"),
    ("NP", "Nepal"),
    ("NR", "Nauru"),
    ("NU", "Niue"),
    ("NZ", "New Zealand"),
    ("OM", "Oman"),
    ("PA", "Panama"),
    ("PE", "Peru"),
    ("PF", "French Polynesia"),
    ("PG", "Papua New Guinea"),
    ("PH", "Philippines"),
    ("PK", "Pakistan"),
    ("PL", "Poland"),
    ("PM", "Saint Pierre and Miquelon"),
    ("PN", "Pitcairn"),
    ("PR", "Puerto Rico"),
    ("PS", "Palestine"),
    ("PT", "Portugal"),
    ("PW", "Palau"),
    ("PY", "Paraguay"),
    ("QA", "Qatar"),
    ("RE", "Réunion"),
    ("RO", "Romania"),
    ("RS", "Serbia"),
    ("RU", "Russia"),
    ("RW", "Rwanda"),
    ("SA", "Saudi Arabia"),
    ("SB", "Solomon Islands"),
    ("SC", "Seychelles"),
    ("SD", "Sudan"),
    ("SE", "Sweden"),
    ("SG", "Singapore"),
    ("SH", "Saint Helena, Ascension and Tristan da Cunha"),
    ("SI", "Slovenia"),
    ("SJ", "Svalbard and Jan Mayen"),
    ("SK", "Slovakia"),
    ("SL", "Sierra Leone"),
    ("SM", "San Marino"),
    ("SN", "Senegal"),
    ("SO", "Somalia"),
    ("SR", "Suriname"),
    ("SS", "South Sudan"),
    ("ST", "São Tomé and Príncipe"),
    ("SV", "El Salvador"),
    ("SX", "Sint Maarten"),
    ("SY", "Syria"),
    ("SZ", "Eswatini"),
    ("TC", "Turks and Caicos Islands"),
    ("TD", "Chad"),
    ("TF", "French Southern Territories"),
    ("TG", "Togo"),
    ("TH", "Thailand"),
    ("TJ", "Tajikistan"),
    ("TK", "Tokelau"),
    ("TL", "Timor-Leste"),
    ("TM", "Turkmenistan"),
    ("TN", "Tunisia"),
    ("TO", "Tonga"),
    ("TR", "Türkiye"),
    ("TT", "Trinidad and Tobago"),
    ("TV", "Tuvalu"),
    ("TW", "Taiwan"),
    ("TZ", "Tanzania"),
    ("UA", "Ukraine"),
    ("UG", "Uganda"),
    ("UM", "United States Minor Outlying Islands"),
    ("US", "United States"),
    ("UY", "Uruguay"),
    ("UZ", "Uzbekistan"),
    ("VA", "Vatican City"),
    ("VC", "Saint Vincent and the Grenadines"),
    ("VE", "Venezuela"),
    ("VG", "British Virgin Islands"),
    ("VI", "U.S. Virgin Islands"),
    ("VN", "Vietnam"),
    ("VU", "Vanuatu"),
    ("WF", "Wallis and Futuna"),
    ("WS", "Samoa"),
    ("XK", "Kosovo"),
    ("YE", "Yemen"),
    ("YT", "Mayotte"),
    ("ZA", "South Africa"),
    ("ZM", "Zambia"),
    ("ZW", "Zimbabwe"),
];

/// Headings that are not the name above: inverted, official and former ones.
const OTHER_HEADINGS: &[(&str, &str)] = &[
    ("AE", "UAE"),
    ("AE", "EMIRATES"),
    ("BN", "BRUNEI DARUSSALAM"),
    ("BO", "BOLIVIA, PLURINATIONAL STATE OF"),
    ("BS", "BAHAMAS, THE"),
    ("CD", "CONGO, DEMOCRATIC REPUBLIC OF THE"),
    ("CD", "CONGO, DEMOCRATIC REPUBLIC OF"),
    ("CD", "CONGO (KINSHASA)"),
    ("CG", "CONGO"),
    ("CG", "CONGO, REPUBLIC OF THE"),
    ("CG", "CONGO (BRAZZAVILLE)"),
    ("CI", "IVORY COAST"),
    ("CI", "COTE D'IVOIRE"),
    ("CN", "CHINA, PEOPLE'S REPUBLIC OF"),
    ("CN", "CHINA, PEOPLES REPUBLIC OF"),
    ("CN", "PEOPLE'S REPUBLIC OF CHINA"),
    ("CN", "CHINA (PRC)"),
    ("CN", "CHINA, PRC"),
    ("CV", "CAPE VERDE"),
    ("CZ", "CZECH REPUBLIC"),
    ("FM", "MICRONESIA, FEDERATED STATES OF"),
    ("GB", "UNITED KINGDOM OF GREAT BRITAIN AND NORTHERN IRELAND"),
    ("GB", "GREAT BRITAIN"),
    ("GB", "ENGLAND"),
    ("GM", "GAMBIA, THE"),
    ("GM", "THE GAMBIA"),
    ("HK", "HONG KONG, CHINA"),
    ("HK", "HONG KONG SAR"),
    ("HK", "CHINA, HONG KONG"),
    ("IR", "IRAN, ISLAMIC REPUBLIC OF"),
    ("KG", "KYRGYZ REPUBLIC"),
    ("KP", "KOREA, NORTH"),
    ("KP", "KOREA, DEMOCRATIC PEOPLE'S REPUBLIC OF"),
    ("KP", "DEMOCRATIC PEOPLE'S REPUBLIC OF KOREA"),
    ("KR", "KOREA, SOUTH"),
    ("KR", "KOREA, REPUBLIC OF"),
    ("KR", "REPUBLIC OF KOREA"),
    ("KR", "KOREA"),
    ("LA", "LAO PEOPLE'S DEMOCRATIC REPUBLIC"),
    ("LA", "LAO PDR"),
    ("LY", "LIBYAN ARAB JAMAHIRIYA"),
    ("MD", "MOLDOVA, REPUBLIC OF"),
    ("MK", "MACEDONIA"),
    ("MK", "MACEDONIA, THE FORMER YUGOSLAV REPUBLIC OF"),
    ("MK", "MACEDONIA (THE FORMER YUGOSLAV REPUBLIC OF)"),
    ("MM", "MYANMAR"),
    ("MM", "BURMA (MYANMAR)"),
    ("MM", "MYANMAR (BURMA)"),
    ("MO", "MACAO"),
    ("MO", "MACAO SAR"),
    ("NL", "THE NETHERLANDS"),
    ("NL", "NETHERLANDS, THE"),
    ("PH", "THE PHILIPPINES"),
    ("PS", "PALESTINE, STATE OF"),
    ("PS", "WEST BANK"),
    ("RU", "RUSSIAN FEDERATION"),
    ("RU", "RUSSIA, FEDERATION OF"),
    ("SK", "SLOVAK REPUBLIC"),
    ("SY", "SYRIAN ARAB REPUBLIC"),
    ("SZ", "SWAZILAND"),
    ("TL", "EAST TIMOR"),
    ("TR", "TURKEY"),
    ("TW", "TAIWAN, PROVINCE OF CHINA"),
    ("TZ", "TANZANIA, UNITED REPUBLIC OF"),
    ("US", "UNITED STATES OF AMERICA"),
    ("US", "USA"),
    ("VA", "HOLY SEE"),
    ("VE", "VENEZUELA, BOLIVARIAN REPUBLIC OF"),
    ("VG", "VIRGIN ISLANDS, BRITISH"),
    ("VG", "VIRGIN ISLANDS (BRITISH)"),
    ("VI", "VIRGIN ISLANDS, U.S."),
    ("VN", "VIET NAM"),
    ("XK", "KOSOVO, REPUBLIC OF"),
];

/// Regions that have a heading of their own.
const REGIONS: &[(&str, &str)] = &[
    ("UA", "CRIMEA REGION OF UKRAINE"),
    ("UA", "CRIMEA"),
    ("UA", "CRIMEA (OCCUPIED)"),
    ("UA", "CRIMEA (OCCUPIED REGION OF UKRAINE)"),
    ("UA", "CRIMEA REGION, UKRAINE"),
    ("UA", "UKRAINE (CRIMEA)"),
    ("UA", "SO-CALLED DONETSK PEOPLE'S REPUBLIC"),
    ("UA", "SO-CALLED LUHANSK PEOPLE'S REPUBLIC"),
    ("UA", "DONETSK REGION OF UKRAINE"),
    ("UA", "LUHANSK REGION OF UKRAINE"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_the_supplements_have_their_codes() {
        for (heading, code) in [
            ("CHINA, PEOPLE'S REPUBLIC OF", "CN"),
            ("CHINA, PEOPLE\u{2019}S REPUBLIC OF", "CN"),
            ("CRIMEA REGION OF UKRAINE", "UA"),
            ("HONG KONG", "HK"),
            ("Burma", "MM"),
            ("KOREA, SOUTH", "KR"),
            ("SOUTH KOREA", "KR"),
            ("TÜRKIYE", "TR"),
            ("TURKEY", "TR"),
            ("MACAU", "MO"),
            ("THE NETHERLANDS", "NL"),
            (" UNITED  ARAB EMIRATES. ", "AE"),
            ("KOSOVO", "XK"),
        ] {
            assert_eq!(iso_of_heading(heading), Some(code), "{heading}");
        }
    }

    #[test]
    fn what_is_no_country_has_no_code() {
        for heading in ["", " ", "[Reserved]", "ENTITY", "CH", "*"] {
            assert_eq!(iso_of_heading(heading), None, "{heading}");
        }
    }

    #[test]
    fn the_names_are_sorted_by_code_and_each_stands_once() {
        assert!(NAMES.is_sorted_by(|(a, _), (b, _)| a < b));
        assert_eq!(NAMES.len(), 250, "249 of ISO 3166-1 and Kosovo");
        assert!(OTHER_HEADINGS.iter().all(|(code, _)| is_iso_alpha2(code)));
    }

    #[test]
    fn a_code_is_two_capitals_that_are_assigned() {
        assert!(is_iso_alpha2("CN") && is_iso_alpha2("XK"));
        assert!(
            !is_iso_alpha2("cn")
                && !is_iso_alpha2("ZZ")
                && !is_iso_alpha2("CHN")
                && !is_iso_alpha2("")
        );
        assert_eq!(name_of("CN"), Some("China"));
    }

    #[test]
    fn every_name_is_a_heading_of_its_own_code() {
        for (code, name) in NAMES {
            assert_eq!(iso_of_heading(name), Some(*code), "{name}");
        }
    }
}
