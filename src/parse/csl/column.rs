//! The 29 columns of the list, as the header of the CSV names them.

macro_rules! columns {
    ($($column:ident $name:literal,)*) => {
        /// A column. Its number is its place in the published header.
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

    /// The column with this name. The JSON calls the first one `id`.
    pub fn of_name(name: &str) -> Option<Self> {
        if name == "id" {
            Some(Self::Id)
        } else {
            Self::ALL.iter().copied().find(|column| column.name() == name)
        }
    }

    /// Whether it is kept in `other` and distinguishes one party from another, as a number, a date
    /// of birth or an office does.
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

    /// Whether an entry has its own field for the column. The other columns are kept in `other`.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_found_by_its_name_and_by_its_number() {
        assert_eq!(Column::COUNT, 29);
        for (number, column) in Column::ALL.iter().enumerate() {
            assert_eq!(*column as usize, number);
            assert_eq!(Column::of_name(column.name()), Some(*column));
        }
        assert_eq!(Column::of_name("id"), Some(Column::Id));
        assert_eq!(Column::of_name("Name"), None);
        let others: Vec<&str> = Column::ALL
            .iter()
            .filter(|column| !column.has_field())
            .map(|column| column.name())
            .collect();
        assert!(!others.is_empty());
        assert!(others.into_iter().all(crate::domain::Entry::is_known_column));
    }
}
