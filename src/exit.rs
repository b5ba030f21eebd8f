//! How a command ends.

/// The exit code of a command. Where several apply, usage comes before failure and failure before a hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exit {
    #[default]
    Fine = 0,
    Failed = 1,
    Usage = 2,
    Held = 3,
}

impl Exit {
    #[must_use]
    pub fn worst(self, other: Exit) -> Exit {
        let rank = |exit: Exit| match exit {
            Exit::Fine => 0,
            Exit::Held => 1,
            Exit::Failed => 2,
            Exit::Usage => 3,
        };
        if rank(other) > rank(self) { other } else { self }
    }

    pub fn code(self) -> u8 {
        self as u8
    }

    pub fn from_code(code: u8) -> Exit {
        match code {
            0 => Exit::Fine,
            2 => Exit::Usage,
            3 => Exit::Held,
            _ => Exit::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Exit::{self, Failed, Fine, Held, Usage};

    #[test]
    fn the_worst_is_told() {
        assert_eq!(Held.worst(Failed), Failed);
        assert_eq!(Failed.worst(Held), Failed);
        assert_eq!(Failed.worst(Usage), Usage);
        assert_eq!(Fine.worst(Held), Held);
        for exit in [Fine, Failed, Usage, Held] {
            assert_eq!(Exit::from_code(exit.code()), exit);
        }
    }
}
