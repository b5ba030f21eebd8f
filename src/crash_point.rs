//! The points of the program at which a test ends the process as a power cut would.
//!
//! The code passes each point by name, and each list of [`CrashPoint`] has the names of one kind of
//! work. A test goes through all of a list: it misses no point, and it fails at a point that no
//! code passes. A release build contains none of this.

/// Defines the points, each with its name in the environment, in lists.
macro_rules! crash_points {
    ($($(#[$list_doc:meta])* $list:ident { $($(#[$doc:meta])* $point:ident;)+ })+) => {
        /// A point of the program.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum CrashPoint {
            $($($(#[$doc])* $point,)+)+
        }

        impl CrashPoint {
            $($(#[$list_doc])* pub const $list: &[CrashPoint] = &[$(CrashPoint::$point,)+];)+

            pub fn name(self) -> &'static str {
                match self {
                    $($(CrashPoint::$point => stringify!($point),)+)+
                }
            }
        }
    };
}

crash_points! {
    /// In the order in which a check and its deliveries pass them.
    ALERTS {
        /// A check has the lock and the state of its source.
        CheckStarted;
        /// The publisher's document has arrived.
        DocumentFetched;
        DocumentParsed;
        /// The watched sections of the regulation are read and compared.
        SectionsAssessed;
        /// The lists of the document are compared with the current ones.
        ListsAssessed;
        /// Each new entry has its permanent id.
        EntriesIdentified;
        AlertsComposed;
        /// The changes are compared with the counterparties.
        MatchesFound;
        /// The transaction of the check has begun. The next points are inside it.
        RecordBegun;
        DocumentsWritten;
        ListsWritten;
        AlertsQueued;
        ChangesWritten;
        HoldsWritten;
        RulesWritten;
        SectionsWritten;
        SourceWritten;
        CheckWritten;
        /// The alerts have opened items, or are attached to some.
        ItemsNoted;
        /// What the comparison with counterparties found is written.
        MatchesWritten;
        CheckJournaled;
        /// The transaction of the check is committed. The receivers' loops do not know it yet.
        CheckRecorded;
        OutboxSignaled;
        /// A pass has read the deliveries that are due.
        DeliveriesClaimed;
        AlertLoaded;
        /// The next thing is the request, or the connection to the mail server.
        AttemptStarted;
        /// The receiver has answered, and nothing of it is stored.
        AttemptEnded;
        /// The transaction of the outcomes has begun. The next points are inside it.
        SettlementBegun;
        DeliveryUpdated;
        AttemptWritten;
        /// The state of the receiver and the deliveries that become due are written.
        ReceiverWritten;
        SettlementJournaled;
        /// The transaction of the outcomes is committed.
        SettlementRecorded;
    }
    /// In the order in which the making of a digest passes them.
    DIGESTS {
        /// What waited is read and the digest is composed. Nothing of it is stored.
        DigestComposed;
        /// The transaction of the digest has begun. The next points are inside it.
        DigestBegun;
        /// The digest and its deliveries are written.
        DigestQueued;
        /// The deliveries that waited are marked as digested.
        DigestTaken;
        DigestJournaled;
        /// The transaction of the digest is committed. The receivers' loops do not know it yet.
        DigestRecorded;
        DigestSignaled;
    }
    /// In the order in which an escalation, or the act of a person, passes them.
    OF_ITEM_STEPS {
        /// An escalation is due, or a person acts. The next points are inside its transaction, but
        /// for the last one.
        ItemStepBegun;
        ItemWritten;
        ItemStepQueued;
        ItemStepJournaled;
        ItemStepRecorded;
    }
    /// In the order in which a backup passes them.
    OF_BACKUPS {
        /// The file is there under another name, and empty.
        BackupBegun;
        BackupCopied;
        BackupVerified;
        /// The backup has its name.
        BackupNamed;
    }
    /// In the order in which a restore passes them.
    OF_RESTORES {
        /// The backup is copied beside the database.
        RestoreCopied;
        /// The copy is verified, migrated, and says that it was restored.
        RestoreStaged;
        /// The old database has its second name. The next thing is the replacement.
        RestoreKept;
        RestoreReplaced;
    }
    /// In the order in which a move to PostgreSQL passes them.
    OF_MOVES {
        MoveBegun;
        /// A table is filled. The first one of each move ends the process.
        MoveTableFilled;
        MoveFilled;
        MoveVerified;
        /// The tables are where a daemon finds them.
        MoveFinished;
    }
    /// In the order in which a person's decision about a match passes them.
    OF_MATCH_STEPS {
        /// The next points are inside the transaction of the decision, but for the last one.
        MatchStepBegun;
        MatchWritten;
        MatchStepJournaled;
        MatchStepRecorded;
    }
    /// In the order in which a check of a counterparty file passes them. Its transaction passes
    /// those of a check.
    OF_WATCHLIST_CHECKS {
        /// The file is read, if it has changed.
        WatchlistRead;
        /// The counterparties are compared, and the alerts composed.
        WatchlistCompared;
        /// The transaction is committed. The receivers' loops do not know it yet.
        WatchlistRecorded;
    }
    /// In the order in which an alert that is made once, such as a daily reminder or assurance,
    /// passes them.
    SINGLE_ALERTS {
        /// The alert is composed. Nothing of it is stored.
        SingleAlertComposed;
        /// The transaction of the alert has begun. The next points are inside it.
        SingleAlertBegun;
        /// The alert and its deliveries are written.
        SingleAlertQueued;
        SingleAlertJournaled;
        /// The transaction of the alert is committed. The receivers' loops do not know it yet.
        SingleAlertRecorded;
    }
}

impl CrashPoint {
    /// The environment variable with the name of the point at which the process ends.
    pub const VARIABLE: &str = "ENTITYWATCH_CRASH_AT";

    /// Ends the process without any cleanup if the environment names this point.
    #[cfg(debug_assertions)]
    pub fn pass(self) {
        use std::ffi::OsString;
        use std::sync::LazyLock;

        static NAMED: LazyLock<Option<OsString>> =
            LazyLock::new(|| std::env::var_os(CrashPoint::VARIABLE));
        if NAMED.as_ref().is_some_and(|named| named == self.name()) {
            std::process::abort();
        }
    }

    /// Does nothing in a release build.
    #[cfg(not(debug_assertions))]
    pub const fn pass(self) {}
}
