//! What accepting a hold would change, for its page. The pages of a long table read it again and
//! again, so the last one is kept.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::domain::{ChangeSet, Hold, HoldId, ListState, TextChange};
use crate::pipeline::Program;
use crate::pipeline::hold_decision::{
    DecideError, {self},
};
use crate::pipeline::matching::{self, FileHoldPreview, PreviewBasis};
use crate::stored_json::{CounterpartyChange, FileHoldLine, MatchBrief};
use crate::web::{FileHoldContent, HoldPreview, PreviewError};

/// How long the preview of a counterparty file is kept: a person reads its pages one after the
/// other, and the preview of a large file takes much memory.
const KEPT_FOR: Duration = Duration::from_mins(10);

pub struct KeptPreview {
    program: Arc<Program>,
    last: Mutex<Option<Kept>>,
    /// Kept, because a large file takes seconds to read and to compare.
    last_of_file: Arc<Mutex<Option<KeptOfFile>>>,
    /// Locked while a preview is computed, so that several views of a page compute it once.
    computing: tokio::sync::Mutex<()>,
}

/// The preview of a counterparty file, and what it was computed from.
type KeptOfFile = (PreviewBasis, Arc<FileHoldContent>);

/// The comparison of a document on hold with a list in this state.
struct Kept {
    hold: Hold,
    list: Option<ListState>,
    changes: ChangeSet,
}

impl KeptPreview {
    pub fn new(program: Arc<Program>) -> Self {
        let last_of_file = Arc::default();
        Self {
            program,
            last: Mutex::default(),
            last_of_file,
            computing: tokio::sync::Mutex::default(),
        }
    }

    fn kept(&self, hold: &Hold, list: Option<&ListState>) -> Option<ChangeSet> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let same = last.as_ref().filter(|kept| kept.hold == *hold && kept.list.as_ref() == list);
        same.map(|kept| kept.changes.clone())
    }

    async fn preview(&self, hold: &Hold) -> Result<ChangeSet, PreviewError> {
        let lists = self.program.store.list_states(&hold.source).await?;
        let list = lists.into_iter().find(|state| state.list == hold.list);
        if let Some(changes) = self.kept(hold, list.as_ref()) {
            return Ok(changes);
        }
        let found = hold_decision::preview(&self.program.store, hold).await;
        let changes = found.map(ChangeSet::new).map_err(unknown)?;
        let kept = Kept { hold: hold.clone(), list, changes: changes.clone() };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(changes)
    }
}

impl KeptPreview {
    async fn counterparties(&self, id: &HoldId) -> Result<Arc<FileHoldContent>, PreviewError> {
        let (store, now) = (&self.program.store, self.program.clock.now());
        let Some(found) = matching::file_hold(store, id).await? else {
            return Ok(Arc::default());
        };
        let config = self.program.wiring.load_full();
        let mut watchlists = config.config.watchlists.iter();
        let settings = watchlists.find(|settings| settings.name == found.watchlist);
        let (name, hold) = (&found.watchlist, &found.hold);
        let _computing = self.computing.lock().await;
        // Read before the preview is computed: a change during it must lead to a new preview.
        let basis = matching::preview_basis(store, settings, hold).await?;
        if let Some(kept) = basis.as_ref().and_then(|basis| self.kept_of_file(basis)) {
            return Ok(kept);
        }
        let preview = matching::file_hold_preview(store, settings, name, hold, now).await?;
        let unread = preview.unread.clone();
        let content = Arc::new(FileHoldContent { unread, lines: lines(preview) });
        if let Some(basis) = basis.filter(|_| content.unread.is_none()) {
            self.keep_of_file(basis, &content);
        }
        Ok(content)
    }

    fn kept_of_file(&self, basis: &PreviewBasis) -> Option<Arc<FileHoldContent>> {
        let last = self.last_of_file.lock().unwrap_or_else(PoisonError::into_inner);
        let same = last.as_ref().filter(|(known, _)| known == basis);
        same.map(|(_, content)| Arc::clone(content))
    }

    fn keep_of_file(&self, basis: PreviewBasis, content: &Arc<FileHoldContent>) {
        let kept = (basis, Arc::clone(content));
        *self.last_of_file.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        let (last, content) = (Arc::clone(&self.last_of_file), Arc::downgrade(content));
        tokio::spawn(async move {
            tokio::time::sleep(KEPT_FOR).await;
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            last.take_if(|(_, kept)| std::ptr::eq(Arc::as_ptr(kept), content.as_ptr()));
        });
    }
}

/// The counterparties that would be removed come first: that is what a cut file gets wrong.
pub fn lines(preview: FileHoldPreview) -> Vec<FileHoldLine> {
    let line =
        |what, counterparty, before, matches| FileHoldLine { what, counterparty, before, matches };
    let brief = |(state, band)| MatchBrief { state, band };
    let removed = preview.removed.into_iter().map(|lost| {
        let matches = lost.matches.into_iter().map(brief).collect();
        line(CounterpartyChange::Removed, lost.party, None, matches)
    });
    let revised = preview
        .revised
        .into_iter()
        .map(|(before, after)| line(CounterpartyChange::Revised, after, Some(before), Vec::new()));
    let added = preview.added.into_iter();
    let added = added.map(|party| line(CounterpartyChange::Added, party, None, Vec::new()));
    removed.chain(revised).chain(added).collect()
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
        Box::pin(async {
            hold_decision::preview_words(&self.program.store, hold).await.map_err(unknown)
        })
    }

    fn counterparties<'a>(
        &'a self,
        id: &'a HoldId,
    ) -> BoxFuture<'a, Result<Arc<FileHoldContent>, PreviewError>> {
        Box::pin(self.counterparties(id))
    }
}
