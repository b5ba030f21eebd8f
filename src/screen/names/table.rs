//! The shape of the tables that ship with the program: `HEAD: item item`, with comments after `#`.

use rustc_hash::FxHashMap;

/// The lines of a table as head and rest. A line that is empty or a comment is skipped.
pub fn lines(table: &str) -> impl Iterator<Item = (&str, &str)> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "))
}

/// A table from words, or the beginnings of words, to a value.
#[derive(Debug, Default)]
pub struct Stems {
    whole: FxHashMap<&'static str, &'static str>,
    /// By their first three letters.
    beginnings: FxHashMap<&'static str, Vec<(&'static str, &'static str)>>,
}

impl Stems {
    /// Reads `HEAD: word word*`. The first line that has a word decides.
    pub fn of(table: &'static str) -> Self {
        let mut stems = Self::default();
        for (head, words) in lines(table) {
            stems.whole.entry(head).or_insert(head);
            for word in words.split_whitespace() {
                match word.strip_suffix('*') {
                    None => {
                        stems.whole.entry(word).or_insert(head);
                    }
                    Some(stem) => {
                        let key = stem.get(..3).unwrap_or(stem);
                        stems.beginnings.entry(key).or_default().push((stem, head));
                    }
                }
            }
        }
        stems
    }

    /// All whole words, with their heads.
    pub fn words(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.whole.iter().map(|(word, head)| (*word, *head))
    }

    /// The head of a word: by the whole word first, else by its longest known beginning.
    pub fn get(&self, word: &str) -> Option<&'static str> {
        self.whole.get(word).copied().or_else(|| {
            let stems = self.beginnings.get(word.get(..3)?)?;
            let fits =
                stems.iter().filter(|(stem, _)| word.strip_prefix(stem).is_some_and(is_ending));
            fits.max_by_key(|(stem, _)| stem.len()).map(|(_, head)| *head)
        })
    }
}

/// The letters of the endings of Russian, Turkish and Persian words. Others begin another word:
/// `oboronnyi` is an adjective, `oboronprom` a name.
const ENDING_LETTERS: &str = "aeiouynskvtlhcgj";
const ENDING_LENGTH: usize = 9;

fn is_ending(text: &str) -> bool {
    text.len() <= ENDING_LENGTH && text.chars().all(|letter| ENDING_LETTERS.contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# a comment: x\nplant: zavod works\nwork: works worker\ntest: ispytat*\n";

    #[test]
    fn the_first_line_that_has_a_word_decides_and_a_beginning_comes_last() {
        let stems = Stems::of(TABLE);
        assert_eq!(
            ["zavod", "works", "worker", "plant", "ispytatelnyi", "ispytprom", "", "x"]
                .map(|word| stems.get(word)),
            [
                Some("plant"),
                Some("plant"),
                Some("work"),
                Some("plant"),
                Some("test"),
                None,
                None,
                None
            ]
        );
    }
}
