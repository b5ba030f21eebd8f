//! What the steps of one check share: the source, the day, and the current list.

use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::OnceCell;

use crate::pipeline::check::recorder::CheckRecorder;
use crate::pipeline::federal_register::current_entities::{self, CurrentEntities};
use crate::store::Result;

/// One check of the Federal Register.
pub struct RuleCheck<'a> {
    pub recorder: &'a CheckRecorder<'a>,
    pub today: Date,
    current_entities: OnceCell<CurrentEntities>,
}

impl<'a> RuleCheck<'a> {
    pub fn new(recorder: &'a CheckRecorder<'a>, today: Date) -> Self {
        Self { recorder, today, current_entities: OnceCell::new() }
    }

    pub fn now(&self) -> Timestamp {
        self.recorder.now
    }

    /// The current Entity List. Loaded once, and only if a text needs it.
    pub async fn current_entities(&self) -> Result<&CurrentEntities> {
        self.current_entities.get_or_try_init(|| current_entities::load(self.recorder)).await
    }
}
