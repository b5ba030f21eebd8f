//! The commands that compare: two lists, counterparties with a list, or made-up counterparties with
//! a list.

use std::io::stdout;

use anyhow::Result;

use crate::cli::args::{DiffArgs, DrillArgs, ScreenArgs};
use crate::cli::dispatch::invocation::Invocation;
use crate::cli::drill_report::ReceiverAnswer;
use crate::cli::screened_file::ScreenedFile;
use crate::cli::usage::Usage;
use crate::cli::{compare_days, diff, drill, receipts, screen};
use crate::compare_files::compare_files;
use crate::config::SecretsMode;
use crate::exit::Exit;

/// `diff`: two files, or two recorded days of a source.
pub async fn diff(invocation: &Invocation<'_>, args: DiffArgs) -> Result<Exit> {
    let DiffArgs { old, new, source, from, to, lists, output } = args;
    let changes = match (source, from, to, old, new) {
        (Some(source), Some(from), Some(to), ..) => {
            let (config, store) = invocation.reading().await?;
            let (lists, days) = ((source.as_str(), lists.as_slice()), (from, to));
            compare_days::changes(store.as_ref(), &config, lists, days, invocation.now).await?
        }
        (.., Some(old), Some(new)) => compare_files(&old, &new, &lists)?,
        _ => return Err(Usage("expected two files, or a source and two days".into()).into()),
    };
    diff::print(&changes, output.output)?;
    Ok(Exit::Success)
}

/// `screen`: against a file, or against the current lists of the store.
pub async fn screen(invocation: &Invocation<'_>, args: ScreenArgs) -> Result<Exit> {
    let (file, mut lists) = match &args.against {
        Some(list) => {
            // A configuration is not needed here, but may say how the file is read.
            let config = invocation.configured(SecretsMode::Skip).ok();
            let file = args.watchlist.as_ref();
            let file = file.map(|path| ScreenedFile::of(path, config.as_ref()));
            (file, screen::lists_of_file(list, &args.lists)?)
        }
        None => {
            let (config, store) = invocation.reading().await?;
            let store = store.as_ref();
            let file = match &args.watchlist {
                Some(path) => {
                    let file = ScreenedFile::of(path, Some(&config));
                    Some(file.with_known(store, &config).await?)
                }
                None => None,
            };
            (file, screen::lists_of_store(store, &config, &args.lists).await?)
        }
    };
    let order = match &args.receipt {
        Some(file) => {
            let config = invocation.configured(SecretsMode::Skip)?;
            lists.anchor(&config).await;
            let keys = receipts::key_folder(&config, invocation.environment);
            Some(screen::ReceiptOrder { file, keys, now: invocation.now })
        }
        None => None,
    };
    screen::screen(&args, file.as_ref(), lists, order, &mut stdout())
}

/// `drill`: what the receivers answer is part of its report.
pub async fn drill(invocation: &Invocation<'_>, args: DrillArgs) -> Result<Exit> {
    let (config, store) = invocation.reading().await?;
    let mut report = drill::report(&args, store.as_ref(), &config, invocation.now).await?;
    store.close().await;
    for (receiver, kind, request) in drill::requests(&config) {
        let reply = invocation.reply(request).await;
        report.receivers.push(ReceiverAnswer::of(receiver, kind, reply));
    }
    drill::print(report, args.output, &mut stdout())
}
