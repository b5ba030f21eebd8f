//! The console channel: writes an alert as text to standard output or to another writer.

use std::io::Write;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::deliver::{Outcome, Retry};

/// The writer for the text. The lock keeps messages from mixing.
pub type Sink = Arc<Mutex<Box<dyn Write + Send>>>;

/// Writes the text and flushes it. A closed pipe or a full disk is a failed delivery.
pub async fn send(sink: &Sink, text: String) -> Outcome {
    // A write blocks if nobody reads the pipe. It runs on its own thread so that other receivers
    // are not delayed.
    let mut sink = Arc::clone(sink).lock_owned().await;
    let written = tokio::task::spawn_blocking(move || {
        sink.write_all(text.as_bytes()).and_then(|()| sink.flush())
    })
    .await;
    match written {
        Ok(Ok(())) => Outcome::Delivered { detail: "written".to_owned() },
        Ok(Err(error)) => Outcome::Failed {
            retry: Retry::Later,
            detail: format!("failed to write to the console: {}", error.kind()),
        },
        Err(_) => Outcome::Failed {
            retry: Retry::Later,
            detail: "failed to write to the console: the writer stopped".to_owned(),
        },
    }
}
