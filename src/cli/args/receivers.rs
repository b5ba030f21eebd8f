//! The arguments of `receivers`.

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::OutputArg;
use crate::deliver::sample;

#[derive(Clone, Debug, Subcommand)]
pub enum ReceiversCommand {
    /// List the receivers and their status
    List {
        #[command(flatten)]
        output: OutputArg,
    },
    /// Send a test message to a receiver
    Test {
        name: String,
        /// Send a made-up alert of this type, marked as a test, such as list.changed
        #[arg(long, value_name = "TYPE", value_parser = sample_name)]
        sample: Option<String>,
    },
    /// Print what a receiver would be sent
    Preview {
        name: String,
        #[command(flatten)]
        shown: PreviewArgs,
    },
    /// Enable a receiver that was switched off after it answered 410, and send its waiting
    /// deliveries
    Enable { name: String },
}

#[derive(Clone, Debug, Args)]
pub struct PreviewArgs {
    /// Show this recorded alert, with the changes that the receiver's routes select
    #[arg(long, value_name = "ID", conflicts_with = "sample")]
    pub alert: Option<String>,
    /// Show a made-up alert of this type [default: list.changed]
    #[arg(long, value_name = "TYPE", value_parser = sample_name)]
    pub sample: Option<String>,
    /// For email: print the text part, the HTML part or the whole message
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: EmailFormat,
}

/// Which part of an email is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum EmailFormat {
    #[default]
    Text,
    Html,
    /// The whole message as it is sent, with its attachments
    Eml,
}

/// Reads the type of an alert, or the name of one sample of that type.
///
/// # Errors
///
/// Lists the types and the names.
fn sample_name(text: &str) -> Result<String, String> {
    if sample::find(text).is_some() {
        return Ok(text.to_owned());
    }
    let known: Vec<String> = sample::all().iter().map(|(name, _)| format!("`{name}`")).collect();
    Err(format!("expected one of {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AlertKind;

    #[test]
    fn ok_every_type_of_alert_has_a_sample() {
        assert!(AlertKind::ALL.len() > 10);
        for kind in AlertKind::ALL {
            assert_eq!(sample_name(kind.as_str()), Ok(kind.as_str().to_owned()));
        }
        assert!(sample_name("list.changed, footnote designation").is_ok());
    }

    #[test]
    fn err_an_unknown_type_lists_the_known_ones() {
        let error = sample_name("list.changes").unwrap_err();
        assert!(error.starts_with("expected one of `list.changed`, "), "{error}");
    }
}
