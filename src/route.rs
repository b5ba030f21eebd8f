//! Stage 4: which receivers get which changes of an alert. Pure: alert × routes → receivers.
//!
//! Knows the names of receivers, and which are for operators. Must not know channels' settings,
//! addresses or a database.

use crate::domain::alert::RuleNotice;
use crate::domain::{Alert, AlertBody, Change, ChangeId, ChangeKind, ListCode, Severity};

/// One `[[route]]` of the configuration. An empty filter lets every change pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    pub receivers: Vec<String>,
    pub kinds: Vec<ChangeKind>,
    pub lists: Vec<ListCode>,
    pub sources: Vec<String>,
    /// ISO 3166-1 alpha-2, upper case. An entry of unknown country always passes.
    pub countries: Vec<String>,
    pub min_severity: Option<Severity>,
    /// Whether editorial changes pass too.
    pub editorial: bool,
    /// Only changes of entries that match a watchlist. Those are known after routing: see
    /// [`passes_as_matched`].
    pub matches: bool,
}

/// The properties of a receiver that routing needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiverRef<'a> {
    pub name: &'a str,
    /// Marked with `operator = true`.
    pub operator: bool,
    /// `email`, `slack`, `webhook` or `console`.
    pub kind: &'a str,
    /// May be shown the reader's own counterparties.
    pub show_matches: bool,
}

/// A receiver's name and the changes that it gets. `None` if it gets all changes of the alert.
pub type Routed = (String, Option<Vec<ChangeId>>);

/// The channels that people read. They get operator events if no receiver is marked as an operator.
const CHANNELS_READ_BY_PEOPLE: [&str; 4] = ["email", "slack", "teams", "console"];

/// The receivers of this alert, in the order of `receivers`. Each receiver occurs at most once,
/// with the union of the changes that its routes match.
///
/// Without any route, all changes that are not editorial go to every receiver. A receiver without a
/// matching change is left out. An operator event goes to the receivers that [`operators`] returns,
/// an alert about items to the receivers that it names, a test to the receiver that is tested, and
/// a digest to the receiver that it was made for.
pub fn route(alert: &Alert, routes: &[Route], receivers: &[ReceiverRef<'_>]) -> Vec<Routed> {
    match &alert.body {
        AlertBody::ListChanged(data) | AlertBody::ListCorrected(data) => receivers
            .iter()
            .filter_map(|receiver| {
                Some((
                    receiver.name.to_owned(),
                    selection(&data.source, &data.changes, routes, receiver.name)?,
                ))
            })
            .collect(),
        AlertBody::RuleFiled(data) | AlertBody::RulePublished(data) => receivers
            .iter()
            .filter_map(|receiver| {
                Some((receiver.name.to_owned(), rule_selection(data, routes, receiver.name)?))
            })
            .collect(),
        AlertBody::RegulationChanged(data) => entire_alert(
            receivers
                .iter()
                .filter(|receiver| watches_regulation(&data.source, routes, receiver.name)),
        ),
        AlertBody::Digest(digest) => {
            entire_alert(receivers.iter().filter(|receiver| receiver.name == digest.receiver))
        }
        AlertBody::Test(test) => {
            entire_alert(receivers.iter().filter(|receiver| receiver.name == test.receiver))
        }
        AlertBody::AlertEscalated(data) => entire_alert(
            receivers.iter().filter(|receiver| data.to.iter().any(|name| name == receiver.name)),
        ),
        AlertBody::ItemsOpen(data) => {
            entire_alert(receivers.iter().filter(|receiver| receiver.name == data.receiver))
        }
        AlertBody::WatchlistMatched(_) => {
            entire_alert(receivers.iter().filter(|receiver| receiver.show_matches))
        }
        AlertBody::Assurance(data) => entire_alert(
            receivers
                .iter()
                .filter(|receiver| data.receivers.iter().any(|name| name == receiver.name)),
        ),
        AlertBody::DeliveryFailing(trouble) | AlertBody::DeliveryDead(trouble) => {
            entire_alert(operators(receivers, Some(&trouble.receiver)).into_iter())
        }
        AlertBody::SourceBaseline(_)
        | AlertBody::SourceLagging(_)
        | AlertBody::SourceFailing(_)
        | AlertBody::SourceRecovered(_)
        | AlertBody::WatchlistFailing(_)
        | AlertBody::SnapshotHeld(_)
        | AlertBody::ConfigRejected(_) => entire_alert(operators(receivers, None).into_iter()),
    }
}

/// The receivers of an operator event: the receivers marked `operator`, or, if none is marked, the
/// channels that people read.
///
/// An event about a receiver goes to the other receivers: to the channels that people read if it is
/// the only one marked, and to itself only if there is no other. If the result is empty, the event
/// reaches nobody (`config check` warns about this).
pub fn operators<'r, 'a>(
    receivers: &'r [ReceiverRef<'a>],
    about: Option<&str>,
) -> Vec<&'r ReceiverRef<'a>> {
    let marked: Vec<_> = receivers.iter().filter(|receiver| receiver.operator).collect();
    let people: Vec<_> = receivers
        .iter()
        .filter(|receiver| CHANNELS_READ_BY_PEOPLE.contains(&receiver.kind))
        .collect();
    let others = |group: &[&'r ReceiverRef<'a>]| -> Vec<_> {
        group.iter().copied().filter(|r| Some(r.name) != about).collect()
    };
    [
        others(&marked),
        if marked.is_empty() || about.is_some() { others(&people) } else { Vec::new() },
        marked,
        people,
    ]
    .into_iter()
    .find(|group| !group.is_empty())
    .unwrap_or_default()
}

/// Whether one route lets one change of a source pass.
pub fn matches(route: &Route, source: &str, change: &Change) -> bool {
    mismatch(route, source, change).is_none()
}

/// Whether one route lets a change pass to a receiver that is shown its matches. `is_matched`: it
/// has possible matches, or a counterparty file is not up to date. `is_urgent`: one of them is
/// strong, so that the change counts as high.
pub fn passes_as_matched(
    route: &Route,
    source: &str,
    change: &Change,
    is_matched: bool,
    is_urgent: bool,
) -> bool {
    if route.matches && !is_matched {
        return false;
    }
    let route = Route { matches: false, ..route.clone() };
    if !is_urgent || change.editorial {
        return matches(&route, source, change);
    }
    matches(&route, source, &Change { severity: Severity::High, ..change.clone() })
}

/// The first filter of a route that does not let a change of a source pass. `None`: the route
/// matches.
pub fn mismatch(route: &Route, source: &str, change: &Change) -> Option<Mismatch> {
    let any = |empty: bool, found: bool| empty || found;
    let filters = [
        (Mismatch::NoMatch, !route.matches),
        (
            Mismatch::Source,
            any(route.sources.is_empty(), route.sources.iter().any(|name| name == source)),
        ),
        (Mismatch::List, any(route.lists.is_empty(), route.lists.contains(&change.entry.list))),
        (
            Mismatch::Kind,
            any(route.kinds.is_empty(), route.kinds.iter().any(|kind| is_of_kind(change, *kind))),
        ),
        (
            Mismatch::Country,
            any(route.countries.is_empty(), change.concerns_country(&route.countries)),
        ),
        (
            if change.editorial { Mismatch::Editorial } else { Mismatch::Severity },
            passes_severity(route, change),
        ),
    ];
    filters.into_iter().find(|(_, passes)| !passes).map(|(mismatch, _)| mismatch)
}

/// Why a route does not match a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    NoMatch,
    Source,
    List,
    Kind,
    Country,
    Severity,
    Editorial,
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Mismatch::NoMatch => "it asks for `matches` only",
            Mismatch::Source => "its `sources` do not have the source",
            Mismatch::List => "its `lists` do not have the list",
            Mismatch::Kind => "its `kinds` do not have the kind of change",
            Mismatch::Country => "its `countries` have none of the entry's countries",
            Mismatch::Severity => "the severity is below its `min_severity`",
            Mismatch::Editorial => "it does not ask for editorial changes",
        })
    }
}

fn entire_alert<'r, 'a: 'r>(receivers: impl Iterator<Item = &'r ReceiverRef<'a>>) -> Vec<Routed> {
    receivers.map(|receiver| (receiver.name.to_owned(), None)).collect()
}

/// An editorial change has severity `low`. A route that asks for it need not lower `min_severity`
/// for all changes.
fn passes_severity(route: &Route, change: &Change) -> bool {
    if change.editorial {
        route.editorial
    } else {
        route.min_severity.is_none_or(|least| change.severity >= least)
    }
}

/// The changes for one receiver. `None`: no change. `Some(None)`: all changes.
fn selection(
    source: &str,
    changes: &[Change],
    routes: &[Route],
    receiver: &str,
) -> Option<Option<Vec<ChangeId>>> {
    let own: Vec<&Route> =
        routes.iter().filter(|route| route.receivers.iter().any(|name| name == receiver)).collect();
    let passes = |change: &Change| {
        if routes.is_empty() {
            !change.editorial
        } else {
            own.iter().any(|route| matches(route, source, change))
        }
    };
    let matched: Vec<ChangeId> = changes
        .iter()
        .filter(|change| passes(change))
        .map(|change| change.change_id.clone())
        .collect();
    match matched.len() {
        0 => None,
        count if count == changes.len() => Some(None),
        _ => Some(Some(matched)),
    }
}

/// Like [`selection`], for the document of a rule. If its entries are unknown or uncertain, it may
/// concern every receiver that watches the list.
fn rule_selection(
    data: &RuleNotice,
    routes: &[Route],
    receiver: &str,
) -> Option<Option<Vec<ChangeId>>> {
    let watches = |route: &Route| {
        route.receivers.iter().any(|name| name == receiver)
            && (route.lists.is_empty() || route.lists.contains(&ListCode::EL))
            && (route.sources.is_empty() || route.sources.contains(&data.source))
    };
    let selected = selection(&data.source, &data.changes, routes, receiver);
    match selected {
        None if (data.changes.is_empty() || !data.certain)
            && (routes.is_empty() || routes.iter().any(watches)) =>
        {
            Some(if data.changes.is_empty() { None } else { Some(Vec::new()) })
        }
        selected => selected,
    }
}

/// Whether a receiver gets changed words of the regulation: words have no kind, country or
/// severity, so its routes count by their lists and sources alone.
pub fn watches_regulation(source: &str, routes: &[Route], receiver: &str) -> bool {
    /// The lists that the sections of the regulation are about.
    const OF_REGULATION: [ListCode; 4] =
        [ListCode::EL, ListCode::UVL, ListCode::MEU, ListCode::REG];
    let watches = |route: &Route| {
        route.receivers.iter().any(|name| name == receiver)
            && (route.lists.is_empty()
                || route.lists.iter().any(|list| OF_REGULATION.contains(list)))
            && (route.sources.is_empty() || route.sources.iter().any(|name| name == source))
    };
    routes.is_empty() || routes.iter().any(watches)
}

/// Whether a route for this kind matches the change. A revision that may be a new listing matches
/// `added`, and a revision that lost a row matches `removed`.
fn is_of_kind(change: &Change, kind: ChangeKind) -> bool {
    change.kind == kind
        || change.is_uncertain_revision()
        || (kind == ChangeKind::Removed && change.lost_row().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert::{DeliveryTrouble, ListChanged, SnapshotRef, SourceRecovered, Test};
    use crate::domain::{AlertId, DeliveryId, Entry, Match, RowFate, Sha256};
    use jiff::Timestamp;

    fn change(id: &str, kind: ChangeKind, countries: &[&str]) -> Change {
        let mut entry = Entry::named(ListCode::EL, id);
        entry.countries = countries.iter().map(ToString::to_string).collect();
        let severity = if kind == ChangeKind::Added { Severity::High } else { Severity::Normal };
        Change::of_entry(ChangeId(id.to_owned()), kind, severity, entry)
    }

    fn editorial(id: &str) -> Change {
        Change {
            editorial: true,
            severity: Severity::Low,
            ..change(id, ChangeKind::Revised, &["CN"])
        }
    }

    fn uncertain(id: &str) -> Change {
        let matched = Some(Match::doubtful(0.8, Vec::new()));
        Change { matched, severity: Severity::High, ..change(id, ChangeKind::Revised, &["CN"]) }
    }

    fn moved(id: &str, from: &str, to: &str) -> Change {
        let before = Some(change(id, ChangeKind::Revised, &[from]).entry);
        Change { before, ..change(id, ChangeKind::Revised, &[to]) }
    }

    fn alert(body: AlertBody) -> Alert {
        Alert { alert_id: AlertId("alr_1".into()), created_at: Timestamp::UNIX_EPOCH, body }
    }

    fn changed(changes: Vec<Change>) -> Alert {
        let snapshot = SnapshotRef { sha256: Sha256::of(b"now"), as_of: None, observed_at: None };
        alert(AlertBody::ListChanged(Box::new(ListChanged::without_rule(
            AlertId("alr_1".into()),
            "csl",
            1,
            Timestamp::UNIX_EPOCH,
            snapshot,
            changes,
        ))))
    }

    const fn receiver<'a>(name: &'a str, kind: &'a str, operator: bool) -> ReceiverRef<'a> {
        ReceiverRef { name, operator, kind, show_matches: false }
    }

    fn to(receivers: &[&str]) -> Route {
        Route { receivers: receivers.iter().map(ToString::to_string).collect(), ..Route::default() }
    }

    /// `mail: a b` for a selection, `mail: all` for the entire alert.
    fn routed(alert: &Alert, routes: &[Route], receivers: &[ReceiverRef<'_>]) -> Vec<String> {
        let text = |selection: Option<Vec<ChangeId>>| {
            selection.map_or("all".to_owned(), |ids| {
                ids.iter().map(ChangeId::as_str).collect::<Vec<_>>().join(" ")
            })
        };
        route(alert, routes, receivers)
            .into_iter()
            .map(|(name, selection)| format!("{name}: {}", text(selection)))
            .collect()
    }

    const MAIL: ReceiverRef<'static> = receiver("mail", "email", false);
    const HOOK: ReceiverRef<'static> = receiver("hook", "webhook", false);

    #[test]
    fn without_routes_everything_but_editorial_goes_to_every_receiver() {
        let alert = changed(vec![change("a", ChangeKind::Added, &["CN"]), editorial("b")]);
        assert_eq!(routed(&alert, &[], &[MAIL, HOOK]), ["mail: a", "hook: a"]);
        assert_eq!(
            routed(&changed(vec![change("a", ChangeKind::Removed, &[])]), &[], &[MAIL]),
            ["mail: all"]
        );
        assert!(routed(&changed(vec![editorial("b")]), &[], &[MAIL]).is_empty());
    }

    #[test]
    fn a_row_that_was_removed_matches_a_route_for_removals() {
        let matched = Some(Match { row: Some(RowFate::Gone), ..Match::certain(Vec::new()) });
        let alert = changed(vec![
            Change { matched, ..moved("gone", "CN", "CN") },
            moved("moved", "CN", "CN"),
        ]);
        let of = |kind: ChangeKind| {
            routed(&alert, &[Route { kinds: vec![kind], ..to(&["mail"]) }], &[MAIL])
        };
        assert_eq!(of(ChangeKind::Removed), ["mail: gone"]);
        assert!(of(ChangeKind::Added).is_empty());
    }

    #[test]
    fn a_route_passes_the_changes_that_all_its_filters_match() {
        let all = || {
            vec![
                change("added-cn", ChangeKind::Added, &["CN"]),
                change("removed-ru", ChangeKind::Removed, &["RU"]),
                change("revised-unknown", ChangeKind::Revised, &[]),
                moved("moved-out-of-cn", "CN", "AE"),
                moved("moved-into-cn", "AE", "CN"),
                uncertain("uncertain"),
                editorial("editorial"),
            ]
        };
        let base = to(&["mail"]);
        let table: Vec<(&str, Route, &str)> = vec![
            (
                "no filter",
                base.clone(),
                "added-cn removed-ru revised-unknown moved-out-of-cn moved-into-cn uncertain",
            ),
            ("editorial", Route { editorial: true, ..base.clone() }, "all"),
            (
                "editorial with a least severity",
                Route { editorial: true, min_severity: Some(Severity::High), ..base.clone() },
                "added-cn uncertain editorial",
            ),
            (
                "added",
                Route { kinds: vec![ChangeKind::Added], ..base.clone() },
                "added-cn uncertain",
            ),
            (
                "removed",
                Route { kinds: vec![ChangeKind::Removed], ..base.clone() },
                "removed-ru uncertain",
            ),
            (
                "revised",
                Route { kinds: vec![ChangeKind::Revised], ..base.clone() },
                "revised-unknown moved-out-of-cn moved-into-cn uncertain",
            ),
            (
                "CN",
                Route { countries: vec!["CN".into()], ..base.clone() },
                "added-cn revised-unknown moved-out-of-cn moved-into-cn uncertain",
            ),
            ("IR", Route { countries: vec!["IR".into()], ..base.clone() }, "revised-unknown"),
            (
                "high",
                Route { min_severity: Some(Severity::High), ..base.clone() },
                "added-cn uncertain",
            ),
            ("another list", Route { lists: vec![ListCode::UVL], ..base.clone() }, "-"),
            ("another source", Route { sources: vec!["ecfr".into()], ..base.clone() }, "-"),
            (
                "this source and list",
                Route {
                    sources: vec!["csl".into()],
                    lists: vec![ListCode::EL],
                    kinds: vec![ChangeKind::Added],
                    ..base.clone()
                },
                "added-cn uncertain",
            ),
        ];
        for (case, route, expected) in table {
            let expected =
                if expected == "-" { Vec::new() } else { vec![format!("mail: {expected}")] };
            assert_eq!(routed(&changed(all()), &[route], &[MAIL, HOOK]), expected, "{case}");
        }
    }

    #[test]
    fn a_receiver_gets_the_union_of_its_routes_once() {
        let alert = changed(vec![
            change("a", ChangeKind::Added, &["CN"]),
            change("b", ChangeKind::Removed, &["CN"]),
            change("c", ChangeKind::Revised, &["CN"]),
        ]);
        let routes = [
            Route { kinds: vec![ChangeKind::Added], ..to(&["mail", "hook"]) },
            Route { kinds: vec![ChangeKind::Added, ChangeKind::Removed], ..to(&["mail"]) },
        ];
        assert_eq!(routed(&alert, &routes, &[MAIL, HOOK]), ["mail: a b", "hook: a"]);
    }

    #[test]
    fn a_receiver_that_no_route_names_gets_no_change() {
        let alert = changed(vec![change("a", ChangeKind::Added, &["CN"])]);
        assert_eq!(routed(&alert, &[to(&["hook"])], &[MAIL, HOOK]), ["hook: all"]);
    }

    #[test]
    fn operator_events_go_to_marked_receivers_or_else_to_channels_read_by_people() {
        let recovered = || {
            alert(AlertBody::SourceRecovered(SourceRecovered {
                source: "csl".into(),
                failing_since: Timestamp::UNIX_EPOCH,
                recovered_at: Timestamp::UNIX_EPOCH,
            }))
        };
        let table: &[(&[ReceiverRef<'_>], &[&str])] = &[
            (&[MAIL, HOOK, receiver("ops", "webhook", true)], &["ops: all"]),
            (&[MAIL, HOOK, receiver("log", "console", false)], &["mail: all", "log: all"]),
            (&[HOOK], &[]),
            (&[], &[]),
        ];
        for (receivers, expected) in table {
            assert_eq!(
                routed(&recovered(), &[to(&["hook"])], receivers),
                *expected,
                "{receivers:?}"
            );
        }
    }

    #[test]
    fn trouble_with_a_receiver_is_alerted_over_another() {
        let dead = |name: &str| {
            alert(AlertBody::DeliveryDead(DeliveryTrouble {
                delivery_id: DeliveryId("dlv_1".into()),
                undelivered_alert_id: AlertId("alr_0".into()),
                receiver: name.into(),
                recipient: String::new(),
                attempts: 11,
                error: "connection refused".into(),
                switched_off: false,
                at: Timestamp::UNIX_EPOCH,
            }))
        };
        let ops = receiver("ops", "slack", true);
        let log = receiver("log", "console", true);
        assert_eq!(routed(&dead("hook"), &[], &[HOOK, ops, log]), ["ops: all", "log: all"]);
        assert_eq!(routed(&dead("ops"), &[], &[HOOK, ops, log]), ["log: all"]);
        assert_eq!(
            routed(&dead("ops"), &[], &[MAIL, HOOK, ops]),
            ["mail: all"],
            "the only one marked fails"
        );
        assert_eq!(routed(&dead("ops"), &[], &[HOOK, ops]), ["ops: all"], "there is no other");
        assert_eq!(routed(&dead("mail"), &[], &[MAIL]), ["mail: all"], "there is no other");
    }

    #[test]
    fn a_test_goes_to_the_receiver_that_is_tested() {
        let test = alert(AlertBody::Test(Test {
            receiver: "hook".into(),
            message: "hello".into(),
            at: Timestamp::UNIX_EPOCH,
        }));
        assert_eq!(routed(&test, &[to(&["mail"])], &[MAIL, HOOK]), ["hook: all"]);
    }
}
