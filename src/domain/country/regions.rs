//! Places that one publisher puts under the heading of another country.
//!
//! The eCFR sorts entries under its own country headings. The Consolidated Screening List codes
//! each address by ISO 3166-1. For example, Hong Kong is under the China heading of the eCFR and
//! has its own code in the Consolidated Screening List.

/// A place that has its own code and may be listed under the heading of another country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The words that name it in an address, in lower case.
    pub names: &'static [&'static str],
    /// Its code, or for a part of a country the code of that country.
    pub code: &'static str,
    /// The country whose heading it may be listed under.
    pub heading: &'static str,
    /// The eCFR has no heading for it, so that every entry of it is under `heading`, even if no
    /// address names it.
    pub has_no_heading: bool,
}

pub const REGIONS: &[Region] = &[
    Region {
        names: &["hong kong", "hongkong", "kowloon"],
        code: "HK",
        heading: "CN",
        has_no_heading: true,
    },
    Region { names: &["macau", "macao"], code: "MO", heading: "CN", has_no_heading: true },
    Region { names: &["taiwan"], code: "TW", heading: "CN", has_no_heading: false },
    Region {
        names: &["crimea", "sevastopol", "donetsk", "luhansk", "lugansk"],
        code: "UA",
        heading: "RU",
        has_no_heading: false,
    },
    Region { names: &["kosovo"], code: "XK", heading: "RS", has_no_heading: false },
];

/// The code of the country whose heading the Entity List uses for this code: `CN` for Hong Kong and
/// Macau. Any other code is returned unchanged.
pub fn entity_list_heading(code: &str) -> &str {
    REGIONS
        .iter()
        .find(|region| region.has_no_heading && region.code == code)
        .map_or(code, |region| region.heading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_region_without_a_heading_is_always_under_its_country() {
        assert_eq!(
            ["HK", "MO", "TW", "UA", "XK", "CN"].map(entity_list_heading),
            ["CN", "CN", "TW", "UA", "XK", "CN"]
        );
    }
}
