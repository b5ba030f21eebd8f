//! Reads the `source` column: which list a row belongs to.

use crate::domain::ListCode;

/// The meaning of a `source`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Known(ListCode),
    /// Well-formed, but an unknown list: the publisher has a new one.
    Unknown,
    /// Empty, or not of the form `Entity List (EL) - Bureau of Industry and Security`.
    Garbled,
}

/// The list that a label such as `Non-SDN Menu-Based Sanctions List (NS-MBS List) - Treasury
/// Department` names.
///
/// The code in parentheses decides. A prefix `NS-` and a suffix ` List` are ignored. The code may
/// be anywhere in the label: `Military End User (MEU) List - …`.
pub fn source_of(label: &str) -> Source {
    let mut groups = label
        .split('(')
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(group, _)| group.trim())
        .peekable();
    if groups.peek().is_none() {
        return list_by_title(label);
    }
    let mut well_formed = false;
    for group in groups {
        let code = group.strip_suffix(" List").unwrap_or(group);
        let code = code.strip_prefix("NS-").unwrap_or(code);
        if let Some(list) = ListCode::ALL.iter().find(|list| list.as_str() == code) {
            return Source::Known(*list);
        }
        well_formed |= (2..=8).contains(&code.len())
            && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    }
    if well_formed { Source::Unknown } else { Source::Garbled }
}

/// Recognizes a label without a code by the full title of the list before ` - Agency`.
fn list_by_title(label: &str) -> Source {
    let title = label.split(" - ").next().unwrap_or(label).trim();
    let found = ListCode::ALL.iter().find(|list| list.title().eq_ignore_ascii_case(title));
    found.map_or(Source::Garbled, |list| Source::Known(*list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_the_code_in_parentheses_names_the_list() {
        for (label, list) in [
            ("Entity List (EL) - Bureau of Industry and Security", ListCode::EL),
            ("Denied Persons List (DPL) - Bureau of Industry and Security", ListCode::DPL),
            ("Unverified List (UVL) - Bureau of Industry and Security", ListCode::UVL),
            ("Military End User (MEU) List - Bureau of Industry and Security", ListCode::MEU),
            ("Nonproliferation Sanctions (ISN) - State Department", ListCode::ISN),
            ("ITAR Debarred (DTC) - State Department", ListCode::DTC),
            ("Specially Designated Nationals (SDN) - Treasury Department", ListCode::SDN),
            ("Sectoral Sanctions Identifications List (SSI) - Treasury Department", ListCode::SSI),
            (
                "Non-SDN Chinese Military-Industrial Complex Companies List (CMIC) - Treasury \
                 Department",
                ListCode::CMIC,
            ),
            ("Capta List (CAP) - Treasury Department", ListCode::CAP),
            (
                "Non-SDN Menu-Based Sanctions List (NS-MBS List) - Treasury Department",
                ListCode::MBS,
            ),
            ("Palestinian Legislative Council List (PLC) - Treasury Department", ListCode::PLC),
            ("Foreign Sanctions Evaders (FSE) - Treasury Department", ListCode::FSE),
            ("Entity List - Bureau of Industry and Security", ListCode::EL),
        ] {
            assert_eq!(source_of(label), Source::Known(list), "{label}");
        }
    }

    #[test]
    fn ok_a_new_list_is_distinguished_from_a_damaged_label() {
        assert_eq!(
            source_of("Outbound Investment List (OIL) - Treasury Department"),
            Source::Unknown
        );
        assert_eq!(source_of("Something New (NS-XYZ List) - Treasury Department"), Source::Unknown);
    }

    #[test]
    fn err_a_damaged_label_is_garbled() {
        for label in [
            "",
            " ",
            "Entity List (E",
            "EL",
            "12 Long Road, Minsk, BY",
            "Some Company (Minsk)",
            "Entity List (EL - Bureau",
            "(Head Office), 1 Road",
        ] {
            assert_eq!(source_of(label), Source::Garbled, "{label}");
        }
    }
}
