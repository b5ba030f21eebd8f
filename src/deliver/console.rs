//! The console channel: an alert as text on standard output, or on what stands in for it.

use std::io::Write;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::deliver::{Outcome, Retry};

/// Where the text goes. One message is written at a time.
pub type Sink = Arc<Mutex<Box<dyn Write + Send>>>;

/// Writes the text and flushes it. A pipe that is closed, or a full disk, is a failure like a
/// receiver's.
pub async fn send(sink: &Sink, text: String) -> Outcome {
    // Writing blocks where nobody reads, which must not stop the other receivers: it gets a thread
    // of its own.
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
