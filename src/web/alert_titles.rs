//! The titles of alerts and the first names in them, for lists of alerts, items and deliveries.
//!
//! They are made from the whole alert, which can have thousands of changes. A recorded alert never
//! changes, so they are kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use crate::domain::{Alert, AlertId};
use crate::store::Result;
use crate::web::WebState;
use crate::web::change_view::cut;

/// Titles that are kept, each of some 200 bytes. When there are more, all are made again.
const MOST: usize = 5_000;
/// Names below a title. They tell apart alerts that have the same title.
const SHOWN_NAMES: usize = 2;
/// Letters of one of these names.
const MOST_OF_A_NAME: usize = 80;

#[derive(Debug, Default)]
pub struct AlertTitles(Mutex<HashMap<AlertId, AlertTitle>>);

/// How a list shows an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertTitle {
    pub title: String,
    /// The first names of its changes: `Alder Optics; Birch Labs; and 12 more`. Empty if it has no
    /// change.
    pub names: String,
}

impl AlertTitles {
    /// The titles of these alerts. An alert that is not stored has none.
    pub async fn of<'a>(
        &self,
        state: &WebState,
        ids: impl Iterator<Item = &'a AlertId>,
    ) -> Result<BTreeMap<AlertId, String>> {
        let titles = self.with_names(state, ids).await?;
        Ok(titles.into_iter().map(|(id, known)| (id, known.title)).collect())
    }

    /// The titles and the first names of these alerts.
    pub async fn with_names<'a>(
        &self,
        state: &WebState,
        ids: impl Iterator<Item = &'a AlertId>,
    ) -> Result<BTreeMap<AlertId, AlertTitle>> {
        let mut titles = BTreeMap::new();
        for id in ids {
            if titles.contains_key(id) {
                continue;
            }
            if let Some(title) = self.known(id) {
                titles.insert(id.clone(), title);
            } else if let Some(alert) = state.store.alert(id).await? {
                let title = AlertTitle { title: state.words.title(&alert), names: names(&alert) };
                self.keep(id, &title);
                titles.insert(id.clone(), title);
            }
        }
        Ok(titles)
    }

    fn known(&self, id: &AlertId) -> Option<AlertTitle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn keep(&self, id: &AlertId, title: &AlertTitle) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(id.clone(), title.clone());
    }
}

fn names(alert: &Alert) -> String {
    let changes = alert.body.changes().unwrap_or_default();
    first_names(changes.iter().map(|change| change.entry.name.as_str()))
}

fn first_names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut more = 0;
    for name in all {
        let name = cut(name, MOST_OF_A_NAME);
        if name.is_empty() || names.contains(&name) {
            continue;
        }
        if names.len() < SHOWN_NAMES {
            names.push(name);
        } else {
            more += 1;
        }
    }
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    names.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_kept_up_to_a_number() {
        let titles = AlertTitles::default();
        let id = |n: usize| AlertId::of([n.to_string().as_str()]);
        let named = |title: &str| AlertTitle { title: title.to_owned(), ..AlertTitle::default() };
        for n in 0..MOST {
            titles.keep(&id(n), &named("a title"));
        }
        assert_eq!(titles.known(&id(0)), Some(named("a title")));
        titles.keep(&id(MOST), &named("another"));
        assert_eq!((titles.known(&id(0)), titles.known(&id(MOST))), (None, Some(named("another"))));
    }

    #[test]
    fn the_first_names_are_shown_once_each_with_how_many_are_left_out() {
        let of = |names: &[&str]| first_names(names.iter().copied());
        assert_eq!(of(&[]), "");
        assert_eq!(of(&["Alder"]), "Alder");
        assert_eq!(of(&["Alder", "", "Alder", "Birch"]), "Alder; Birch");
        assert_eq!(of(&["Alder", "Birch", "Cedar", "Dogwood"]), "Alder; Birch; and 2 more");
        let long = of(&["x".repeat(MOST_OF_A_NAME + 1).as_str()]);
        assert_eq!(long, format!("{}…", "x".repeat(MOST_OF_A_NAME)));
    }
}
