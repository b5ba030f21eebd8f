//! The databases that the tests run on: an empty one for each test.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
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

/// Starts a server that ends with this process.
fn start_server() -> Option<String> {
    static SERVER: OnceLock<PostgresServer> = OnceLock::new();
    let server = PostgresServer::start()?;
    let address = server.address.clone();
    SERVER.set(server).ok()?;
    Some(address)
}

/// A server that runs as long as its standard input is open.
pub struct PostgresServer {
    /// Of its database `postgres`.
    pub address: String,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    _child: Child,
}

impl PostgresServer {
    /// `None` if PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        const SCRIPT: &str = r#"
            folder=$(mktemp -d) && cd "$folder" || exit 1
            trap 'rm -rf "$folder"' EXIT
            "$0/initdb" -D "$folder/data" -A trust -U watcher -E UTF8 --no-sync >/dev/null || exit 1
            start() {
                "$0/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off \
                    -c max_connections=300 >/dev/null 2>&1 &
                server=$!
                until grep -qs '^ready' "$folder/data/postmaster.pid"; do
                    kill -0 $server || exit 1
                    sleep 0.05
                done
                echo "$folder"
            }
            stop() { kill -INT $server; wait $server; }
            start
            while read -r _; do stop; start; done
            stop
        "#;
        let programs = programs()?;
        let mut command = Command::new("sh");
        command.arg("-c").arg(SCRIPT).arg(&programs).env("LC_ALL", "C.UTF-8").env("TMPDIR", "/tmp");
        command.current_dir("/tmp").stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(Stdio::null());
        // The server refuses to run as root.
        if id("-u", None)? == 0 {
            command.uid(id("-u", Some("postgres"))?).gid(id("-g", Some("postgres"))?);
        }
        let mut child = command.spawn().ok()?;
        let orders = child.stdin.take()?;
        let mut answers = BufReader::new(child.stdout.take()?);
        let mut folder = String::new();
        answers.read_line(&mut folder).ok()?;
        let folder = folder.trim();
        let address = format!("postgres://watcher@localhost/postgres?host={folder}");
        (!folder.is_empty()).then(|| Self { address, orders, answers, _child: child })
    }

    /// Stops the server, which ends all connections, and starts it again.
    pub fn restart(&mut self) {
        self.orders.write_all(b"restart\n").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert!(!answer.trim().is_empty(), "the server started again");
    }

    /// Makes every transaction read-only that does not say otherwise, as on a primary that is about
    /// to be replaced, or ends that.
    pub async fn set_read_only(&self, is_read_only: bool) {
        let mut connection = PgConnection::connect(&self.address).await.unwrap();
        let value = if is_read_only { "on" } else { "off" };
        for text in [
            "SET default_transaction_read_only = off".to_owned(),
            format!("ALTER SYSTEM SET default_transaction_read_only = {value}"),
            "SELECT pg_reload_conf()".to_owned(),
        ] {
            sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    }
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
