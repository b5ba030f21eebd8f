//! The one way out to the network: which addresses may be dialled, through which proxy, trusting whom.
//!
//! Shared by the fetcher and by the Slack and webhook channels.

use url::Url;

/// `[http]` of the configuration.
#[derive(Clone, Debug, Default)]
pub struct HttpSettings {
    /// In the User-Agent: `mailto:…` or an address.
    pub contact: Option<String>,
    pub proxy: Option<Url>,
    /// Hosts that are not reached through the proxy, comma-separated.
    pub no_proxy: Option<String>,
    /// PEM of a company's certificate authorities, trusted beside the system's.
    pub ca_pem: Option<Vec<u8>>,
}
