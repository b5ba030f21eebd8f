//! Answers with very many rows are made one after another.
//!
//! An answer is made in memory before it is sent. All lists as CSV are 12 MB, and take ten times as
//! much while they are made. Several downloads at once would slow down the pages of other people.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::Semaphore;
use url::form_urlencoded;

use crate::web::Web;

/// Rows from which an answer is large.
const LARGE: usize = 5_000;
/// Large answers that are made at the same time.
const AT_ONCE: usize = 1;

/// The permits to make a large answer.
#[derive(Debug)]
pub struct LargeAnswers(Semaphore);

impl Default for LargeAnswers {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

pub async fn one_at_a_time(State(web): State<Web>, request: Request, next: Next) -> Response {
    let uri = request.uri();
    let _permit = match is_large(uri.path(), uri.query().unwrap_or_default()) {
        true => web.large_answers.0.acquire().await.ok(),
        false => None,
    };
    next.run(request).await
}

/// By the rows that are asked for. Without a number, two kinds of answers have all their rows.
fn is_large(path: &str, query: &str) -> bool {
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    match parameters.find(|(name, _)| name == "limit") {
        Some((_, rows)) => rows.parse().is_ok_and(|rows: usize| rows >= LARGE),
        None => path.ends_with("/api/difference") || path.contains("/api/holds/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_large_by_its_limit() {
        let path = "/api/changes";
        assert!(is_large(path, "format=csv&limit=100000") && is_large(path, "limit=5000"));
        assert!(is_large("/api/difference", "format=csv") && is_large("/api/holds/h/words", ""));
        assert!(!is_large("/api/difference", "limit=50"));
        for query in ["", "limit=4999", "limit=", "limit=-1", "page=9000", "search=limit%3D9000"] {
            assert!(!is_large(path, query), "{query}");
        }
    }
}
