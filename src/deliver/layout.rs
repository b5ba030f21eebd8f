//! Lays an account out by the templates. Knows templates, no alert.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};

use super::wording::Account;
use super::{Message, MessageSettings, wording};

/// The templates are part of the program, so that a message cannot fail for want of a file.
static TEMPLATES: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    // The ending of the name decides that `.html` is escaped and `.txt` is not.
    environment.add_template("message.html", include_str!("templates/message.html"))?;
    environment.add_template("message.txt", include_str!("templates/message.txt"))?;
    Ok(environment)
});

/// A template that failed: a fault of this program, never of a list.
#[derive(Debug, thiserror::Error)]
#[error("failed to lay out {template}: {reason}")]
pub struct LayoutError {
    template: &'static str,
    reason: String,
}

/// The whole message as text, for the console.
pub fn text(message: &Message<'_>, settings: &MessageSettings) -> Result<String, LayoutError> {
    text_of(&wording::account(message, settings), None)
}

/// An account as text; `attachments` says which files come with it, or why none do.
pub fn text_of(account: &Account, attachments: Option<&str>) -> Result<String, LayoutError> {
    render("message.txt", account, attachments)
}

/// An account as a page that old and new mail readers show.
pub fn html_of(account: &Account, attachments: Option<&str>) -> Result<String, LayoutError> {
    render("message.html", account, attachments)
}

fn render(template: &'static str, account: &Account, attachments: Option<&str>) -> Result<String, LayoutError> {
    let failed = |error: &minijinja::Error| LayoutError { template, reason: error.to_string() };
    let environment = TEMPLATES.as_ref().map_err(failed)?;
    let context = minijinja::context! { account => Value::from(Serde(account)), attachments };
    environment.get_template(template).and_then(|template| template.render(context)).map_err(|error| failed(&error))
}
