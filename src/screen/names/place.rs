//! Words of the names of cities, regions and countries, by the table `places.txt`.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use crate::screen::countries::is_part_of_name;

static PLACES: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("../tables/places.txt").lines();
    lines.filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect()
});

/// Whether a place has this word in its name: `moscow`, `novgorod`, `emirates`.
pub fn is_place(word: &str) -> bool {
    PLACES.contains(word) || is_part_of_name(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_cities_regions_and_countries_are_places() {
        assert!(["moscow", "minsk", "novgorod", "zhejiang", "turkey"].map(is_place) == [true; 5]);
        assert!(["alder", "technology", ""].map(is_place) == [false; 3]);
    }
}
