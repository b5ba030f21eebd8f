//! Words that distinguish a name from an address: legal forms, kinds of institution, words that
//! begin an address, and words inside addresses.
//!
//! Knows single words only. The lists hold the usual words of the languages that the Entity List
//! transcribes.

/// Legal forms that follow a comma and belong to the name before it (`, Ltd.`, `, OOO`), without
/// their periods.
const LEGAL_FORMS: &[&str] = &[
    "AB",
    "AG",
    "AO",
    "AS",
    "BV",
    "CJSC",
    "CO",
    "CO LIMITED",
    "CO LLC",
    "CO LTD",
    "COMPANY",
    "COMPANY LIMITED",
    "COMPANY LTD",
    "CORP",
    "CORPORATION",
    "DMCC",
    "DOO",
    "EOOD",
    "FGUP",
    "FSUE",
    "FZ LLC",
    "FZ-LLC",
    "FZC",
    "FZCO",
    "FZE",
    "GMBH",
    "GROUP",
    "INC",
    "INCORPORATED",
    "JOINT STOCK COMPANY",
    "JOINT-STOCK COMPANY",
    "JR",
    "JS CO",
    "JSC",
    "KFT",
    "KG",
    "KK",
    "LDA",
    "LIMITED",
    "LIMITED COMPANY",
    "LIMITED LIABILITY COMPANY",
    "LIMITED LIABILITY PARTNERSHIP",
    "LLC",
    "LLP",
    "LP",
    "LTD",
    "LTD CO",
    "LTD STI",
    "NPO",
    "NV",
    "OAO",
    "OJSC",
    "OOD",
    "OOO",
    "OU",
    "OY",
    "PAO",
    "PJSC",
    "PLC",
    "PRIVATE",
    "PRIVATE LIMITED",
    "PT",
    "PTE",
    "PTE LTD",
    "PTY",
    "PTY LTD",
    "PUBLIC JOINT STOCK COMPANY",
    "PVT",
    "PVT LIMITED",
    "PVT LTD",
    "SA",
    "SAL",
    "SAO",
    "SARL",
    "SAS",
    "SDN",
    "SDN BHD",
    "SL",
    "SP",
    "SPA",
    "SR",
    "SRL",
    "SRO",
    "TOO",
    "UAB",
    "ZAO",
    "(PRIVATE) LIMITED",
    "(PVT) LIMITED",
    "(PVT) LTD",
    "(PTE) LTD",
    "(PTY) LTD",
];

/// Kinds of institution and enterprise. A part with such a word belongs to a name.
const INSTITUTIONS: &[&str] = &[
    "ACADEMY",
    "ASSOCIATION",
    "AUTHORITY",
    "BRANCH",
    "BUREAU",
    "COLLEGE",
    "COMPANY",
    "CONCERN",
    "CORPORATION",
    "DEPARTMENT",
    "DIRECTORATE",
    "DIVISION",
    "ENTERPRISE",
    "FACTORY",
    "FACULTY",
    "FORCE",
    "FORCES",
    "INSTITUTE",
    "INSTITUTES",
    "INSTITUTION",
    "LABORATORIES",
    "LABORATORY",
    "MINISTRY",
    "NPO",
    "OBSERVATORY",
    "ORGANIZATION",
    "PLANT",
    "SOCIETY",
    "SUBSIDIARY",
    "UNIVERSITY",
];

/// Words of streets, buildings and districts. A part with such a word is an address.
const PLACE_WORDS: &[&str] = &[
    "ALLEY",
    "APARTMENT",
    "APT",
    "AREA",
    "ARCADE",
    "AVE",
    "AVENUE",
    "AVENIDA",
    "BAZAR",
    "BLDG",
    "BLK",
    "BLOCK",
    "BLVD",
    "BOULEVARD",
    "BOX",
    "BUILDING",
    "CADDE",
    "CADDESI",
    "CENTER",
    "CENTRE",
    "CHAUSSEE",
    "CITY",
    "COLONY",
    "COUNTY",
    "CRESCENT",
    "DISTRICT",
    "DOM",
    "DRIVE",
    "EMBANKMENT",
    "ESTATE",
    "FLAT",
    "FLOOR",
    "FL",
    "GALI",
    "HARBOR",
    "HIGHWAY",
    "HOUSE",
    "JALAN",
    "JL",
    "KM",
    "LANE",
    "MAH",
    "MAHALLESI",
    "MALL",
    "MARG",
    "MARKET",
    "MILE",
    "MOO",
    "NABEREZHNAYA",
    "NAB",
    "OBLAST",
    "OBL",
    "OFFICE",
    "OKRUG",
    "PARK",
    "PASSAGE",
    "PER",
    "PEREULOK",
    "PLAZA",
    "PLOT",
    "POB",
    "PR",
    "PROEZD",
    "PROSPECT",
    "PROSPEKT",
    "PROVINCE",
    "QUARTER",
    "QUAY",
    "RAION",
    "RD",
    "REGION",
    "ROAD",
    "ROOM",
    "ROW",
    "RUE",
    "SECTOR",
    "SHOP",
    "SHOSSE",
    "SK",
    "SOKAK",
    "SQUARE",
    "ST",
    "STR",
    "STRASSE",
    "STREET",
    "SUITE",
    "TEE",
    "TOWER",
    "TOWN",
    "TOWNSHIP",
    "UL",
    "ULITSA",
    "UNIT",
    "VILLAGE",
    "VILLA",
    "WARD",
    "ZONE",
];

/// Words that begin only addresses.
const ADDRESS_BEGINNINGS: &[&str] = &[
    "ADDRESS",
    "ALT",
    "APARTMENT",
    "APPT",
    "APT",
    "BLDG",
    "BLK",
    "BLOCK",
    "BUILDING",
    "DOM",
    "FLAT",
    "FLOOR",
    "G/F",
    "GF",
    "HOUSE",
    "JALAN",
    "JL",
    "KM",
    "LEVEL",
    "LOT",
    "NO",
    "NOS",
    "NUMBER",
    "OFFICE",
    "OFIS",
    "P.O",
    "PLOT",
    "PO",
    "POB",
    "POST",
    "RM",
    "ROOM",
    "RUE",
    "SHOP",
    "SUITE",
    "SUITES",
    "UL",
    "ULITSA",
    "UNIT",
    "UNITS",
    "VILLA",
];

/// Abbreviations that keep their period at the end of a name.
const ABBREVIATIONS: &[&str] =
    &["Bros", "Co", "Corp", "Inc", "Jr", "Ltd", "Pte", "Pty", "Pvt", "Sr", "Sti"];

/// Whether a text between two commas is only a legal form, e.g. `Ltd.` or `LLC (ATS)`.
pub fn is_legal_form(part: &str) -> bool {
    let part = part.trim();
    let bare = match part.find('(') {
        Some(at) if at > 0 && part.ends_with(')') => part.get(..at).unwrap_or(part),
        _ => part,
    };
    let plain = bare.replace('.', "").to_uppercase();
    LEGAL_FORMS.contains(&plain.trim())
}

/// Whether a text between two commas only ends the name of a company: a legal form, or several of
/// them and words for a group: `Ltd. Group Holdings Co.`
pub fn ends_company_name(part: &str) -> bool {
    is_legal_form(part) || is_all_legal_forms(part)
}

fn is_all_legal_forms(part: &str) -> bool {
    let is_form = |word: &str| {
        let plain = word.replace('.', "").to_uppercase();
        LEGAL_FORMS.contains(&plain.as_str())
            || matches!(plain.as_str(), "GROUP" | "HOLDING" | "HOLDINGS")
    };
    let mut any = false;
    part.split_whitespace().all(|word| {
        any = true;
        is_form(word)
    }) && any
}

/// Whether a word is a kind of institution and no word belongs to an address.
pub fn names_an_institution(part: &str) -> bool {
    let mut institution = false;
    for word in words(part) {
        if PLACE_WORDS.contains(&word.as_str()) {
            return false;
        }
        institution |= INSTITUTIONS.contains(&word.as_str());
    }
    institution
}

/// Whether a word belongs to a street, a building or a district.
pub fn holds_place_word(part: &str) -> bool {
    words(part).any(|word| PLACE_WORDS.contains(&word.as_str()))
}

/// Whether the text begins as only an address begins: with a number, `No.`, `P.O. Box`, `Room`,
/// `ul.`, `d.10`.
pub fn begins_an_address(text: &str) -> bool {
    let text = text.trim_start_matches([' ', ',', '#', '(']);
    let first: String =
        text.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '/')).collect();
    let word = first.to_uppercase();
    let word = word.trim_end_matches('.');
    if first.starts_with(|c: char| c.is_ascii_digit()) || ADDRESS_BEGINNINGS.contains(&word) {
        return true;
    }
    // `F/5`, `R1618`, `A1`, `D.`: a letter or two and a number, and the Russian `d.`, `str.`,
    // `korp.`, `ul.Nametkina`
    let letters = first.chars().take_while(char::is_ascii_alphabetic).count();
    let digit_follows = first.chars().skip(letters).any(|c| c.is_ascii_digit());
    let abbreviated = ["d.", "str.", "korp.", "ul.", "pl.", "nab.", "pr.", "No.", "per."]
        .iter()
        .any(|start| text.starts_with(start));
    abbreviated || (letters <= 2 && digit_follows)
}

/// Removes the period that ends a sentence, and keeps the period of an abbreviation (`Co.`,
/// `S.A.`).
pub fn without_final_stop(text: &str) -> &str {
    let text = text.trim();
    let Some(bare) = text.strip_suffix('.') else { return text };
    let last = bare.rsplit([' ', ',', '(', '—']).next().unwrap_or(bare);
    let initial = last.chars().count() == 1 && last.chars().all(char::is_uppercase);
    if initial || last.contains('.') || ABBREVIATIONS.contains(&last) {
        text
    } else {
        bare.trim_end()
    }
}

/// Whether the period after this word probably belongs to the word, so that no sentence ends there.
pub fn is_abbreviation(word: &str) -> bool {
    let plain = word.trim_matches(|c: char| !c.is_alphanumeric());
    plain.chars().count() <= 2
        || plain.contains('.')
        || [
            "Imp", "Exp", "Tech", "Sci", "Mfg", "Eng", "Univ", "Inst", "Ind", "Int'l", "San",
            "Tic", "Str", "St", "Ave", "Rd", "Blvd", "Bldg", "No",
        ]
        .contains(&plain)
}

/// The words of a text in capitals, without punctuation.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_uppercase)
}
