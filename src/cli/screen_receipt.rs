//! What the receipt of a screening records, and the file that it is written to.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::cli::output;
use crate::domain::{Entry, ListCode, Sha256};
use crate::receipt::{KeyFolder, KeyId, SignedReceipt};
use crate::screen::{Band, Compared, Counterparty, Found, MatchRow, Screened};
use crate::{random, screen};

/// The version of the shape of a receipt. A reader refuses a later one.
pub const VERSION: u32 = 1;
/// Only the owner of a receipt may read it.
const MODE: u32 = 0o600;
/// What a receipt says of itself.
pub const NOTE: &str = "This is a record of what was compared, not a certification. No match is \
                        not a clearance: ownership, end use, other lists and unlisted aliases \
                        were not checked.";

/// What `screen --receipt` writes.
#[derive(Serialize, JsonSchema)]
pub struct ReceiptFile {
    pub receipt: Receipt,
    /// The key that signed it, as `config keys` prints it.
    pub key_id: KeyId,
    /// Ed25519 over the canonical JSON (RFC 8785) of `receipt`, in base64.
    pub signature: String,
}

/// One list that was compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ListRead {
    pub list: ListCode,
    /// The name of the source, or that of the list file.
    pub source: String,
    /// Of the document that the list was read from.
    pub sha256: Sha256,
    /// The publisher's date, if the document has one.
    pub as_of: Option<Date>,
    pub entries: usize,
}

/// One counterparty as it was compared.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Party {
    pub id: String,
    pub name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub country: String,
}

impl From<&Counterparty> for Party {
    fn from(party: &Counterparty) -> Self {
        Self {
            id: party.id.clone(),
            name: party.name.clone(),
            aliases: party.aliases.clone(),
            addresses: party.addresses.clone(),
            country: party.country.clone(),
        }
    }
}

/// The nearest entry of a counterparty without a match.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Nearest {
    /// The id of the counterparty.
    pub id: String,
    pub name: String,
    /// `null` if no entry is near.
    pub entry: Option<NearestEntry>,
    /// 0 to 1.
    pub score: f64,
    pub band: Band,
    pub compared: Option<Compared>,
    pub reasons: Vec<String>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NearestEntry {
    pub list: ListCode,
    pub name: String,
}

impl Nearest {
    pub fn of(party: &Counterparty, found: Option<Found>, entries: &[Entry]) -> Self {
        let entry = found.as_ref().and_then(|found| entries.get(found.entry));
        let entry = entry.map(|entry| NearestEntry { list: entry.list, name: entry.name.clone() });
        let (id, name) = (party.id.clone(), party.name.clone());
        match found {
            Some(Found { score, band, compared, reasons, .. }) => {
                Self { id, name, entry, score, band, compared: Some(compared), reasons }
            }
            None => {
                let (compared, reasons) = (None, Vec::new());
                Self { id, name, entry, score: 0.0, band: Band::None, compared, reasons }
            }
        }
    }
}

/// Which matches were asked for.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Asked {
    pub min_score: Option<f64>,
    pub top: Option<usize>,
}

/// What is signed.
#[derive(Serialize, JsonSchema)]
pub struct Receipt {
    pub version: u32,
    pub note: String,
    pub made_at: Timestamp,
    /// The name and version of the program.
    pub program: String,
    /// The version of the comparison. Equal inputs and equal versions give equal matches.
    pub matcher: String,
    pub lists: Vec<ListRead>,
    pub screened: Screened,
    pub asked: Asked,
    /// Rows of the counterparty file that were not compared, or not completely, and why.
    pub problems: Vec<String>,
    pub counterparties: Vec<Party>,
    /// As `screen --output json` prints them.
    #[schemars(with = "Vec<MatchRow<'static>>")]
    pub matches: Vec<Value>,
    /// For each counterparty that has no match in `matches`.
    pub nearest: Vec<Nearest>,
    /// The last entry of the journal before the comparison: the receipt was made after it. With
    /// `--against`, that of the configured store. `null` if there is no store.
    pub journal_head: Option<Sha256>,
}

impl Receipt {
    /// A receipt without counterparties and matches.
    pub fn begin(
        screened: Screened,
        lists: Vec<ListRead>,
        asked: Asked,
        made_at: Timestamp,
        journal_head: Option<Sha256>,
    ) -> Self {
        Self {
            version: VERSION,
            note: NOTE.to_owned(),
            made_at,
            program: concat!("entitywatch ", env!("CARGO_PKG_VERSION")).to_owned(),
            matcher: screen::MATCHER.to_owned(),
            lists,
            screened,
            asked,
            problems: Vec::new(),
            counterparties: Vec::new(),
            matches: Vec::new(),
            nearest: Vec::new(),
            journal_head,
        }
    }

    /// Signs it with the current key, and writes it. Makes a key if there is none.
    ///
    /// # Errors
    ///
    /// If the key or the file cannot be read or written.
    pub fn write(&self, path: &Path, keys: &KeyFolder) -> Result<()> {
        let key = match keys.keys()?.pop() {
            Some(key) => key,
            None => keys.make(&random::bits_256()?, self.made_at)?,
        };
        let signed = SignedReceipt::sign(serde_json::to_value(self)?, &key.pair)?;
        let text = serde_json::to_string_pretty(&signed)? + "\n";
        write(path, &text)
            .with_context(|| format!("failed to write the receipt to {}", path.display()))
    }
}

/// Writes a file that only its owner may read: it names counterparties. An earlier receipt is
/// replaced when the new one is complete, and that is said.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let earlier = std::fs::metadata(path);
    if earlier.as_ref().is_ok_and(|about| !about.is_file()) {
        // A pipe or a device.
        return std::fs::write(path, text);
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(MODE).open(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    if earlier.is_ok_and(|about| about.len() > 0) {
        output::problem(&format!("{}: the earlier file is replaced", path.display()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_receipt_is_for_its_owner_alone_and_replaces_an_earlier_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receipt.json");
        std::fs::write(&path, "earlier, and longer").unwrap();
        write(&path, "later").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "later");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write(&folder.path().join("none").join("a"), "text").is_err());
    }
}
