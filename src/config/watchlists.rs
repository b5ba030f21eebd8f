//! Checks `[[watchlist]]`, and what receivers and routes say about matches.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::problem::Problem;
use crate::config::raw::{Key, Placed, RawReceiver};
use crate::config::raw_watchlist::{RawColumns, RawWatchlist};
use crate::config::read::Sections;
use crate::config::sources::{misunderstood_path, required};
use crate::config::value::{Percent, Text};
use crate::config::{Config, ConfigWarning};
use crate::domain::ListCode;
use crate::watchlist::Columns;

/// The share of its rows that a file may lose, or revise, at once. A change of more is rather a cut
/// export than a day's work.
const DEFAULT_LIMIT: f64 = 0.05;
/// The channels whose messages many people read, and that keep what they got.
const CHATS: [&str; 2] = ["slack", "teams"];

/// One `[[watchlist]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchlistSettings {
    pub name: String,
    pub path: PathBuf,
    pub columns: Columns,
    pub lists: Vec<ListCode>,
    /// An older file is said to be old.
    pub max_age: Option<Duration>,
    /// Fractions of the rows in use.
    pub max_loss: f64,
    pub max_revised: f64,
    pub dismissals_expire: Option<Duration>,
    pub previous_name: Option<String>,
}

impl WatchlistSettings {
    /// The name of the file or folder, without its path.
    pub fn file_name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }
}

/// Returns the valid watchlists, and adds the mistakes of the others to `problems`.
pub(super) fn check(
    sections: &Sections,
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> Vec<WatchlistSettings> {
    let mut watchlists: Vec<WatchlistSettings> = Vec::new();
    for section in &sections.watchlists {
        if let Some(watchlist) = one(section, folder, problems) {
            if watchlists.iter().any(|other| other.name == watchlist.name) {
                problems.push(Problem::at(
                    section.span.clone(),
                    format!(
                        "expected unique names, but found the watchlist `{}` twice",
                        watchlist.name
                    ),
                ));
            }
            watchlists.push(watchlist);
        }
    }
    for section in &sections.watchlists {
        if let Some(previously) = &section.value.previously
            && watchlists.iter().any(|other| other.name == previously.value.0)
        {
            problems.push(Problem::at(
                previously.span.clone(),
                format!(
                    "expected a name that is not used any more, but `{}` is configured",
                    previously.value.0
                ),
            ));
        }
    }
    refuse_useless_routes(sections, problems);
    watchlists
}

fn one(
    section: &Placed<RawWatchlist>,
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> Option<WatchlistSettings> {
    let raw = &section.value;
    let name = required(raw.name.as_ref(), section, "name", problems);
    let path = required(raw.path.as_ref(), section, "path", problems);
    let (name, path) = (name?, path?);
    if let Some(reason) = misunderstood_path(&path.value.0) {
        problems.push(Problem::at(
            path.span.clone(),
            format!("expected the path of a file or a folder, but got {reason}"),
        ));
    }
    if let Some(lists) = raw.lists.as_ref().filter(|lists| lists.value.is_empty()) {
        problems.push(Problem::at(
            lists.span.clone(),
            "expected at least one list, but got an empty list",
        ));
    }
    for length in [&raw.max_age, &raw.dismissals_expire].into_iter().flatten() {
        if length.value.0.is_zero() {
            problems.push(Problem::at(length.span.clone(), "expected a time longer than 0s"));
        }
    }
    let share = |key: &Key<Percent>| key.as_ref().map_or(DEFAULT_LIMIT, |key| key.value.0);
    let lists = raw
        .lists
        .as_ref()
        .map_or(vec![ListCode::EL], |lists| lists.value.iter().map(|list| list.value.0).collect());
    Some(WatchlistSettings {
        name: name.value.0.clone(),
        path: folder.join(&path.value.0),
        columns: columns(raw.columns.as_ref().map(|key| &key.value), &raw.alias_separator),
        lists,
        max_age: raw.max_age.as_ref().map(|key| key.value.0),
        max_loss: share(&raw.max_loss),
        max_revised: share(&raw.max_revised),
        dismissals_expire: raw.dismissals_expire.as_ref().map(|key| key.value.0),
        previous_name: raw.previously.as_ref().map(|key| key.value.0.clone()),
    })
}

fn columns(raw: Option<&RawColumns>, separator: &Key<String>) -> Columns {
    let header = |key: fn(&RawColumns) -> &Key<Text>| {
        raw.and_then(|raw| key(raw).as_ref()).map(|key| key.value.0.clone())
    };
    let standard = Columns::default();
    Columns {
        id: header(|raw| &raw.id),
        name: header(|raw| &raw.name),
        aliases: header(|raw| &raw.aliases),
        address: header(|raw| &raw.address),
        country: header(|raw| &raw.country),
        owner: header(|raw| &raw.owner),
        alias_separator: separator
            .as_ref()
            .map_or(standard.alias_separator, |key| key.value.clone()),
    }
}

/// A route of matches alone would show to a receiver without `show_matches` which changes match.
fn refuse_useless_routes(sections: &Sections, problems: &mut Vec<Problem>) {
    let shows = |raw: &RawReceiver| raw.show_matches.as_ref().is_some_and(|show| show.value);
    for section in &sections.routes {
        let Some(matches) = section.value.matches.as_ref().filter(|matches| matches.value) else {
            continue;
        };
        if sections.watchlists.is_empty() && sections.faulty.watchlists.is_empty() {
            problems.push(Problem::at(
                matches.span.clone(),
                "expected a section [[watchlist]] for a route with `matches`, but found none",
            ));
        }
        let names = section.value.receivers.iter().flat_map(|names| &names.value);
        for name in names {
            let known = sections
                .receivers
                .iter()
                .map(|receiver| &receiver.value)
                .find(|raw| raw.name.as_ref().is_some_and(|own| own.value.0 == name.value));
            if known.is_some_and(|raw| !shows(raw)) {
                problems.push(Problem::at(
                    matches.span.clone(),
                    format!(
                        "expected receivers with `show_matches = true`, but `{}` is without it",
                        name.value
                    ),
                ));
            }
        }
    }
}

/// Warnings about who may be shown matches.
pub(super) fn warnings(config: &Config) -> Vec<ConfigWarning> {
    let mut warnings = Vec::new();
    for receiver in config.receivers.iter().filter(|receiver| receiver.show_matches) {
        let kind = receiver.channel.kind();
        if CHATS.contains(&kind) {
            warnings.push(ConfigWarning(format!(
                "receiver `{}`: `show_matches` shows your counterparties to everyone in the \
                 {kind} channel, and the service keeps them",
                receiver.name
            )));
        }
        if config.watchlists.is_empty() {
            warnings.push(ConfigWarning(format!(
                "receiver `{}`: `show_matches` shows nothing, because no [[watchlist]] is \
                 configured",
                receiver.name
            )));
        }
    }
    if !config.watchlists.is_empty()
        && !config.receivers.iter().any(|receiver| receiver.show_matches)
    {
        warnings.push(ConfigWarning(
            "no receiver has `show_matches`, so no message says which counterparties match"
                .to_owned(),
        ));
    }
    let watched = |list: &ListCode| config.sources.iter().any(|source| source.lists.contains(list));
    for watchlist in &config.watchlists {
        for list in watchlist.lists.iter().filter(|list| !watched(list)) {
            warnings.push(ConfigWarning(format!(
                "watchlist `{}`: no source watches {list}, so it is not compared with it",
                watchlist.name
            )));
        }
    }
    warnings
}

/// Warnings about this machine.
pub(super) fn machine_warnings(config: &Config) -> impl Iterator<Item = ConfigWarning> + '_ {
    config.watchlists.iter().filter(|watchlist| !watchlist.path.exists()).map(|watchlist| {
        ConfigWarning(format!(
            "watchlist `{}`: {} does not exist yet",
            watchlist.name,
            watchlist.path.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use crate::config::{Environment, SecretsMode, check};

    fn checked(text: &str) -> Result<crate::config::Config, String> {
        let path = std::path::Path::new("/etc/entitywatch/entitywatch.toml");
        check(path, text, &Environment::default(), SecretsMode::Skip)
            .map(|(config, _)| config)
            .map_err(|errors| errors.to_string())
    }

    fn warned(text: &str) -> String {
        let path = std::path::Path::new("/etc/entitywatch/entitywatch.toml");
        let (_, warnings) = check(path, text, &Environment::default(), SecretsMode::Skip).unwrap();
        warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    const RECEIVER: &str = "[[receiver]]\nname = \"desk\"\nkind = \"console\"\n";

    #[test]
    fn ok_a_watchlist_with_every_key_and_with_the_required_ones() {
        let config = checked(
            "[[watchlist]]\nname = \"customers\"\npath = \"customers.csv\"\ncolumns = { id = \"No\
             \", owner = \"Account manager\" }\nalias_separator = \"|\"\nlists = [\"EL\", \"UVL\"]\
             \nmax_age = \"36h\"\nmax_revised = \"7%\"\nmax_loss = \"3%\"\ndismissals_expire = \
             \"365d\"\npreviously = \"clients\"\n[[watchlist]]\nname = \"vendors\"\npath = \
             \"/srv/vendors\"\n",
        )
        .unwrap();
        let [customers, vendors] = config.watchlists.as_slice() else { panic!("expected two") };
        assert_eq!(customers.path, std::path::Path::new("/etc/entitywatch/customers.csv"));
        assert_eq!(customers.columns.id.as_deref(), Some("No"));
        assert_eq!(customers.columns.alias_separator, "|");
        assert_eq!(customers.lists.len(), 2);
        assert_eq!((customers.max_loss, customers.max_revised), (0.03, 0.07));
        assert_eq!(customers.max_age.unwrap().as_secs(), 36 * 3600);
        assert_eq!(vendors.path, std::path::Path::new("/srv/vendors"));
        assert_eq!((vendors.max_loss, vendors.max_revised), (0.05, 0.05));
        assert_eq!((vendors.max_age, vendors.dismissals_expire), (None, None));
    }

    #[test]
    fn err_mistakes_of_watchlists_and_routes_of_matches() {
        let check = |text: &str, expected: &str| {
            let error = checked(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        check("[[watchlist]]\nname = \"a\"\n", "expected the key `path`");
        check("[[watchlist]]\nname = \"a\"\npath = \"*.csv\"\n", "but got a pattern");
        check("[[watchlist]]\nname = \"a\"\npath = \"x\"\nlists = []\n", "at least one list");
        check("[[watchlist]]\nname = \"a\"\npath = \"x\"\nmax_age = \"0s\"\n", "longer than 0s");
        check("[[watchlist]]\nname = \"a\"\npath = \"x\"\nmin_age = \"1h\"\n", "`min_age`");
        let twice = "[[watchlist]]\nname = \"a\"\npath = \"x\"\n".repeat(2);
        check(&twice, "watchlist `a` twice");
        let route = "[[route]]\nreceivers = [\"desk\"]\nmatches = true\n";
        check(&format!("{RECEIVER}{route}"), "expected a section [[watchlist]]");
        let watchlist = "[[watchlist]]\nname = \"a\"\npath = \"x\"\n";
        check(&format!("{RECEIVER}{route}{watchlist}"), "`show_matches = true`");
        let shows = format!("{RECEIVER}show_matches = true\n{route}{watchlist}");
        assert!(checked(&shows).unwrap().routes.first().unwrap().matches);
    }

    #[test]
    fn show_matches_in_a_chat_is_warned_of() {
        let watchlist = "[[watchlist]]\nname = \"a\"\npath = \"x\"\n";
        let chat = format!(
            "[[receiver]]\nname = \"desk\"\nkind = \"slack\"\nurl = \"https://hooks.example.com/a\"\
             \nshow_matches = true\n{watchlist}"
        );
        assert!(warned(&chat).contains("everyone in the slack channel"), "{}", warned(&chat));
        let console = format!("{RECEIVER}show_matches = true\n{watchlist}");
        assert!(!warned(&console).contains("show_matches"), "{}", warned(&console));
        assert!(warned(&format!("{RECEIVER}{watchlist}")).contains("no receiver has"));
        assert!(warned(&format!("{RECEIVER}show_matches = true\n")).contains("shows nothing"));
    }
}
