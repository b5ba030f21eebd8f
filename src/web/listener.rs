//! The socket on which the pages are served: TCP, or a Unix socket for a proxy.

use std::fs::DirBuilder;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio_util::either::Either;

/// The proxy runs as another user of the socket's group.
const SOCKET_MODE: u32 = 0o660;
/// Of a folder that is created for the socket.
const FOLDER_MODE: u32 = 0o750;

/// The other end of a connection. In the extensions of every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    Address(IpAddr),
    /// A process that may open the Unix socket.
    Socket,
}

pub type Stream = Either<TcpStream, UnixStream>;

/// Where connections come from.
pub enum Listener {
    Tcp(TcpListener),
    Unix(SocketFile),
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Listener::Tcp(listener)
    }
}

impl Listener {
    pub async fn tcp(address: SocketAddr) -> io::Result<Self> {
        Ok(Listener::Tcp(TcpListener::bind(address).await?))
    }

    /// Listens at `path`, for this user and its group. A socket that nobody listens on is replaced.
    pub async fn unix(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)?;
        }
        remove_stale(path).await?;
        let listener = UnixListener::bind(path)?;
        let file = SocketFile { listener, path: path.to_owned() };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(SOCKET_MODE))?;
        Ok(Listener::Unix(file))
    }

    /// Whether only this machine can connect, over loopback.
    pub fn is_loopback(&self) -> bool {
        match self {
            Listener::Tcp(listener) => {
                listener.local_addr().is_ok_and(|address| address.ip().is_loopback())
            }
            Listener::Unix(_) => false,
        }
    }

    /// `127.0.0.1:8744` or `unix:/path`.
    pub fn place(&self) -> io::Result<String> {
        Ok(match self {
            Listener::Tcp(listener) => listener.local_addr()?.to_string(),
            Listener::Unix(file) => format!("unix:{}", file.path.display()),
        })
    }

    pub(super) async fn accept(&self) -> io::Result<(Stream, Peer)> {
        Ok(match self {
            Listener::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                (Either::Left(stream), Peer::Address(address.ip()))
            }
            Listener::Unix(file) => (Either::Right(file.listener.accept().await?.0), Peer::Socket),
        })
    }
}

/// A listening Unix socket. Removes its file when it is dropped.
pub struct SocketFile {
    listener: UnixListener,
    path: PathBuf,
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Removes a socket that a killed process left behind. Anything else at that place is an error.
async fn remove_stale(path: &Path) -> io::Result<()> {
    let found = match std::fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(problem) => return Err(problem),
    };
    if !found.file_type().is_socket() {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "expected nothing or a socket at this path, but got something else",
        ));
    }
    match UnixStream::connect(path).await {
        Ok(_) => {
            Err(io::Error::new(io::ErrorKind::AddrInUse, "another process listens on this socket"))
        }
        Err(problem) if problem.kind() == io::ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path)
        }
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_socket_is_for_its_group_and_is_removed_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run/web.sock");
        let listener = Listener::unix(&path).await.unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, SOCKET_MODE);
        assert_eq!(listener.place().unwrap(), format!("unix:{}", path.display()));
        assert!(!listener.is_loopback());
        let (accepted, _open) = tokio::join!(listener.accept(), UnixStream::connect(&path));
        assert_eq!(accepted.unwrap().1, Peer::Socket);
        drop(listener);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn only_a_socket_that_nobody_listens_on_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("web.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists(), "it was left behind");
        let listener = Listener::unix(&path).await.unwrap();
        let second = Listener::unix(&path).await.err().unwrap();
        assert_eq!(second.kind(), io::ErrorKind::AddrInUse);
        drop(listener);
        std::fs::write(&path, "a file of somebody").unwrap();
        assert!(Listener::unix(&path).await.is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a file of somebody");
    }
}
