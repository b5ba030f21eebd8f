//! A signal every second for the source loop.

use tokio::sync::mpsc;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// Starts the ticker.
///
/// Its job only sends a signal, so it cannot fail or overlap. The source loop computes what is due,
/// which is correct across daylight saving changes.
pub async fn ticker() -> Result<(JobScheduler, mpsc::Receiver<()>), JobSchedulerError> {
    let (signal, ticks) = mpsc::channel(1);
    let scheduler = JobScheduler::new().await?;
    let job = Job::new("* * * * * *", move |_, _| {
        // A full channel means that the loop has not taken the last tick yet. One tick is enough.
        let _ = signal.try_send(());
    })?;
    scheduler.add(job).await?;
    scheduler.start().await?;
    Ok((scheduler, ticks))
}
