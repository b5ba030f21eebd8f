//! Limits of a fetch: how many bytes and how much time a publisher, or an attacker in its place,
//! can cost.

use std::time::Duration;

use crate::dial::CONNECT_TIMEOUT;

/// Limits of one fetch.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchLimits {
    pub connect_timeout: Duration,
    /// The longest silence: before the answer, and between two pieces of it.
    pub read_timeout: Duration,
    /// For one request and its answer. The wait for the lock of the host does not count.
    pub total_timeout: Duration,
    /// The size of the answer as it is received, compressed or not. It limits the memory that an
    /// incompressible answer can take.
    pub wire_bytes: u64,
    /// The size of the decoded content. The full Consolidated Screening List is 34 MB.
    pub decoded_bytes: u64,
    /// The largest ratio of decoded to received bytes. Lists have a ratio of about 10, and gzip
    /// allows 1,032.
    pub decoded_ratio: u64,
    /// The ratio is not checked below this decoded size.
    pub ratio_from_bytes: u64,
    pub redirects: usize,
    /// Pauses before the second, third and later tries, after a failure to connect, a 502 or a 504.
    /// Empty: one try.
    pub retry_pauses: Vec<Duration>,
    /// No further try starts after this time.
    pub retry_until: Duration,
    /// An HTML page that contains only plain text (`<pre>`) is read as that text.
    pub wrapped_text: bool,
}

impl Default for FetchLimits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            connect_timeout: CONNECT_TIMEOUT,
            read_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_mins(10),
            wire_bytes: 128 * MIB,
            decoded_bytes: 384 * MIB,
            decoded_ratio: 200,
            ratio_from_bytes: 16 * MIB,
            redirects: 5,
            retry_pauses: vec![Duration::from_millis(500), Duration::from_secs(3)],
            retry_until: Duration::from_secs(10),
            wrapped_text: false,
        }
    }
}
