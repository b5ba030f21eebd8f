//! The exit codes of the process.

/// The exit code of the process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exit {
    #[default]
    Success = 0,
    /// Something failed.
    Failed = 1,
    /// The usage or the configuration is wrong.
    Usage = 2,
    /// A list is on hold and waits for a person.
    OnHold = 3,
}

impl Exit {
    /// The code to return if both apply: first 2, then 1, then 3.
    #[must_use]
    pub fn worst(self, other: Exit) -> Exit {
        [Exit::Usage, Exit::Failed, Exit::OnHold]
            .into_iter()
            .find(|exit| [self, other].contains(exit))
            .unwrap_or_default()
    }

    pub fn code(self) -> u8 {
        self as u8
    }

    /// The exit code in the reply of another process. An unknown code counts as a failure.
    pub fn from_code(code: u8) -> Exit {
        [Exit::Success, Exit::Usage, Exit::OnHold]
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
        exits.into_iter().fold(Exit::Success, Exit::worst)
    }
}

#[cfg(test)]
mod tests {
    use super::Exit::{self, Failed, OnHold, Success, Usage};

    #[test]
    fn usage_takes_precedence_over_failure_and_failure_over_a_hold() {
        for (several, expected) in [
            (vec![], Success),
            (vec![Success, OnHold], OnHold),
            (vec![OnHold, Failed], Failed),
            (vec![Failed, OnHold, Success], Failed),
            (vec![OnHold, Usage, Failed], Usage),
        ] {
            assert_eq!(several.iter().copied().collect::<Exit>(), expected, "{several:?}");
        }
        assert_eq!([Success, Failed, Usage, OnHold].map(Exit::code), [0, 1, 2, 3]);
    }
}
