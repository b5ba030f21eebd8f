//! Every weight, threshold and limit of pairing.
//!
//! Weights are bits, as in record linkage after Fellegi and Sunter (1969): a feature that one row
//! in a thousand has gives ten bits. Weights and thresholds were chosen on the days of 2021 of a
//! real sanctions list. The days of 2022 chose none of them: they only measure the result
//! (`tests/it/diff.rs`, `benches/README.md`). Limits bound the time that a list can cost.

// --- Decisions about a pair ---

/// Net bits at which two rows are taken for one entry. The changes of a day form about 2^10 pairs,
/// so that a random pair needs about ten bits. The days of 2021 give the same matches from 8 to 18
/// bits.
pub const REVISION_BITS: f64 = 10.0;

/// Bits by which a pair must exceed its strongest rival. The days of 2021 give the same matches
/// from 1 to 6 bits.
pub const MARGIN_BITS: f64 = 3.0;

/// Bits for a pair that is shown as possibly one entry, at least.
pub const POSSIBLE_FOR_BITS: f64 = 6.0;

/// Bits that are left of a possible pair, at least, after [`POSSIBLE_SHARE_AGAINST`] of the bits
/// against it is subtracted.
pub const POSSIBLE_LEFT_BITS: f64 = 1.0;

/// Share of the bits against a possible pair that counts: a possible pair may be wrong.
pub const POSSIBLE_SHARE_AGAINST: f64 = 0.5;

/// Net bits of a contradicted pair in the assignment, at most: any pair without a contradiction
/// and with more than one bit wins against it.
pub const MAX_CONTRADICTED_BITS: f64 = 1.0;

/// Possible partners that are named for each row. More would not help a reader.
pub const MAX_NAMED_PARTNERS: usize = 3;

/// Net bits whose score is one half. Fewer than [`REVISION_BITS`], so that a revision scores 0.8 or
/// more.
pub const EVEN_SCORE_BITS: f64 = 6.0;

/// Bits that double the odds of a score.
pub const SCORE_BITS_PER_DOUBLING: f64 = 2.0;

/// Score (0 to 1) of a match by name that something contradicts or little supports. It is shown
/// as a revision with the severity of an addition.
pub const DOUBTFUL_NAME_SCORE: f64 = 0.75;

/// Bits up to which evidence is too small to count or to mention.
pub const NEGLIGIBLE_BITS: f64 = 0.05;

// --- Rarity ---

/// Rows added to the count of every list, so that nothing is common in a short list. A feature
/// that occurs nowhere is as rare as in a list of some hundreds.
pub const BACKGROUND_ROWS: u32 = 500;

/// Rows added to the count of every feature. Smooths small counts.
pub const BACKGROUND_COUNT: f64 = 0.5;

// --- Names ---

/// Bits for a name, at most, however rare it is.
pub const MAX_NAME_BITS: f64 = 16.0;

/// Bits against two names that have nothing in common.
pub const MAX_BITS_AGAINST_NAME: f64 = 5.0;

/// Similarity (0 to 1) at which a name supports neither one entry nor two.
pub const NEUTRAL_NAME_RATIO: f64 = 0.5;

/// Similarity (0 to 1) above which names are called the same: less than 1 only by rounding.
pub const SAME_NAME_RATIO: f64 = 0.999;

/// Bits added for a whole name that is the same except for its legal form. No other row of the
/// list has it, or the two names would have the same weight.
pub const WHOLE_NAME_BITS: f64 = 3.0;

/// Similarity (0 to 1) by words above which letters are not compared as well.
pub const ENOUGH_WORD_RATIO: f64 = 0.95;

/// Similarity (0 to 1) by letters that two names without their spaces need.
pub const MIN_LETTER_SIMILARITY: f64 = 0.88;

/// Length of the shorter name, at least, in tenths of the longer one, for a comparison by letters.
pub const MIN_LENGTH_TENTHS: usize = 8;

/// Similarity (0 to 1) at which two words are spellings of one word.
pub const MIN_WORD_SIMILARITY: f64 = 0.74;

/// Similarity (0 to 1) of two words with the same consonants, such as transliterations.
pub const SAME_CONSONANTS_SIMILARITY: f64 = 0.8;

/// Letters of a word, at least, for a comparison by letters: shorter words resemble each other by
/// chance.
pub const MIN_COMPARED_LETTERS: usize = 4;

/// Share of its bits that a legal form or function word keeps: it says little about the party.
pub const FILLER_WORD_SHARE: f64 = 0.1;

/// Share of its bits that a single letter keeps: it may be the initial of many names.
pub const INITIAL_SHARE: f64 = 0.3;

/// Bits of a rare word, at least. A word that more than about one row in 30 has does not
/// distinguish a party from its sister companies.
pub const RARE_WORD_BITS: f64 = 5.0;

/// Letters of a rare word, at least: shorter words are mostly initials and particles.
pub const MIN_RARE_WORD_LETTERS: usize = 3;

/// Letters that two words of one stem begin with, at least: `trad` of `trade` and `trading`.
pub const MIN_STEM_LETTERS: usize = 4;

/// Quarters of the shorter word that the common stem covers, at least.
pub const MIN_STEM_QUARTERS: usize = 3;

/// Letters of a long name, at least. A letter or two that changed in it are another spelling: the
/// names of sister parties differ in more, however much they share.
pub const LONG_NAME_LETTERS: usize = 20;

/// Letters that differ in a long name, at most, to get [`FEW_EDITS_BITS`].
pub const FEW_EDITS: usize = 2;

/// Bits for two long names that differ in a letter or two.
pub const FEW_EDITS_BITS: f64 = 4.0;

/// Letters by which a spelling may change without a rule.
pub const MAX_SPELLING_EDITS: usize = 3;

/// Bits against numbers in names where one name has more of them.
pub const AMENDED_NUMBERS_BITS: f64 = 3.0;

/// Bits against numbers in names that exclude each other: sister institutes and sister ships
/// differ in nothing else.
pub const CONTRARY_NUMBERS_BITS: f64 = 12.0;

/// Bits for shared aliases, at most.
pub const MAX_ALIAS_BITS: f64 = 8.0;

/// Net bits, at most, of names with rare words of their own that share only what sister parties
/// share. Less than [`REVISION_BITS`], so that they are no revision.
pub const MAX_SISTER_BITS: f64 = 9.0;

/// Rare words that only one name has, at least, to suggest a sister party.
pub const MIN_SISTER_WORDS: usize = 2;

/// Ends of a name that are tried in a cell without a clear end.
pub const MAX_NAME_CUTS: usize = 8;

// --- Citations and start dates ---

/// Share of the bits of the rarest shared citation that counts: a rule lists many parties at once.
pub const CITATION_SHARE: f64 = 0.6;

/// Bits for the rarest shared citation, at most.
pub const MAX_CITATION_BITS: f64 = 5.0;

/// Bits added where every old citation is kept on its page.
pub const SAME_CITATIONS_BITS: f64 = 2.0;

/// Bits added where every old rule is still cited, but on another page.
pub const SAME_RULES_BITS: f64 = 1.0;

/// Bits against a pair that lost an old citation but keeps the first.
pub const LATER_CITATION_LOST_BITS: f64 = 3.0;

/// Bits against a pair that lost the first old citation, which listed the entry.
pub const FIRST_CITATION_LOST_BITS: f64 = 5.0;

/// Bits against a pair without a common rule, where all citations are pages.
pub const NO_COMMON_RULE_BITS: f64 = 10.0;

/// Bits against a pair without a common rule, where a citation could not be read.
pub const NO_COMMON_CITATION_BITS: f64 = 5.0;

/// Bits against the same page in another volume: a spreadsheet that fills a column down counts
/// the volume up.
pub const OTHER_VOLUME_BITS: f64 = 1.0;

/// Bits against different start dates on a list whose rows cite rules: an amended row keeps its
/// date.
pub const OTHER_START_DATE_BITS: f64 = 8.0;

/// Bits for the same start date, which many rows share.
pub const SAME_START_DATE_BITS: f64 = 1.0;

// --- Countries and addresses ---

/// Bits for the same countries, which many rows share.
pub const SAME_COUNTRY_BITS: f64 = 1.0;

/// Bits against rows that have no country in common.
pub const OTHER_COUNTRY_BITS: f64 = 5.0;

/// Bits for addresses, at most.
pub const MAX_ADDRESS_BITS: f64 = 9.0;

/// Share of its bits that each shared address counts, the best first. The first says the most,
/// and the next three confirm it.
pub const ADDRESS_SHARES: [f64; 4] = [1.0, 0.3, 0.2, 0.1];

/// Similarity (0 to 1) above which an address counts as edited.
pub const MIN_ADDRESS_RATIO: f64 = 0.6;

/// Similarity (0 to 1) from which the bits of an edited address grow.
pub const ADDRESS_RATIO_BASE: f64 = 0.5;

/// Share of its bits that an edited address gains with each 1.0 of similarity above
/// [`ADDRESS_RATIO_BASE`].
pub const ADDRESS_RATIO_SLOPE: f64 = 1.5;

/// Bits against rows that both have addresses but none in common: parties move.
pub const NO_COMMON_ADDRESS_BITS: f64 = 2.0;

/// Words of an address that identifies a place, at least. A country or a town alone has fewer.
pub const MIN_PLACE_WORDS: usize = 4;

// --- Numbers, dates and remarks ---

/// Bits for shared numbers of documents and registers, at most.
pub const MAX_NUMBER_BITS: f64 = 16.0;

/// Bits added for a number that a party keeps for life.
pub const LIFELONG_NUMBER_BITS: f64 = 6.0;

/// Bits against another lifelong number of the same kind.
pub const OTHER_NUMBER_BITS: f64 = 8.0;

/// Bits against another lifelong number or birth date where a lifelong number is shared: the
/// other one was corrected.
pub const CORRECTED_FACT_BITS: f64 = 3.0;

/// Bits against parties in the registers of different countries.
pub const OTHER_REGISTERS_BITS: f64 = 4.0;

/// Bits added for a shared day of birth.
pub const SAME_BIRTH_DAY_BITS: f64 = 1.0;

/// Bits for a shared day of birth, at most.
pub const MAX_BIRTH_DAY_BITS: f64 = 11.0;

/// Share of its bits that a shared year, month or first of January counts. The first of January is
/// published for a day that is not known.
pub const VAGUE_BIRTH_DATE_SHARE: f64 = 0.6;

/// Bits for a shared year, month or first of January, at most.
pub const MAX_VAGUE_BIRTH_DATE_BITS: f64 = 6.0;

/// Bits for birth dates of which one is more precise than the other.
pub const COMPATIBLE_BIRTH_DATE_BITS: f64 = 4.0;

/// Bits against different birth dates.
pub const OTHER_BIRTH_DATE_BITS: f64 = 9.0;

/// Share of its bits that a shared remark counts: sister parties share the parties they are
/// linked to.
pub const REMARK_SHARE: f64 = 0.3;

/// Bits for one shared remark, at most.
pub const MAX_REMARK_BITS: f64 = 2.5;

/// Bits for all shared remarks, at most.
pub const MAX_REMARKS_BITS: f64 = 6.0;

/// Words before a number that can be its label, at most. More are a sentence with a number in it.
pub const MAX_LABEL_WORDS: usize = 5;

/// Digits of a number that identifies a party, at least.
pub const MIN_NUMBER_DIGITS: usize = 4;

// --- Types and the publisher's numbers ---

/// Bits against different types, such as a vessel and an individual.
pub const OTHER_TYPE_BITS: f64 = 8.0;

/// Bits against a named party and an address without a party.
pub const OTHER_FORM_BITS: f64 = 6.0;

/// Bits against different numbers of a publisher whose numbers are stable.
pub const OTHER_PUBLISHER_NUMBER_BITS: f64 = 4.0;

// --- Affinity of rows with one name (points, not bits: they only rank) ---

/// Points that every two rows of one name have, so that the assignment can use each pair.
pub const BASE_AFFINITY: f64 = 1.0;
/// Points for the same citations.
pub const CITATION_AFFINITY: f64 = 8.0;
/// Points for the same addresses.
pub const ADDRESS_AFFINITY: f64 = 6.0;
/// Points for the same countries.
pub const COUNTRY_AFFINITY: f64 = 4.0;
/// Points for the same aliases.
pub const ALIAS_AFFINITY: f64 = 2.0;
/// Points for a shared number of a document or register.
pub const NUMBER_AFFINITY: f64 = 8.0;
/// Points for each of: the same remarks, start date, other columns.
pub const COLUMN_AFFINITY: f64 = 1.0;
/// Points for the same spelling of the name.
pub const SPELLING_AFFINITY: f64 = 0.5;

// --- Limits on time ---

/// Pairs up to which every old row is weighed against every new row.
pub const MAX_EXHAUSTIVE_PAIRS: usize = 20_000;

/// Pairs that share one feature, at most, for it to count as rare in the search for candidates.
pub const MAX_PAIRS_OF_A_FEATURE: usize = 256;

/// New rows that are weighed against each old row of a long list.
pub const MAX_CANDIDATES_OF_A_ROW: usize = 8;

/// Letters at each end of a name by which a row is looked up.
pub const NAME_END_LETTERS: usize = 6;

/// Consonants, at least, by which a row is looked up.
pub const MIN_SKELETON_LETTERS: usize = 3;

/// Connected rows that are assigned exactly, at most: that takes a few milliseconds.
pub const MAX_EXACT_ROWS: usize = 200;

/// Steps into which one bit is divided for the exact assignment, which needs whole numbers.
pub const ASSIGNMENT_STEPS: f64 = 10_000.0;

/// Pairs of one group of rows with the same name. Larger groups are weighed by evidence.
pub const MAX_GROUP_PAIRS: usize = 40_000;

/// Names that are compared for each row, on average, to find repaired characters.
pub const MAX_REPAIRS_OF_A_ROW: usize = 50;

/// Rows of one name that are compared with each missing row of it. Real lists have two to five.
pub const MAX_NAMESAKES_OF_A_ROW: usize = 200;

/// Comparisons of rows of one name in all. A list that is built to cost time takes about a second.
pub const MAX_COMPARISONS_OF_A_NAME: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! check {
        ($($name:ident $value:expr,)*) => {
            [$((stringify!($name), format!("{:?}", $name), format!("{:?}", $value)),)*]
        };
    }

    #[test]
    fn each_weight_has_the_value_that_was_chosen() {
        let weights = check![
            REVISION_BITS 10.0,
            MARGIN_BITS 3.0,
            POSSIBLE_FOR_BITS 6.0,
            POSSIBLE_LEFT_BITS 1.0,
            POSSIBLE_SHARE_AGAINST 0.5,
            MAX_CONTRADICTED_BITS 1.0,
            MAX_NAMED_PARTNERS 3,
            EVEN_SCORE_BITS 6.0,
            SCORE_BITS_PER_DOUBLING 2.0,
            DOUBTFUL_NAME_SCORE 0.75,
            NEGLIGIBLE_BITS 0.05,
            BACKGROUND_ROWS 500,
            BACKGROUND_COUNT 0.5,
            MAX_NAME_BITS 16.0,
            MAX_BITS_AGAINST_NAME 5.0,
            NEUTRAL_NAME_RATIO 0.5,
            SAME_NAME_RATIO 0.999,
            WHOLE_NAME_BITS 3.0,
            ENOUGH_WORD_RATIO 0.95,
            MIN_LETTER_SIMILARITY 0.88,
            MIN_LENGTH_TENTHS 8,
            MIN_WORD_SIMILARITY 0.74,
            SAME_CONSONANTS_SIMILARITY 0.8,
            MIN_COMPARED_LETTERS 4,
            FILLER_WORD_SHARE 0.1,
            INITIAL_SHARE 0.3,
            RARE_WORD_BITS 5.0,
            MIN_RARE_WORD_LETTERS 3,
            MIN_STEM_LETTERS 4,
            MIN_STEM_QUARTERS 3,
            LONG_NAME_LETTERS 20,
            FEW_EDITS 2,
            FEW_EDITS_BITS 4.0,
            MAX_SPELLING_EDITS 3,
            AMENDED_NUMBERS_BITS 3.0,
            CONTRARY_NUMBERS_BITS 12.0,
            MAX_ALIAS_BITS 8.0,
            MAX_SISTER_BITS 9.0,
            MIN_SISTER_WORDS 2,
            MAX_NAME_CUTS 8,
            CITATION_SHARE 0.6,
            MAX_CITATION_BITS 5.0,
            SAME_CITATIONS_BITS 2.0,
            SAME_RULES_BITS 1.0,
            LATER_CITATION_LOST_BITS 3.0,
            FIRST_CITATION_LOST_BITS 5.0,
            NO_COMMON_RULE_BITS 10.0,
            NO_COMMON_CITATION_BITS 5.0,
            OTHER_VOLUME_BITS 1.0,
            OTHER_START_DATE_BITS 8.0,
            SAME_START_DATE_BITS 1.0,
            SAME_COUNTRY_BITS 1.0,
            OTHER_COUNTRY_BITS 5.0,
            MAX_ADDRESS_BITS 9.0,
            ADDRESS_SHARES [1.0, 0.3, 0.2, 0.1],
            MIN_ADDRESS_RATIO 0.6,
            ADDRESS_RATIO_BASE 0.5,
            ADDRESS_RATIO_SLOPE 1.5,
            NO_COMMON_ADDRESS_BITS 2.0,
            MIN_PLACE_WORDS 4,
            MAX_NUMBER_BITS 16.0,
            LIFELONG_NUMBER_BITS 6.0,
            OTHER_NUMBER_BITS 8.0,
            CORRECTED_FACT_BITS 3.0,
            OTHER_REGISTERS_BITS 4.0,
            SAME_BIRTH_DAY_BITS 1.0,
            MAX_BIRTH_DAY_BITS 11.0,
            VAGUE_BIRTH_DATE_SHARE 0.6,
            MAX_VAGUE_BIRTH_DATE_BITS 6.0,
            COMPATIBLE_BIRTH_DATE_BITS 4.0,
            OTHER_BIRTH_DATE_BITS 9.0,
            REMARK_SHARE 0.3,
            MAX_REMARK_BITS 2.5,
            MAX_REMARKS_BITS 6.0,
            MAX_LABEL_WORDS 5,
            MIN_NUMBER_DIGITS 4,
            OTHER_TYPE_BITS 8.0,
            OTHER_FORM_BITS 6.0,
            OTHER_PUBLISHER_NUMBER_BITS 4.0,
            BASE_AFFINITY 1.0,
            CITATION_AFFINITY 8.0,
            ADDRESS_AFFINITY 6.0,
            COUNTRY_AFFINITY 4.0,
            ALIAS_AFFINITY 2.0,
            NUMBER_AFFINITY 8.0,
            COLUMN_AFFINITY 1.0,
            SPELLING_AFFINITY 0.5,
            MAX_EXHAUSTIVE_PAIRS 20_000,
            MAX_PAIRS_OF_A_FEATURE 256,
            MAX_CANDIDATES_OF_A_ROW 8,
            NAME_END_LETTERS 6,
            MIN_SKELETON_LETTERS 3,
            MAX_EXACT_ROWS 200,
            ASSIGNMENT_STEPS 10_000.0,
            MAX_GROUP_PAIRS 40_000,
            MAX_REPAIRS_OF_A_ROW 50,
            MAX_NAMESAKES_OF_A_ROW 200,
            MAX_COMPARISONS_OF_A_NAME 20_000,
        ];
        for (name, value, chosen) in &weights {
            assert_eq!(value, chosen, "{name}");
        }
        let constants = include_str!("weights.rs").matches("\npub const ").count();
        assert_eq!(weights.len(), constants, "a weight is missing in this test");
    }
}
