//! The loops of the daemon.
//!
//! - `source_loop` checks every second which sources are due. Each check is a task of its own; a
//!   source never has two at a time.
//! - `receiver_loops` has one loop per receiver, so that a receiver that does not answer delays no
//!   other.
//! - `digest_loop` makes the digests when they are due.
//! - `outbox_signal` wakes those loops when another instance of a shared database put something
//!   into the outbox.
//! - `item_loop` makes the escalations and reminders of items when they are due.
//! - `backup_loop` makes the backups when they are due.
//! - `regular_message_loop` makes assurance, and looks for documents that did not come.
//! - `heartbeat_loop` sends the heartbeats while everything works.
//! - `watchdog` reports to systemd that both work.
//!
//! A task that panics ends the process. systemd restarts it, and the outbox makes that safe.
//!
//! Does not know what a check or a delivery does.

mod backup_loop;
mod digest_loop;
mod heartbeat_loop;
mod item_loop;
mod outbox_signal;
mod receiver_loops;
mod regular_message_loop;
mod reload;
mod source_loop;
mod task_end;
mod ticker;
mod watchdog;

pub use backup_loop::make_backups;
pub use digest_loop::make_digests;
pub use heartbeat_loop::send_heartbeats;
pub use item_loop::escalate_items;
pub use outbox_signal::hear_other_instances;
pub use receiver_loops::deliver_to_receivers;
pub use regular_message_loop::make_regular_messages;
pub use reload::{init_metrics, reload};
pub use source_loop::watch_sources;
pub use ticker::ticker;
pub use watchdog::feed_watchdog;
