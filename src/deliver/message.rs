//! One delivery with the alert that it carries, and the settings that all messages share.

use crate::deliver::wording;
use crate::domain::{Alert, Delivery};

/// `[messages]` and what messages link to.
#[derive(Clone, Debug)]
pub struct MessageSettings {
    pub timezone: wording::time::Zone,
    pub public_url: Option<url::Url>,
}

/// One delivery with all that its message says.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    pub delivery: &'a Delivery,
    /// Reduced to the delivery's selection: its `changes` and `summary` are the receiver's,
    /// `total` is of all.
    pub alert: &'a Alert,
}
