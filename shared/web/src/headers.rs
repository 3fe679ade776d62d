//! Headers that every answer carries.

use http::{HeaderMap, HeaderValue, header};

/// Only our own files, nothing inline, framed by nobody.
pub(crate) const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    object-src 'none'; require-trusted-types-for 'script'; trusted-types default";

/// The policy of a page by which files are sent to the bucket at `origin`, or
/// fetched there after a form was sent: nothing else is let through.
pub(crate) fn csp_with_files(origin: &str) -> String {
    extend_csp(&["connect-src", "form-action"], origin)
}

/// The policy of a page by which pictures are sent there, and that shows some which
/// lie there.
pub(crate) fn csp_with_images(origin: &str) -> String {
    extend_csp(&["connect-src", "img-src"], origin)
}

/// The policy of a page from which a form leads to the pages at `origins`.
pub(crate) fn csp_with_form_action(origins: &str) -> String {
    extend_csp(&["form-action"], origins)
}

fn extend_csp(rules: &[&str], origin: &str) -> String {
    rules.iter().fold(CSP.to_owned(), |csp, rule| {
        let (before, after) = (format!("{rule} 'self'"), format!("{rule} 'self' {origin}"));
        csp.replace(&before, &after)
    })
}

const ALWAYS: [(&str, &str); 8] = [
    ("content-security-policy", CSP),
    ("x-content-type-options", "nosniff"),
    // Nothing leaves for other sites. With "no-referrer" a browser would send our
    // own forms with "Origin: null", as a stranger's.
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=()",
    ),
    // Pages are one person's; nothing between here and there may keep them.
    ("cache-control", "no-store"),
];

/// Puts them in; what a handler set itself stays.
pub(crate) fn secure(headers: &mut HeaderMap, https: bool, request_id: &str) {
    for (name, value) in ALWAYS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if https {
        let two_years = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, two_years);
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", id);
    }
}
