//! SQLite's primary result codes (<https://www.sqlite.org/rescode.html>).

/// `SQLITE_ERROR`, such as a table that does not exist.
pub const GENERIC_ERROR: u32 = 1;
/// `SQLITE_CORRUPT`.
pub const CORRUPT: u32 = 11;
/// `SQLITE_FULL`: the disk or the quota is full.
pub const FULL: u32 = 13;
/// `SQLITE_NOTADB`.
pub const NOT_A_DATABASE: u32 = 26;

/// `SQLITE_IOERR`.
const IO_ERROR: u32 = 0x0a;
/// `SQLITE_IOERR_SHMSIZE`: the file that readers of a log share cannot grow, which has no other
/// reason on Linux than a full disk.
const SHARED_MEMORY_SIZE: u32 = IO_ERROR | (0x13 << 8);

/// The result code of an error of SQLite. The codes of PostgreSQL have five characters, so they
/// have none.
pub fn result_code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 =
        error.as_database_error()?.code().filter(|code| code.len() < 5)?.parse().ok()?;
    Some(if code == SHARED_MEMORY_SIZE { FULL } else { code & 0xff })
}
