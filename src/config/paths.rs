//! Where files are on this machine: configuration, state, socket. The environment is an argument.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::dial;
use crate::domain::Sha256;
use crate::store::StoreUrl;

/// The settings of the process's environment. Only [`Environment::of_process`] reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The name of the machine, as far as it is known.
    pub host: String,
    pub home: Option<PathBuf>,
    pub xdg_state_home: Option<PathBuf>,
    /// systemd's `StateDirectory=`.
    pub state_directory: Option<PathBuf>,
    /// systemd's `RuntimeDirectory=`.
    pub runtime_directory: Option<PathBuf>,
    /// systemd's `LoadCredential=`.
    pub credentials_directory: Option<PathBuf>,
    /// The settings in `HTTPS_PROXY`, `NO_PROXY` and similar variables that are not understood, in
    /// sentences.
    pub ignored_proxies: Vec<String>,
    /// How wide a table may be, by `COLUMNS`.
    pub columns: Option<String>,
}

/// Daemons of one shared database on one machine that can be reached by commands.
const MAX_LOCAL_DAEMONS: u32 = 8;

/// The path of the configuration if none is given.
pub const DEFAULT_CONFIG: &str = "/etc/entitywatch/entitywatch.toml";

/// The unit's `StateDirectory=`.
const SERVICE_STATE: &str = "/var/lib/entitywatch";
const DATABASE: &str = "entitywatch.db";

impl Environment {
    pub fn of_process() -> Self {
        let mut environment = Self::from(|name| std::env::var_os(name));
        environment.host =
            hostname::get().map(|host| host.to_string_lossy().into_owned()).unwrap_or_default();
        environment.or_state_of(Path::new(SERVICE_STATE))
    }

    /// A root shell does not have the service's variables, but a command in it is about the
    /// service's database. If root can see that database, and no variable says otherwise, its
    /// directory is the state directory. Other users cannot see it.
    fn or_state_of(mut self, service: &Path) -> Self {
        if self.state_directory.is_none()
            && self.xdg_state_home.is_none()
            && service.join(DATABASE).exists()
        {
            self.state_directory = Some(service.to_owned());
        }
        self
    }

    /// Reads the variables through `lookup`. Empty variables count as unset. systemd separates
    /// several directories with colons.
    pub fn from(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let path = |name: &str| lookup(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let first = |name: &str| {
            let value = lookup(name)?;
            std::env::split_paths(&value).next().filter(|path| !path.as_os_str().is_empty())
        };
        Self {
            host: String::new(),
            home: path("HOME"),
            // The XDG specification: a relative path is invalid and is ignored.
            xdg_state_home: path("XDG_STATE_HOME").filter(|path| path.is_absolute()),
            state_directory: first("STATE_DIRECTORY"),
            runtime_directory: first("RUNTIME_DIRECTORY"),
            credentials_directory: path("CREDENTIALS_DIRECTORY"),
            ignored_proxies: dial::ignored_in_environment(|name| lookup(name)?.into_string().ok()),
            columns: lookup("COLUMNS").and_then(|columns| columns.into_string().ok()),
        }
    }

    /// `$STATE_DIRECTORY`, else `$XDG_STATE_HOME/entitywatch`, else `~/.local/state/entitywatch`.
    pub fn state_dir(&self) -> PathBuf {
        self.state_directory
            .clone()
            .or_else(|| self.xdg_state_home.as_ref().map(|dir| dir.join("entitywatch")))
            .or_else(|| self.home.as_ref().map(|home| home.join(".local/state/entitywatch")))
            .unwrap_or_else(|| PathBuf::from(SERVICE_STATE))
    }

    /// A SQLite file in the state directory.
    pub fn default_store(&self) -> StoreUrl {
        StoreUrl::sqlite_file(self.state_dir().join(DATABASE))
    }

    /// Where a daemon of this database may be reached, best first: at
    /// `$RUNTIME_DIRECTORY/control.sock`, else beside the SQLite file, else in the state directory
    /// under a name that depends on the database, because several daemons may share that directory.
    /// Several daemons of one shared database, on one machine, number theirs.
    pub fn control_sockets(&self, store: &StoreUrl) -> Vec<PathBuf> {
        let path = match (&self.runtime_directory, store.sqlite_path()) {
            (Some(runtime), _) => runtime.join("control.sock"),
            (None, Some(database)) => database.with_extension("sock"),
            (None, None) => {
                // The address without user and password.
                let hash = Sha256::of(store.to_string().as_bytes());
                self.state_dir()
                    .join(format!("control-{}.sock", hash.as_str().get(..8).unwrap_or_default()))
            }
        };
        if store.sqlite_path().is_some() {
            return vec![path];
        }
        let numbered = (2..=MAX_LOCAL_DAEMONS)
            .map(|number| path.with_extension(format!("{number}.sock")))
            .collect::<Vec<_>>();
        std::iter::once(path).chain(numbered).collect()
    }

    /// The first of [`Environment::control_sockets`].
    pub fn control_socket(&self, store: &StoreUrl) -> PathBuf {
        self.control_sockets(store).into_iter().next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        Environment::from(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_state_directory_comes_from_systemd_then_xdg_then_home() {
        let home = ("HOME", "/home/a");
        let table: &[(&[(&str, &str)], &str)] = &[
            (&[("STATE_DIRECTORY", "/var/lib/ew"), ("XDG_STATE_HOME", "/x"), home], "/var/lib/ew"),
            (&[("STATE_DIRECTORY", "/var/lib/ew:/var/lib/other")], "/var/lib/ew"),
            (&[("XDG_STATE_HOME", "/x"), home], "/x/entitywatch"),
            (&[("XDG_STATE_HOME", "relative"), home], "/home/a/.local/state/entitywatch"),
            (&[("STATE_DIRECTORY", ""), home], "/home/a/.local/state/entitywatch"),
        ];
        for (pairs, expected) in table {
            assert_eq!(environment(pairs).state_dir(), Path::new(expected), "{pairs:?}");
        }
        assert_eq!(
            environment(&[home]).default_store().to_string(),
            "sqlite:///home/a/.local/state/entitywatch/entitywatch.db"
        );
    }

    #[test]
    fn the_socket_is_in_the_runtime_directory_or_beside_the_database() {
        let store = &StoreUrl::sqlite_file("/data/ew.db");
        assert_eq!(
            environment(&[("RUNTIME_DIRECTORY", "/run/ew")]).control_socket(store),
            Path::new("/run/ew/control.sock")
        );
        assert_eq!(environment(&[]).control_socket(store), Path::new("/data/ew.sock"));
        let of = |address: &str| {
            environment(&[("HOME", "/h")]).control_socket(&address.parse().unwrap())
        };
        assert_eq!(of("postgres://db/ew").parent(), Some(Path::new("/h/.local/state/entitywatch")));
        assert_ne!(
            of("postgres://db/ew"),
            of("postgres://db/other"),
            "each database has its own socket"
        );
        assert_eq!(
            of("postgres://db/ew"),
            of("postgres://user:pass@db/ew"),
            "a client may use another password"
        );
    }

    #[test]
    fn a_root_shell_uses_the_services_database_unless_a_variable_says_otherwise() {
        let service = tempfile::tempdir().unwrap();
        let of =
            |pairs: &[(&str, &str)]| environment(pairs).or_state_of(service.path()).state_dir();
        assert_eq!(
            of(&[("HOME", "/root")]),
            Path::new("/root/.local/state/entitywatch"),
            "there is no service"
        );
        std::fs::write(service.path().join(DATABASE), "").unwrap();
        assert_eq!(of(&[("HOME", "/root")]), service.path());
        assert_eq!(of(&[("HOME", "/root"), ("XDG_STATE_HOME", "/x")]), Path::new("/x/entitywatch"));
        assert_eq!(of(&[("HOME", "/root"), ("STATE_DIRECTORY", "/y")]), Path::new("/y"));
    }
}
