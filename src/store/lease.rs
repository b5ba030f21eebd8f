//! What only one instance of a shared database may do at a time.
//!
//! A lease belongs to an instance for as long as that instance lives. Each new owner gets the next
//! epoch. A transaction that depends on a lease checks it first ([`Fence`]). Writes run one after
//! another, so nobody can take the lease between that check and the commit. A former owner that
//! wakes up finds another epoch and writes nothing.
//!
//! SQLite admits one process, so its leases are always had and never written.

use crate::domain::journal::JournalEvent;
use crate::domain::journal_kind;
use crate::store::instance::{Instance, database_now, living};
use crate::store::statement::{Sql, sql};
use crate::store::transaction::Tx;
use crate::store::{Result, Store, StoreError, journal};

/// The lease of the instance that checks the sources on their schedules.
const WATCH: &str = "watch";

/// A lease that this process has, or had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lease(Option<Term>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    name: String,
    epoch: u64,
    instance: i64,
}

/// The leases that a transaction needs. Without any it needs none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fence(Vec<Term>);

impl Fence {
    pub fn of<'a>(leases: impl IntoIterator<Item = &'a Lease>) -> Self {
        Self(leases.into_iter().filter_map(|lease| lease.0.clone()).collect())
    }

    /// The transaction needs these leases too.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Self>) {
        self.0.extend(others.into_iter().flat_map(|other| other.0));
    }
}

/// Fails if this process does not have the leases any more. Then the transaction must write
/// nothing.
pub(super) async fn check(tx: &mut Tx, fence: &Fence) -> Result<()> {
    for Term { name, epoch, instance } in &fence.0 {
        let statement = sql(concat!(
            "SELECT COUNT(*) FROM lease WHERE name = $1 AND epoch = $2 AND instance = $3 \
             AND instance IN (",
            living!(),
            ")"
        ));
        let statement = statement.bind(name).bind(*epoch).bind(*instance);
        let row = tx.fetch_one("check a lease", statement).await?;
        if row.map_or(Ok(0), |row| row.count(0))? == 0 {
            return Err(StoreError::LeaseLost { name: name.clone() });
        }
    }
    Ok(())
}

impl Store {
    /// Takes the lease to check the sources, or keeps it. `None` if another instance watches. A
    /// new watcher is entered into the journal.
    pub async fn take_watch(&self) -> Result<Option<Lease>> {
        self.take(WATCH, true).await
    }

    /// Takes a lease. `None` if another instance has it. A process that asks for it a second time
    /// still has it: locks of its own must keep its tasks apart.
    pub async fn take_lease(&self, name: &str) -> Result<Option<Lease>> {
        self.take(name, false).await
    }

    async fn take(&self, name: &str, is_journaled: bool) -> Result<Option<Lease>> {
        const ACTION: &str = "take a lease";
        let Some(instance) = self.instance.as_ref() else { return Ok(Some(Lease::default())) };
        // Most of the time nothing changes, and nothing is written.
        let seen = self.pools.write_aside(ACTION, owner_of(name), owner).await?;
        if let Some(Owner { instance: its, epoch, lives: true }) = seen.into_iter().next() {
            return Ok((its == instance.id()).then(|| lease(name, epoch, instance)));
        }
        let mut tx = self.pools.begin(ACTION).await?;
        let own = instance.id();
        let lives = sql(concat!("SELECT COUNT(*) FROM (", living!(), ") l WHERE instance = $1"));
        let row = tx.fetch_one(ACTION, lives.bind(own)).await?;
        if row.map_or(Ok(0), |row| row.count(0))? == 0 {
            return Ok(None);
        }
        let found = tx.fetch_one(ACTION, owner_of(name)).await?.as_ref().map(owner).transpose()?;
        if let Some(Owner { instance: its, epoch, lives: true }) = found {
            return Ok((its == own).then(|| lease(name, epoch, instance)));
        }
        let take = sql(concat!(
            "INSERT INTO lease (name, epoch, instance, taken_at) VALUES ($1, 1, $2, ",
            database_now!(),
            ") ON CONFLICT (name) DO UPDATE \
             SET epoch = lease.epoch + 1, instance = excluded.instance, \
             taken_at = excluded.taken_at \
             RETURNING epoch, taken_at"
        ));
        let Some(row) = tx.fetch_one(ACTION, take.bind(name).bind(own)).await? else {
            return Ok(None);
        };
        let (epoch, taken_at) = (row.count(0)?, row.time(1)?);
        if is_journaled {
            let data = serde_json::json!({
                "instance": own,
                "epoch": epoch,
                "host": instance.host(),
                "pid": std::process::id(),
            });
            let event = JournalEvent { kind: journal_kind::WATCH_TAKEN.to_owned(), data };
            journal::append(&mut tx, taken_at, &[event]).await?;
        }
        tx.commit(ACTION).await?;
        Ok(Some(lease(name, epoch, instance)))
    }

    /// Gives a lease back. Does nothing if it is lost already.
    pub async fn release(&self, lease: &Lease) -> Result<()> {
        let Some(Term { name, epoch, instance }) = &lease.0 else { return Ok(()) };
        let statement = sql("UPDATE lease SET instance = NULL \
                             WHERE name = $1 AND epoch = $2 AND instance = $3")
        .bind(name)
        .bind(*epoch)
        .bind(*instance);
        self.pools.write_aside("release a lease", statement, |_| Ok(())).await?;
        Ok(())
    }
}

fn lease(name: &str, epoch: u64, instance: &Instance) -> Lease {
    Lease(Some(Term { name: name.to_owned(), epoch, instance: instance.id() }))
}

/// Who has a lease.
struct Owner {
    instance: i64,
    epoch: u64,
    lives: bool,
}

fn owner_of(name: &str) -> Sql {
    sql(concat!(
        "SELECT instance, epoch, CASE WHEN instance IN (",
        living!(),
        ") THEN 1::BIGINT ELSE 0::BIGINT END FROM lease WHERE name = $1 AND instance IS NOT NULL"
    ))
    .bind(name)
}

fn owner(row: &crate::store::row::Row) -> Result<Owner> {
    Ok(Owner { instance: row.integer(0)?, epoch: row.count(1)?, lives: row.truth(2)? })
}
