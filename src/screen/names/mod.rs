//! Names of parties: how they are written, and what two of them have in common.

pub mod around;
pub mod legal_form;
pub mod letter_hash;
pub mod letters;
pub mod meaning;
pub mod pieces;
pub mod place;
pub mod rarity;
pub mod scripts;
pub mod spelling;
pub mod table;
pub mod variants;
pub mod word;
