//! No circle between files: no file depends on itself through other files.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, sources};

/// The module that a file is, from the crate's root: `diff::pairing` of `src/diff/pairing/mod.rs`.
fn module_of(path: &str) -> String {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if ["lib", "main"].contains(&path) { String::new() } else { path.replace('/', "::") }
}

/// The paths of a use tree such as `crate::{a::B, c::{D, E}}`. Globs and renames are skipped.
fn tree(text: &str) -> Vec<Vec<String>> {
    let mut segments: Vec<String> = Vec::new();
    let mut rest = text;
    loop {
        if let Some(list) = rest.strip_prefix('{') {
            let branches =
                super::top_level(list).into_iter().flat_map(|branch| tree(branch.trim()));
            return branches
                .map(|branch| segments.iter().cloned().chain(branch).collect())
                .collect();
        }
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if name.is_empty() {
            return vec![segments];
        }
        rest = &rest[name.len()..];
        segments.push(name);
        match rest.strip_prefix("::") {
            Some(after) => rest = after,
            None => return vec![segments],
        }
    }
}

/// Every path of this crate that a file names, from the crate's root.
fn paths(source: &Source, children: &BTreeSet<String>) -> Vec<Vec<String>> {
    let module = module_of(&source.path);
    let here: Vec<String> =
        module.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let mut found = Vec::new();
    for (at, _) in source.code.match_indices("crate::") {
        found.extend(tree(&source.code[at + "crate::".len()..]));
    }
    for (at, _) in source.code.match_indices("super::") {
        if source.code[..at].ends_with("super::") {
            continue;
        }
        let chain = &source.code[at..];
        let up = chain.split("super::").take_while(|part| part.is_empty()).count();
        let rest = &chain[up * "super::".len()..];
        let base = &here[..here.len().saturating_sub(up)];
        found.extend(tree(rest).into_iter().map(|path| base.iter().cloned().chain(path).collect()));
    }
    // A `mod.rs` names its children without `self::`.
    for child in children {
        let named = format!("{child}::");
        for (at, _) in source.code.match_indices(&named) {
            let before = source.code[..at].chars().next_back();
            if before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':') {
                let path = tree(&source.code[at..]);
                found.extend(
                    path.into_iter().map(|path| here.iter().cloned().chain(path).collect()),
                );
            }
        }
    }
    found
}

/// For each file, the files that it uses. A child may use its parent's `mod.rs`, and a parent its
/// children.
fn graph() -> BTreeMap<String, BTreeSet<String>> {
    let sources = sources();
    let files: BTreeMap<String, String> =
        sources.iter().map(|source| (module_of(&source.path), source.path.clone())).collect();
    let is_ancestor = |of: &str, path: &str| {
        path.strip_suffix("mod.rs").is_some_and(|folder| of.starts_with(folder))
    };
    let mut graph = BTreeMap::new();
    for source in &sources {
        let module = module_of(&source.path);
        let prefix = if module.is_empty() { String::new() } else { format!("{module}::") };
        let children = files
            .keys()
            .filter_map(|other| other.strip_prefix(&prefix))
            .filter(|rest| !rest.is_empty() && !rest.contains("::"))
            .map(str::to_owned)
            .collect();
        let mut uses = BTreeSet::new();
        for path in paths(source, &children) {
            let longest = (1..=path.len()).rev().find_map(|end| files.get(&path[..end].join("::")));
            if let Some(file) = longest
                && *file != source.path
                && !is_ancestor(&source.path, file)
            {
                uses.insert(file.clone());
            }
        }
        graph.insert(source.path.clone(), uses);
    }
    graph
}

/// The files that a file depends on, directly or through others.
fn reachable(graph: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = vec![from];
    while let Some(file) = open.pop() {
        for next in graph.get(file).into_iter().flatten() {
            if found.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    found
}

#[test]
fn no_file_depends_on_itself() {
    let graph = graph();
    let edges: usize = graph.values().map(BTreeSet::len).sum();
    assert!(edges > 300, "only {edges} imports were found");
    let circles: BTreeSet<Vec<String>> = graph
        .keys()
        .filter_map(|file| {
            let reached = reachable(&graph, file);
            reached.contains(file).then(|| {
                let circle =
                    reached.into_iter().filter(|other| reachable(&graph, other).contains(file));
                circle.collect()
            })
        })
        .collect();
    assert!(circles.is_empty(), "circles between files: {circles:#?}");
}

#[test]
fn a_use_tree_is_read_to_its_leaves() {
    let paths: Vec<String> =
        tree("a::{b::C, d::{E, F}, g}; rest").into_iter().map(|path| path.join("::")).collect();
    assert_eq!(paths, ["a::b::C", "a::d::E", "a::d::F", "a::g"]);
}
