//! Which part of a long table a page shows, and the way to the other parts.

use serde_json::{Value, json};

use crate::web::error::WebError;
use crate::web::query::Parameters;

/// The part of a table that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// From 1.
    number: usize,
    /// Rows of a page.
    size: usize,
}

impl Paging {
    pub fn new(number: usize, size: usize) -> Self {
        Self { number: number.max(1), size: size.max(1) }
    }

    /// The part that `page` and `limit` ask for.
    pub fn read(parameters: &Parameters, default: usize, max: usize) -> Result<Self, WebError> {
        Ok(Self::new(parameters.page()?, parameters.limit(default, max)?))
    }

    /// The rows of a page.
    pub fn size(self) -> usize {
        self.size
    }

    /// The rows before the page, of `total`. A page after the last one is the last one.
    pub fn offset(self, total: usize) -> usize {
        (self.number.min(self.pages(total)) - 1) * self.size
    }

    /// The part of all rows that is on the page.
    pub fn of<T>(self, rows: &[T]) -> &[T] {
        let rest = rows.get(self.offset(rows.len())..).unwrap_or_default();
        rest.get(..self.size).unwrap_or(rest)
    }

    /// For the template `table.html`: `1–50 of 1,278`, and the query strings of the pages before
    /// and after.
    pub fn shown(self, total: usize, parameters: &Parameters) -> Value {
        let pages = self.pages(total);
        let number = self.number.min(pages);
        let first = self.offset(total) + 1;
        let query = |page: usize| {
            let exists = (1..=pages).contains(&page) && page != number;
            exists.then(|| parameters.with("page", page).query_string())
        };
        json!({
            "first": first.min(total),
            "last": (first + self.size - 1).min(total),
            "total": total,
            "number": number,
            "pages": pages,
            "start": query(1),
            "previous": query(number.saturating_sub(1)),
            "next": query(number + 1),
            "end": query(pages),
        })
    }

    fn pages(self, total: usize) -> usize {
        total.div_ceil(self.size).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(number: usize, total: usize, first: usize, last: usize, next: Option<&str>) {
        let shown = Paging::new(number, 50).shown(total, &Parameters::default().with("kind", "x"));
        let wanted = json!([first, last, total, next]);
        assert_eq!(json!([shown["first"], shown["last"], shown["total"], shown["next"]]), wanted);
        let rows: Vec<usize> = (1..=total).collect();
        let page = Paging::new(number, 50).of(&rows);
        assert_eq!(page.first().copied().unwrap_or_default(), first);
        assert_eq!(page.last().copied().unwrap_or_default(), last);
    }

    #[test]
    fn ok_a_page_shows_its_part_and_the_last_one_the_rest() {
        check(1, 1_278, 1, 50, Some("kind=x&page=2"));
        check(2, 1_278, 51, 100, Some("kind=x&page=3"));
        check(26, 1_278, 1_251, 1_278, None);
        check(1, 50, 1, 50, None);
        check(1, 51, 1, 50, Some("kind=x&page=2"));
    }

    #[test]
    fn ok_a_page_after_the_last_one_is_the_last_one() {
        check(900, 60, 51, 60, None);
        check(7, 0, 0, 0, None);
    }
}
