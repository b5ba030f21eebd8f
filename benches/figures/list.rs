//! Writes an invented Consolidated Screening List of any length, in the format and proportions of
//! the real one, on one day and on the next.
//!
//! Everything is drawn from a seed, so that each run measures the same bytes. The two days differ
//! as real days do: additions, removals, amendments that give a row a new id, edits that do not,
//! repaired characters, and lists that get new ids on each import.

use std::io::{
    Write, {self},
};

use sha2::Digest;

/// As long as the publisher's own addresses.
const LIST_URL: &str = "https://lists.example.gov/regulations/screening/consolidated\
                        #supplement-and-list-of-parties";
const INFORMATION_URL: &str = "https://lists.example.gov/regulations/screening/information/\
                               about-this-list-and-how-to-read-it";

/// The first day, or one of two that may follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    Before,
    /// Hundreds of rows changed, and lists were imported again under new ids.
    After,
    /// A few dozen rows changed, as on most days.
    Quiet,
}

/// How many rows of the Entity List, and of all other lists together.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub entity_list: usize,
    pub others: usize,
}

impl Size {
    /// The list of 2026.
    pub const REAL: Size = Size { entity_list: 3_420, others: 22_280 };

    /// This many rows, in the proportions of the real list.
    pub fn of(rows: usize) -> Self {
        let entity_list =
            rows * Self::REAL.entity_list / (Self::REAL.entity_list + Self::REAL.others);
        Self { entity_list, others: rows - entity_list }
    }

    pub fn rows(self) -> usize {
        self.entity_list + self.others
    }
}

const HEADER: &str = "_id,source,entity_number,type,programs,name,title,addresses,\
                      federal_register_notice,start_date,end_date,standard_order,\
                      license_requirement,license_policy,call_sign,vessel_type,gross_tonnage,\
                      gross_registered_tonnage,vessel_flag,vessel_owner,remarks,source_list_url,\
                      alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,\
                      source_information_url,ids";

/// Each list other than the Entity List: its kind, its share of their rows in thousandths, and its
/// label.
const OTHERS: [(Kind, usize, &str); 8] = [
    (Kind::Treasury, 800, "Specially Designated Nationals (SDN) - Treasury Department"),
    (Kind::Treasury, 45, "Non-SDN Menu-Based Sanctions List (NS-MBS List) - Treasury Department"),
    (Kind::Treasury, 20, "Sectoral Sanctions Identifications List (SSI) - Treasury Department"),
    (Kind::Plain, 60, "Denied Persons List (DPL) - Bureau of Industry and Security"),
    (Kind::Plain, 25, "Unverified List (UVL) - Bureau of Industry and Security"),
    (Kind::Plain, 15, "Nonproliferation Sanctions (ISN) - State Department"),
    (Kind::Reimported, 5, "Military End User (MEU) List - Bureau of Industry and Security"),
    (Kind::Reimported, 30, "ITAR Debarred (DTC) - State Department"),
];

/// The rule that orders the changes from one day to the next.
const TODAYS_RULE: &str = "91 FR 20417";

const ENTITY_LIST: &str = "Entity List (EL) - Bureau of Industry and Security";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    EntityList,
    /// Has the number, the identity documents and the aliases of the Treasury.
    Treasury,
    /// Its id is a hash of the name and the citation.
    Plain,
    /// Its id is new on each import.
    Reimported,
}

/// Writes the list of a day as the publisher does: every field in quotes, except in the header.
pub fn write(out: &mut impl Write, size: Size, day: Day) -> io::Result<()> {
    writeln!(out, "{HEADER}")?;
    let mut rows = Rows { out, day, line: String::new() };
    rows.list(Kind::EntityList, ENTITY_LIST, size.entity_list)?;
    let mut remaining = size.others;
    for (number, (kind, share, label)) in OTHERS.iter().enumerate().rev() {
        let count = if number == 0 { remaining } else { size.others * share / 1000 };
        remaining -= count;
        rows.list(*kind, label, count)?;
    }
    Ok(())
}

pub fn bytes(size: Size, day: Day) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size.rows() * 920);
    write(&mut bytes, size, day).expect("writing to a Vec does not fail");
    bytes
}

struct Rows<'a, W> {
    out: &'a mut W,
    day: Day,
    line: String,
}

impl<W: Write> Rows<'_, W> {
    /// Of a hundred rows, about two are amended or edited, one is removed and two are added.
    fn list(&mut self, kind: Kind, label: &str, count: usize) -> io::Result<()> {
        let quiet = if self.day == Day::Quiet { 10 } else { 1 };
        let one_in = |entity_list: usize| {
            quiet * if kind == Kind::EntityList { entity_list } else { entity_list * 8 }
        };
        let added = match self.day {
            Day::Before => 0..0,
            Day::After | Day::Quiet => count..count + count / one_in(68),
        };
        for number in (0..count).chain(added) {
            let is_after = self.day != Day::Before;
            if is_after && number % one_in(170) == 3 {
                continue;
            }
            let edit = Edit {
                added: number >= count,
                amended: is_after && number % one_in(85) == 7,
                moved: is_after && number % one_in(340) == 11,
                broken: !is_after && number % one_in(680) == 13,
                reimported: self.day == Day::After && kind == Kind::Reimported,
            };
            self.row(kind, label, number, edit)?;
        }
        Ok(())
    }

    fn row(&mut self, kind: Kind, label: &str, number: usize, edit: Edit) -> io::Result<()> {
        let mut dice = Dice::of(label, number);
        let mut name = dice.name();
        if edit.broken {
            name.insert(name.len() / 2, '?');
        } else if number % 680 == 13 {
            name.insert(name.len() / 2, '’');
        }
        let mut addresses: Vec<String> = (0..1 + dice.below(2)).map(|_| dice.address()).collect();
        let mut aliases: Vec<String> = (0..dice.below(4)).map(|_| dice.name()).collect();
        let citation = format!("{} FR {}", 60 + dice.below(30), 1_000 + dice.below(70_000));
        // Added and amended rows cite the rule of the day.
        let mut citations = vec![if edit.added { TODAYS_RULE.to_owned() } else { citation }];
        if dice.below(13) == 0 {
            citations.push(format!("{} FR {}", 89, 1_000 + dice.below(70_000)));
        }
        if edit.amended {
            citations.push(TODAYS_RULE.to_owned());
            aliases.push(dice.name());
        }
        if edit.moved {
            addresses.push(dice.address());
        }
        let notice = citations.join("; ");
        let hashed = hex(&sha2::Sha224::digest(
            format!("{}{notice}", name.trim()).to_lowercase().as_bytes(),
        ));
        let date = |dice: &mut Dice| {
            format!("{}-{:02}-{:02}", 1995 + dice.below(30), 1 + dice.below(12), 1 + dice.below(28))
        };
        let mut cells: [String; 29] = std::array::from_fn(|_| String::new());
        cells[1] = label.to_owned();
        cells[5] = name;
        cells[7] = addresses.join("; ");
        cells[21] = LIST_URL.to_owned();
        cells[22] = aliases.join("; ");
        cells[27] = INFORMATION_URL.to_owned();
        match kind {
            Kind::EntityList => {
                cells[0] = hashed;
                cells[8] = notice;
                cells[9] = if dice.below(5) == 0 { String::new() } else { date(&mut dice) };
                cells[12] = dice.pick(&REQUIREMENTS).to_owned();
                cells[13] = dice.pick(&POLICIES).to_owned();
            }
            Kind::Treasury => {
                let publishers_number = (10_000 + number).to_string();
                cells[0].clone_from(&publishers_number);
                cells[2] = publishers_number;
                cells[3] = dice.pick(&["Individual", "Entity", "Vessel"]).to_owned();
                cells[4] = dice
                    .pick(&[
                        "SDGT",
                        "RUSSIA-EO14024",
                        "IFSR; SDGT",
                        "NPWMD",
                        "CYBER2; ELECTION-EO13848",
                    ])
                    .to_owned();
                cells[6] = if dice.below(3) == 0 {
                    format!("Head of {}", dice.name())
                } else {
                    String::new()
                };
                let linked = dice.name();
                cells[20] = format!(
                    "(Linked To: {linked}) Secondary sanctions risk: a section of the \
                     regulations; Gender {}",
                    dice.pick(&["Male", "Female"])
                );
                cells[24] = date(&mut dice);
                cells[26] = format!("{}, {}", dice.word(), dice.pick(&COUNTRIES));
                let papers: Vec<String> = (0..6 + dice.below(6)).map(|_| dice.paper()).collect();
                cells[28] = papers.join("; ");
            }
            Kind::Plain => {
                cells[0] = hashed;
                cells[8] = notice;
                cells[9] = date(&mut dice);
                cells[10] = date(&mut dice);
                cells[20] = format!("{} {} as of {}", dice.name(), dice.name(), date(&mut dice));
            }
            Kind::Reimported => {
                cells[0] = hex(&sha2::Sha256::digest(
                    format!("{label}{number}{}", edit.reimported).as_bytes(),
                )[..16]);
                cells[8] = notice;
                cells[9] = date(&mut dice);
            }
        }
        self.line.clear();
        for (number, cell) in cells.iter().enumerate() {
            self.line.push_str(if number == 0 { "\"" } else { ",\"" });
            self.line.push_str(&cell.replace('"', "\"\""));
            self.line.push('"');
        }
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes())
    }
}

/// How a row differs from the day before.
#[derive(Clone, Copy, Debug, Default)]
struct Edit {
    /// It was added, and cites the rule that added it.
    added: bool,
    /// It cites one more rule and has one more alias, so its id is new.
    amended: bool,
    /// It has another address and keeps its id.
    moved: bool,
    /// Its name still lacks a character.
    broken: bool,
    reimported: bool,
}

const COUNTRIES: [&str; 16] = [
    "CN", "RU", "IR", "HK", "TR", "AE", "PK", "DE", "BY", "SG", "MY", "TW", "GB", "SY", "VE", "IN",
];
const FORMS: [&str; 8] = ["Co., Ltd.", "LLC", "OOO", "JSC", "FZE", "GmbH", "Limited", "Pvt. Ltd."];
const TRADES: [&str; 12] = [
    "Technology",
    "Trading",
    "Electronics",
    "Institute",
    "Logistics",
    "Industries",
    "Aviation",
    "Shipping",
    "Research",
    "Optics",
    "Export",
    "Systems",
];
const REQUIREMENTS: [&str; 4] = [
    "For all items subject to the EAR (see the section on scope)",
    "For all items subject to the EAR (see the section on scope, and on items made abroad)3",
    "For all items subject to the EAR, apart from items that are designated as of the lowest \
     class, with the exceptions of the note below",
    "All items subject to the EAR. (See the sections on foreign-made direct products)4",
];
const POLICIES: [&str; 3] = [
    "Presumption of denial.",
    "Case-by-case review for items of the lowest class; presumption of denial for all other items \
     subject to the EAR",
    "Policy of denial for all items apart from food and medicine, which will be reviewed on a \
     case-by-case basis",
];
const SYLLABLES: [&str; 32] = [
    "ba", "ko", "len", "dor", "mi", "ta", "shu", "ran", "vel", "ok", "zhi", "gan", "pe", "tro",
    "nov", "sky", "har", "lin", "qu", "sa", "mer", "dan", "fu", "jin", "kra", "ost", "ul", "ber",
    "yan", "wei", "xi", "chor",
];

/// A seeded generator of random numbers.
struct Dice(u64);

impl Dice {
    fn of(label: &str, number: usize) -> Self {
        let digest = sha2::Sha256::digest(format!("{label} {number}").as_bytes());
        Self(digest.iter().take(8).fold(0, |seed, byte| seed << 8 | u64::from(*byte)))
    }

    /// SplitMix64, by Steele, Lea and Flood.
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.draw() % end as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn word(&mut self) -> String {
        let mut word: String = (0..2 + self.below(2)).map(|_| self.pick(&SYLLABLES)).collect();
        word[..1].make_ascii_uppercase();
        word
    }

    fn name(&mut self) -> String {
        format!("{} {} {} {}", self.word(), self.word(), self.pick(&TRADES), self.pick(&FORMS))
    }

    fn address(&mut self) -> String {
        let (number, street, town) = (1 + self.below(900), self.word(), self.word());
        format!(
            "No. {number} {street} Road, {} District, {town}, {}, {}",
            self.word(),
            100_000 + self.below(800_000),
            self.pick(&COUNTRIES)
        )
    }

    fn paper(&mut self) -> String {
        let kind = self.pick(&[
            "Passport",
            "Tax ID No.",
            "Registration Number",
            "National ID No.",
            "Website",
        ]);
        format!(
            "{kind}, {}{}, {}",
            char::from(b'A' + self.below(26) as u8),
            1_000_000 + self.below(8_000_000),
            self.pick(&COUNTRIES)
        )
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `25700 rows, 23.0 MB`
pub fn in_words(size: Size, bytes: usize) -> String {
    format!("{} rows, {:.1} MB", size.rows(), bytes as f64 / 1e6)
}
