//! The page to go to after signing in: only ever one of this host.

/// `next` if it is a path on this host, otherwise the first page.
pub(crate) fn local_path(next: &str) -> &str {
    let path = next.starts_with('/') && !next.starts_with("//");
    let plain = next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if path && plain { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn redirect_target_off_this_host_is_ignored() {
        for good in ["/", "/clients?q=a&after=b", "/engagements/01J"] {
            assert_eq!(local_path(good), good);
        }
        for bad in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x",
            "evil",
            "/\t/evil.example",
        ] {
            assert_eq!(local_path(bad), "/", "{bad}");
        }
    }
}
