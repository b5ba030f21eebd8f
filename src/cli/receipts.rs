//! `config keys`, and `journal verify --receipt`.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde_json::Value;

use crate::cli::args::{KeysArgs, OutputFormat};
use crate::cli::output;
use crate::cli::screen_receipt::VERSION;
use crate::config::{Config, Environment};
use crate::exit::Exit;
use crate::random;
use crate::receipt::{KeyFolder, SignedReceipt, public_keys};

/// The folder of the keys: beside a SQLite database, else in the state directory of this machine.
pub fn key_folder(config: &Config, environment: &Environment) -> KeyFolder {
    let state = config.store.sqlite_path().and_then(Path::parent).map(Path::to_owned);
    KeyFolder::in_state(&state.unwrap_or_else(|| environment.state_dir()))
}

/// Prints the public keys, oldest first.
pub fn keys(args: KeysArgs, folder: &KeyFolder, now: Timestamp, out: &mut dyn Write) -> Result<()> {
    if args.new {
        folder.make(&random::bits_256()?, now)?;
    }
    let keys = folder.keys()?;
    match args.output.output {
        OutputFormat::Text if keys.is_empty() => output::line(
            out,
            "# no key yet: `screen … --receipt FILE` makes one, and so does `config keys --new`",
        )?,
        OutputFormat::Text => output::line(out, &public_keys::text(&keys))?,
        format => output::records(out, format, "keys", &public_keys::rows(&keys))?,
    }
    Ok(())
}

/// Verifies a receipt with nothing but two files.
pub fn verify(receipt: &Path, key: &Path, out: &mut dyn Write) -> Result<Exit> {
    let text = std::fs::read_to_string(receipt)
        .with_context(|| format!("failed to read {}", receipt.display()))?;
    let bytes = std::fs::read(key).with_context(|| format!("failed to read {}", key.display()))?;
    let keys = public_keys::read(&bytes);
    if keys.is_empty() {
        anyhow::bail!(
            "expected public keys as `config keys` prints them, but {} has none",
            key.display()
        );
    }
    let signed = SignedReceipt::read(&text).with_context(|| receipt.display().to_string())?;
    signed.verify(&keys).with_context(|| receipt.display().to_string())?;
    let version = signed.receipt.get("version").and_then(Value::as_u64);
    if version != Some(u64::from(VERSION)) {
        anyhow::bail!("expected a receipt of version {VERSION}, but got {version:?}");
    }
    output::line(out, &summary(&signed))?;
    Ok(Exit::Success)
}

fn summary(signed: &SignedReceipt) -> String {
    let receipt = &signed.receipt;
    let count = |name: &str| receipt.get(name).and_then(Value::as_array).map_or(0, Vec::len);
    let text = |name: &str| receipt.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    format!(
        "the receipt is intact: made at {} by {}, signed with {}; counterparties: {}; matches: \
         {}\n{}",
        text("made_at"),
        text("program"),
        signed.key_id,
        count("counterparties"),
        count("matches"),
        text("note")
    )
}
