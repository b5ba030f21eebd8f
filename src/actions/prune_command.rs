//! `store prune`.

use crate::actions::Reply;
use crate::deliver::wording::count;
use crate::domain::size_text;
use crate::exit::Exit;
use crate::pipeline::Program;
use crate::store::Result;

/// Removes what `[retention]` allows.
pub async fn prune(program: &Program, reply: &mut Reply) -> Result<()> {
    let retention = program.wiring.load().config.retention;
    if retention.hold {
        reply.problem(
            Exit::Failed,
            "nothing was pruned, because `[retention] hold` is true: remove it when everything may \
             be pruned again",
        );
        return Ok(());
    }
    if retention.documents.is_none() && retention.deliveries.is_none() {
        reply.line("nothing was pruned: without `[retention]`, everything is kept");
        return Ok(());
    }
    let now = program.clock.now();
    let before = |years: Option<crate::config::Years>| years.and_then(|years| years.before(now));
    let (documents, deliveries) = (before(retention.documents), before(retention.deliveries));
    let pruned = program.store.prune(documents, deliveries, now).await?;
    reply.line(format!(
        "pruned {} ({}) and {}; the journal says which. The file keeps its size, and the space in \
         it is used again",
        counted(pruned.documents, "document"),
        size_text(pruned.bytes),
        counted(pruned.deliveries, "delivery"),
    ));
    Ok(())
}

fn counted(count: u64, noun: &str) -> String {
    count::counted(usize::try_from(count).unwrap_or(usize::MAX), noun)
}
