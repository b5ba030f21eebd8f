//! Collects the warnings of a document, up to a limit.

use crate::domain::Warning;

/// The warnings of one document. The first ones are kept and the rest are counted.
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

    /// At most [`Warning::KEPT`] warnings. If there were more, the last one says how many.
    pub fn finish(mut self) -> Vec<Warning> {
        if self.count > Warning::KEPT {
            self.kept.truncate(Warning::KEPT - 1);
            let omitted = self.count - self.kept.len();
            self.kept.push(Warning {
                place: "document".to_owned(),
                text: format!("{omitted} more warnings, {} in all", self.count),
            });
        }
        self.kept
    }
}

/// At most [`Warning::KEPT`] of the warnings. If there are more, the last one says how many.
pub fn capped(all: Vec<Warning>) -> Vec<Warning> {
    let mut warnings = Warnings::default();
    for warning in all {
        warnings.push(|| warning.place, || warning.text);
    }
    warnings.finish()
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
    fn if_there_are_more_the_last_one_says_how_many() {
        let kept = some(250);
        assert_eq!(kept.len(), Warning::KEPT);
        assert_eq!(kept.last().unwrap().text, "151 more warnings, 250 in all");
    }
}
