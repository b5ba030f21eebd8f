//! `[[watchlist]]` as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::placed::{Key, Placed};
use crate::config::value::{Length, List, Name, Percent, Text};

/// A file of your own counterparties. Each change of a list is compared with it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawWatchlist {
    /// Required. Messages and commands call the file by it.
    pub name: Key<Name>,
    /// Required. A file of CSV, TSV or XLSX, or a folder of them. A relative path starts in the
    /// folder of the configuration file.
    pub path: Key<Text>,
    /// The headers of the columns. Left out: they are recognized.
    pub columns: Key<RawColumns>,
    /// What separates several aliases, and several addresses, in one cell. Default: `;`.
    pub alias_separator: Key<String>,
    /// The lists that it is compared with. Default: `["EL"]`.
    pub lists: Key<Vec<Placed<List>>>,
    /// A file that was written longer ago is said to be old in each alert that may show matches.
    /// Default: it may have any age.
    pub max_age: Key<Length>,
    /// A file in which more rows than this were revised is put on hold. Default: `5%`, and at least
    /// one row.
    pub max_revised: Key<Percent>,
    /// A file that lost more rows than this is put on hold. Default: `5%`, and at least one row.
    pub max_loss: Key<Percent>,
    /// A match is open again so long after it was dismissed. Default: never.
    pub dismissals_expire: Key<Length>,
    /// The previous name of this file. Its matches and decisions are carried over.
    pub previously: Key<Name>,
}

/// The headers of the columns of a counterparty file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawColumns {
    pub id: Key<Text>,
    pub name: Key<Text>,
    pub aliases: Key<Text>,
    pub address: Key<Text>,
    pub country: Key<Text>,
    pub owner: Key<Text>,
}
