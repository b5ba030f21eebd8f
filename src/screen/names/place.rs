//! Words of the names of cities, regions and countries, by the table `places.txt`.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::word::FILLERS;
use crate::screen::countries::is_part_of_name;

static PLACES: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("../tables/places.txt").lines();
    lines.filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect()
});

/// A shorter word of the name of a country is an initial: `u s a`.
const LETTERS: usize = 3;

/// Whether a place has this word in its name: `moscow`, `novgorod`, `emirates`.
pub fn is_place(word: &str) -> bool {
    let may_be = word.len() >= LETTERS && !FILLERS.contains(&word);
    PLACES.contains(word) || may_be && is_part_of_name(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_cities_regions_and_countries_are_places() {
        assert!(["moscow", "minsk", "novgorod", "zhejiang", "turkey"].map(is_place) == [true; 5]);
        assert!(["alder", "technology", "s", "and", ""].map(is_place) == [false; 5]);
    }
}
