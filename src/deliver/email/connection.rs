//! One connection to a mail server: writes commands and reads replies, each within a time limit.
//! Must not know what a command means.
//!
//! A connection is never used after an error. Late replies could still arrive, and each would be
//! taken as the answer to a later command. Dropping a connection closes it.

use std::io;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use crate::deliver::email::error::{SmtpError, SmtpStep};
use crate::deliver::email::smtp_reply::{NotAReply, PartialReply, Reply};

/// The most bytes of one reply. Postfix accepts 100,000.
const MAX_REPLY_BYTES: usize = 1_000_000;
/// A message is written in blocks of this size. Each block has its own time limit.
const BLOCK_BYTES: usize = 64 * 1024;
/// The time that a server has to explain why it stopped reading.
const CLOSING_REPLY_TIMEOUT: Duration = Duration::from_secs(1);

/// A stream, with or without TLS.
pub trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// A connection, with the bytes that were received but not read yet.
pub struct Connection {
    wire: Box<dyn Wire>,
    received: Vec<u8>,
    /// The limit for each step.
    timeout: Duration,
}

impl Connection {
    pub fn new(wire: impl Wire + 'static, timeout: Duration) -> Self {
        Self { wire: Box::new(wire), received: Vec::new(), timeout }
    }

    /// Returns the stream, for a TLS handshake.
    ///
    /// # Errors
    ///
    /// Fails if text was received before the handshake. It would be taken as a reply inside TLS
    /// (CVE-2011-0411).
    pub fn into_wire(self) -> Result<Box<dyn Wire>, SmtpError> {
        if self.received.is_empty() { Ok(self.wire) } else { Err(SmtpError::TextBeforeTls) }
    }

    /// Reads the next reply within the time limit of a step.
    pub async fn reply(&mut self, step: SmtpStep) -> Result<Reply, SmtpError> {
        self.reply_within(step, self.timeout).await
    }

    /// Reads the next reply within the time limit `within`. Before the reply to the message itself,
    /// other lines are skipped: the message may already be accepted, and only a code can say so.
    pub async fn reply_within(
        &mut self,
        step: SmtpStep,
        within: Duration,
    ) -> Result<Reply, SmtpError> {
        let reading = self.read_reply(step);
        timeout(within, reading).await.unwrap_or(Err(SmtpError::Timeout(step)))
    }

    /// Sends a command, which must end with CRLF, and reads its reply.
    pub async fn command(&mut self, command: &str, step: SmtpStep) -> Result<Reply, SmtpError> {
        if !self.received.is_empty() {
            return Err(SmtpError::OutOfOrder(step));
        }
        self.write(command.as_bytes(), step).await?;
        self.reply(step).await
    }

    /// Sends the lines of a message and the final dot. The caller reads the reply.
    pub async fn message(&mut self, lines: &[u8]) -> Result<(), SmtpError> {
        if !self.received.is_empty() {
            return Err(SmtpError::OutOfOrder(SmtpStep::Body));
        }
        for block in lines.chunks(BLOCK_BYTES) {
            self.write(block, SmtpStep::Body).await?;
        }
        // A reply that arrives before the final dot cannot be about the complete message.
        let mut early = [0; 512];
        if let Some(Ok(count)) = self.wire.read(&mut early).now_or_never() {
            self.received.extend(early.iter().take(count));
            let reply = self.reply_within(SmtpStep::Body, CLOSING_REPLY_TIMEOUT).await?;
            return Err(if reply.is_refusal() {
                refused(SmtpStep::Body, reply)
            } else {
                SmtpError::OutOfOrder(SmtpStep::Message)
            });
        }
        self.write(b".\r\n", SmtpStep::Message).await
    }

    /// Writes the bytes within the time limit of a step. If the server has hung up, its last reply
    /// is read and returned as the error.
    async fn write(&mut self, bytes: &[u8], step: SmtpStep) -> Result<(), SmtpError> {
        let writing = async {
            self.wire.write_all(bytes).await?;
            self.wire.flush().await
        };
        match timeout(self.timeout, writing).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => match self.reply_within(step, CLOSING_REPLY_TIMEOUT).await {
                Ok(reply) if reply.is_refusal() => Err(refused(step, reply)),
                _ => Err(SmtpError::Broken { step, error }),
            },
            Err(_) => Err(SmtpError::Timeout(step)),
        }
    }

    async fn read_reply(&mut self, step: SmtpStep) -> Result<Reply, SmtpError> {
        let mut reply = PartialReply::default();
        let mut read_bytes = 0;
        loop {
            let line = self.line(step).await?;
            read_bytes += line.len();
            match reply.push(&line) {
                Ok(Some(reply)) => return Ok(reply),
                Ok(None) => {}
                Err(_) if step == SmtpStep::Message => {}
                Err(NotAReply(text)) => return Err(SmtpError::NotAReply(text)),
            }
            if read_bytes > MAX_REPLY_BYTES {
                return Err(SmtpError::NotAReply("a reply without end".to_owned()));
            }
        }
    }

    /// Reads one line with its line break. The line break is missing if the server closes the
    /// connection after the line.
    async fn line(&mut self, step: SmtpStep) -> Result<Vec<u8>, SmtpError> {
        let mut line = Vec::new();
        loop {
            if let Some(end) = self.received.iter().position(|byte| *byte == b'\n') {
                line.extend(self.received.drain(..=end));
                return Ok(line);
            }
            line.append(&mut self.received);
            if line.len() > MAX_REPLY_BYTES {
                return Ok(line);
            }
            let mut block = [0; 4096];
            match self.wire.read(&mut block).await {
                Ok(count) if count > 0 => self.received.extend(block.iter().take(count)),
                // Text that arrived before the connection ended still counts.
                Ok(_) | Err(_) if !line.is_empty() => return Ok(line),
                Ok(_) => return Err(SmtpError::Closed(step)),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Err(SmtpError::Closed(step));
                }
                Err(error) => return Err(SmtpError::Broken { step, error }),
            }
        }
    }
}

/// The error for a reply that the step does not accept.
pub fn refused(step: SmtpStep, reply: Reply) -> SmtpError {
    SmtpError::Reply { step, reply }
}

/// Returns the reply if it is a 2xx.
pub fn accepted(step: SmtpStep, reply: Reply) -> Result<Reply, SmtpError> {
    if reply.is_success() { Ok(reply) } else { Err(refused(step, reply)) }
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    /// Reads one reply from a server that sends `text` and hangs up.
    async fn reply_to(text: &[u8], step: SmtpStep) -> Result<u16, String> {
        let (client, mut server) = duplex(1 << 16);
        server.write_all(text).await.unwrap();
        drop(server);
        Connection::new(client, LONG)
            .reply(step)
            .await
            .map(|reply| reply.code)
            .map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_reply_counts_even_if_the_connection_ends_after_it() {
        assert_eq!(reply_to(b"250 ok", SmtpStep::Message).await, Ok(250));
        assert_eq!(reply_to(b"250", SmtpStep::Message).await, Ok(250));
        assert_eq!(
            reply_to(b"250-first\r\n250-sec", SmtpStep::Message).await.unwrap_err(),
            "the mail server closed the connection (at the end of the message)"
        );
        assert!(reply_to(b"", SmtpStep::Message).await.unwrap_err().contains("closed"));
    }

    #[tokio::test]
    async fn other_text_is_skipped_only_before_the_reply_to_the_message() {
        assert_eq!(
            reply_to(b"\r\nspam filter: fine\r\n250 ok\r\n", SmtpStep::Message).await,
            Ok(250)
        );
        assert!(
            reply_to(b"HTTP/1.1 400 Bad Request\r\n220 x\r\n", SmtpStep::Greeting)
                .await
                .unwrap_err()
                .contains("HTTP/1.1")
        );
    }

    #[tokio::test]
    async fn a_reply_may_be_long_but_must_end() {
        let long = [b"250 ".as_slice(), &vec![b'x'; 60_000], b"\r\n"].concat();
        assert_eq!(reply_to(&long, SmtpStep::Message).await, Ok(250));
        let (client, mut server) = duplex(1 << 16);
        tokio::spawn(async move { while server.write_all(b"250-more\r\n").await.is_ok() {} });
        let error = Connection::new(client, LONG).reply(SmtpStep::Ehlo).await.unwrap_err();
        assert!(error.to_string().contains("without end"), "{error}");
    }

    #[tokio::test]
    async fn a_slow_reply_has_the_time_limit_of_one_step() {
        let (client, mut server) = duplex(64);
        tokio::spawn(async move {
            let mut clock = tokio::time::interval(Duration::from_millis(10));
            while server.write_all(b"2").await.is_ok() {
                clock.tick().await;
            }
        });
        let error = Connection::new(client, Duration::from_millis(200))
            .reply(SmtpStep::Ehlo)
            .await
            .unwrap_err();
        assert!(matches!(error, SmtpError::Timeout(SmtpStep::Ehlo)), "{error}");
    }

    #[tokio::test]
    async fn a_reply_without_a_command_is_an_error() {
        let (client, mut server) = duplex(1 << 16);
        server.write_all(b"220 hello\r\n250 and more\r\n").await.unwrap();
        let mut connection = Connection::new(client, LONG);
        assert_eq!(connection.reply(SmtpStep::Greeting).await.unwrap().code, 220);
        let error = connection.command("EHLO here\r\n", SmtpStep::Ehlo).await.unwrap_err();
        assert!(matches!(error, SmtpError::OutOfOrder(SmtpStep::Ehlo)), "{error}");
        assert!(matches!(connection.into_wire().err(), Some(SmtpError::TextBeforeTls)));
    }

    #[tokio::test]
    async fn a_reply_before_the_end_of_the_message_is_no_acceptance() {
        for (text, expected) in [
            ("250 taken\r\n", "expected one reply"),
            ("552 5.3.4 too big\r\n", "SMTP 552 5.3.4 too big"),
        ] {
            let (client, mut server) = duplex(1 << 20);
            let mut connection = Connection::new(client, LONG);
            server.write_all(text.as_bytes()).await.unwrap();
            let error = connection.message(b"Subject: x\r\n\r\nx\r\n").await.unwrap_err();
            assert!(error.to_string().starts_with(expected), "{error}");
        }
    }

    #[tokio::test]
    async fn the_last_reply_of_a_server_that_hangs_up_is_read() {
        let (client, mut server) = duplex(1 << 10);
        server.write_all(b"421 4.3.2 shutting down\r\n").await.unwrap();
        drop(server);
        let error = Connection::new(client, LONG)
            .write(&vec![b'x'; 4096], SmtpStep::Body)
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "SMTP 421 4.3.2 shutting down");
    }
}
