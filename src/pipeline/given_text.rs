//! The texts with which a person acts: a name, a reason, a note. Pure.

/// A text that is missing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {0} to say who acts and why, but it is empty")]
pub struct EmptyText(pub &'static str);

/// The text of this option, without white space around it.
///
/// # Errors
///
/// If nothing is left.
pub fn given<'a>(option: &'static str, text: &'a str) -> Result<&'a str, EmptyText> {
    match text.trim() {
        "" => Err(EmptyText(option)),
        text => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_no_name() {
        assert_eq!(given("--by", " Ann Lee\n"), Ok("Ann Lee"));
        assert_eq!(given("--by", " \t"), Err(EmptyText("--by")));
        assert_eq!(
            EmptyText("--by").to_string(),
            "expected --by to say who acts and why, but it is empty"
        );
    }
}
