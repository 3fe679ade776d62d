//! Whether a request that changes something comes from the page it should.

use http::{HeaderMap, header};

/// Whether the browser says that the request comes from `origin` itself.
///
/// A sibling subdomain is the same *site*, so `SameSite` cookies and
/// `same-site` don't keep it out. A request that says nothing is refused.
pub(crate) fn is_same_origin(headers: &HeaderMap, origin: &str) -> bool {
    let value = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (value("sec-fetch-site"), value(header::ORIGIN.as_str())) {
        (None, None) => false,
        (site, from) => {
            site.is_none_or(|site| site == "same-origin") && from.is_none_or(|from| from == origin)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_check_accepts_the_same_origin_only() {
        let check = |site: Option<&'static str>, origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            let pairs = [("sec-fetch-site", site), ("origin", origin)];
            for (name, value) in pairs.into_iter().filter_map(|(n, v)| v.map(|v| (n, v))) {
                headers.insert(name, http::HeaderValue::from_static(value));
            }
            is_same_origin(&headers, "https://acme.portal.example")
        };
        assert!(check(
            Some("same-origin"),
            Some("https://acme.portal.example")
        ));
        assert!(check(None, Some("https://acme.portal.example")));
        assert!(check(Some("same-origin"), None));
        for (site, origin) in [
            (None, None),
            (Some("same-site"), Some("https://acme.portal.example")),
            (Some("same-origin"), Some("https://evil.portal.example")),
            (Some("none"), None),
            (None, Some("null")),
            (None, Some("http://acme.portal.example")),
        ] {
            assert!(!check(site, origin), "{site:?} {origin:?}");
        }
    }
}
