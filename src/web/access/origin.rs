//! Whether a form was sent by a page of this site.
//!
//! Browsers say where a POST comes from: in `Origin`, and newer ones in `Sec-Fetch-Site` too.
//! Programs without a browser send neither. They have no cookies that could be misused, and need
//! the token of the form like everybody.

use axum::http::{HeaderMap, HeaderName, header};
use url::Url;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether the headers of a POST name another site, or one that is unknown.
pub fn is_foreign(headers: &HeaderMap, public_url: Option<&Url>) -> bool {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("null"));
    if let Some(site) = text(&SEC_FETCH_SITE)
        && !matches!(site, "same-origin" | "none")
    {
        return true;
    }
    let Some(origin) = text(&header::ORIGIN) else { return false };
    let Some(origin) = Url::parse(origin).ok().filter(|origin| origin.has_host()) else {
        return true;
    };
    let is_public = public_url.is_some_and(|public| public.origin() == origin.origin());
    // A page of the public host that came without encryption may be anybody's.
    let is_unencrypted = public_url.is_some_and(|public| {
        public.host() == origin.host() && (public.scheme(), origin.scheme()) == ("https", "http")
    });
    // `https` may end at a proxy, so only the host and the port are compared.
    let is_asked_host = text(&header::HOST).is_some_and(|host| {
        Url::parse(&format!("{}://{host}/", origin.scheme()))
            .is_ok_and(|asked| asked.origin() == origin.origin())
    });
    is_unencrypted || (!is_public && !is_asked_host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pairs: &[(HeaderName, &str)], expected: bool) {
        let public: Url = "https://watch.example.com/tools/".parse().unwrap();
        let headers: HeaderMap =
            pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        assert_eq!(is_foreign(&headers, Some(&public)), expected, "{pairs:?}");
    }

    #[test]
    fn ok_the_public_address_the_asked_host_and_programs() {
        check(&[], false);
        check(&[(header::HOST, "127.0.0.1:8744")], false);
        check(&[(header::ORIGIN, "https://watch.example.com")], false);
        check(&[(header::ORIGIN, "http://[::1]:8744"), (header::HOST, "[::1]:8744")], false);
        check(
            &[
                (header::ORIGIN, "https://watch.example.com"),
                (header::HOST, "127.0.0.1:8744"),
                (SEC_FETCH_SITE, "same-origin"),
            ],
            false,
        );
    }

    #[test]
    fn err_other_sites_other_ports_and_hidden_origins() {
        let host = (header::HOST, "127.0.0.1:8744");
        for origin in [
            "https://evil.example",
            "http://watch.example.com",
            "https://watch.example.com:8443",
            "https://watch.example.com.evil.example",
            "https://sub.watch.example.com",
            "http://127.0.0.1:9999",
            "http://localhost:8744",
            "null",
            "",
            "file://",
        ] {
            check(&[(header::ORIGIN, origin), host.clone()], true);
        }
        let public_host = (header::HOST, "watch.example.com");
        check(&[(header::ORIGIN, "http://watch.example.com"), public_host], true);
        for site in ["cross-site", "same-site", "unheard-of"] {
            check(&[(SEC_FETCH_SITE, site), host.clone()], true);
            check(&[(SEC_FETCH_SITE, site), (header::ORIGIN, "https://watch.example.com")], true);
        }
    }
}
