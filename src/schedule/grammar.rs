//! The grammar of a schedule: the fields of cron(8), with seconds first if there are six. Pure.
//!
//! croner supports more forms than cron(8) (`L`, `W`, `#`, `?`, `+`), reads some differently, and
//! ignores some that it cannot read. So each field is read by this module first. croner then gets
//! text that means the same to both. The source is crontab(5) of cronie.

/// A schedule in a form that croner and cron(8) read alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// Names are replaced by their numbers.
    pub text: String,
    /// Whether a day must match both the day of the month and the weekday. Otherwise one match is
    /// enough.
    pub both_days: bool,
}

/// Why a text is not a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrammarError {
    /// The number of fields that were found.
    Count(usize),
    /// A sentence: `expected X, but got Y`.
    Field(String),
}

/// A field, with the values that it may have.
struct Field {
    name: &'static str,
    least: u16,
    most: u16,
    /// The names of the values, starting at `least`.
    names: &'static [&'static str],
}

const NO_NAMES: &[&str] = &[];
const MONTHS: &[&str] =
    &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/// Sunday is 0 and 7.
const OTHER_SUNDAY: u16 = 7;

const FIELDS: [Field; 6] = [
    Field { name: "second", least: 0, most: 59, names: NO_NAMES },
    Field { name: "minute", least: 0, most: 59, names: NO_NAMES },
    Field { name: "hour", least: 0, most: 23, names: NO_NAMES },
    Field { name: "day of the month", least: 1, most: 31, names: NO_NAMES },
    Field { name: "month", least: 1, most: 12, names: MONTHS },
    Field { name: "weekday", least: 0, most: OTHER_SUNDAY, names: WEEKDAYS },
];

/// From crontab(5). `@reboot` is not a time.
const NICKNAMES: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// Reads five fields, six with seconds first, or a nickname such as `@daily`.
///
/// # Errors
///
/// Says which field is wrong and what was expected.
pub fn read(text: &str) -> Result<Fields, GrammarError> {
    let text = match text.trim() {
        nickname if nickname.starts_with('@') => of_nickname(nickname)?,
        text => text,
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let fields = match words.len() {
        5 => FIELDS.get(1..).unwrap_or_default(),
        6 => FIELDS.as_slice(),
        count => return Err(GrammarError::Count(count)),
    };
    let read: Result<Vec<String>, GrammarError> =
        fields.iter().zip(&words).map(|(field, word)| field.read(word)).collect();
    let begins_with_star = |from_end: usize| {
        words.iter().rev().nth(from_end).is_some_and(|word| word.starts_with('*'))
    };
    Ok(Fields { text: read?.join(" "), both_days: begins_with_star(0) || begins_with_star(2) })
}

fn of_nickname(nickname: &str) -> Result<&'static str, GrammarError> {
    let known = NICKNAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(nickname));
    known.map(|(_, fields)| *fields).ok_or_else(|| {
        let names: Vec<&str> = NICKNAMES.iter().map(|(name, _)| *name).collect();
        GrammarError::Field(format!("expected one of {}, but got `{nickname}`", names.join(", ")))
    })
}

impl Field {
    /// The list, with names replaced by numbers.
    fn read(&self, list: &str) -> Result<String, GrammarError> {
        let items: Result<Vec<String>, GrammarError> =
            list.split(',').map(|item| self.item(item, list)).collect();
        Ok(items?.join(","))
    }

    /// `*`, `a`, `a-b`, and with a step `*/n` or `a-b/n`.
    fn item(&self, item: &str, list: &str) -> Result<String, GrammarError> {
        let wrong = |expected: String| {
            GrammarError::Field(format!("expected {expected} as {}, but got `{list}`", self.name))
        };
        let (values, step) =
            item.split_once('/').map_or((item, None), |(values, step)| (values, Some(step)));
        let (read, span) = match values.split_once('-') {
            // croner accepts `*` as a whole field, but not as an item of a list.
            None if values == "*" && (item == list || step.is_some()) => {
                ("*".to_owned(), self.span())
            }
            None if values == "*" => (format!("{}-{}", self.least, self.most), self.span()),
            None if step.is_some() => {
                return Err(wrong(format!(
                    "a step after `*` or a range such as `*/15` or `{}-{}/2`",
                    self.least, self.most
                )));
            }
            None => (self.value(values).ok_or_else(|| wrong(self.expected()))?.to_string(), 1),
            Some((first, last)) => {
                let first = self.value(first).ok_or_else(|| wrong(self.expected()))?;
                let last = self.value(last).ok_or_else(|| wrong(self.expected()))?;
                // `SAT-SUN` ends with Sunday, but `SUN` alone is one day.
                let last = if last == 0 && first > 0 && !self.names.is_empty() {
                    OTHER_SUNDAY
                } else {
                    last
                };
                if first > last {
                    return Err(wrong("a range that goes up".to_owned()));
                }
                (format!("{first}-{last}"), last - first + 1)
            }
        };
        let Some(step) = step else { return Ok(read) };
        match number(step) {
            Some(step) if (1..=span).contains(&step) => Ok(format!("{read}/{step}")),
            // A longer step would select only the first value: `*/90` does not mean every hour and
            // a half.
            _ => Err(wrong(format!("a step from 1 to {span}"))),
        }
    }

    fn value(&self, text: &str) -> Option<u16> {
        let named = self
            .names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(text))
            .and_then(|at| u16::try_from(at).ok());
        let value = named.map(|at| at + self.least).or_else(|| number(text));
        value.filter(|value| (self.least..=self.most).contains(value))
    }

    /// The number of values. Sunday counts once.
    fn span(&self) -> u16 {
        let most = if self.most == OTHER_SUNDAY { self.most - 1 } else { self.most };
        most - self.least + 1
    }

    fn expected(&self) -> String {
        let numbers = format!("`*` or numbers from {} to {}", self.least, self.most);
        match (self.names.first(), self.names.last()) {
            (Some(first), Some(last)) => format!("{numbers} or names from {first} to {last}"),
            _ => numbers,
        }
    }
}

/// Digits only: a schedule contains no signs.
fn number(text: &str) -> Option<u16> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str, both_days: bool) {
        assert_eq!(read(text), Ok(Fields { text: expected.to_owned(), both_days }), "{text}");
    }

    #[test]
    fn ok_forms_that_cron_reads() {
        check("*/15 * * * *", "*/15 * * * *", true);
        check(" 0\t6-22/2  * * 1-5 ", "0 6-22/2 * * 1-5", true);
        check("30 */15 * * * *", "30 */15 * * * *", true);
        check("0 0 1,15 * fri", "0 0 1,15 * 5", false);
        check("0 0 */2 * 1", "0 0 */2 * 1", true);
        check("0 0 1 * */2", "0 0 1 * */2", true);
        check("0 0 *,5 * 1", "0 0 1-31,5 * 1", true);
        check("0 0 5,* * 1", "0 0 5,1-31 * 1", false);
        check("0 0 1-31 * 1", "0 0 1-31 * 1", false);
        check("05 08 1 Jan-mar,DEC *", "5 8 1 1-3,12 *", true);
        check("0 0 1 1 SAT-SUN,7", "0 0 1 1 6-7,7", false);
        check("0 0 1 1 SUN-SAT", "0 0 1 1 0-6", false);
        check("0 0 1 1 SUN-SUN", "0 0 1 1 0-0", false);
        check("0 0 1 1 MON-FRI/2", "0 0 1 1 1-5/2", false);
        check("0 0 1 1 5-7", "0 0 1 1 5-7", false);
        check("*/60 */24 */31 */12 */7", "*/60 */24 */31 */12 */7", true);
        check("@Daily", "0 0 * * *", true);
        check("@midnight", "0 0 * * *", true);
    }

    #[test]
    fn err_forms_that_cron_does_not_read_or_reads_differently() {
        for (text, expected) in [
            ("0 0 L * *", "expected `*` or numbers from 1 to 31 as day of the month, but got `L`"),
            ("0 0 15W * *", "but got `15W`"),
            ("0 0 ? * *", "but got `?`"),
            ("0 0 1 * ?", "but got `?`"),
            (
                "0 0 * * 5L",
                "expected `*` or numbers from 0 to 7 or names from SUN to SAT as weekday, but got \
                 `5L`",
            ),
            ("0 0 * * MON#2", "but got `MON#2`"),
            ("0 0 1 * +1", "but got `+1`"),
            ("0 0 * * FRI-MON", "expected a range that goes up as weekday, but got `FRI-MON`"),
            ("0 22-2 * * *", "expected a range that goes up as hour, but got `22-2`"),
            ("0 0 * DEC-FEB *", "a range that goes up as month"),
            (
                "5/15 * * * *",
                "expected a step after `*` or a range such as `*/15` or `0-59/2` as minute, but \
                 got `5/15`",
            ),
            ("/15 * * * *", "a step after"),
            ("*/0 * * * *", "expected a step from 1 to 60 as minute, but got `*/0`"),
            ("*/90 * * * *", "a step from 1 to 60 as minute"),
            ("0 */48 * * *", "a step from 1 to 24 as hour"),
            ("0-10/30 * * * *", "a step from 1 to 11 as minute"),
            ("*/-5 * * * *", "a step from 1 to 60"),
            ("*/5/5 * * * *", "a step from 1 to 60"),
            ("*/ * * * *", "a step from 1 to 60"),
            ("1,,2 * * * *", "expected `*` or numbers from 0 to 59 as minute, but got `1,,2`"),
            ("1, * * * *", "but got `1,`"),
            (", * * * *", "but got `,`"),
            ("61 * * * *", "but got `61`"),
            ("1-2-3 * * * *", "but got `1-2-3`"),
            ("-5 * * * *", "but got `-5`"),
            ("1.5 * * * *", "but got `1.5`"),
            ("MON * * * *", "numbers from 0 to 59 as minute, but got `MON`"),
            ("0 0 * * MONDAY", "but got `MONDAY`"),
            ("0 0 * JANUARY *", "but got `JANUARY`"),
            ("0 0 * * SUNMON", "but got `SUNMON`"),
            ("0 0 * * 8", "but got `8`"),
            ("0 0 0 * *", "but got `0`"),
            ("0 0 * 0 *", "but got `0`"),
            ("0 24 * * *", "but got `24`"),
            ("0 0 * * * 2030", "but got `2030`"),
            ("H * * * *", "but got `H`"),
            ("~ * * * *", "but got `~`"),
            ("@reboot", "@hourly, but got `@reboot`"),
            ("@every 5m", "but got `@every 5m`"),
            ("@daily 5", "but got `@daily 5`"),
        ] {
            match read(text) {
                Err(GrammarError::Field(reason)) => assert!(
                    reason.starts_with("expected ") && reason.contains(expected),
                    "{text}: {reason}"
                ),
                other => panic!("{text}: {other:?}"),
            }
        }
        for (text, count) in [("", 0), ("* * * *", 4), ("0 0 0 1 1 * 2030", 7)] {
            assert_eq!(read(text), Err(GrammarError::Count(count)), "{text}");
        }
    }
}
