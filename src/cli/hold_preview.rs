//! What accepting a hold would change, for its page. The pages of a long table read it again and
//! again, so the last one is kept.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;

use crate::domain::{ChangeSet, Hold, ListState, TextChange};
use crate::pipeline::hold_decision::{
    DecideError, {self},
};
use crate::store::Store;
use crate::web::{HoldPreview, PreviewError};

pub struct KeptPreview {
    store: Arc<Store>,
    last: Mutex<Option<Kept>>,
}

/// The comparison of a document on hold with a list in this state.
struct Kept {
    hold: Hold,
    list: Option<ListState>,
    changes: ChangeSet,
}

impl KeptPreview {
    pub fn new(store: Arc<Store>) -> Self {
        Self { store, last: Mutex::default() }
    }

    fn kept(&self, hold: &Hold, list: Option<&ListState>) -> Option<ChangeSet> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let same = last.as_ref().filter(|kept| kept.hold == *hold && kept.list.as_ref() == list);
        same.map(|kept| kept.changes.clone())
    }

    async fn preview(&self, hold: &Hold) -> Result<ChangeSet, PreviewError> {
        let lists = self.store.list_states(&hold.source).await?;
        let list = lists.into_iter().find(|state| state.list == hold.list);
        if let Some(changes) = self.kept(hold, list.as_ref()) {
            return Ok(changes);
        }
        let found = hold_decision::preview(&self.store, hold).await;
        let changes = found.map(ChangeSet::new).map_err(unknown)?;
        let kept = Kept { hold: hold.clone(), list, changes: changes.clone() };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(changes)
    }
}

fn unknown(problem: DecideError) -> PreviewError {
    match problem {
        DecideError::Store(error) => PreviewError::Store(error),
        other => PreviewError::Document(other.to_string()),
    }
}

impl HoldPreview for KeptPreview {
    fn preview<'a>(&'a self, hold: &'a Hold) -> BoxFuture<'a, Result<ChangeSet, PreviewError>> {
        Box::pin(self.preview(hold))
    }

    fn words<'a>(&'a self, hold: &'a Hold) -> BoxFuture<'a, Result<Vec<TextChange>, PreviewError>> {
        Box::pin(async { hold_decision::preview_words(&self.store, hold).await.map_err(unknown) })
    }
}
