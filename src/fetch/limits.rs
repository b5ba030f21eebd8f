//! How much and how long: what a publisher, or someone in its place, can cost us.

use std::time::Duration;

use crate::dial::CONNECT_TIMEOUT;

/// Bounds of one fetch.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchLimits {
    pub connect_timeout: Duration,
    /// The longest silence: before the answer, and between two pieces of it.
    pub read_timeout: Duration,
    /// For one request with its answer. Waiting for another request to the same host does not
    /// count.
    pub total_timeout: Duration,
    /// Of the answer as it comes, compressed or not: what an answer that cannot be compressed
    /// further can cost in memory.
    pub wire_bytes: u64,
    /// Of the content, decoded. The whole Consolidated Screening List is 34 MB.
    pub decoded_bytes: u64,
    /// How many times its size on the wire the content may have. Lists come to some 10, and gzip
    /// allows 1,032.
    pub decoded_ratio: u64,
    /// The ratio is not looked at in content smaller than this.
    pub ratio_from_bytes: u64,
    pub redirects: usize,
    /// Pauses before the second, third … try, after a failure to connect, a 502 or a 504. Empty:
    /// one try.
    pub retry_pauses: Vec<Duration>,
    /// No further try begins after this long.
    pub retry_until: Duration,
    /// A page of HTML that is nothing but a plain text (`<pre>`) is taken for that text.
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
