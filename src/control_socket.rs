//! The daemon's Unix socket: one request a connection, one JSON line each way.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use crate::actions::{
    Reply, Request, {self},
};
use crate::pipeline::Program;

/// A request is a few names and a reason: no more is read.
const MAX_REQUEST_BYTES: u64 = 1024 * 1024;
/// Whoever connects must say what it wants within this time.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Why the daemon could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error("failed to listen on the control socket {path}: {reason}")]
    Listen { path: PathBuf, reason: io::Error },
    #[error("failed to ask the running daemon over {path}: {reason}")]
    Ask { path: PathBuf, reason: io::Error },
    #[error(
        "the daemon stopped before it answered; what it had recorded is kept, and the command can \
         be given again"
    )]
    NoAnswer,
}

/// The listening socket; its file goes with it.
pub struct Control {
    listener: UnixListener,
    path: PathBuf,
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Control {
    /// Listens at `path`, for this user alone; a folder that is missing is made, for this user
    /// alone too. Call it only with the database's lock held: a file that is there is then left
    /// by a process that is gone, and is replaced.
    pub fn listen(path: &Path) -> Result<Self, ControlError> {
        let failed = |reason| ControlError::Listen { path: path.to_owned(), reason };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        }
        match std::fs::remove_file(path) {
            Ok(()) => debug!("a control socket that nobody answers was replaced"),
            Err(problem) if problem.kind() == io::ErrorKind::NotFound => {}
            Err(problem) => return Err(failed(problem)),
        }
        let listener = UnixListener::bind(path).map_err(failed)?;
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .map_err(failed)?;
        Ok(Self { listener, path: path.to_owned() })
    }

    /// Answers until `stop`; then finishes what is under way.
    pub async fn serve(self, program: Arc<Program>, stop: CancellationToken) {
        let connections = TaskTracker::new();
        // Handed to each connection: who has asked nothing yet is not waited for.
        let stopping = stop.clone();
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = stop.cancelled() => break,
            };
            match accepted {
                Ok((stream, _)) => {
                    let (program, stopping) = (Arc::clone(&program), stopping.clone());
                    connections.spawn(async move {
                        if let Err(problem) = answer(stream, &program, &stopping).await {
                            warn!("a request on the control socket was not answered: {problem}");
                        }
                    });
                }
                Err(problem) => {
                    warn!("failed to accept on the control socket: {problem}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        connections.close();
        connections.wait().await;
    }
}

async fn answer(
    stream: UnixStream,
    program: &Program,
    stopping: &CancellationToken,
) -> io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut line = String::new();
    let mut reading = BufReader::new(reading.take(MAX_REQUEST_BYTES));
    tokio::select! {
        read = tokio::time::timeout(REQUEST_TIMEOUT, reading.read_line(&mut line)) => { read??; }
        () = stopping.cancelled() => return Ok(()),
    }
    let reply = match serde_json::from_str::<Request>(&line) {
        Ok(request) => actions::operate(program, request).await,
        Err(problem) => Reply {
            exit: 2,
            problems: vec![format!("failed to read the request: {problem}")],
            ..Reply::default()
        },
    };
    let mut text = serde_json::to_string(&reply)?;
    text.push('\n');
    writing.write_all(text.as_bytes()).await
}

/// Asks the daemon that listens at `path`; `None` where none does.
pub async fn ask(path: &Path, request: &Request) -> Result<Option<Reply>, ControlError> {
    let failed = |reason| ControlError::Ask { path: path.to_owned(), reason };
    let stream = match UnixStream::connect(path).await {
        Ok(stream) => stream,
        Err(problem)
            if matches!(
                problem.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Ok(None);
        }
        // A path that is too long for a socket: no daemon listens there either.
        Err(problem) if problem.kind() == io::ErrorKind::InvalidInput => return Ok(None),
        Err(problem) => return Err(failed(problem)),
    };
    let (reading, mut writing) = stream.into_split();
    let mut text = serde_json::to_string(request).map_err(|problem| failed(problem.into()))?;
    text.push('\n');
    writing.write_all(text.as_bytes()).await.map_err(failed)?;
    let mut line = String::new();
    BufReader::new(reading).read_line(&mut line).await.map_err(failed)?;
    if line.is_empty() {
        return Err(ControlError::NoAnswer);
    }
    serde_json::from_str(&line).map(Some).map_err(|problem| failed(problem.into()))
}
