//! A statement: SQL text with `$1` placeholders and the values for them, the same for both
//! databases.
//!
//! Knows no table.

use std::borrow::Cow;

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::store::value::Value;

/// A statement with its values.
pub struct Sql {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

/// A statement without values so far.
pub fn sql(text: impl Into<Cow<'static, str>>) -> Sql {
    Sql { text: text.into(), values: Vec::new() }
}

impl Sql {
    /// Adds the value of the next placeholder.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Adds the values of the next placeholders.
    pub fn bind_all<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.values.extend(values.into_iter().map(Into::into));
        self
    }

    /// Appends a condition (or other text) in which `$?` becomes the next placeholder.
    pub fn and(mut self, text: &str, value: impl Into<Value>) -> Self {
        let text = text.replace("$?", &format!("${}", self.values.len() + 1));
        self.text.to_mut().push_str(&text);
        self.bind(value)
    }

    /// Like [`Sql::and`], if there is a value.
    pub fn and_if<V: Into<Value>>(self, text: &str, value: Option<V>) -> Self {
        match value {
            Some(value) => self.and(text, value),
            None => self,
        }
    }

    /// Appends text without a placeholder.
    pub fn then(mut self, text: &str) -> Self {
        self.text.to_mut().push_str(text);
        self
    }

    pub fn limit(self, limit: Option<usize>) -> Self {
        self.and_if(" LIMIT $?", limit)
    }

    /// The text, whether its plan is worth keeping, and the values. A text that was built at run
    /// time varies with the number of its placeholders, so its plan is not kept.
    pub fn into_parts(self) -> (SqlStr, bool, Vec<Value>) {
        match self.text {
            Cow::Borrowed(text) => (text.into_sql_str(), true, self.values),
            Cow::Owned(text) => (AssertSqlSafe(text).into_sql_str(), false, self.values),
        }
    }
}

/// Values or rows that one statement names. SQLite allows 32,766 placeholders in a statement, and a
/// row takes at most nine. All rows of a complete list at once would take as much memory again as
/// the list.
pub const CHUNK: usize = 500;

/// `$3, $4, $5`: placeholders for `count` values after the first `taken`.
pub fn placeholders(taken: usize, count: usize) -> String {
    (taken + 1..=taken + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// Runs `$body` with the sqlx query of a statement. It is a macro because the query has another
/// type for each database.
macro_rules! prepared {
    ($statement:expr, |$query:ident| $body:expr) => {{
        let (text, is_persistent, values) = $statement.into_parts();
        let mut $query = sqlx::query(text).persistent(is_persistent);
        for value in values {
            $query = match value {
                $crate::store::value::Value::Integer(value) => $query.bind(value),
                $crate::store::value::Value::Text(value) => $query.bind(value),
                $crate::store::value::Value::Bytes(value) => $query.bind(value),
            };
        }
        $body
    }};
}
pub(super) use prepared;
