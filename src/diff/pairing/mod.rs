//! Decides which old rows and new rows of one list are one entry.
//!
//! Gets the rows whose content differs. Knows neither how important a difference is nor any other
//! source.
//!
//! # Layout
//!
//! Files use only files below them in this list.
//!
//! | file | decides or holds |
//! |---|---|
//! | `identity` | the pairs of a comparison: certain pairs, then pairs by evidence, then parts |
//! | `selection` | which weighed pairs are one entry, and which possibly are |
//! | `candidates` | which pairs are worth weighing |
//! | `weighing/` | the weight of one pair, by names, citations, addresses, facts and types |
//! | `renamed_parts` | rows that were split or folded under other names |
//! | `folded_rows` | rows that were folded into a row of their name, names that are still listed |
//! | `same_name/` | certain pairs: the same number, cell or name, with parts of split rows |
//! | `split_part`, `row_loss` | what moved from one row to another, what a removed row had |
//! | `affinity`, `compatibility` | how close rows of one name are, whether they can be one entry |
//! | `assignment` | the best set of pairs |
//! | `name_similarity` | how similar two names are |
//! | `rarity`, `feature_counter` | how rare a feature is in the list |
//! | `profile`, `feature` | what a row can be recognized by |
//! | `facts`, `id_number`, `birth_date` | facts in remarks |
//! | `namesakes`, `letter_hash`, `row_texts` | comparisons of texts |
//! | `name`, `filler_words` | names and their words |
//! | `pair`, `differing_rows` | the rows of a comparison and their pairs |
//! | `evidence` | what supports or contradicts a pair, and the words for readers |
//! | `weights` | every weight, threshold and limit |

pub(in crate::diff) mod affinity;
pub(in crate::diff) mod assignment;
pub(in crate::diff) mod birth_date;
pub(in crate::diff) mod candidates;
pub(in crate::diff) mod compatibility;
pub(in crate::diff) mod differing_rows;
pub(in crate::diff) mod evidence;
pub(in crate::diff) mod facts;
pub(in crate::diff) mod feature;
pub mod feature_counter;
pub(in crate::diff) mod filler_words;
pub(in crate::diff) mod folded_rows;
pub(in crate::diff) mod id_number;
pub(in crate::diff) mod identity;
pub(in crate::diff) mod letter_hash;
pub(in crate::diff) mod name;
pub(in crate::diff) mod name_similarity;
pub mod namesakes;
pub(in crate::diff) mod pair;
pub(in crate::diff) mod profile;
pub(in crate::diff) mod rarity;
pub(in crate::diff) mod renamed_parts;
pub(in crate::diff) mod row_loss;
pub(in crate::diff) mod row_texts;
pub(in crate::diff) mod same_name;
pub(in crate::diff) mod selection;
#[cfg(test)]
mod split_check;
pub(in crate::diff) mod split_part;
pub(in crate::diff) mod weighing;
pub(in crate::diff) mod weights;
