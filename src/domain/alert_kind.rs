//! The closed set of alert types, with their names in webhooks.

use std::fmt;

use crate::domain::AlertBody;

macro_rules! kinds {
    ($($kind:ident, $name:literal, $audience:ident;)*) => {
        /// The type of an alert, without its data.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum AlertKind { $($kind,)* }

        impl AlertKind {
            pub const ALL: &[AlertKind] = &[$(AlertKind::$kind,)*];

            /// `list.changed`
            pub fn as_str(self) -> &'static str {
                match self { $(AlertKind::$kind => $name,)* }
            }

            pub fn audience(self) -> Audience {
                match self { $(AlertKind::$kind => Audience::$audience,)* }
            }
        }

        impl AlertBody {
            pub fn kind(&self) -> AlertKind {
                // A new variant does not compile until it is in the table below.
                match self { $(AlertBody::$kind(_) => AlertKind::$kind,)* }
            }
        }
    };
}

/// Who gets alerts of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The readers of changes.
    Readers,
    /// Operator receivers only.
    Operators,
    /// The receivers that the alert names: those that must acknowledge an item, that are next,
    /// or that get assurance.
    Named,
    /// The receivers with `show_matches`.
    OwnersOfMatches,
    /// The one receiver that a digest is made for.
    OneReader,
    /// The one receiver under test.
    Tested,
}

kinds! {
    ListChanged, "list.changed", Readers;
    ListCorrected, "list.corrected", Readers;
    RuleFiled, "rule.filed", Readers;
    RulePublished, "rule.published", Readers;
    RegulationChanged, "regulation.changed", Readers;
    Digest, "digest", OneReader;
    SourceLagging, "source.lagging", Operators;
    SourceBaseline, "source.baseline", Operators;
    SourceFailing, "source.failing", Operators;
    SourceRecovered, "source.recovered", Operators;
    SnapshotHeld, "snapshot.held", Operators;
    DeliveryFailing, "delivery.failing", Operators;
    DeliveryDead, "delivery.dead", Operators;
    AlertEscalated, "alert.escalated", Named;
    ItemsOpen, "items.open", Named;
    WatchlistMatched, "watchlist.matched", OwnersOfMatches;
    WatchlistFailing, "watchlist.failing", Operators;
    Assurance, "assurance", Named;
    ConfigRejected, "config.rejected", Operators;
    Test, "test", Tested;
}

impl AlertKind {
    /// The types that are made for some receivers, because of what those get and must acknowledge.
    pub const MADE_FOR_SOME: &[AlertKind] =
        &[AlertKind::Digest, AlertKind::AlertEscalated, AlertKind::ItemsOpen];

    /// Whether the type shows that there are counterparty files. Pages and feeds, which people may
    /// read who may see no match, do not have it.
    pub fn is_about_watchlists(self) -> bool {
        matches!(self, AlertKind::WatchlistMatched | AlertKind::WatchlistFailing)
    }

    /// The types that pages and the API show.
    pub fn of_pages() -> Vec<AlertKind> {
        AlertKind::ALL.iter().copied().filter(|kind| !kind.is_about_watchlists()).collect()
    }

    /// The types that an audience gets.
    pub fn of(audience: Audience) -> Vec<AlertKind> {
        AlertKind::ALL.iter().copied().filter(|kind| kind.audience() == audience).collect()
    }
}

impl AlertBody {
    pub fn type_name(&self) -> &'static str {
        self.kind().as_str()
    }

    /// Whether the alert goes to the readers of changes.
    pub fn is_readers(&self) -> bool {
        self.kind().audience() == Audience::Readers
    }

    /// Whether the alert goes to operator receivers only.
    pub fn is_operators(&self) -> bool {
        self.kind().audience() == Audience::Operators
    }
}

impl fmt::Display for AlertKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
