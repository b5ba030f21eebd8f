//! Consolidated Screening Lists as the publisher serves them, made row by row.

/// The publisher's columns, in its order.
pub const COLUMNS: &str = "_id,source,entity_number,type,programs,name,title,addresses,\
                           federal_register_notice,start_date,end_date,standard_order,\
                           license_requirement,license_policy,call_sign,vessel_type,gross_tonnage,\
                           gross_registered_tonnage,vessel_flag,vessel_owner,remarks,\
                           source_list_url,alt_names,citizenships,dates_of_birth,nationalities,\
                           places_of_birth,source_information_url,ids";

pub const ENTITY_LIST: &str = "Entity List (EL) - Bureau of Industry and Security";
const UNVERIFIED_LIST: &str = "Unverified List (UVL) - Bureau of Industry and Security";

#[derive(Clone, Debug)]
pub struct Row {
    pub source: &'static str,
    pub name: String,
    pub citation: String,
    pub address: String,
    pub policy: String,
    pub aliases: String,
}

/// A row of the Entity List.
pub fn row(name: &str, citation: &str) -> Row {
    Row {
        source: ENTITY_LIST,
        name: name.to_owned(),
        citation: citation.to_owned(),
        address: "12 Harbour Road, Lahore, PK".to_owned(),
        policy: "Presumption of denial.".to_owned(),
        aliases: String::new(),
    }
}

impl Row {
    pub fn at(mut self, address: &str) -> Self {
        address.clone_into(&mut self.address);
        self
    }

    /// With these aliases, separated by semicolons.
    pub fn known_as(mut self, aliases: &str) -> Self {
        aliases.clone_into(&mut self.aliases);
        self
    }

    pub fn unverified(mut self) -> Self {
        self.source = UNVERIFIED_LIST;
        self
    }
}

/// This many rows, which have nothing in common but the rule that listed them.
pub fn rows(count: usize) -> Vec<Row> {
    let syllables = [
        "bar", "den", "fil", "gom", "hur", "kas", "lep", "min", "nor", "puk", "ras", "tev", "vox",
        "wiz", "zul",
    ];
    let syllable = |n: usize| syllables[n % syllables.len()];
    let name = |n: usize| {
        let word = |salt: usize| {
            format!(
                "{}{}{}",
                syllable(n * 7 + salt),
                syllable(n / 15 + n * 4 + salt * 3),
                syllable(n * 11 + salt * 5)
            )
        };
        format!("{} {} {n}", word(1), word(4))
    };
    (0..count)
        .map(|n| {
            row(&name(n), "75 FR 36519").at(&format!(
                "{} {} Street, Kabul, AF",
                n + 1,
                syllable(n * 13)
            ))
        })
        .collect()
}

/// The file `text` with one more column. `cell` gets the number of the row, from 1.
pub fn with_column(text: &str, name: &str, cell: impl Fn(usize) -> String) -> String {
    let lines = text.lines().enumerate().map(|(at, line)| match at {
        0 => format!("{line},{name}\n"),
        _ => format!("{line},\"{}\"\n", cell(at)),
    });
    lines.collect()
}

/// The file with these rows.
pub fn file(rows: &[Row]) -> String {
    let mut text = format!("{COLUMNS}\n");
    for row in rows {
        let cells = COLUMNS.split(',').map(|column| match column {
            "source" => row.source,
            "name" => &row.name,
            "addresses" => &row.address,
            "federal_register_notice" => &row.citation,
            "start_date" => "2022-06-30",
            "license_requirement" => "For all items subject to the EAR. (See § 744.11 of the EAR)",
            "license_policy" => &row.policy,
            "alt_names" => &row.aliases,
            _ => "",
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
