//! Who issued a document of the Federal Register, and whether a text names the Entity List.
//!
//! The API gives an agency a slug and a name, and quotes the document's own words as `raw_name`. A
//! new or misspelled agency has only the raw name, so each of the three is enough.

use crate::domain::same::name_key;

/// An agency: its name, its slug (`industry-and-security-bureau`), and the name that the document
/// itself prints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agency {
    pub name: String,
    pub slug: String,
    pub raw_name: String,
}

/// Who issued a document, according to the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// The Bureau of Industry and Security.
    Bureau,
    /// The API names no agency, or only the Department of Commerce.
    Unknown,
    Another,
}

/// Who issued a document with these agencies.
pub fn issuer(agencies: &[Agency]) -> Issuer {
    let keys = |agency: &Agency| {
        [&agency.slug, &agency.name, &agency.raw_name].map(|text| agency_key(text))
    };
    if agencies.iter().any(is_the_bureau) {
        return Issuer::Bureau;
    }
    let is_department = |name: &String| name.is_empty() || DEPARTMENT.contains(&name.as_str());
    if agencies.iter().flat_map(keys).all(|name| is_department(&name)) {
        Issuer::Unknown
    } else {
        Issuer::Another
    }
}

/// Whether this is the Bureau of Industry and Security, in any of its names:
/// `Industry and Security Bureau`, `Bureau of Industry & Security`, `industry-and-security-bureau`.
pub fn is_the_bureau(agency: &Agency) -> bool {
    [&agency.slug, &agency.name, &agency.raw_name].into_iter().any(|text| {
        let name = agency_key(text);
        name.contains("industryandsecurity") || name == "bis"
    })
}

const DEPARTMENT: &[&str] =
    &["commerce", "commercedepartment", "departmentofcommerce", "usdepartmentofcommerce"];

/// Whether a text names the Entity List, by its name or by its supplement.
pub fn names_the_list(text: &str) -> bool {
    let lower = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let supplement = [
        "supplement no. 4",
        "supplement no 4",
        "supplement number 4",
        "supplement 4",
        "supp. no. 4",
        "supplement four",
    ];
    let regulations = ["744", "export administration regulations"];
    let is_ear = || lower.split(|c: char| !c.is_alphanumeric()).any(|word| word == "ear");
    lower.contains("entity list")
        || supplement.iter().any(|name| lower.contains(name))
            && (regulations.iter().any(|name| lower.contains(name)) || is_ear())
}

/// The letters and digits of an agency name, in lower case.
fn agency_key(text: &str) -> String {
    name_key(&text.replace('&', " and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agency(slug: &str, name: &str, raw_name: &str) -> Agency {
        Agency { slug: slug.into(), name: name.into(), raw_name: raw_name.into() }
    }

    #[track_caller]
    fn check(agencies: &[Agency], expected: Issuer) {
        assert_eq!(issuer(agencies), expected, "{agencies:?}");
    }

    #[test]
    fn ok_the_bureau_is_recognized_by_any_of_its_names() {
        let department =
            agency("commerce-department", "Commerce Department", "DEPARTMENT OF COMMERCE");
        check(&[agency("industry-and-security-bureau", "", "")], Issuer::Bureau);
        check(
            &[department.clone(), agency("", "Industry and Security Bureau", "")],
            Issuer::Bureau,
        );
        check(
            &[department.clone(), agency("", "", "BUREAU OF INDUSTRY  AND SECURITY")],
            Issuer::Bureau,
        );
        check(
            &[department.clone(), agency("", "", "Bureau of Industry & Security")],
            Issuer::Bureau,
        );
        check(
            &[agency(
                "commerce-department",
                "",
                "DEPARTMENT OF COMMERCE, Bureau of Industry and Security",
            )],
            Issuer::Bureau,
        );
        check(&[agency("", "", "BIS")], Issuer::Bureau);
        check(&[department], Issuer::Unknown);
        check(&[], Issuer::Unknown);
    }

    #[test]
    fn err_other_agencies() {
        check(
            &[agency(
                "foreign-assets-control-office",
                "Foreign Assets Control Office",
                "Office of Foreign Assets Control",
            )],
            Issuer::Another,
        );
        let department =
            agency("commerce-department", "Commerce Department", "DEPARTMENT OF COMMERCE");
        check(
            &[department, agency("", "", "National Oceanic and Atmospheric Administration")],
            Issuer::Another,
        );
        check(
            &[agency("homeland-security-department", "Homeland Security Department", "")],
            Issuer::Another,
        );
    }

    #[test]
    fn ok_the_list_is_recognized_by_its_names() {
        assert!(names_the_list("Additions to the\nENTITY LIST"));
        assert!(names_the_list("Supplement No. 4 to Part 744; Technical Amendment"));
        assert!(names_the_list("Amendments to the EAR, Supplement No. 4"));
    }

    #[test]
    fn err_other_lists() {
        assert!(!names_the_list("Revisions to the Unverified List"));
        assert!(!names_the_list("Supplement No. 6 to Part 744"));
        assert!(!names_the_list("Supplement No. 4 to the Yearly Report"));
    }
}
