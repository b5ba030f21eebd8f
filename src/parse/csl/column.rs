//! The 29 columns of the list, as the CSV's header names them.

use crate::parse::csl::rows::RowText;
use crate::parse::csl::table::Header;

macro_rules! columns {
    ($($column:ident $name:literal,)*) => {
        /// A column; its number is its place in the published header.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Column { $($column,)* }

        impl Column {
            pub const ALL: &[Column] = &[$(Column::$column,)*];

            pub fn name(self) -> &'static str {
                match self { $(Column::$column => $name,)* }
            }
        }
    };
}

columns! {
    Id "_id",
    Source "source",
    EntityNumber "entity_number",
    Type "type",
    Programs "programs",
    Name "name",
    Title "title",
    Addresses "addresses",
    FederalRegisterNotice "federal_register_notice",
    StartDate "start_date",
    EndDate "end_date",
    StandardOrder "standard_order",
    LicenseRequirement "license_requirement",
    LicensePolicy "license_policy",
    CallSign "call_sign",
    VesselType "vessel_type",
    GrossTonnage "gross_tonnage",
    GrossRegisteredTonnage "gross_registered_tonnage",
    VesselFlag "vessel_flag",
    VesselOwner "vessel_owner",
    Remarks "remarks",
    SourceListUrl "source_list_url",
    AltNames "alt_names",
    Citizenships "citizenships",
    DatesOfBirth "dates_of_birth",
    Nationalities "nationalities",
    PlacesOfBirth "places_of_birth",
    SourceInformationUrl "source_information_url",
    Ids "ids",
}

impl Column {
    pub const COUNT: usize = Self::ALL.len();

    /// The column of this name; the JSON calls the first one `id`.
    pub fn of_name(name: &str) -> Option<Self> {
        if name == "id" {
            Some(Self::Id)
        } else {
            Self::ALL.iter().copied().find(|column| column.name() == name)
        }
    }

    /// Whether it stands in `other` and tells one party from another, as a number, a date of birth
    /// or an office does.
    pub fn identifies(self) -> bool {
        use Column::{
            CallSign, DatesOfBirth, EntityNumber, Ids, PlacesOfBirth, Title, Type, VesselOwner,
        };
        matches!(
            self,
            CallSign
                | DatesOfBirth
                | EntityNumber
                | Ids
                | PlacesOfBirth
                | Title
                | Type
                | VesselOwner
        )
    }

    /// The key in `Entry::other` of a column that is not known: its name, unless that means
    /// something else there.
    pub fn unknown_key(name: &str) -> String {
        if crate::domain::Entry::is_known_column(name) {
            format!("column_{name}")
        } else {
            name.to_owned()
        }
    }

    /// Whether an entry has a field of its own for it; the others stand in `other`.
    pub fn has_field(self) -> bool {
        use Column::{
            Addresses, AltNames, EndDate, Id, LicensePolicy, LicenseRequirement, Name, Remarks,
            Source, StartDate,
        };
        matches!(
            self,
            Id | Source
                | Name
                | AltNames
                | Addresses
                | StartDate
                | EndDate
                | LicenseRequirement
                | LicensePolicy
                | Remarks
        ) || self == Column::FederalRegisterNotice
    }
}

/// The cells of one row as the CSV writes them, whatever they were read from.
#[derive(Clone, Copy, Debug)]
pub enum Cells<'a> {
    /// The fields of a table, under its header.
    Of(&'a Header, RowText<'a>),
    Each(&'a [&'a str; Column::COUNT]),
}

impl<'a> Cells<'a> {
    pub fn get(&self, column: Column) -> &'a str {
        match self {
            Cells::Of(header, text) => text.get(header.field_of(column)),
            Cells::Each(texts) => texts.get(column as usize).copied().unwrap_or_default(),
        }
    }

    /// Without the space around it.
    pub fn trimmed(&self, column: Column) -> &'a str {
        self.get(column).trim()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_found_by_its_name_and_stands_at_its_number() {
        assert_eq!(Column::COUNT, 29);
        for (number, column) in Column::ALL.iter().enumerate() {
            assert_eq!(*column as usize, number);
            assert_eq!(Column::of_name(column.name()), Some(*column));
        }
        assert_eq!(Column::of_name("id"), Some(Column::Id));
        assert_eq!(Column::of_name("Name"), None);
        let others = Column::ALL.iter().filter(|column| !column.has_field());
        assert!(others.map(|column| column.name()).all(crate::domain::Entry::is_known_column));
        assert_eq!(
            (Column::unknown_key("tier"), Column::unknown_key("entity")),
            ("tier".to_owned(), "column_entity".to_owned())
        );
    }
}
