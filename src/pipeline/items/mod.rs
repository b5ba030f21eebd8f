//! Open items: what alerts open, what is due if nobody acknowledges one, and what people do.
//!
//! `opening` decides what an alert brings to items, before it is recorded. `Store::record` opens
//! them in the transaction of the alert. `due_steps` makes escalations and reminders. It computes
//! them from the store alone, so that a restart, a second instance and `check` run the same code:
//! each step has an id of its own and is recorded once. `item_actions` are the commands.
//!
//! The rules themselves are in `domain/item`.

mod due_steps;
mod item_actions;
mod opening;
mod reminder_time;

pub use due_steps::{DueSteps, make_due_steps};
pub use item_actions::{ActionError, Actor, close, end_of, hand_over, reopen, take};
pub use opening::note_items;
