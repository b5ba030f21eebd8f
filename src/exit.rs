//! How the process ends.

/// The process's exit code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exit {
    #[default]
    Fine = 0,
    /// Something failed.
    Failed = 1,
    /// Usage or configuration.
    Usage = 2,
    /// A snapshot is held.
    Held = 3,
}

impl Exit {
    /// Where several apply: 2, then 1, then 3.
    #[must_use]
    pub fn worst(self, other: Exit) -> Exit {
        [Exit::Usage, Exit::Failed, Exit::Held]
            .into_iter()
            .find(|exit| [self, other].contains(exit))
            .unwrap_or_default()
    }

    pub fn code(self) -> u8 {
        self as u8
    }

    /// The exit of another process's answer; a code that is none of ours is a failure.
    pub fn from_code(code: u8) -> Exit {
        [Exit::Fine, Exit::Usage, Exit::Held]
            .into_iter()
            .find(|exit| exit.code() == code)
            .unwrap_or(Exit::Failed)
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl FromIterator<Exit> for Exit {
    fn from_iter<I: IntoIterator<Item = Exit>>(exits: I) -> Self {
        exits.into_iter().fold(Exit::Fine, Exit::worst)
    }
}

#[cfg(test)]
mod tests {
    use super::Exit::{
        Failed, Fine, Held, Usage, {self},
    };

    #[test]
    fn usage_outweighs_failure_and_failure_a_hold() {
        for (several, expected) in [
            (vec![], Fine),
            (vec![Fine, Held], Held),
            (vec![Held, Failed], Failed),
            (vec![Failed, Held, Fine], Failed),
            (vec![Held, Usage, Failed], Usage),
        ] {
            assert_eq!(several.iter().copied().collect::<Exit>(), expected, "{several:?}");
        }
        assert_eq!([Fine, Failed, Usage, Held].map(Exit::code), [0, 1, 2, 3]);
    }
}
