//! The path of `public_url`. Every path is answered with it and without it, so that a proxy may
//! forward it or strip it.

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use tower::ServiceExt;

/// Makes `router` answer its paths also under `root`: `/watch`, or empty.
pub fn served_under(root: String, router: Router) -> Router {
    if root.is_empty() {
        return router;
    }
    Router::new().fallback_service(router.map_request(move |mut request: Request| {
        if let Some(uri) = without(&root, request.uri()) {
            *request.uri_mut() = uri;
        }
        request
    }))
}

/// The address without `root`, or `None` if it does not begin with it.
fn without(root: &str, uri: &Uri) -> Option<Uri> {
    let rest =
        uri.path().strip_prefix(root).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
    let path = if rest.is_empty() { "/" } else { rest };
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = format!("{path}{query}").parse().ok();
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complete_segments_are_stripped() {
        let check = |uri: &str, expected: Option<&str>| {
            let found = without("/watch", &uri.parse().unwrap()).map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), expected, "{uri}");
        };
        check("/watch", Some("/"));
        check("/watch/", Some("/"));
        check("/watch?a=b", Some("/?a=b"));
        check("/watch/changes?kind=added", Some("/changes?kind=added"));
        check("/watchers", None);
        check("/changes", None);
        check("/", None);
    }
}
