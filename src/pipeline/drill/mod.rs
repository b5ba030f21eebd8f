//! The drill: whether listed parties would be found if a counterparty file wrote them as others do.
//! Pure: entries in, counts out.
//!
//! # Layout
//!
//! - [`spelling_kind`]: the ways in which a name or an address is written here.
//! - [`other_spelling`]: one name in another spelling.
//! - [`other_address`]: one address in another order, and one next door.
//! - [`dice`]: choices that are the same in each run.
//! - [`cases`]: the counterparties that are made of the latest parties.
//! - [`outcome`]: what the screening found of them.

pub mod cases;
pub mod dice;
pub mod other_address;
pub mod other_spelling;
pub mod outcome;
pub mod spelling_kind;

pub use cases::{Case, Cases, latest};
pub use outcome::{KindOutcome, Missed, Outcome, screen_cases};
pub use spelling_kind::SpellingKind;
