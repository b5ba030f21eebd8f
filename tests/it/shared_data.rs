//! The real data and its tools in `../shared`. A test that needs them is skipped without them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with the data and the tools. `None` if the data is not there.
pub fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if folder.join("data").is_dir() {
        return Some(folder);
    }
    println!("skipped: ../shared/data is not here");
    None
}

/// One file of the data.
pub fn file(name: &str) -> Option<PathBuf> {
    let file = folder()?.join("data").join(name);
    if file.exists() {
        return Some(file);
    }
    println!("skipped: ../shared/data/{name} is not here");
    None
}

/// What Python prints when it runs with these arguments. `None` if Python is not installed.
pub fn python<A: AsRef<OsStr>>(arguments: &[A]) -> Option<Vec<u8>> {
    let Ok(output) = Command::new("python3").arg("-B").args(arguments).output() else {
        println!("skipped: python3 is not here");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

/// Writes Entity Lists made from the real data into `out`, as `make_lists.py MODE DAY OUT OPTIONS`
/// does.
pub fn make_lists(mode: &str, day: &str, out: &Path, options: &[&str]) -> Option<()> {
    let (tool, data) =
        (folder()?.join("tools/make_lists.py"), file("entity-list-to-2022.json.xz")?);
    let mut arguments = vec![tool.as_os_str(), data.as_os_str(), mode.as_ref(), day.as_ref()];
    arguments.push(out.as_os_str());
    arguments.extend(options.iter().map(OsStr::new));
    python(&arguments).map(drop)
}

/// The content of an `.xz` file. `None` if `xz` is not installed.
pub fn unpacked(path: &Path) -> Option<Vec<u8>> {
    let Ok(output) = Command::new("xz").arg("-dc").arg(path).output() else {
        println!("skipped: xz is not here");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

/// The days of a sanctions list on which parties were renamed, sorted. Each is a folder with the
/// list before, the list after, and the true renames. Unpacks them into `out`.
pub fn days_with_renames(out: &Path) -> Option<Vec<PathBuf>> {
    let archive = file("identity-2021-2022.tar.xz")?;
    let arguments = ["-m", "tarfile", "-e"].map(OsStr::new);
    python(&[&arguments[..], &[archive.as_os_str(), out.as_os_str()]].concat())?;
    let mut days: Vec<PathBuf> =
        std::fs::read_dir(out).unwrap().map(|day| day.unwrap().path()).collect();
    days.sort();
    Some(days)
}
