//! What text is printed on: how wide it is, and whether it shows colors.

use std::io::{IsTerminal as _, stdout};
use std::sync::OnceLock;

/// The width of a terminal that does not say how wide it is.
const USUAL_WIDTH: u16 = 80;

/// The width and the colors of standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// In columns. `None`: rows are not wrapped, so that other tools can cut and sort them.
    pub width: Option<u16>,
    pub colored: bool,
}

static SCREEN: OnceLock<Screen> = OnceLock::new();

/// The screen of this process. Before [`start`], one without a width and colors.
pub fn current() -> Screen {
    SCREEN.get().copied().unwrap_or_default()
}

/// Finds out what standard output is. `columns` is the value of `COLUMNS`, if it is set.
pub fn start(columns: Option<&str>) {
    let is_terminal = stdout().is_terminal();
    let size = if is_terminal { terminal_size::terminal_size() } else { None };
    let screen = Screen {
        width: width(is_terminal, size.map(|(width, _)| width.0), columns),
        colored: anstream::AutoStream::choice(&stdout()) != anstream::ColorChoice::Never,
    };
    // A second start would find the same screen.
    let _ = SCREEN.set(screen);
}

/// The width of a terminal, or the one that a person has asked for with `COLUMNS`.
fn width(is_terminal: bool, size: Option<u16>, columns: Option<&str>) -> Option<u16> {
    let asked = columns.and_then(|text| text.trim().parse().ok());
    size.or(asked).filter(|width| *width > 0).or(is_terminal.then_some(USUAL_WIDTH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_terminal_has_its_width_and_a_pipe_has_none_unless_asked() {
        assert_eq!(width(true, Some(132), Some("100")), Some(132));
        assert_eq!(width(true, None, Some("100")), Some(100));
        assert_eq!(width(true, None, None), Some(USUAL_WIDTH));
        assert_eq!(width(true, Some(0), Some("wide")), Some(USUAL_WIDTH));
        assert_eq!(width(false, None, None), None);
        assert_eq!(width(false, None, Some("72")), Some(72));
        assert_eq!(width(false, None, Some("0")), None);
    }
}
