//! The Unix socket over which commands reach the daemon: one request per connection, one JSON line
//! in each direction.
//!
//! Does not know what a request does.

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

use crate::actions::{self, Reply, Request};
use crate::domain::Identified;
use crate::exit::Exit;
use crate::pipeline::Program;

/// The most bytes of a request that are read. A request is a few names and a reason.
const MAX_REQUEST_BYTES: u64 = 1024 * 1024;
/// How long a client may take to send its request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// The pause after a failed accept, so that a lasting failure (no file descriptors) causes no busy
/// loop.
const ACCEPT_RETRY_PAUSE: Duration = Duration::from_millis(100);

/// Why the control socket cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error("failed to listen on the control socket {path}: {reason}")]
    Listen { path: PathBuf, reason: io::Error },
    #[error("failed to send the command to the running daemon over {path}: {reason}")]
    Send { path: PathBuf, reason: io::Error },
    #[error(
        "the daemon stopped before it answered; what it recorded is kept, and the command can be \
         repeated"
    )]
    NoAnswer,
}

/// The listening socket. Removes its file when it is dropped.
pub struct ControlSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl ControlSocket {
    /// Listens at `path`. Only this user may connect. Creates a missing folder, for this user only.
    ///
    /// Call this only while holding the database's lock, or if the path is not answered
    /// ([`is_answered`]). Then an existing socket file belongs to a process that has ended, and is
    /// replaced.
    pub fn listen(path: &Path) -> Result<Self, ControlError> {
        let failed = |reason| ControlError::Listen { path: path.to_owned(), reason };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        }
        match std::fs::remove_file(path) {
            Ok(()) => debug!("replaced a control socket that no process listens on"),
            Err(problem) if problem.kind() == io::ErrorKind::NotFound => {}
            Err(problem) => return Err(failed(problem)),
        }
        let listener = UnixListener::bind(path).map_err(failed)?;
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .map_err(failed)?;
        Ok(Self { listener, path: path.to_owned() })
    }

    /// Answers requests until `stop`. Then finishes the requests in progress.
    pub async fn serve(self, program: Arc<Program>, stop: CancellationToken) {
        let connections = TaskTracker::new();
        // For each connection, so that one without a request does not delay the stop.
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
                    tokio::time::sleep(ACCEPT_RETRY_PAUSE).await;
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
    // The kernel's word on who connected. A name in the request is a claim.
    let uid = stream.peer_cred()?.uid();
    let (reading, mut writing) = stream.into_split();
    let mut line = String::new();
    let mut reading = BufReader::new(reading.take(MAX_REQUEST_BYTES));
    tokio::select! {
        read = tokio::time::timeout(REQUEST_TIMEOUT, reading.read_line(&mut line)) => { read??; }
        () = stopping.cancelled() => return Ok(()),
    }
    if line.is_empty() {
        // Somebody only asked whether the daemon runs.
        return Ok(());
    }
    let reply = match serde_json::from_str::<Request>(&line) {
        Ok(request) => {
            let identified = Identified::Socket { uid, user: actions::user_name(uid).await };
            actions::execute(program, request, &identified).await
        }
        Err(problem) => {
            Reply::of_problem(Exit::Usage, format!("failed to read the request: {problem}"))
        }
    };
    let mut text = serde_json::to_string(&reply)?;
    text.push('\n');
    writing.write_all(text.as_bytes()).await
}

/// Whether a process listens at `path`.
pub fn is_answered(path: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(path).is_ok()
}

/// Sends a request to the daemon that listens at `path`. `None` if no daemon listens there.
pub async fn send(path: &Path, request: &Request) -> Result<Option<Reply>, ControlError> {
    let failed = |reason| ControlError::Send { path: path.to_owned(), reason };
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
        // The path is too long for a socket, so no daemon listens there.
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
