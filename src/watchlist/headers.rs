//! The headers of columns that are recognized.
//!
//! Sources: the export headers of SAP (debtors and creditors), Microsoft Dynamics, Oracle
//! `NetSuite` and Salesforce; for the languages of the European Union, the words for the parts of a
//! postal address in the addressing sheets of the Universal Postal Union and in the national
//! editions of these programs.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::watchlist::field::Field;

/// The headers of each field, best known first, separated by commas.
const KNOWN: &[(Field, &[&str])] = &[
    (
        Field::Id,
        &[
            "id, customerid, customerno, customernumber, customernr, vendorid, vendorno, \
             vendornumber, supplierid, supplierno, suppliernumber, accountid, accountno, \
             accountnumber, partnerid, businesspartner, businesspartnerid, counterpartyid, \
             internalid, number, no, code, customercode, vendorcode, debtor, creditor, \
             kunnr, lifnr, kundennummer, kundennr, lieferantennummer, reference, ref",
            // Other languages of the European Union.
            "lieferantennr, debitor, kreditor, numéro client, n° client, code client, \
             code fournisseur, numéro, código, código cliente, número de cliente, codice, \
             codice cliente, codice fornitore, código do cliente, klantnummer, klantnr, \
             leveranciersnummer, debiteurnummer, kundenummer, kundnummer, kundnr, \
             asiakasnumero, numer klienta, numer kontrahenta, kod kontrahenta, kod, \
             číslo zákazníka, číslo odběratele, vevőkód, ügyfélszám, cod client, šifra, \
             kliendikood, klienta numurs, kliento kodas, κωδικός, κωδικός πελάτη, \
             клиентски номер, код",
        ],
    ),
    (
        Field::Name,
        &[
            "name, companyname, company, customername, customer, vendorname, vendor, \
             suppliername, supplier, legalname, accountname, account, partnername, \
             counterparty, counterpartyname, organizationname, organization, name1, \
             fullname, firma, firmenname, entityname",
            // Other languages of the European Union.
            "unternehmen, kundenname, lieferantenname, geschäftspartner, kunde, lieferant, \
             raison sociale, dénomination, nom, société, nom client, nom du client, \
             razón social, nombre, empresa, nombre del cliente, ragione sociale, \
             denominazione, nome, azienda, razão social, designação, naam, bedrijfsnaam, \
             bedrijf, klantnaam, navn, firmanavn, virksomhed, namn, företagsnamn, företag, \
             kundnamn, nimi, yritys, yrityksen nimi, asiakas, nazwa, nazwa firmy, \
             kontrahent, název, obchodní firma, jméno, názov, obchodné meno, naziv, név, \
             cégnév, denumire, nume, ettevõte, nosaukums, pavadinimas, επωνυμία, όνομα, \
             наименование, име, isem, ainm",
        ],
    ),
    (
        Field::Aliases,
        &[
            "aliases, alias, othernames, othername, aka, dba, tradename, tradingas, \
             alsoknownas, formernames, name2, searchname, altnames, alternativename",
            // Other languages of the European Union.
            "suchbegriff, weitere namen, nom commercial, autres noms, nombre comercial, \
             nome commerciale, nome comercial, handelsnaam, skrócona nazwa",
        ],
    ),
    (
        Field::Address,
        &[
            "address, addresses, fulladdress, address1, address2, address3, addressline1, \
             addressline2, addressline3, street, streetaddress, street1, street2, city, \
             town, state, province, stateprovince, region, zip, zipcode, postalcode, \
             postcode, billingstreet, billingcity, billingstate, billingzip, \
             billingpostalcode, billingaddress, shippingaddress, strasse, plz, ort, \
             anschrift, address4, addressline4, streetname, street and number, \
             street number, street no, streetno, house no, house number, house, houseno, \
             building, building no, building number, postal address, postal code city, \
             zip city, city name, cityname, district, county, po box, suite",
            // German
            "adresse, adresse1, adresse2, straße und hausnummer, straße hausnummer, \
             straße nr, straße und nr, straße hausnr, hausnummer, hausnr, hnr, postleitzahl, \
             plz ort, stadt, wohnort, ortsteil, bundesland, postfach, adresszusatz, stras, \
             ort01, pstlz, regio",
            // French
            "adresse complète, adresse postale, rue, voie, numéro de rue, n° de rue, \
             n° et rue, numéro et rue, ville, commune, localité, code postal, cp, \
             département, complément d'adresse, complément adresse, boîte postale",
            // Spanish
            "dirección, domicilio, calle, calle y número, ciudad, población, localidad, \
             municipio, provincia, código postal",
            // Italian
            "indirizzo, via, numero civico, civico, n civico, città, comune, località, cap, \
             codice postale",
            // Portuguese
            "morada, endereço, rua, número de porta, cidade, concelho, distrito",
            // Dutch
            "adres, straat, straatnaam, straat en huisnummer, huisnummer, huisnr, \
             toevoeging, plaats, woonplaats, stad, gemeente, postcode plaats",
            // Danish, Swedish and Finnish
            "vej, gade, vejnavn, gadenavn, husnummer, husnr, by, bynavn, postnr, postnummer, \
             adress, gata, gatuadress, gatunamn, gatunummer, postadress, postort, osoite, \
             katuosoite, lähiosoite, katu, talon numero, talonnumero, postinumero, kaupunki, \
             postitoimipaikka, paikkakunta, kunta",
            // Polish, Czech and Slovak
            "ulica, ulica i numer, nr domu, numer domu, nr budynku, numer budynku, \
             nr lokalu, numer lokalu, kod pocztowy, miasto, miejscowość, województwo, \
             powiat, gmina, adresa, ulice, číslo popisné, číslo orientační, číslo domu, č p, \
             psč, město, obec, mesto, súpisné číslo",
            // Slovene, Croatian, Hungarian and Romanian
            "naslov, hišna številka, poštna številka, pošta, kućni broj, poštanski broj, \
             grad, mjesto, županija, cím, utca, közterület, házszám, irányítószám, irsz, \
             város, település, megye, adresă, stradă, strada, număr stradă, cod poștal, \
             oraș, localitate, județ",
            // Estonian, Latvian and Lithuanian
            "aadress, tänav, maja number, majanumber, linn, postiindeks, sihtnumber, \
             maakond, adrese, iela, mājas numurs, pilsēta, pasta indekss, novads, adresas, \
             gatvė, namo numeris, namo nr, miestas, pašto kodas, savivaldybė",
            // Greek, Bulgarian, Maltese and Irish
            "διεύθυνση, οδός, αριθμός οδού, πόλη, τ.κ., ταχυδρομικός κώδικας, νομός, адрес, \
             улица, номер на улица, град, пощенски код, област, indirizz, triq, belt, \
             kodiċi postali, seoladh, sráid, cathair",
        ],
    ),
    (
        Field::Country,
        &[
            "country, countrycode, countryregion, countryregioncode, billingcountry, \
             isocountry, countryiso, countrykey, land, land1, countryname",
            // Other languages of the European Union.
            "ländercode, länderkürzel, ländername, pays, code pays, país, código país, \
             paese, nazione, landcode, landskod, maa, maakoodi, kraj, kod kraju, státu, \
             země, krajina, država, zemlja, ország, országkód, țară, țara, riik, valsts, \
             šalis, χώρα, държава, страна, pajjiż, tír",
        ],
    ),
    (
        Field::Owner,
        &[
            "owner, accountmanager, accountowner, responsible, salesrep, salesperson, \
             salesmanager, contactperson, manager, buyer",
            // Other languages of the European Union.
            "kundenbetreuer, betreuer, sachbearbeiter, einkäufer, zuständig, responsable, \
             responsabile, responsável, accountbeheerder, kundansvarig, opiekun",
        ],
    ),
];

static RECOGNIZED: LazyLock<HashMap<String, (Field, usize)>> = LazyLock::new(|| {
    let mut all = HashMap::new();
    for (field, headers) in KNOWN {
        for (rank, header) in each(headers).enumerate() {
            all.entry(key(header)).or_insert((*field, rank));
        }
    }
    all
});

/// The headers of lists that are separated by commas.
fn each<'a>(lists: &'a [&str]) -> impl Iterator<Item = &'a str> {
    lists.iter().flat_map(|list| list.split(',')).map(str::trim)
}

/// What a column with this header holds, and how well known the header is for it: 0 is best.
pub fn recognized(key: &str) -> Option<(Field, usize)> {
    RECOGNIZED.get(key).copied()
}

/// A header without case, accents, spaces and punctuation.
pub fn key(header: &str) -> String {
    let letters = header.chars().filter(|letter| letter.is_alphanumeric());
    let latin = letters.flat_map(|letter| any_ascii::any_ascii_char(letter).chars());
    latin.filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_case_accents_and_punctuation_do_not_matter() {
        for (header, field) in [
            ("Straße", Field::Address),
            ("STRASSE", Field::Address),
            ("Haus-Nr.", Field::Address),
            ("Straße / Hausnummer", Field::Address),
            ("House No.", Field::Address),
            ("Código Postal", Field::Address),
            ("Διεύθυνση", Field::Address),
            ("Ulice", Field::Address),
            ("Numéro client", Field::Id),
            ("Raison sociale", Field::Name),
            ("Země", Field::Country),
        ] {
            assert_eq!(recognized(&key(header)).map(|(field, _)| field), Some(field), "{header}");
        }
        for header in ["Fax", "Tax no", "Credit limit", "", "—"] {
            assert_eq!(recognized(&key(header)), None, "{header}");
        }
    }

    #[test]
    fn a_header_has_one_field() {
        for (field, headers) in KNOWN {
            for header in each(headers) {
                let found = recognized(&key(header)).map(|(field, _)| field);
                assert_eq!(found, Some(*field), "{header}");
                assert!(!key(header).is_empty());
            }
        }
    }
}
