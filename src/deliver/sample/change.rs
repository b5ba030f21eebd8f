//! Sample changes of the Entity List.

use serde_json::json;

use crate::domain::{
    Change, ChangeKind, Citation, Entry, FieldChange, Form, ListCode, Match, Severity,
};

/// An entry of the Entity List. Without a country if `country` is empty.
fn entry(name: &str, country: &str) -> Entry {
    let mut entry = Entry::named(ListCode::EL, name);
    if !country.is_empty() {
        entry.countries = vec![country.into()];
    }
    entry.license_requirement =
        "For all items subject to the EAR (see § 744.11 of the EAR).".into();
    entry.license_policy = "Policy of denial".into();
    entry.citations = vec![Citation::page(87, 38925)];
    entry.start_date = Some("2022-06-28".into());
    entry
}

/// A change of the given kind. For a removal, `entry` is the removed entry.
pub fn change(kind: ChangeKind, severity: Severity, before: Option<Entry>, entry: Entry) -> Change {
    let (old, new) = if kind == ChangeKind::Removed {
        (Some(&entry), None)
    } else {
        (before.as_ref(), Some(&entry))
    };
    let change_id = Change::id_of(kind, old, new, 0);
    Change {
        editorial: severity == Severity::Low,
        before,
        ..Change::of_entry(change_id, kind, severity, entry)
    }
}

/// An addition.
pub fn added(name: &str, country: &str) -> Change {
    change(ChangeKind::Added, Severity::High, None, entry(name, country))
}

/// Five additions. The last one is an address without a name.
pub fn five_additions() -> Vec<Change> {
    let mut first = added("Connec Example Ltd.", "CN");
    first.entry.aliases = vec!["Connec Electronic Example".into(), "康泰例公司".into()];
    first.entry.addresses = vec![
        "Room 1203, 12/F, Example Tower, Kowloon, Hong Kong".into(),
        "No. 5 Example Road, Shenzhen, CN".into(),
    ];
    first.entry.countries = vec!["CN".into(), "HK".into()];
    first.entry.footnotes = vec!["3".into()];
    first.entry.license_requirement =
        "For all items subject to the EAR (see §§ 746.8(a)(3) and 744.21(b)).³".into();
    let mut address = added("Flat 7, Example Centre, 88 Example Street, Hong Kong", "HK");
    address.entry.form = Form::Address;
    address.possibly_was = vec!["Flat 7 Example Center".into()];
    vec![
        first,
        added("King Example Technology", "CN"),
        added("Sinno Example Co., Ltd.", "CN"),
        added("Example Jetta (H.K.) Logistics", "CN"),
        address,
    ]
}

/// A revision of many fields that is certain, and one of the name that is only probable.
pub fn two_revisions() -> Vec<Change> {
    vec![certain_revision(), probable_revision()]
}

fn certain_revision() -> Change {
    let mut before = entry("Example Research Institute", "RU");
    before.citations = vec![Citation::page(79, 55998)];
    before.license_policy = "Case-by-case review".into();
    before.aliases = vec!["ERI".into(), "NII Primer".into()];
    before.addresses = vec!["14 Example Prospekt, Moscow, 119361".into()];
    let mut after = before.clone();
    after.citations.push(Citation::page(87, 38925));
    after.license_policy = "Policy of denial for all items".into();
    after.aliases = vec!["ERI".into(), "NII Primer AO".into(), "АО «Пример»".into()];
    after.addresses = vec!["14 Example Prospekt, Building 2, Moscow, 119361".into()];
    after.footnotes = vec!["3".into()];
    let mut revision = change(ChangeKind::Revised, Severity::High, Some(before), after);
    revision.fields = vec![
        field(
            "aliases",
            json!(["ERI", "NII Primer"]),
            json!(["ERI", "NII Primer AO", "АО «Пример»"]),
        ),
        field(
            "license_policy",
            json!("Case-by-case review"),
            json!("Policy of denial for all items"),
        ),
        field("footnotes", json!([]), json!(["3"])),
    ];
    revision.matched = Some(Match::certain(vec![
        "equal name in Russia".into(),
        "same citations plus 87 FR 38925".into(),
    ]));
    revision
}

fn probable_revision() -> Change {
    let (old, new) = ("Xi?an Example Institute", "Xi’an Example Institute of Optics");
    let mut revision =
        change(ChangeKind::Revised, Severity::High, Some(entry(old, "CN")), entry(new, "CN"));
    revision.fields = vec![field("name", json!(old), json!(new))];
    revision.matched = Some(Match::doubtful(
        0.87,
        vec!["names alike (0.87)".into(), "same first citation".into()],
    ));
    revision
}

fn field(field: &str, before: serde_json::Value, after: serde_json::Value) -> FieldChange {
    FieldChange { field: field.into(), before, after }
}

/// A removal. Its name would be markup if it were not escaped.
pub fn removal() -> Change {
    let mut removal = change(
        ChangeKind::Removed,
        Severity::Normal,
        None,
        entry("Example Trading <GmbH> & Sons", "DE"),
    );
    removal.possibly_now = vec!["Example Handel GmbH".into()];
    removal.corroboration =
        vec!["still listed in ecfr as of 2022-06-29, as Example Trading <GmbH> & Sons".into()];
    removal
}

/// A revision of spelling only.
pub fn editorial_revision() -> Change {
    let (before, after) = (entry("Example  Holding Co", "PK"), entry("Example Holding Co.", "PK"));
    change(ChangeKind::Revised, Severity::Low, Some(before), after)
}

/// An addition of an address without a name, as the Consolidated Screening List shows it.
pub fn address_only() -> Change {
    let mut address = added("Address 01", "HK");
    address.entry.form = Form::Address;
    address.entry.addresses = vec!["Unit 9, 8/F, Poplar House, 7 Long Road, Kowloon, HK".into()];
    address.entry.citations = vec![Citation::page(89, 51_675)];
    address
}

/// An entry that was listed before and gained footnote 4.
pub fn designation(name: &str, country: &str) -> Change {
    let mut before = entry(name, country);
    before.aliases = vec!["AMC".into()];
    before.license_requirement =
        "For all items subject to the EAR. (See § 744.11 of the EAR)".into();
    before.citations = vec![Citation::page(86, 36_499)];
    let mut after = before.clone();
    after.footnotes = vec!["4".into()];
    after.license_requirement =
        "For all items subject to the EAR. (See §§ 734.9(e)(2) and 744.11 of the EAR)⁴".into();
    after.citations.push(Citation::page(87, 77_505));
    let mut revision = change(ChangeKind::Revised, Severity::High, Some(before), after);
    revision.fields = vec![field("footnotes", json!([]), json!(["4"]))];
    revision.matched = Some(Match::certain(vec!["equal name in China".into()]));
    revision
}

/// An addition that another source showed first, without the footnote and an alias.
pub fn difference(name: &str, country: &str, new_here: &[&str]) -> Change {
    let mut difference = added(name, country);
    difference.confirms = Some(added(name, "").change_id);
    difference.differences = new_here.iter().map(|text| (*text).to_owned()).collect();
    difference.corroboration =
        vec![format!("told from csl on 2022-06-30; new here: {}", new_here.join("; "))];
    difference
}

/// An addition that a rule named in its instructions, without aliases, addresses and terms.
pub fn named_only(name: &str, country: &str) -> Change {
    let mut named = Entry::named(ListCode::EL, name);
    named.countries = vec![country.into()];
    change(ChangeKind::Added, Severity::High, None, named)
}

/// A removal from a list of the Treasury, which no Federal Register rule changes.
pub fn treasury_removal() -> Change {
    let mut entry = Entry::named(ListCode::SDN, "EXAMPLE SHIPPING LIMITED");
    entry.countries = vec!["PA".into()];
    change(ChangeKind::Removed, Severity::Normal, None, entry)
}
