//! The limit on wrong tokens, per account and per address.
//!
//! Each account and each address has an allowance of wrong tokens, which is restored over time. A
//! person who waits a minute can always try again. An address without a recent failure may try even
//! if others have used up the allowance of its account, so strangers cannot keep a person out.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Wrong tokens in a row that one account is allowed: enough for a person who mistypes.
const PER_ACCOUNT: u32 = 10;
/// Wrong tokens in a row that one address is allowed: several people may share it.
const PER_ADDRESS: u32 = 30;
/// After this time, one more wrong token is allowed: 14,400 a day, against 2^256 tokens.
const RESTORED_EVERY: SignedDuration = SignedDuration::from_secs(6);
/// Addresses that are remembered. If so many fail at once, the others share one allowance.
const MAX_ADDRESSES: usize = 10_000;

/// What is left of each allowance. Only what is not complete is kept.
#[derive(Debug, Default)]
pub struct Attempts {
    accounts: Allowances,
    addresses: Allowances,
}

impl Attempts {
    /// Whether a token may be tried now. If not, how long to wait. `account` is `None` if the token
    /// alone names the person.
    pub fn may_try(
        &self,
        account: Option<&str>,
        address: &str,
        now: Timestamp,
    ) -> Result<(), Duration> {
        let of_address = self.addresses.used(&self.key(address), now);
        if of_address >= PER_ADDRESS {
            return Err(wait());
        }
        let of_account = account.map_or(0, |name| self.accounts.used(name, now));
        if of_account >= PER_ACCOUNT && of_address > 0 {
            return Err(wait());
        }
        Ok(())
    }

    /// Notes a wrong token. Returns whether an allowance is used up by it. `account` is a name of
    /// the configuration: other names have no allowance of their own, because there is no end of
    /// them.
    pub fn failed(&mut self, account: Option<&str>, address: &str, now: Timestamp) -> bool {
        let key = self.key(address);
        let of_address = self.addresses.use_one(key, now);
        let of_account = account.map_or(0, |name| self.accounts.use_one(name.to_owned(), now));
        of_address == PER_ADDRESS || of_account == PER_ACCOUNT
    }

    fn key(&self, address: &str) -> String {
        let is_full = self.addresses.0.len() >= MAX_ADDRESSES;
        let key = address.to_owned();
        if is_full && !self.addresses.0.contains_key(&key) { String::new() } else { key }
    }
}

fn wait() -> Duration {
    RESTORED_EVERY.unsigned_abs()
}

/// For each key, when its allowance is complete again. A wrong token moves that time by
/// [`RESTORED_EVERY`].
#[derive(Debug, Default)]
struct Allowances(HashMap<String, Timestamp>);

impl Allowances {
    /// How many wrong tokens of the allowance are used up.
    fn used(&self, key: &str, now: Timestamp) -> u32 {
        let Some(complete_at) = self.0.get(key) else { return 0 };
        let left = complete_at.duration_since(now).as_secs_f64() / RESTORED_EVERY.as_secs_f64();
        // At most the larger allowance and one, and never negative.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is clamped to a small whole number"
        )]
        let used = left.ceil().clamp(0.0, f64::from(PER_ADDRESS) + 1.0) as u32;
        used
    }

    /// Returns how many are used up now.
    fn use_one(&mut self, key: String, now: Timestamp) -> u32 {
        if self.0.len() >= MAX_ADDRESSES {
            self.0.retain(|_, complete_at| *complete_at > now);
        }
        let complete_at = self.0.entry(key).or_insert(now);
        *complete_at = (*complete_at).max(now).saturating_add(RESTORED_EVERY).unwrap_or(now);
        let left = complete_at.duration_since(now).as_secs() / RESTORED_EVERY.as_secs();
        u32::try_from(left).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    /// Tries a wrong token `count` times, each if it is allowed. Returns how many were.
    fn attack(attempts: &mut Attempts, account: &str, address: &str, count: u32, now: i64) -> u32 {
        let mut tried = 0;
        for _ in 0..count {
            if attempts.may_try(Some(account), address, second(now)).is_ok() {
                attempts.failed(Some(account), address, second(now));
                tried += 1;
            }
        }
        tried
    }

    #[test]
    fn ten_thousand_attempts_at_an_account_are_ten() {
        let mut attempts = Attempts::default();
        assert_eq!(attack(&mut attempts, "ada", "192.0.2.1", 10_000, 0), PER_ACCOUNT);
        let wait = attempts.may_try(Some("ada"), "192.0.2.1", second(0)).unwrap_err();
        assert_eq!(wait, Duration::from_secs(6));
    }

    #[test]
    fn an_address_that_tries_many_accounts_is_limited_too() {
        let mut attempts = Attempts::default();
        let tried: u32 = (0..100)
            .map(|n| attack(&mut attempts, &format!("person {n}"), "192.0.2.1", 100, 0))
            .sum();
        assert_eq!(tried, PER_ADDRESS);
        assert!(attempts.may_try(Some("ada"), "192.0.2.1", second(0)).is_err());
        assert!(attempts.may_try(None, "192.0.2.1", second(0)).is_err(), "a program's token");
        assert!(attempts.may_try(Some("ada"), "192.0.2.2", second(0)).is_ok());
    }

    #[test]
    fn a_person_is_kept_out_neither_for_long_nor_by_strangers() {
        let mut attempts = Attempts::default();
        attack(&mut attempts, "ada", "192.0.2.1", 10_000, 0);
        assert!(attempts.may_try(Some("ada"), "192.0.2.1", second(5)).is_err());
        assert!(attempts.may_try(Some("ada"), "192.0.2.1", second(6)).is_ok(), "after six seconds");
        assert!(attempts.may_try(Some("ada"), "192.0.2.9", second(0)).is_ok(), "from elsewhere");
        assert!(attempts.may_try(Some("ben"), "192.0.2.1", second(0)).is_ok(), "somebody else");
    }

    #[test]
    fn the_memory_of_addresses_is_bounded() {
        let mut attempts = Attempts::default();
        for number in 0..MAX_ADDRESSES + 500 {
            attempts.failed(None, &number.to_string(), second(0));
        }
        assert!(attempts.addresses.0.len() <= MAX_ADDRESSES + 1);
        assert!(
            attempts.may_try(None, "a new one", second(0)).is_err(),
            "they share one allowance"
        );
        assert!(attempts.may_try(None, "a new one", second(3_600)).is_ok());
    }
}
