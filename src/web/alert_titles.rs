//! The titles of alerts, for lists of alerts and deliveries.
//!
//! A title is made from the whole alert, which can have thousands of changes. A recorded alert
//! never changes, so its title is kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use crate::domain::AlertId;
use crate::store::Result;
use crate::web::WebState;

/// Titles that are kept, each of some 100 bytes. When there are more, all are made again.
const MOST: usize = 5_000;

#[derive(Debug, Default)]
pub struct AlertTitles(Mutex<HashMap<AlertId, String>>);

impl AlertTitles {
    /// The titles of these alerts. An alert that is not stored has none.
    pub async fn of<'a>(
        &self,
        state: &WebState,
        ids: impl Iterator<Item = &'a AlertId>,
    ) -> Result<BTreeMap<AlertId, String>> {
        let mut titles = BTreeMap::new();
        for id in ids {
            if titles.contains_key(id) {
                continue;
            }
            if let Some(title) = self.known(id) {
                titles.insert(id.clone(), title);
            } else if let Some(alert) = state.store.alert(id).await? {
                let title = state.words.title(&alert);
                self.keep(id, &title);
                titles.insert(id.clone(), title);
            }
        }
        Ok(titles)
    }

    fn known(&self, id: &AlertId) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn keep(&self, id: &AlertId, title: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(id.clone(), title.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_kept_up_to_a_number() {
        let titles = AlertTitles::default();
        let id = |n: usize| AlertId::of([n.to_string().as_str()]);
        for n in 0..MOST {
            titles.keep(&id(n), "a title");
        }
        assert_eq!(titles.known(&id(0)).as_deref(), Some("a title"));
        titles.keep(&id(MOST), "another");
        assert_eq!(
            (titles.known(&id(0)), titles.known(&id(MOST)).as_deref()),
            (None, Some("another"))
        );
    }
}
