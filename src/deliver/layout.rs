//! Lays out the content of a message with the templates. Must not know alerts.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};

use crate::deliver::wording::{INSTRUCTIONS_TITLE, MessageContent, Section};
use crate::deliver::{Message, MessageSettings, wording};

/// The templates are compiled in, so that a message cannot fail because a file is missing.
static TEMPLATES: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?,
    );
    // minijinja escapes `.html` templates and not `.txt` templates.
    environment.add_template("message.html", include_str!("templates/message.html"))?;
    environment.add_template("message.txt", include_str!("templates/message.txt"))?;
    Ok(environment)
});

/// A template failed. This is a bug in the program and never caused by a list.
#[derive(Debug, thiserror::Error)]
#[error("failed to lay out {template}: {reason}")]
pub struct LayoutError {
    template: &'static str,
    reason: String,
}

/// Lays out a full message as text, for the console.
pub fn text(message: &Message<'_>, settings: &MessageSettings) -> Result<String, LayoutError> {
    text_of(&wording::message_content(message, settings), None)
}

/// Lays out content as text. `attachments` names the attached files, or says why there are none.
pub fn text_of(content: &MessageContent, attachments: Option<&str>) -> Result<String, LayoutError> {
    render("message.txt", content, attachments)
}

/// Lays out content as HTML that old and new mail readers show.
pub fn html_of(content: &MessageContent, attachments: Option<&str>) -> Result<String, LayoutError> {
    render("message.html", content, attachments)
}

fn render(
    template: &'static str,
    content: &MessageContent,
    attachments: Option<&str>,
) -> Result<String, LayoutError> {
    let failed = |error: &minijinja::Error| LayoutError { template, reason: error.to_string() };
    let environment = TEMPLATES.as_ref().map_err(failed)?;
    let mut content = content.clone();
    if !content.index.is_empty() {
        // The index has all names already.
        content.sections.retain(Section::has_details);
    }
    let context = minijinja::context! {
        content => Value::from(Serde(&content)),
        attachments,
        instructions_title => INSTRUCTIONS_TITLE,
    };
    environment
        .get_template(template)
        .and_then(|template| template.render(context))
        .map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;
    use crate::domain::{Alert, HoldReason};

    fn shown(alert: &Alert, public_url: Option<&str>) -> String {
        let delivery = sample::delivery(alert, "log", "");
        text(
            &Message { delivery: &delivery, alert, screening: None },
            &sample::settings(public_url),
        )
        .unwrap()
    }

    fn page(alert: &Alert) -> String {
        let delivery = sample::delivery(alert, "compliance", "officer@example.com");
        let message = Message { delivery: &delivery, alert, screening: None };
        html_of(
            &wording::message_content(
                &message,
                &sample::settings(Some("https://watch.example.com/")),
            ),
            Some("Attached: two files."),
        )
        .unwrap()
    }

    #[test]
    fn an_alert_reads_well_as_text() {
        insta::assert_snapshot!("list_changed.txt", shown(&sample::rule_of_june_2022(), None));
    }

    #[test]
    fn an_alert_reads_well_as_html() {
        insta::assert_snapshot!("list_changed.html", page(&sample::rule_of_june_2022()));
    }

    #[test]
    fn links_lead_to_the_web_page_if_it_has_a_url() {
        let hold = &sample::hold(HoldReason::Loss);
        assert!(
            shown(hold, Some("https://watch.example.com/"))
                .contains("https://watch.example.com/holds/hld_")
        );
        assert!(!shown(hold, None).contains("https://"));
    }

    #[test]
    fn names_without_details_are_not_repeated() {
        let filed = sample::find("rule.filed, several dates").unwrap();
        let page = page(&filed);
        assert!(
            page.contains("To be added (3)") && !page.contains("Details: To be added"),
            "{page}"
        );
        assert!(page.contains("Details: To be removed (1)"), "{page}");
        assert!(!shown(&filed, None).contains("DETAILS: TO BE ADDED"));
    }

    #[test]
    fn a_name_cannot_be_html() {
        let mut alert = sample::rule_of_june_2022();
        if let crate::domain::AlertBody::ListChanged(data) = &mut alert.body {
            data.changes =
                vec![sample::added("<script>alert(1)</script> \"x\" & 'y' \u{202e}", "CN")];
            data.rule.as_mut().unwrap().url = Some("javascript:alert(1)".into());
        }
        let page = page(&alert);
        assert!(
            !page.contains("<script")
                && !page.contains("javascript:")
                && !page.contains('\u{202e}'),
            "{page}"
        );
        assert!(page.contains("&lt;script&gt;"));
    }
}
