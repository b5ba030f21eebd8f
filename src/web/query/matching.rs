//! The parameters of matches.

use crate::domain::{AlertId, Band, Cause, MatchState};
use crate::store::{MatchListQuery, MatchStates};
use crate::web::error::WebError;
use crate::web::query::Parameters;
use crate::web::query::parameter_value::{self, unexpected};

/// The parameters of `/matches` and `/api/matches`.
pub const MATCHES: &[&str] =
    &["state", "band", "watchlist", "cause", "list", "search", "alert", "ended", "page", "limit"];

/// The bands that are stored. Others are only shown by `screen`.
const BANDS: [Band; 2] = [Band::Strong, Band::Review];
/// The state that stands for all in which a person must decide.
const UNDECIDED: &str = "undecided";

/// What `state` can be.
pub fn states() -> impl Iterator<Item = &'static str> {
    [UNDECIDED].into_iter().chain(MatchState::ALL.iter().map(|state| state.as_str()))
}

/// What `band` can be.
pub fn bands() -> impl Iterator<Item = &'static str> {
    BANDS.into_iter().map(Band::as_str)
}

/// What `cause` can be.
pub fn causes() -> impl Iterator<Item = &'static str> {
    Cause::ALL.iter().map(|cause| cause.as_str())
}

impl Parameters {
    /// The filter of matches.
    pub fn matches(&self) -> Result<MatchListQuery, WebError> {
        Ok(MatchListQuery {
            states: match_states(self.get("state"))?,
            band: one_of("band", self.get("band"), &BANDS, Band::as_str)?,
            watchlist: parameter_value::text(self.get("watchlist")),
            cause: one_of("cause", self.get("cause"), Cause::ALL, Cause::as_str)?,
            list: parameter_value::list(self.get("list"))?,
            search: parameter_value::search(self.get("search"))?,
            alert: parameter_value::text(self.get("alert")).map(AlertId),
            with_ended: parameter_value::flag("ended", self.get("ended"))?,
        })
    }
}

fn match_states(text: &str) -> Result<MatchStates, WebError> {
    if text == UNDECIDED {
        return Ok(MatchStates::Undecided);
    }
    let state = MatchState::ALL.iter().copied().find(|state| state.as_str() == text);
    match state {
        None if text.is_empty() => Ok(MatchStates::All),
        None => Err(unexpected("state", &either(states()), text)),
        Some(state) => Ok(MatchStates::One(state)),
    }
}

fn one_of<T: Copy>(
    parameter: &str,
    text: &str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<Option<T>, WebError> {
    let named = all.iter().copied().find(|value| name(*value) == text);
    if text.is_empty() || named.is_some() {
        return Ok(named);
    }
    Err(unexpected(parameter, &either(all.iter().copied().map(name)), text))
}

/// `` `strong` or `review` ``
fn either(names: impl Iterator<Item = &'static str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListCode;

    #[test]
    fn ok_matches_are_filtered() {
        let query = "state=undecided&band=strong&watchlist=customers&cause=rule.filed&list=EL\
                     &search=alder&ended=on";
        let query = Parameters::read(Some(query), MATCHES).unwrap().matches().unwrap();
        assert_eq!((query.states, query.band), (MatchStates::Undecided, Some(Band::Strong)));
        assert_eq!((query.cause, query.list), (Some(Cause::RuleFiled), Some(ListCode::EL)));
        assert_eq!(query.watchlist.as_deref(), Some("customers"));
        assert_eq!(query.search.as_deref(), Some("alder"));
        assert!(query.with_ended);
        let all = Parameters::default().matches().unwrap();
        assert_eq!((all.states, all.band, all.with_ended), (MatchStates::All, None, false));
        let stale = Parameters::default().with("state", "stale").matches().unwrap();
        assert_eq!(stale.states, MatchStates::One(MatchState::Stale));
    }

    #[test]
    fn err_an_unknown_value_is_named_with_the_known_ones() {
        let check = |name: &str, expected: &str| {
            let refused = Parameters::default().with(name, "lost").matches().unwrap_err();
            assert_eq!(refused.to_string(), format!("expected {expected}, but got `lost`"));
        };
        check("state", "`undecided`, `open`, `confirmed`, `dismissed` or `stale` as `state`");
        check("band", "`strong` or `review` as `band`");
        check("ended", "`true` or `false` as `ended`");
        let causes = Parameters::default().with("cause", "chance").matches().unwrap_err();
        assert!(causes.to_string().starts_with("expected `entry.added`, "), "{causes}");
    }
}
