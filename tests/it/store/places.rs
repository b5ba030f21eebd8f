//! The databases that the tests run on: an empty one for each test.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use entitywatch::store::{Mode, Store, StoreUrl, open};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

pub struct Place {
    pub url: StoreUrl,
    /// The URL for statements that the store has no method for.
    pub postgres: Option<String>,
    _folder: Option<tempfile::TempDir>,
}

impl Place {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            url: StoreUrl::sqlite_file(folder.path().join("record.db")),
            postgres: None,
            _folder: Some(folder),
        }
    }

    /// `None` if PostgreSQL is not installed. In CI that is a failure.
    pub async fn postgres() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let Some(server) = server() else {
            assert!(
                std::env::var_os("CI").is_none(),
                "expected PostgreSQL in CI, but it is not installed"
            );
            eprintln!("skipped: PostgreSQL is not installed");
            return None;
        };
        let name =
            format!("record_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(server).await.unwrap();
        sqlx::query(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}")))
            .execute(&mut connection)
            .await
            .unwrap();
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        let mut url: url::Url = server.parse().unwrap();
        url.set_path(&name);
        Some(Self { url: url.as_str().parse().unwrap(), postgres: Some(url.into()), _folder: None })
    }

    pub async fn write(&self) -> Arc<Store> {
        open(&self.url, Mode::Write).await.unwrap()
    }

    pub async fn read(&self) -> Arc<Store> {
        open(&self.url, Mode::Read).await.unwrap()
    }

    /// Runs SQL without the store.
    pub async fn tamper(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        if let Some(url) = &self.postgres {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::query(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        } else {
            let options =
                sqlx::sqlite::SqliteConnectOptions::new().filename(self.url.sqlite_path().unwrap());
            let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
            sqlx::query(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}

/// The address of a server where databases can be created: `ENTITYWATCH_TEST_POSTGRES`, or else a
/// server that is started here.
fn server() -> Option<&'static str> {
    static ADDRESS: OnceLock<Option<String>> = OnceLock::new();
    ADDRESS
        .get_or_init(|| std::env::var("ENTITYWATCH_TEST_POSTGRES").ok().or_else(start_server))
        .as_deref()
}

/// Starts a server that ends with this process, because it runs as long as its input is open.
fn start_server() -> Option<String> {
    static SERVER: OnceLock<Child> = OnceLock::new();
    const SCRIPT: &str = r#"
        folder=$(mktemp -d) && cd "$folder" || exit 1
        trap 'rm -rf "$folder"' EXIT
        "$0/initdb" -D "$folder/data" -A trust -U watcher -E UTF8 --no-sync >/dev/null || exit 1
        "$0/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off \
            -c max_connections=300 >/dev/null 2>&1 &
        server=$!
        until grep -qs '^ready' "$folder/data/postmaster.pid"; do
            kill -0 $server || exit 1
            sleep 0.05
        done
        echo "$folder"
        read -r _
        kill -INT $server
        wait $server
    "#;
    let programs = programs()?;
    let mut command = Command::new("sh");
    command.arg("-c").arg(SCRIPT).arg(&programs).env("LC_ALL", "C.UTF-8").env("TMPDIR", "/tmp");
    command.current_dir("/tmp").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    // The server refuses to run as root.
    if id("-u", None)? == 0 {
        command.uid(id("-u", Some("postgres"))?).gid(id("-g", Some("postgres"))?);
    }
    let mut child = command.spawn().ok()?;
    let mut folder = String::new();
    BufReader::new(child.stdout.take()?).read_line(&mut folder).ok()?;
    SERVER.set(child).ok()?;
    let folder = folder.trim();
    (!folder.is_empty()).then(|| format!("postgres://watcher@localhost/postgres?host={folder}"))
}

fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"));
    std::env::split_paths(&path)
        .chain(debian)
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

fn id(which: &str, user: Option<&str>) -> Option<u32> {
    let output = Command::new("id").arg(which).args(user).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
