//! Collects what was odd in a document, with an end to it.

use crate::domain::Warning;

/// Warnings of one document, the first of them as they come and the rest counted.
#[derive(Debug, Default)]
pub struct Warnings {
    kept: Vec<Warning>,
    count: usize,
}

impl Warnings {
    pub fn push(&mut self, place: impl FnOnce() -> String, text: impl FnOnce() -> String) {
        self.count += 1;
        if self.kept.len() < Warning::KEPT {
            self.kept.push(Warning { place: place(), text: text() });
        }
    }

    /// At most [`Warning::KEPT`]; where there were more, the last says how many.
    pub fn finish(mut self) -> Vec<Warning> {
        if self.count > Warning::KEPT {
            self.kept.truncate(Warning::KEPT - 1);
            let unsaid = self.count - self.kept.len();
            self.kept.push(Warning {
                place: "document".to_owned(),
                text: format!("{unsaid} more oddities, {} in all", self.count),
            });
        }
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(count: usize) -> Vec<Warning> {
        let mut warnings = Warnings::default();
        for line in 1..=count {
            warnings.push(|| format!("line {line}"), || "odd".to_owned());
        }
        warnings.finish()
    }

    #[test]
    fn a_hundred_are_kept_as_they_are() {
        let kept = some(Warning::KEPT);
        assert_eq!(kept.len(), Warning::KEPT);
        assert_eq!(kept.last().unwrap().place, "line 100");
    }

    #[test]
    fn of_more_the_last_says_how_many() {
        let kept = some(250);
        assert_eq!(kept.len(), Warning::KEPT);
        assert_eq!(kept.last().unwrap().text, "151 more oddities, 250 in all");
    }
}
