//! The weaknesses of the starter templates by CWE number, with short names.

/// Sorted by number.
pub(super) const WEAKNESSES: [(u32, &str); 42] = [
    (22, "Path traversal"),
    (79, "Cross-site scripting"),
    (89, "SQL injection"),
    (200, "Exposure of sensitive information"),
    (
        213,
        "Exposure of sensitive information due to incompatible policies",
    ),
    (250, "Execution with unnecessary privileges"),
    (266, "Incorrect privilege assignment"),
    (269, "Improper privilege management"),
    (284, "Improper access control"),
    (287, "Improper authentication"),
    (295, "Improper certificate validation"),
    (
        307,
        "Improper restriction of excessive authentication attempts",
    ),
    (312, "Cleartext storage of sensitive information"),
    (326, "Inadequate encryption strength"),
    (345, "Insufficient verification of data authenticity"),
    (346, "Origin validation error"),
    (347, "Improper verification of cryptographic signature"),
    (352, "Cross-site request forgery"),
    (434, "Unrestricted upload of file with dangerous type"),
    (521, "Weak password requirements"),
    (522, "Insufficiently protected credentials"),
    (601, "Open redirect"),
    (611, "Improper restriction of XML external entity reference"),
    (613, "Insufficient session expiration"),
    (639, "Authorization bypass through user-controlled key"),
    (640, "Weak password recovery mechanism"),
    (693, "Protection mechanism failure"),
    (732, "Incorrect permission assignment for critical resource"),
    (770, "Allocation of resources without limits"),
    (778, "Insufficient logging"),
    (798, "Use of hard-coded credentials"),
    (
        915,
        "Improperly controlled modification of object attributes",
    ),
    (918, "Server-side request forgery"),
    (
        923,
        "Improper restriction of communication channel to intended endpoints",
    ),
    (926, "Improper export of Android application components"),
    (
        939,
        "Improper authorization in handler for custom URL scheme",
    ),
    (942, "Permissive cross-domain policy"),
    (1004, "Sensitive cookie without HttpOnly flag"),
    (1188, "Insecure default initialization of resource"),
    (1391, "Use of weak credentials"),
    (1392, "Use of default credentials"),
    (1395, "Dependency on vulnerable third-party component"),
];

/// The short name of a weakness; `None` if it isn't listed.
pub fn weakness_name(number: u32) -> Option<&'static str> {
    let position = WEAKNESSES.binary_search_by_key(&number, |(cwe, _)| *cwe);
    position
        .ok()
        .and_then(|position| WEAKNESSES.get(position))
        .map(|(_, name)| *name)
}
