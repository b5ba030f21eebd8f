//! Counterparties, read once for many comparisons.

use serde::{Deserialize, Serialize};

use super::addresses::{PreparedAddresses, ReadAddress, addresses_of};
use super::names::{CollectedNames, PreparedNames, ReadName, names_of};
use super::texts::{Texts, range};
use crate::screen::batch::AT_ONCE;
use crate::screen::in_parts::in_parts;
use crate::screen::party::Counterparty;

/// Counterparties, by their place.
///
/// ```
/// use entitywatch::screen::Counterparty;
/// use entitywatch::screen::prepared::PreparedParties;
/// let party =
///     Counterparty { id: "C-1".into(), name: "Alder Works".into(), ..Counterparty::default() };
/// let prepared = PreparedParties::of(&[party], 1);
/// assert_eq!(prepared.id(0), "C-1");
/// let again = PreparedParties::from_bytes(&prepared.to_bytes()).unwrap();
/// assert_eq!(again, prepared);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedParties {
    ids: Texts,
    pub names: PreparedNames,
    pub addresses: PreparedAddresses,
    /// Where the names and the addresses of each end.
    name_ends: Vec<u32>,
    address_ends: Vec<u32>,
}

/// Bytes that are no prepared counterparties.
#[derive(Debug, thiserror::Error)]
#[error("expected prepared counterparties, but got other bytes: {0}")]
pub struct NotPrepared(#[from] postcard::Error);

impl PreparedParties {
    /// Reads names and addresses.
    pub fn of<P>(parties: &[P], threads: usize) -> Self
    where
        P: std::borrow::Borrow<Counterparty> + Sync,
    {
        let mut prepared = Self::default();
        let mut collected = CollectedNames::default();
        for some in parties.chunks(AT_ONCE) {
            let read = in_parts(some, threads, |part| {
                let read = |party: &P| {
                    let party = party.borrow();
                    (names_of(party).collect(), addresses_of(party).collect())
                };
                part.iter().map(read).collect::<Vec<(Vec<ReadName>, Vec<ReadAddress>)>>()
            });
            for (party, (names, addresses)) in some.iter().zip(read.into_iter().flatten()) {
                prepared.ids.push(&party.borrow().id);
                names.iter().for_each(|name| collected.add(name));
                addresses.iter().for_each(|address| prepared.addresses.push(address));
                prepared.name_ends.push(count(collected.len()));
                prepared.address_ends.push(count(prepared.addresses.len()));
            }
        }
        prepared.names = collected.done();
        prepared
    }

    pub fn len(&self) -> usize {
        self.name_ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.name_ends.is_empty()
    }

    /// The id of a counterparty.
    pub fn id(&self, place: usize) -> &str {
        self.ids.get(place)
    }

    /// The places of the names of a counterparty.
    pub fn names_of(&self, place: usize) -> std::ops::Range<usize> {
        range(&self.name_ends, place)
    }

    /// The places of the addresses of a counterparty.
    pub fn addresses_of(&self, place: usize) -> std::ops::Range<usize> {
        range(&self.address_ends, place)
    }

    /// In the format of the crate `postcard`, to be read by the same version of the program.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// # Errors
    ///
    /// If these are not the bytes of [`PreparedParties::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotPrepared> {
        Ok(postcard::from_bytes(bytes)?)
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(id: &str, names: &[&str], addresses: &[&str]) -> Counterparty {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Counterparty {
            id: id.into(),
            name: names[0].into(),
            aliases: texts(&names[1..]),
            addresses: texts(addresses),
            ..Counterparty::default()
        }
    }

    #[test]
    fn each_counterparty_has_its_names_and_places() {
        let parties = [
            party("C-1", &["Alder Works", "Birch (Cedar Supplies)"], &["Samarsk"]),
            party("C-2", &["—"], &["7 Elm Road, Fir", "22 Polevaya St., Samarsk"]),
            party("C-3", &["Alder Trading"], &[]),
        ];
        let prepared = PreparedParties::of(&parties, 2);
        let counts = |place| (prepared.names_of(place).len(), prepared.addresses_of(place).len());
        assert_eq!([0, 1, 2].map(counts), [(3, 0), (0, 2), (1, 0)]);
        assert_eq!(counts(3), (0, 0));
        assert_eq!([0, 1, 2, 3].map(|place| prepared.id(place)), ["C-1", "C-2", "C-3", ""]);
        let first = |name: usize| prepared.names.get(name).unwrap().words[0];
        assert_eq!(first(0), first(3), "`alder` is one word");
        assert!(prepared.names.get(4).is_none() && prepared.addresses.get(2).is_none());
    }

    #[test]
    fn err_other_bytes() {
        let bytes = PreparedParties::of(&[party("C-1", &["Alder Works"], &[])], 1).to_bytes();
        assert!(PreparedParties::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(PreparedParties::from_bytes(b"alder").is_err());
    }
}
