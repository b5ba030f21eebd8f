//! One delivery with the alert that it carries, and the settings that all messages share.

use crate::deliver::wording;
use crate::domain::{Alert, Delivery};

/// `[messages]` and the URL that messages link to.
#[derive(Clone, Debug)]
pub struct MessageSettings {
    pub timezone: wording::time::Zone,
    pub public_url: Option<url::Url>,
}

/// One delivery with the alert of its message.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    pub delivery: &'a Delivery,
    /// The alert, reduced to the selection of the delivery: `changes` and `summary` are the
    /// receiver's, and `total` counts all changes.
    pub alert: &'a Alert,
}
