//! The rules of `src/README.md`, checked against the source.

mod circles;

use std::path::{Path, PathBuf};

/// A source file without its tests and without comments on lines of their own.
struct Source {
    /// From the crate's root, such as `src/diff/name.rs`.
    path: String,
    code: String,
}

fn crate_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![crate_root().join(folder)];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no file was found in {folder}");
    found
}

fn sources() -> Vec<Source> {
    let source = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).unwrap();
        let before_tests = text.split("\n#[cfg(test)]\nmod tests").next().unwrap();
        let code = before_tests
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n");
        Source { path: file.strip_prefix(crate_root()).unwrap().display().to_string(), code }
    };
    files("src").into_iter().map(source).collect()
}

/// The module of the crate that a file belongs to: `diff` of `src/diff/name.rs`.
fn module(path: &str) -> &str {
    path.trim_start_matches("src/").split('/').next().unwrap().trim_end_matches(".rs")
}

/// The modules of this crate that a file names, as `crate::x` or `crate::{x, y}`.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let names = match rest.strip_prefix('{') {
            Some(list) => top_level(list),
            None => vec![rest],
        };
        for name in names {
            let name: String =
                name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !name.is_empty() && name.chars().all(|c| c.is_lowercase() || c == '_') {
                found.push(name);
            }
        }
    }
    found
}

/// The items of a braced list, without those of nested lists.
fn top_level(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&list[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts
}

#[test]
fn a_stage_imports_the_domain_and_no_other_stage() {
    let allowed = |of: &str| -> Option<&[&str]> {
        Some(match of {
            "domain" | "dial" | "secret" | "clock" | "exit" | "crash_point" | "file_owner"
            | "random" => &[],
            "schedule" => &["dial"],
            "fetch" => &["domain", "dial", "clock"],
            "parse" | "diff" | "screen" | "route" => &["domain"],
            // Its stopwatch, by which an instance of a shared database knows that it was silent.
            "store" => &["domain", "clock", "crash_point", "file_owner"],
            "watchlist" => &["domain", "screen"],
            "deliver" => &["domain", "dial", "secret"],
            "stored_json" => &["domain", "store", "schedule"],
            "web" => &[
                "domain",
                "store",
                "stored_json",
                "schedule",
                "clock",
                "metrics",
                "random",
                "secret",
            ],
            _ => return None,
        })
    };
    let mut checked = 0;
    for source in sources() {
        let of = module(&source.path);
        let Some(allowed) = allowed(of) else { continue };
        for import in imports(&source.code) {
            assert!(
                import == of || allowed.contains(&import.as_str()),
                "{} imports {import}",
                source.path
            );
            checked += 1;
        }
    }
    assert!(checked > 100, "only {checked} imports were found");
}

#[test]
fn only_the_driving_modules_name_several_stages() {
    let stages = ["fetch", "parse", "diff", "screen", "route", "store", "deliver"];
    let mut users_of_the_store = 0;
    for source in sources() {
        let of = module(&source.path);
        let drives = ["pipeline", "compare_files", "config", "cli", "actions", "lib", "main"];
        // A counterparty file becomes the counterparties that `screen` compares.
        if drives.contains(&of) || of == "watchlist" {
            continue;
        }
        let named: Vec<String> = imports(&source.code)
            .into_iter()
            .filter(|import| stages.contains(&import.as_str()) && import != of)
            .collect();
        let only_the_store = named.iter().all(|stage| stage == "store");
        assert!(only_the_store, "{} names {named:?}", source.path);
        users_of_the_store += usize::from(!named.is_empty());
    }
    assert!(users_of_the_store > 5, "only {users_of_the_store} users of the store were found");
}

#[test]
fn the_pure_modules_do_no_io_and_read_no_clock() {
    let pure = |path: &str| {
        [
            "src/domain/",
            "src/parse/",
            "src/diff/",
            "src/screen/",
            "src/deliver/wording/",
            "src/schedule/",
            "src/pipeline/drill/",
        ]
        .iter()
        .any(|folder| path.starts_with(folder))
            || [
                "src/route.rs",
                "src/schedule/mod.rs",
                "src/deliver/retry.rs",
                "src/pipeline/check/assess.rs",
                "src/pipeline/check/assessment.rs",
                "src/pipeline/check/list_before.rs",
                "src/pipeline/check/document_warnings.rs",
                "src/pipeline/check/freshness.rs",
                "src/pipeline/check/hold_alerts.rs",
                "src/pipeline/check/list_in_document.rs",
                "src/pipeline/check/operator_alerts.rs",
                "src/pipeline/check/row_updates.rs",
                "src/pipeline/entry_identity/known_listings.rs",
                "src/pipeline/entry_identity/labels.rs",
                "src/pipeline/entry_identity/lineage.rs",
                "src/pipeline/entry_identity/replay.rs",
                "src/pipeline/entry_identity/split_namesakes.rs",
                "src/pipeline/alerting/addressing.rs",
                "src/pipeline/alerting/alert_batch.rs",
                "src/pipeline/alerting/digest_choice.rs",
                "src/pipeline/alerting/first_alerts.rs",
                "src/pipeline/alerting/removal_evidence.rs",
                "src/pipeline/digests/compose_digest.rs",
                "src/pipeline/given_text.rs",
                "src/pipeline/past/check_tally.rs",
                "src/pipeline/past/configurations.rs",
                "src/pipeline/past/period.rs",
                "src/pipeline/audit_report/acts.rs",
                "src/pipeline/audit_report/checks.rs",
                "src/pipeline/audit_report/configuration_rows.rs",
                "src/pipeline/audit_report/journal_pass.rs",
                "src/pipeline/audit_report/section.rs",
                "src/pipeline/audit_report/source_names.rs",
                "src/pipeline/assurance/compose.rs",
                "src/pipeline/heartbeats/condition.rs",
                "src/pipeline/route_explanation/selection_reason.rs",
                "src/pipeline/items/reminder_time.rs",
            ]
            .contains(&path)
    };
    let sources: Vec<Source> = sources().into_iter().filter(|source| pure(&source.path)).collect();
    assert!(sources.len() > 50);
    for source in sources {
        for forbidden in [
            "tokio",
            "reqwest",
            "sqlx",
            "lettre",
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "async fn",
            "::now(",
            "rand::",
        ] {
            assert!(!source.code.contains(forbidden), "{} is not pure: {forbidden}", source.path);
        }
    }
}

#[test]
fn only_the_clock_reads_the_time() {
    for source in sources().into_iter().filter(|source| source.path != "src/clock.rs") {
        for call in ["Timestamp::now(", "Instant::now(", "SystemTime::now(", "Zoned::now("] {
            assert!(!source.code.contains(call), "{} reads the time: {call}", source.path);
        }
    }
}

#[test]
fn nothing_outside_tests_panics_explicitly() {
    for source in sources() {
        for forbidden in [
            ".unwrap()",
            ".expect(",
            "panic!(",
            "todo!(",
            "unimplemented!(",
            "unreachable!(",
            "dbg!(",
        ] {
            assert!(!source.code.contains(forbidden), "{} has {forbidden}", source.path);
        }
    }
}

#[test]
fn no_file_has_over_400_lines_before_its_tests() {
    for file in files("src") {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.split("\n#[cfg(test)]\nmod tests").next().unwrap().lines().count();
        assert!(lines <= 400, "{} has {lines} lines before its tests", file.display());
    }
}

#[test]
fn every_file_has_a_module_doc_and_none_has_a_vague_name() {
    for file in files("src").into_iter().chain(files("tests/it")) {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} has no module doc", file.display());
        let stem = file.file_stem().unwrap().to_str().unwrap();
        assert!(
            !["util", "utils", "helpers", "common", "misc", "manager", "service", "handler"]
                .contains(&stem),
            "{}",
            file.display()
        );
    }
}

/// Whether code names a crate, as `crate_name::…`.
fn names_crate(code: &str, name: &str) -> bool {
    let path = format!("{}::", name.replace('-', "_"));
    let is_start = |at: usize| {
        let before = code[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
    };
    code.match_indices(&path).any(|(at, _)| is_start(at))
}

/// They are compiled without the rest of the program to be fuzzed.
#[test]
fn the_fuzz_targets_have_each_crate_that_the_parsers_need() {
    let dependencies = |path: &str| -> toml::Table {
        let text = std::fs::read_to_string(crate_root().join(path)).unwrap();
        text.parse::<toml::Table>().unwrap()["dependencies"].as_table().unwrap().clone()
    };
    let (all, of_fuzz) = (dependencies("Cargo.toml"), dependencies("fuzz/Cargo.toml"));
    let mut needed = 0;
    for source in sources().iter().filter(|s| ["domain", "parse"].contains(&module(&s.path))) {
        for name in all.keys().filter(|name| names_crate(&source.code, name)) {
            needed += 1;
            assert!(of_fuzz.contains_key(name), "{} needs {name} in fuzz/Cargo.toml", source.path);
        }
    }
    assert!(needed > 50, "{needed}");
}

#[test]
fn no_test_sleeps_or_is_ignored() {
    let (ignored, sleeps) =
        (concat!("#[ig", "nore"), [concat!("thread::sl", "eep("), concat!("time::sl", "eep(")]);
    for file in files("tests/it").into_iter().chain(files("src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.contains(ignored), "{} ignores a test", file.display());
        let tests = if file.starts_with(crate_root().join("src")) {
            text.split("\n#[cfg(test)]\nmod tests").nth(1).unwrap_or("")
        } else {
            &text
        };
        assert!(
            sleeps.iter().all(|sleep| !tests.contains(sleep)),
            "{} sleeps in a test",
            file.display()
        );
    }
}

/// The widest line, in characters. rustfmt wraps code at this width, but not strings and comments.
const MOST_COLUMNS: usize = 100;

#[test]
fn no_line_has_over_100_columns() {
    for (folder, at_least) in
        [("src", 10_000), ("tests", 10_000), ("benches", 1_000), ("fuzz/fuzz_targets", 50)]
    {
        let mut lines = 0;
        for file in files(folder) {
            for (number, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
                let columns = line.chars().count();
                assert!(
                    columns <= MOST_COLUMNS,
                    "{}:{} has {columns} columns",
                    file.display(),
                    number + 1
                );
                lines += 1;
            }
        }
        assert!(lines > at_least, "only {lines} lines were found in {folder}");
    }
}
