//! One list in two sources.

use std::path::{Path, PathBuf};
use std::process::Command;

use entitywatch::diff::borne;
use entitywatch::diff::across::{self, Index};
use entitywatch::domain::{Entry, ListCode};
use entitywatch::parse;

fn shared() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let found = shared.join("data").is_dir();
    if !found {
        println!("skipped: ../shared/data is not here");
    }
    found.then_some(shared)
}

fn entries(document: &[u8]) -> Vec<Entry> {
    parse::parse(document, &[ListCode::EL]).unwrap().entries
}

/// The real list as the eCFR shows it, and real rows of the CSL of a year later. `None` without Python or xz.
fn real_lists(shared: &Path) -> Option<(Vec<Entry>, Vec<Entry>)> {
    let folder = tempfile::tempdir().unwrap();
    let data = shared.join("data/entity-list-to-2022.json.xz");
    let made = Command::new("python3").arg("-B").arg(shared.join("tools/make_lists.py")).arg(data).args(["as-of", "2022-12-31"]).arg(folder.path()).output();
    let unpacked = Command::new("xz").arg("-dc").arg(shared.join("data/csl-2023-11-30-truncated.csv.xz")).output();
    let (Ok(made), Ok(unpacked)) = (made, unpacked) else {
        println!("skipped: python3 or xz is not here");
        return None;
    };
    assert!(made.status.success() && unpacked.status.success());
    let ecfr = entries(&std::fs::read(folder.path().join("part-744.xml")).unwrap());
    // The real download broke off in the middle of a row.
    let end = unpacked.stdout.windows(2).rposition(|two| two == b"\"\n").unwrap() + 2;
    Some((ecfr, entries(&unpacked.stdout[..end])))
}

#[test]
fn the_real_rows_of_the_csl_are_found_in_the_list_itself() {
    let Some(shared) = shared() else { return };
    let Some((ecfr, csl)) = real_lists(&shared) else { return };
    let found = across::matched(&csl, &ecfr);
    let index = Index::of(&ecfr);
    for at in &found.only_one {
        let near = across::closest(&csl[*at], &index).map(|near| ecfr[near].name.as_str());
        println!("only in the CSL: {} | {:?} | {:?} | closest {near:?}", csl[*at].name, csl[*at].countries, csl[*at].citations);
    }
    for (one, other, how) in found.pairs.iter().filter(|(_, _, how)| *how > across::How::Name) {
        println!("{how:?}: {} {:?} = {} {:?}", csl[*one].name, csl[*one].countries, ecfr[*other].name, ecfr[*other].countries);
    }
    let (mut lacks, mut rows) = ([0, 0], [0, 0]);
    for (n, (from, to)) in [(&csl, &ecfr), (&ecfr, &csl)].into_iter().enumerate() {
        let (index, own) = (Index::of(to), Index::of(from));
        for entry in from {
            let found: Vec<&Entry> = across::find_all(entry, &index, &own).into_iter().filter_map(|f| index.get(f)).collect();
            if found.is_empty() { continue; }
            rows[n] += 1;
            let lacking = borne::lacking(entry, &found);
            if !lacking.is_empty() { lacks[n] += 1; println!("lack {n} {} {:?}: {lacking:?} | {:?}", entry.name, entry.countries, found[0].license_requirement); }
        }
    }
    println!("lacking {lacks:?} of {rows:?}");
    println!("{} of {}; {} pairs", csl.len() - found.only_one.len(), csl.len(), found.pairs.len());
}
