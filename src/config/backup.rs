//! `[backup]`: when the daemon backs up, where to, and how many backups are kept.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::paths::Environment;
use crate::config::placed::{Key, Placed};
use crate::config::problem::Problem;
use crate::config::value::{Text, Zone};
use crate::deliver::wording::time::DEFAULT_ZONE;
use crate::schedule::Schedule;
use crate::store::StoreUrl;

/// At night, when no list is published.
const DEFAULT_SCHEDULE: &str = "30 2 * * *";
/// Two weeks of daily backups: a mistake is found within that time.
const DEFAULT_KEEP: usize = 14;
/// The folder beside the database.
const DEFAULT_FOLDER: &str = "backup";

/// Backups that the daemon makes. Without this section it makes none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawBackup {
    /// A cron(8) schedule in the time zone of `[messages]`. Default: `30 2 * * *`.
    pub schedule: Key<Text>,
    /// Where the backups and the export of decisions are written. A relative path starts in the
    /// folder of the configuration file. Default: `backup` beside the SQLite file, or in the state
    /// directory.
    pub folder: Key<Text>,
    /// How many backups are kept. Older ones are removed. Default: 14.
    pub keep: Key<usize>,
}

/// The checked `[backup]`.
#[derive(Clone, Debug)]
pub struct BackupSettings {
    pub schedule: Schedule,
    /// The cron expression, as written.
    pub schedule_text: String,
    pub folder: PathBuf,
    /// At least 1.
    pub keep: usize,
}

/// `folder` is that of the configuration file. Adds mistakes to `problems`.
pub(super) fn check(
    section: Option<&Placed<RawBackup>>,
    zone: Option<&Zone>,
    store: &StoreUrl,
    (environment, folder): (&Environment, &Path),
    problems: &mut Vec<Problem>,
) -> Option<BackupSettings> {
    let Placed { value: raw, span } = section?;
    let schedule_text =
        raw.schedule.as_ref().map_or(DEFAULT_SCHEDULE, |text| text.value.0.as_str()).to_owned();
    if let Some(keep) = raw.keep.as_ref().filter(|keep| keep.value == 0) {
        let message = "expected at least 1 backup to keep, but got 0";
        problems.push(Problem::at(keep.span.clone(), message));
    }
    let path = match &raw.folder {
        Some(written) => folder.join(&written.value.0),
        None => {
            let beside = store.sqlite_path().and_then(Path::parent).map(Path::to_owned);
            beside.unwrap_or_else(|| environment.state_dir()).join(DEFAULT_FOLDER)
        }
    };
    if let Some(written) = raw.folder.as_ref().filter(|_| path.is_file()) {
        let message = format!("expected a folder, but {} is a file", path.display());
        problems.push(Problem::at(written.span.clone(), message));
    }
    match Schedule::parse(&schedule_text, zone.map_or(DEFAULT_ZONE, |zone| &zone.1)) {
        Ok(schedule) => Some(BackupSettings {
            schedule,
            schedule_text,
            folder: path,
            keep: raw.keep.as_ref().map_or(DEFAULT_KEEP, |keep| keep.value),
        }),
        Err(error) => {
            let at = raw.schedule.as_ref().map_or(span, |text| &text.span);
            problems.push(Problem::at(at.clone(), error.to_string()));
            None
        }
    }
}
