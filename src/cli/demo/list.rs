//! The demo's list: a few entries of the Entity List before and after 87 FR 38920 of June 30, 2022,
//! shortened by hand.
//!
//! Names, countries and citations are those of the rule. Addresses are shortened to the town.
//! "Example Trading (Lahore)" is invented and represents the entries that the rule removed.

use crate::domain::Sha256;

const COLUMNS: &str = "_id,source,entity_number,type,programs,name,title,addresses,\
                       federal_register_notice,start_date,end_date,standard_order,\
                       license_requirement,license_policy,call_sign,vessel_type,gross_tonnage,\
                       gross_registered_tonnage,vessel_flag,vessel_owner,remarks,source_list_url,\
                       alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,\
                       source_information_url,ids";

const ALL_ITEMS: &str = "For all items subject to the EAR. (See § 744.11 of the EAR)";
const RUSSIAN_MILITARY: &str =
    "For all items subject to the EAR. (See §§ 734.9(g),3 746.8(a)(3), and 744.21(b) of the EAR.)";
const DENIAL: &str = "Presumption of denial.";
const DENIAL_BUT_FOOD: &str = "Policy of denial for all items subject to the EAR apart from food \
                               and medicine designated as EAR99, which are reviewed case by case.";

struct Row {
    name: &'static str,
    aliases: &'static [&'static str],
    address: &'static str,
    citations: &'static str,
    start: &'static str,
    requirement: &'static str,
}

const fn row(
    name: &'static str,
    aliases: &'static [&'static str],
    address: &'static str,
    citations: &'static str,
    start: &'static str,
) -> Row {
    Row { name, aliases, address, citations, start, requirement: ALL_ITEMS }
}

const fn military(
    name: &'static str,
    aliases: &'static [&'static str],
    address: &'static str,
) -> Row {
    Row {
        name,
        aliases,
        address,
        citations: "87 FR 38925",
        start: "2022-06-30",
        requirement: RUSSIAN_MILITARY,
    }
}

/// Entries that are the same before and after the rule.
const STANDING: &[Row] = &[
    row("Mok Chin Fan", &[], "Kuala Lumpur, MY", "75 FR 36519", "2010-06-28"),
    row("Kepler Corporation", &[], "G-11 Markaz, Islamabad, PK", "85 FR 14796", "2020-03-16"),
    row(
        "Emal Bilal Mangal",
        &["Imal Bilal", "Bellal Mangal"],
        "Kabul, AF",
        "79 FR 44683",
        "2014-08-01",
    ),
    row("Huawei Sweden", &[], "Kista, Stockholm, SE", "84 FR 43495", "2019-08-21"),
    row(
        "Suzhou Keda Technology Co., Ltd.",
        &["Kedacom"],
        "Suzhou, CN",
        "86 FR 36499",
        "2021-07-12",
    ),
    row("Juba Petrotech Technical Services Ltd", &[], "Juba, SS", "83 FR 12479", "2018-03-22"),
    row("Beltechexport, CJSC", &[], "Minsk, 220012, BY", "87 FR 20299", "2022-04-07"),
    row(
        "MCST Lebedev",
        &["Moscow Center of SPARC Technologies", "ZAO Elbrus-MCST"],
        "Moscow, 117105, RU",
        "87 FR 13143",
        "2022-03-09",
    ),
    row(
        "EEZ SDN",
        &["Electronic Engineering Zone SDN BHD"],
        "Kuala Lumpur, MY",
        "81 FR 14958",
        "2016-03-21",
    ),
    row("Gulf Gate Sea Cargo LLC", &[], "Kabul, AF", "81 FR 40178", "2016-06-21"),
    row(
        "Academy of Military Medical Sciences",
        &["AMMS"],
        "Haidian District, Beijing, CN",
        "86 FR 71557",
        "2021-12-17",
    ),
    row("Qihoo 360 Technology Co. Ltd.", &[], "Grand Cayman, GB", "85 FR 34497", "2020-06-05"),
];

/// Entries that the rule amends, before the rule.
const AMENDED_BEFORE: &[Row] = &[
    row(
        "X-Cilent Engineering",
        &[],
        "Afshan Colony, Rawalpindi Cantt, PK",
        "87 FR 8182",
        "2022-02-14",
    ),
    row("JSC Element", &[], "12 Presnenskaya Embankment, Moscow, RU", "87 FR 13143", "2022-03-09"),
    row(
        "Oriental Logistics Group LTD",
        &[],
        "Luo Hu District, Shenzhen, CN",
        "85 FR 59421; 85 FR 83769",
        "2020-09-22",
    ),
];

/// The same entries after the rule. Each gains the citation of the rule, and therefore gets another
/// id from the publisher.
const AMENDED_AFTER: &[Row] = &[
    row(
        "X-Cilent Engineering",
        &[],
        "642, Afshan Colony, Rawalpindi Cantt, 46000, PK",
        "87 FR 8182; 87 FR 38925",
        "2022-02-14",
    ),
    row(
        "JSC Element",
        &["Element JSC"],
        "12 Presnenskaya Embankment, Moscow, RU",
        "87 FR 13143; 87 FR 38925",
        "2022-03-09",
    ),
    row(
        "Oriental Logistics Group LTD",
        &["Oriental Air Transport Service Ltd."],
        "Luo Hu District, Shenzhen, CN",
        "85 FR 59421; 85 FR 83769; 87 FR 38925",
        "2020-09-22",
    ),
];

const REMOVED: &[Row] = &[row(
    "Example Trading (Lahore)",
    &[],
    "Nishter Road, Lahore, PK",
    "81 FR 14958",
    "2016-03-21",
)];

/// Entries that the rule adds. The first five are the companies that the news named.
const ADDED: &[Row] = &[
    military(
        "Connec Electronic Ltd.",
        &["Suzhou Konecot Electronics"],
        "Wuzhong District, Suzhou, CN",
    ),
    military(
        "King Pai Technology Co., Ltd.",
        &["KingPai Technology Group Co., Limited"],
        "Futian, Shenzhen, CN; Kowloon Bay, Hong Kong, HK",
    ),
    military(
        "Sinno Electronics Co., Ltd.",
        &["Xinnuo Electronic Technology"],
        "Futian District, Shenzhen, CN",
    ),
    military(
        "Winninc Electronic",
        &[],
        "Huaqiang North, Shenzhen, CN; Wuchang District, Wuhan, CN",
    ),
    military(
        "World Jetta (H.K.) Logistics Limited",
        &["Hong Kong Shijieda Logistics"],
        "Futian District, Shenzhen, CN",
    ),
    military("Connec Electronic", &[], "36 Gerrard Street, London, GB"),
    military("KingPai Technology Int'l Co., Limited", &[], "3 Gostnichnaya St, Moscow, RU"),
    row("Jim Corporation", &[], "11 Nishter Road, Lahore, PK", "87 FR 38925", "2022-06-30"),
];

/// The file before the rule, in the publisher's columns.
pub fn before() -> String {
    csv(STANDING.iter().chain(AMENDED_BEFORE).chain(REMOVED))
}

/// The file after the rule.
pub fn after() -> String {
    csv(ADDED.iter().chain(AMENDED_AFTER).chain(STANDING))
}

/// The file of a failing publisher: complete rows and a normal response, but only half of the list.
pub fn half() -> String {
    csv(ADDED.iter().chain(AMENDED_AFTER))
}

/// The file when the publisher's server cuts it at a number of bytes, in the middle of a row.
pub fn cut() -> String {
    let whole = after();
    let mut end = whole.len() * 2 / 3;
    while !whole.is_char_boundary(end) {
        end -= 1;
    }
    whole[..end].to_owned()
}

fn csv<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    let mut text = format!("{COLUMNS}\n");
    for row in rows {
        let id = Sha256::of(format!("{}{}", row.name, row.citations).to_lowercase().as_bytes());
        let policy = if row.requirement == RUSSIAN_MILITARY { DENIAL_BUT_FOOD } else { DENIAL };
        let cells = COLUMNS.split(',').map(|column| match column {
            "_id" => id.as_str()[..56].to_owned(),
            "source" => "Entity List (EL) - Bureau of Industry and Security".to_owned(),
            "name" => row.name.to_owned(),
            "addresses" => row.address.to_owned(),
            "alt_names" => row.aliases.join("; "),
            "federal_register_notice" => row.citations.to_owned(),
            "start_date" => row.start.to_owned(),
            "license_requirement" => row.requirement.to_owned(),
            "license_policy" => policy.to_owned(),
            _ => String::new(),
        });
        text.push_str(
            &cells
                .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")))
                .collect::<Vec<_>>()
                .join(","),
        );
        text.push('\n');
    }
    text
}
