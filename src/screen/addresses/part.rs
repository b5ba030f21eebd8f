//! The words that name the parts of an address, by their meaning.
//!
//! Sources: United States Postal Service Publication 28, appendices C1 and C2; the Universal Postal
//! Union's addressing sheets of China, Hong Kong, Russia, Turkey, Iran and the United Arab
//! Emirates.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// What a word of an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Names a unit: its number follows.
    Unit,
    Floor,
    Building,
    /// `No.`: the number that follows is a number.
    Number,
    Street,
    Direction,
    /// District, city, province, zone.
    Region,
    /// A post office box: its number follows.
    Box,
    /// Any other word.
    Word,
}

/// Part: words of one meaning, the first of which stands for all.
const TABLE: &[(Part, &[&str])] = &[
    (Part::Unit, &["room", "rm", "rooms", "komnata"]),
    (Part::Unit, &["unit", "units"]),
    (Part::Unit, &["suite", "suites", "ste"]),
    (Part::Unit, &["flat", "flats", "apt", "apartment", "apartments", "kv", "kvartira", "daire"]),
    (
        Part::Unit,
        &["office", "offices", "ofis", "of", "off", "ofc", "pom", "pomeshch", "pomeshchenie"],
    ),
    (Part::Unit, &["shop", "stall", "store", "workshop"]),
    (
        Part::Floor,
        &["floor", "floors", "fl", "flr", "storey", "kat", "etazh", "et", "level", "lvl"],
    ),
    (
        Part::Building,
        &[
            "building",
            "bldg",
            "bld",
            "bldgs",
            "buildings",
            "blg",
            "bina",
            "korp",
            "korpus",
            "stroenie",
        ],
    ),
    (Part::Building, &["block", "blk", "blok", "bl"]),
    (Part::Building, &["tower", "towers", "twr"]),
    (Part::Number, &["no", "num", "number", "nos", "nr", "pelak", "plaque", "plak", "n"]),
    (
        Part::Street,
        &[
            "street", "st", "str", "ulitsa", "ul", "ulica", "sokak", "sok", "sk", "jie", "dajie",
            "rue", "calle", "strasse", "straat", "caddesi", "cad", "cadde", "khiaban", "khiyaban",
            "vulitsya",
        ],
    ),
    (Part::Street, &["road", "rd", "lu", "dao", "roads"]),
    (Part::Street, &["avenue", "ave", "av", "aven", "prospekt", "prosp", "pr", "prospect", "pkt"]),
    (Part::Street, &["boulevard", "blvd", "bulvar", "bul", "bulvari", "bd"]),
    (Part::Street, &["lane", "ln", "pereulok", "per"]),
    (Part::Street, &["drive", "dr"]),
    (Part::Street, &["highway", "hwy", "shosse", "sh", "expressway", "expy"]),
    (Part::Street, &["square", "sq", "ploshchad", "pl", "maidan", "meydan", "meydani"]),
    (Part::Street, &["embankment", "nab", "naberezhnaya"]),
    (Part::Street, &["alley", "koocheh", "kuche", "kucheh", "koche", "hutong"]),
    (Part::Street, &["passage", "proezd", "pasaji"]),
    (
        Part::Region,
        &["district", "dist", "rayon", "raion", "qu", "mahallesi", "mah", "mahalle", "subdistrict"],
    ),
    (Part::Region, &["city", "shi", "gorod", "municipality"]),
    (
        Part::Region,
        &["province", "prov", "sheng", "oblast", "obl", "region", "reg", "state", "krai"],
    ),
    (Part::Region, &["county", "xian", "cnty"]),
    (Part::Region, &["town", "zhen", "township", "village"]),
    (Part::Region, &["zone", "area"]),
    (Part::Direction, &["north", "bei"]),
    (Part::Direction, &["south", "nan"]),
    (Part::Direction, &["east", "dong"]),
    (Part::Direction, &["west", "xi"]),
    (Part::Direction, &["middle", "mid", "zhong", "central"]),
    (Part::Box, &["box", "pobox"]),
    (Part::Word, &["centre", "center", "ctr", "cntr", "cent", "centr"]),
    (Part::Word, &["plaza", "plz"]),
    (Part::Word, &["industrial", "ind", "indl"]),
    (Part::Word, &["commercial", "comm", "comml"]),
    (Part::Word, &["technology", "tech"]),
    (Part::Word, &["international", "intl", "int"]),
    (Part::Word, &["development", "dev"]),
    (Part::Word, &["economic", "econ"]),
    (Part::Word, &["mansion", "mans"]),
    (Part::Word, &["factory", "fty"]),
    (Part::Word, &["garden", "gardens", "gdn", "gdns"]),
    (Part::Word, &["park", "pk"]),
    (Part::Word, &["saint", "sankt"]),
    (Part::Word, &["petersburg", "peterburg"]),
    (Part::Word, &["kowloon", "kln", "kl"]),
    (Part::Word, &["mount", "mt"]),
    (Part::Word, &["house", "hse"]),
    (Part::Word, &["university", "univ"]),
    (Part::Word, &["institute", "inst"]),
    (Part::Word, &["company", "co"]),
    (Part::Word, &["new", "nt"]),
];

static PARTS: LazyLock<FxHashMap<&'static str, (Part, &'static str)>> = LazyLock::new(|| {
    let mut parts = FxHashMap::default();
    for (part, words) in TABLE {
        for word in *words {
            parts.entry(*word).or_insert((*part, words.first().copied().unwrap_or(word)));
        }
    }
    parts
});

/// What a word is, and the word that stands for its meaning.
pub fn of(word: &str) -> (Part, &str) {
    PARTS.get(word).copied().unwrap_or((Part::Word, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_abbreviations_have_the_meaning_of_the_whole_word() {
        assert_eq!(of("rd"), (Part::Street, "road"));
        assert_eq!(of("lu"), (Part::Street, "road"));
        assert_eq!(of("bldg"), of("building"));
        assert_eq!(of("alder"), (Part::Word, "alder"));
    }

    #[test]
    fn a_word_has_one_meaning() {
        let mut words: Vec<&str> =
            TABLE.iter().flat_map(|(_, words)| words.iter().copied()).collect();
        let all = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), all);
    }
}
