//! Logs in to the mail server (RFC 4954): the mechanisms, their order and their dialogues.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};

use crate::deliver::email::capabilities::Capabilities;
use crate::deliver::email::connection::{Connection, refused};
use crate::deliver::email::error::{SmtpError, SmtpStep};
use crate::deliver::email::smtp_reply::Reply;
use crate::deliver::redacted_reply::{Redaction, redacted};
use crate::secret::Secret;

/// The most bytes of a command line, with its line break (RFC 5321, 4.5.3.1.4).
const MAX_COMMAND_BYTES: usize = 512;

/// Logs in with a password. Tries each mechanism that the server offers until one succeeds, because
/// some servers announce mechanisms that they then refuse.
///
/// # Errors
///
/// Returns the last refusal. Returns at once if the server asks to try later.
pub async fn with_password(
    connection: &mut Connection,
    offered: &Capabilities,
    username: &str,
    password: &Secret,
) -> Result<(), SmtpError> {
    let credentials = Credentials::new(username.to_owned(), password.expose().to_owned());
    let mut refusal = None;
    for mechanism in [Mechanism::Plain, Mechanism::Login] {
        if !offers(offered, mechanism) {
            continue;
        }
        let reply = match mechanism {
            Mechanism::Login => login(connection, username, password).await?,
            _ => with_initial_response(connection, mechanism, &credentials).await?,
        };
        match reply.code {
            200..300 => return Ok(()),
            500.. => refusal = Some(reply),
            _ => return Err(refused(SmtpStep::Login, reply)),
        }
    }
    Err(refusal.map_or_else(
        || mechanism_not_offered(offered, "PLAIN or LOGIN"),
        |reply| refused(SmtpStep::Login, reply),
    ))
}

/// The result of a login with a token.
#[derive(Debug, PartialEq, Eq)]
pub enum TokenLogin {
    Accepted,
    /// The server does not accept this token (535).
    Refused(Reply),
}

impl TokenLogin {
    pub fn is_accepted(&self) -> bool {
        matches!(self, TokenLogin::Accepted)
    }

    pub fn into_result(self) -> Result<(), SmtpError> {
        match self {
            TokenLogin::Accepted => Ok(()),
            TokenLogin::Refused(reply) => Err(refused(SmtpStep::Login, reply)),
        }
    }
}

/// Logs in with an OAuth 2.0 access token.
pub async fn with_token(
    connection: &mut Connection,
    offered: &Capabilities,
    username: &str,
    token: &Secret,
) -> Result<TokenLogin, SmtpError> {
    if !offers(offered, Mechanism::Xoauth2) {
        return Err(mechanism_not_offered(offered, "XOAUTH2"));
    }
    let credentials = Credentials::new(username.to_owned(), token.expose().to_owned());
    let reply = with_initial_response(connection, Mechanism::Xoauth2, &credentials).await;
    // The token is not part of the settings, so the code that redacts the reply later does not know
    // it.
    let secrets = [encoded_credentials(username, token), vec![token.expose().to_owned()]].concat();
    let redaction = Redaction::of(secrets.iter().map(String::as_str));
    let reply = match reply {
        Ok(reply) => Reply {
            lines: reply.lines.iter().map(|line| redacted(line, &redaction)).collect(),
            ..reply
        },
        Err(SmtpError::NotAReply(text)) => {
            return Err(SmtpError::NotAReply(redacted(&text, &redaction)));
        }
        Err(error) => return Err(error),
    };
    match reply.code {
        535 => Ok(TokenLogin::Refused(reply)),
        _ if reply.is_success() => Ok(TokenLogin::Accepted),
        _ => Err(refused(SmtpStep::Login, reply)),
    }
}

/// The credentials in the encodings in which they are sent. A server may repeat them, so they must
/// be redacted too.
pub fn encoded_credentials(username: &str, secret: &Secret) -> Vec<String> {
    let credentials = Credentials::new(username.to_owned(), secret.expose().to_owned());
    let responses = [Mechanism::Plain, Mechanism::Xoauth2]
        .into_iter()
        .filter_map(|mechanism| mechanism.response(&credentials, None).ok());
    responses
        .chain([username.to_owned(), secret.expose().to_owned()])
        .map(|text| STANDARD.encode(text))
        .collect()
}

fn offers(offered: &Capabilities, mechanism: Mechanism) -> bool {
    let name = mechanism.to_string();
    offered.auth.contains(&name)
}

fn mechanism_not_offered(offered: &Capabilities, wanted: &str) -> SmtpError {
    let offers = if offered.auth.is_empty() {
        "no way to log in".to_owned()
    } else {
        format!("only {}", offered.auth.join(", "))
    };
    SmtpError::NotOffered(format!(
        "expected it to offer {wanted} to log in, but it offers {offers}"
    ))
}

/// PLAIN and XOAUTH2: one response. It is sent with the command if it fits, otherwise when the
/// server asks for it.
async fn with_initial_response(
    connection: &mut Connection,
    mechanism: Mechanism,
    credentials: &Credentials,
) -> Result<Reply, SmtpError> {
    let response = mechanism
        .response(credentials, None)
        .map_err(|error| SmtpError::NotOffered(error.to_string()))?;
    let response = STANDARD.encode(response);
    let command = format!("AUTH {mechanism} {response}\r\n");
    let mut is_sent = command.len() <= MAX_COMMAND_BYTES;
    let first = if is_sent { command } else { format!("AUTH {mechanism}\r\n") };
    let mut reply = connection.command(&first, SmtpStep::Login).await?;
    let is_empty = reply.lines.iter().all(|line| line.trim().is_empty());
    if reply.code == 334 && (!is_sent || is_empty || mechanism == Mechanism::Plain) {
        // Some servers ignore the text after the name of the mechanism.
        is_sent = true;
        reply = connection.command(&format!("{response}\r\n"), SmtpStep::Login).await?;
    }
    if reply.code == 334 && is_sent {
        // For XOAUTH2 the 334 contains the reason for the refusal, and an empty line acknowledges
        // it. For PLAIN a second 334 is an error, and `*` ends the dialogue.
        let end = if mechanism == Mechanism::Xoauth2 { "\r\n" } else { "*\r\n" };
        reply = connection.command(end, SmtpStep::Login).await?;
    }
    Ok(reply)
}

/// LOGIN: sends the user name, then the password, whatever the prompts say.
async fn login(
    connection: &mut Connection,
    username: &str,
    password: &Secret,
) -> Result<Reply, SmtpError> {
    let mut reply = connection.command("AUTH LOGIN\r\n", SmtpStep::Login).await?;
    for answer in [username, password.expose()] {
        if reply.code != 334 {
            return Ok(reply);
        }
        reply = connection
            .command(&format!("{}\r\n", STANDARD.encode(answer)), SmtpStep::Login)
            .await?;
    }
    if reply.code == 334 { connection.command("*\r\n", SmtpStep::Login).await } else { Ok(reply) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, duplex};

    use super::*;

    /// A server that expects these lines and sends these replies, in this order.
    fn server(dialogue: &'static [(&'static str, &'static str)]) -> Connection {
        let (here, there) = duplex(1 << 16);
        tokio::spawn(async move {
            let mut there = BufReader::new(there);
            for (expected, reply) in dialogue {
                let mut line = String::new();
                there.read_line(&mut line).await.unwrap();
                let reply = if line.trim_end() == *expected {
                    *reply
                } else {
                    "599 another line was expected"
                };
                there.write_all(format!("{reply}\r\n").as_bytes()).await.unwrap();
            }
        });
        Connection::new(here, Duration::from_secs(20))
    }

    fn offering(auth: &[&str]) -> Capabilities {
        Capabilities {
            auth: auth.iter().map(|name| (*name).to_owned()).collect(),
            ..Capabilities::default()
        }
    }

    async fn password(
        auth: &[&str],
        dialogue: &'static [(&'static str, &'static str)],
    ) -> Result<(), String> {
        let secret = Secret::new("pass");
        with_password(&mut server(dialogue), &offering(auth), "user", &secret)
            .await
            .map_err(|error| error.to_string())
    }

    // base64 of `\0user\0pass`, `user` and `pass`
    const PLAIN: &str = "AUTH PLAIN AHVzZXIAcGFzcw==";

    #[tokio::test]
    async fn ok_plain_with_and_without_an_initial_response() {
        assert_eq!(password(&["LOGIN", "PLAIN"], &[(PLAIN, "235 ok")]).await, Ok(()));
        assert_eq!(
            password(&["PLAIN"], &[(PLAIN, "334"), ("AHVzZXIAcGFzcw==", "235 ok")]).await,
            Ok(())
        );
    }

    #[tokio::test]
    async fn ok_login_whatever_the_prompts_say() {
        let dialogue =
            &[("AUTH LOGIN", "334 VXNlcjo="), ("dXNlcg==", "334 UGFzczo="), ("cGFzcw==", "235 ok")];
        assert_eq!(password(&["LOGIN"], dialogue).await, Ok(()));
        let dialogue =
            &[("AUTH LOGIN", "334"), ("dXNlcg==", "334 no base64!"), ("cGFzcw==", "235")];
        assert_eq!(password(&["LOGIN"], dialogue).await, Ok(()));
    }

    #[tokio::test]
    async fn ok_the_second_mechanism_after_a_refusal_of_the_first() {
        for refusal in ["504 5.5.4 unrecognized", "535 5.7.8 no", "500 what", "538 5.7.11 encrypt"]
        {
            let dialogue: Vec<(&str, &str)> = vec![
                (PLAIN, refusal),
                ("AUTH LOGIN", "334 x"),
                ("dXNlcg==", "334 y"),
                ("cGFzcw==", "235 ok"),
            ];
            assert_eq!(password(&["PLAIN", "LOGIN"], dialogue.leak()).await, Ok(()), "{refusal}");
        }
    }

    #[tokio::test]
    async fn err_login() {
        let later = password(&["PLAIN", "LOGIN"], &[(PLAIN, "454 4.7.0 later")]).await;
        assert_eq!(later, Err("SMTP 454 4.7.0 later".to_owned()));
        let dialogue = &[
            ("AUTH LOGIN", "334 a"),
            ("dXNlcg==", "334 b"),
            ("cGFzcw==", "334 c"),
            ("*", "501 cancelled"),
        ];
        assert_eq!(password(&["LOGIN"], dialogue).await, Err("SMTP 501 cancelled".to_owned()));
        let none = password(&["CRAM-MD5", "NTLM"], &[]).await.unwrap_err();
        assert!(none.contains("PLAIN or LOGIN") && none.contains("only CRAM-MD5, NTLM"), "{none}");
        assert!(password(&[], &[]).await.unwrap_err().contains("no way to log in"));
    }

    async fn token(
        token: &str,
        dialogue: &'static [(&'static str, &'static str)],
    ) -> Result<bool, String> {
        let token = Secret::new(token);
        with_token(&mut server(dialogue), &offering(&["PLAIN", "XOAUTH2"]), "user", &token)
            .await
            .map(|used| used.is_accepted())
            .map_err(|error| error.to_string())
    }

    // base64 of `user=user\x01auth=Bearer tok\x01\x01`
    const XOAUTH2: &str = "AUTH XOAUTH2 dXNlcj11c2VyAWF1dGg9QmVhcmVyIHRvawEB";

    #[tokio::test]
    async fn ok_a_token() {
        assert_eq!(token("tok", &[(XOAUTH2, "235 2.7.0 Accepted")]).await, Ok(true));
        assert_eq!(token("tok", &[(XOAUTH2, "535 5.7.3 no")]).await, Ok(false));
        let refused_with_reason =
            &[(XOAUTH2, "334 eyJzdGF0dXMiOiI0MDEifQ=="), ("", "535 5.7.8 no")];
        assert_eq!(token("tok", refused_with_reason).await, Ok(false));
    }

    #[tokio::test]
    async fn a_token_that_the_server_repeats_is_redacted() {
        let echo: &'static str = format!("535 no: {XOAUTH2} or tok, I say").leak();
        let dialogue: Vec<(&str, &str)> = vec![(XOAUTH2, echo)];
        let mut server = server(dialogue.leak());
        let used = with_token(&mut server, &offering(&["XOAUTH2"]), "user", &Secret::new("tok"))
            .await
            .unwrap();
        let expected =
            Reply { code: 535, lines: vec!["no: AUTH XOAUTH2 […] or […], I say".to_owned()] };
        assert_eq!(used, TokenLogin::Refused(expected));
    }

    #[tokio::test]
    async fn ok_a_token_longer_than_a_command_is_sent_on_its_own_line() {
        let long = "t".repeat(2000);
        let line: &'static str =
            STANDARD.encode(format!("user=user\x01auth=Bearer {long}\x01\x01")).leak();
        let dialogue: Vec<(&str, &str)> = vec![("AUTH XOAUTH2", "334 "), (line, "235 ok")];
        assert_eq!(token(&long, dialogue.leak()).await, Ok(true));
        let dialogue: Vec<(&str, &str)> =
            vec![("AUTH XOAUTH2", "334 "), (line, "334 eyJ9"), ("", "535 no")];
        assert_eq!(token(&long, dialogue.leak()).await, Ok(false));
    }

    #[tokio::test]
    async fn err_a_server_without_xoauth2() {
        let error =
            with_token(&mut server(&[]), &offering(&["PLAIN"]), "user", &Secret::new("tok"))
                .await
                .unwrap_err();
        assert!(
            error.to_string().contains("XOAUTH2") && error.to_string().contains("only PLAIN"),
            "{error}"
        );
    }
}
