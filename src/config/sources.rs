//! Checks `[[source]]`.

use std::path::Path;

use url::Url;

use crate::config::expected_document;
use crate::config::problem::Problem;
use crate::config::raw::{Placed, RawSource, RawSourceKind};
use crate::config::settings::{Source, SourceKind, default_limits};
use crate::config::value::Name;
use crate::config::watched_sections;
use crate::domain::{ListCode, Publisher};
use crate::fetch::Address;
use crate::schedule::Schedule;

const CSL_URL: &str =
    "https://data.trade.gov/downloadable_consolidated_screening_list/v1/consolidated.csv";
const ECFR_URL: &str = "https://www.ecfr.gov";
const FEDERAL_REGISTER_URL: &str = "https://www.federalregister.gov";
const DEFAULT_SCHEDULE: &str = "*/15 * * * *";
const DEFAULT_SCHEDULE_ZONE: &str = "UTC";

/// Returns the valid sources, and adds the mistakes of the others to `problems`.
pub(super) fn check(
    sections: &[Placed<RawSource>],
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    for section in sections {
        let before = problems.len();
        let raw = &section.value;
        let name =
            required(raw.name.as_ref().map(|name| name.value.0.clone()), section, "name", problems);
        let kind =
            required(raw.kind.as_ref().map(|kind| kind_of(kind.value)), section, "kind", problems);
        if let (Some(name), Some(key)) = (&name, &raw.name)
            && sources.iter().any(|other| other.name == *name)
        {
            problems.push(Problem::at(
                key.span.clone(),
                format!("expected unique names, but found the source `{name}` twice"),
            ));
        }
        let (Some(name), Some(kind)) = (name, kind) else { continue };
        let address = address(raw, kind, section, folder, problems);
        let sections_of_text = watched_sections::check(&raw.sections, kind, problems);
        let lists = lists(raw, kind, problems);
        let lists = watched_sections::with_named_parties(lists, raw, &sections_of_text, problems);
        let (schedule_text, timezone, schedule) = schedule(raw, problems);
        let limits = limits(raw, &lists, problems);
        let expectation = expected_document::check(raw, kind, problems);
        let previous_name = previous_name(raw, &name, sections, problems);
        if let (Some(address), Some(schedule), true) = (address, schedule, problems.len() == before)
        {
            sources.push(Source {
                title: title(raw, kind, &name, sections),
                name,
                kind,
                address,
                lists,
                sections: sections_of_text,
                schedule,
                schedule_text,
                timezone,
                limits,
                previous_name,
                expectation,
            });
        }
    }
    sources
}

/// The source without a configuration: the public CSL, as a section with only its name and kind.
pub(super) fn public_csl() -> Vec<Source> {
    let raw = RawSource {
        name: Some(Placed { value: Name("csl".to_owned()), span: 0..0 }),
        kind: Some(Placed { value: RawSourceKind::Csl, span: 0..0 }),
        ..RawSource::default()
    };
    check(&[Placed { value: raw, span: 0..0 }], Path::new(""), &mut Vec::new())
}

pub(super) fn required<T, S>(
    value: Option<T>,
    section: &Placed<S>,
    key: &str,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    if value.is_none() {
        problems.push(Problem::at(
            section.span.clone(),
            format!("expected the key `{key}` in this section, but found none"),
        ));
    }
    value
}

fn kind_of(raw: RawSourceKind) -> SourceKind {
    match raw {
        RawSourceKind::Csl => SourceKind::Csl,
        RawSourceKind::Ecfr => SourceKind::Ecfr,
        RawSourceKind::FederalRegister => SourceKind::FederalRegister,
        RawSourceKind::File => SourceKind::File,
    }
}

fn address(
    raw: &RawSource,
    kind: SourceKind,
    section: &Placed<RawSource>,
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> Option<Address> {
    if kind == SourceKind::File {
        for (key, span) in [
            ("url", raw.url.as_ref().map(|k| &k.span)),
            ("allow_private", raw.allow_private.as_ref().map(|k| &k.span)),
        ] {
            if let Some(span) = span {
                problems.push(Problem::at(
                    span.clone(),
                    format!("found `{key}`, but a source of kind `file` uses `path`"),
                ));
            }
        }
        let path = required(raw.path.as_ref(), section, "path", problems)?;
        if let Some(reason) = misunderstood_path(&path.value.0) {
            problems.push(Problem::at(
                path.span.clone(),
                format!("expected the path of a file or a folder, but got {reason}"),
            ));
        }
        let path = folder.join(&path.value.0);
        return Some(match &raw.pattern {
            Some(pattern) => Address::Folder { path, pattern: pattern.value.0.clone() },
            None => Address::Path(path),
        });
    }
    if let Some(pattern) = &raw.pattern {
        let problem = format!(
            "found `pattern`, but a source of kind `{}` does not read a folder",
            kind.as_str()
        );
        problems.push(Problem::at(pattern.span.clone(), problem));
    }
    if let Some(path) = &raw.path {
        problems.push(Problem::at(
            path.span.clone(),
            format!("found `path`, but a source of kind `{}` uses `url`", kind.as_str()),
        ));
    }
    let default = match kind {
        SourceKind::Csl | SourceKind::File => CSL_URL,
        SourceKind::Ecfr => ECFR_URL,
        SourceKind::FederalRegister => FEDERAL_REGISTER_URL,
    };
    let url =
        raw.url.as_ref().map(|url| url.value.0.clone()).or_else(|| Url::parse(default).ok())?;
    let allow_private = raw.allow_private.as_ref().is_some_and(|allow| allow.value);
    Some(match kind {
        SourceKind::Ecfr => Address::Ecfr { url, allow_private },
        SourceKind::FederalRegister => Address::FederalRegister { url, allow_private },
        SourceKind::Csl | SourceKind::File => Address::Http { url, allow_private },
    })
}

/// Explains why a path that a shell or a browser understands does not work in the file system.
pub(super) fn misunderstood_path(path: &str) -> Option<&'static str> {
    match path {
        _ if path.contains("://") => Some("a URL"),
        _ if path.starts_with("~/") || path == "~" => {
            Some("`~`, which is not expanded: write the full path")
        }
        _ if path.starts_with('$') || path.contains("${") => {
            Some("a variable, which is not expanded: write the full path")
        }
        _ if path.contains(['*', '?']) => {
            Some("a pattern: set `path` to the folder, and `pattern` to the names to read")
        }
        _ => None,
    }
}

fn lists(raw: &RawSource, kind: SourceKind, problems: &mut Vec<Problem>) -> Vec<ListCode> {
    let Some(lists) = &raw.lists else { return vec![ListCode::EL] };
    if lists.value.is_empty() {
        problems.push(Problem::at(
            lists.span.clone(),
            "expected at least one list, but got an empty list",
        ));
    }
    let mut codes = Vec::new();
    for list in &lists.value {
        let code = list.value.0;
        if codes.contains(&code) {
            problems.push(Problem::at(list.span.clone(), format!("found the list `{code}` twice")));
        }
        if kind == SourceKind::Ecfr && !Publisher::Ecfr.publishes(code) {
            problems.push(Problem::at(
                list.span.clone(),
                format!("expected EL, UVL or MEU, the lists in the eCFR, but got `{code}`"),
            ));
        }
        if kind != SourceKind::Ecfr && code == ListCode::REG {
            problems.push(Problem::at(
                list.span.clone(),
                "found the list `REG`, but only a source of kind `ecfr` with `sections` has it",
            ));
        }
        codes.push(code);
    }
    codes
}

fn schedule(raw: &RawSource, problems: &mut Vec<Problem>) -> (String, String, Option<Schedule>) {
    let zone = raw.timezone.as_ref().map_or(DEFAULT_SCHEDULE_ZONE, |zone| &zone.value.1);
    let text = raw.schedule.as_ref().map_or(DEFAULT_SCHEDULE, |text| &text.value.0);
    let schedule = Schedule::parse(text, zone)
        .map_err(|error| {
            let key = raw
                .schedule
                .as_ref()
                .map(|key| key.span.clone())
                .or_else(|| raw.timezone.as_ref().map(|key| key.span.clone()));
            problems.push(Problem { message: error.to_string(), span: key, hint: None });
        })
        .ok();
    (text.to_owned(), zone.to_owned(), schedule)
}

fn limits(raw: &RawSource, lists: &[ListCode], problems: &mut Vec<Problem>) -> crate::diff::Limits {
    let mut limits = default_limits();
    let set = |target: &mut f64, key: &crate::config::raw::Key<crate::config::value::Percent>| {
        if let Some(key) = key {
            *target = key.value.0;
        }
    };
    set(&mut limits.max_loss, &raw.max_loss);
    set(&mut limits.max_revised, &raw.max_revised);
    if let Some(growth) = &raw.max_gain {
        limits.max_gain = growth.value.0;
    }
    if let Some(rows) = &raw.max_loss_rows {
        limits.max_loss_rows = rows.value;
    }
    if let Some(min_entries) = &raw.min_entries {
        for (list, count) in &min_entries.value {
            if !lists.contains(&list.0) {
                problems.push(Problem::at(
                    min_entries.span.clone(),
                    format!("found `{}` in min_entries, but this source does not watch it", list.0),
                ));
            }
            limits.min_entries.insert(list.0, *count);
        }
    }
    limits.min_entries.retain(|list, _| lists.contains(list));
    limits
}

/// What messages call the source. Two sources of one publication are distinguished by their names.
fn title(raw: &RawSource, kind: SourceKind, name: &str, sections: &[Placed<RawSource>]) -> String {
    if let Some(title) = &raw.title {
        return title.value.0.clone();
    }
    let publication = match kind {
        SourceKind::Csl => "Consolidated Screening List",
        SourceKind::Ecfr => "eCFR",
        SourceKind::FederalRegister => "Federal Register",
        SourceKind::File => return name.to_owned(),
    };
    let untitled_of_kind = sections.iter().filter(|other| {
        let other = &other.value;
        other.title.is_none() && other.kind.as_ref().is_some_and(|key| kind_of(key.value) == kind)
    });
    if untitled_of_kind.count() > 1 {
        format!("{publication} ({name})")
    } else {
        publication.to_owned()
    }
}

fn previous_name(
    raw: &RawSource,
    name: &str,
    sections: &[Placed<RawSource>],
    problems: &mut Vec<Problem>,
) -> Option<String> {
    let key = raw.previously.as_ref()?;
    let old = &key.value.0;
    if old == name
        || sections
            .iter()
            .any(|other| other.value.name.as_ref().is_some_and(|other| other.value.0 == *old))
    {
        problems.push(Problem::at(
            key.span.clone(),
            format!("expected the name of a source that is no longer configured, but got `{old}`"),
        ));
    }
    Some(old.clone())
}
