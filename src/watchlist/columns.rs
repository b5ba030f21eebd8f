//! Which column of a counterparty file holds what.

/// The headers of the columns, if they are not among the recognized ones, and how several names in
/// one cell are separated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    pub id: Option<String>,
    pub name: Option<String>,
    pub aliases: Option<String>,
    pub address: Option<String>,
    pub country: Option<String>,
    pub owner: Option<String>,
    /// Separates several aliases, and several addresses, in one cell.
    pub alias_separator: String,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            id: None,
            name: None,
            aliases: None,
            address: None,
            country: None,
            owner: None,
            alias_separator: ";".to_owned(),
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Id,
    Name,
    Aliases,
    /// A whole address, or one of its parts.
    Address,
    Country,
    Owner,
}

/// The headers that are recognized, without case, spaces and punctuation. Sources: the export
/// headers of SAP (debtors and creditors), Microsoft Dynamics, Oracle `NetSuite` and Salesforce.
const RECOGNIZED: &[(Field, &[&str])] = &[
    (
        Field::Id,
        &[
            "id",
            "customerid",
            "customerno",
            "customernumber",
            "customernr",
            "vendorid",
            "vendorno",
            "vendornumber",
            "supplierid",
            "supplierno",
            "suppliernumber",
            "accountid",
            "accountno",
            "accountnumber",
            "partnerid",
            "businesspartner",
            "businesspartnerid",
            "counterpartyid",
            "internalid",
            "number",
            "no",
            "code",
            "customercode",
            "vendorcode",
            "debtor",
            "creditor",
            "kunnr",
            "lifnr",
            "kundennummer",
            "kundennr",
            "lieferantennummer",
            "reference",
            "ref",
        ],
    ),
    (
        Field::Name,
        &[
            "name",
            "companyname",
            "company",
            "customername",
            "customer",
            "vendorname",
            "vendor",
            "suppliername",
            "supplier",
            "legalname",
            "accountname",
            "account",
            "partnername",
            "counterparty",
            "counterpartyname",
            "organizationname",
            "organization",
            "name1",
            "fullname",
            "firma",
            "firmenname",
            "entityname",
        ],
    ),
    (
        Field::Aliases,
        &[
            "aliases",
            "alias",
            "othernames",
            "othername",
            "aka",
            "dba",
            "tradename",
            "tradingas",
            "alsoknownas",
            "formernames",
            "name2",
            "searchname",
            "altnames",
            "alternativename",
        ],
    ),
    (
        Field::Address,
        &[
            "address",
            "addresses",
            "fulladdress",
            "address1",
            "address2",
            "address3",
            "addressline1",
            "addressline2",
            "addressline3",
            "street",
            "streetaddress",
            "street1",
            "street2",
            "city",
            "town",
            "state",
            "province",
            "stateprovince",
            "region",
            "zip",
            "zipcode",
            "postalcode",
            "postcode",
            "billingstreet",
            "billingcity",
            "billingstate",
            "billingzip",
            "billingpostalcode",
            "billingaddress",
            "shippingaddress",
            "strasse",
            "plz",
            "ort",
            "anschrift",
        ],
    ),
    (
        Field::Country,
        &[
            "country",
            "countrycode",
            "countryregion",
            "countryregioncode",
            "billingcountry",
            "isocountry",
            "countryiso",
            "countrykey",
            "land",
            "land1",
            "countryname",
        ],
    ),
    (
        Field::Owner,
        &[
            "owner",
            "accountmanager",
            "accountowner",
            "responsible",
            "salesrep",
            "salesperson",
            "salesmanager",
            "contactperson",
            "manager",
            "buyer",
        ],
    ),
];

/// The columns of one file, by place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub fields: Vec<Option<Field>>,
}

impl Columns {
    /// Reads the cells of a header. A mapped column is found by its header alone. `Err` names the
    /// column that is missing.
    pub fn header(&self, cells: &[String]) -> Result<Header, &'static str> {
        let mapped = [
            (Field::Id, &self.id),
            (Field::Name, &self.name),
            (Field::Aliases, &self.aliases),
            (Field::Address, &self.address),
            (Field::Country, &self.country),
            (Field::Owner, &self.owner),
        ];
        let mut fields = Vec::with_capacity(cells.len());
        for cell in cells {
            let key = key(cell);
            let by_map = mapped.iter().find(|(_, header)| {
                header.as_ref().is_some_and(|header| !key.is_empty() && self::key(header) == key)
            });
            let is_mapped = |field: Field| {
                mapped.iter().any(|(known, header)| *known == field && header.is_some())
            };
            let recognized = || {
                let found = RECOGNIZED.iter().find(|(_, known)| known.contains(&key.as_str()))?;
                (!is_mapped(found.0)).then_some(found.0)
            };
            fields.push(by_map.map(|(field, _)| *field).or_else(recognized));
        }
        keep_the_best(&mut fields, cells);
        for (field, name) in [(Field::Id, "id"), (Field::Name, "name")] {
            if !fields.contains(&Some(field)) {
                return Err(name);
            }
        }
        Ok(Header { fields })
    }
}

/// Of several columns for an id, a name, a country or an owner, the best known header counts.
fn keep_the_best(fields: &mut [Option<Field>], cells: &[String]) {
    for (field, known) in RECOGNIZED {
        if matches!(field, Field::Address | Field::Aliases) {
            continue;
        }
        let rank =
            |cell: &String| known.iter().position(|header| *header == key(cell)).unwrap_or(0);
        let best = fields
            .iter()
            .zip(cells)
            .enumerate()
            .filter(|(_, (found, _))| **found == Some(*field))
            .min_by_key(|(_, (_, cell))| rank(cell))
            .map(|(at, _)| at);
        for (at, found) in fields.iter_mut().enumerate() {
            if *found == Some(*field) && Some(at) != best {
                *found = None;
            }
        }
    }
}

/// A header without case, spaces and punctuation.
fn key(header: &str) -> String {
    header.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(columns: &Columns, header: &[&str]) -> Result<Vec<Option<Field>>, &'static str> {
        let cells: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
        columns.header(&cells).map(|header| header.fields)
    }

    #[test]
    fn ok_headers_are_recognized_without_case_and_punctuation() {
        let header = ["Customer No.", "Company Name", "Street", "City", "Country/Region", "Fax"];
        assert_eq!(
            fields(&Columns::default(), &header),
            Ok(vec![
                Some(Field::Id),
                Some(Field::Name),
                Some(Field::Address),
                Some(Field::Address),
                Some(Field::Country),
                None
            ])
        );
    }

    #[test]
    fn ok_a_mapped_column_replaces_the_recognized_ones() {
        let columns = Columns { name: Some("Trading name".into()), ..Columns::default() };
        assert_eq!(
            fields(&columns, &["id", "name", "TRADING NAME"]),
            Ok(vec![Some(Field::Id), None, Some(Field::Name)])
        );
    }

    #[test]
    fn ok_of_two_columns_the_best_known_header_counts() {
        assert_eq!(
            fields(&Columns::default(), &["Code", "ID", "Customer", "Name"]),
            Ok(vec![None, Some(Field::Id), None, Some(Field::Name)])
        );
    }

    #[test]
    fn err_a_header_without_id_or_name() {
        assert_eq!(fields(&Columns::default(), &["name", "address"]), Err("id"));
        assert_eq!(fields(&Columns::default(), &["id", "address"]), Err("name"));
        let columns = Columns { id: Some("Konto".into()), ..Columns::default() };
        assert_eq!(fields(&columns, &["id", "name"]), Err("id"), "the mapped one is missing");
    }

    #[test]
    fn every_recognized_header_stands_once_and_can_be_met() {
        let mut all: Vec<&str> =
            RECOGNIZED.iter().flat_map(|(_, known)| known.iter().copied()).collect();
        assert!(all.iter().all(|header| key(header) == *header));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
