//! Opens one TCP connection to a host that may have several addresses, some of which do not answer.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;

/// Finds the addresses of a host, the preferred one first.
pub type Lookup =
    Arc<dyn Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// How long the next address waits for the one before it (RFC 8305, section 8: the connection
/// attempt delay).
const LONGEST_HEAD_START: Duration = Duration::from_millis(250);

/// The system's resolver.
pub fn system_lookup() -> Lookup {
    Arc::new(|host, port| {
        Box::pin(async move { Ok(tokio::net::lookup_host((host.as_str(), port)).await?.collect()) })
    })
}

/// Connects to the address that answers first. Each address is dialed a short time after the one
/// before it, or at once if that one refuses. An address that drops packets therefore does not use
/// up the time of the others.
///
/// # Errors
///
/// If none connects `within` the time: the last error, or [`io::ErrorKind::TimedOut`].
pub async fn first_to_connect(
    addresses: &[SocketAddr],
    within: Duration,
) -> io::Result<(TcpStream, SocketAddr)> {
    let count = u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
    let head_start = LONGEST_HEAD_START.min(within / 2 / count);
    let racing = race(addresses, head_start);
    tokio::time::timeout(within, racing)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

async fn race(
    addresses: &[SocketAddr],
    head_start: Duration,
) -> io::Result<(TcpStream, SocketAddr)> {
    let mut waiting = addresses.iter().copied();
    let mut dialed = FuturesUnordered::new();
    let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
    loop {
        match waiting.next() {
            Some(address) => dialed.push(async move {
                TcpStream::connect(address).await.map(|stream| (stream, address))
            }),
            None if dialed.is_empty() => return Err(failure),
            None => {}
        }
        tokio::select! {
            Some(connected) = dialed.next() => match connected {
                Ok(connected) => return Ok(connected),
                Err(error) => failure = error,
            },
            () = tokio::time::sleep(head_start), if waiting.len() > 0 => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpSocket};

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    /// A listener with a full queue: the system drops the packets of new connections.
    async fn packet_dropping_listener() -> (TcpListener, Vec<TcpStream>) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut open = Vec::new();
        // As many connections as the queue accepts.
        while let Ok(Ok(stream)) =
            tokio::time::timeout(Duration::from_millis(100), TcpStream::connect(address)).await
        {
            open.push(stream);
        }
        (listener, open)
    }

    #[tokio::test]
    async fn an_address_that_drops_packets_does_not_delay_the_next_one() {
        let (dropping, _open) = packet_dropping_listener().await;
        let answering = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = [
            dropping.local_addr().unwrap(),
            dropping.local_addr().unwrap(),
            answering.local_addr().unwrap(),
        ];
        let (_, address) = first_to_connect(&addresses, LONG).await.unwrap();
        assert_eq!(address, answering.local_addr().unwrap());
    }

    #[tokio::test]
    async fn even_a_short_time_is_shared() {
        let (dropping, _open) = packet_dropping_listener().await;
        let answering = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = [dropping.local_addr().unwrap(), answering.local_addr().unwrap()];
        assert!(first_to_connect(&addresses, Duration::from_millis(400)).await.is_ok());
    }

    #[tokio::test]
    async fn a_refusing_address_is_skipped_at_once_and_reported_if_all_refuse() {
        let refusing = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let error = first_to_connect(&[refusing, refusing], LONG).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        let answering = TcpListener::bind("127.0.0.1:0").await.unwrap();
        assert!(first_to_connect(&[refusing, answering.local_addr().unwrap()], LONG).await.is_ok());
        assert!(first_to_connect(&[], LONG).await.is_err());
    }

    #[tokio::test]
    async fn only_dropped_packets_end_in_a_timeout() {
        let (dropping, _open) = packet_dropping_listener().await;
        let error = first_to_connect(&[dropping.local_addr().unwrap()], Duration::from_millis(50))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
