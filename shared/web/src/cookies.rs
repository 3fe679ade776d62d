//! Cookies: only `__Host-` names, which no sibling subdomain can set.

use std::collections::HashMap;

use http::{HeaderMap, HeaderValue, header};
use jiff::SignedDuration;

/// The secret of a session.
pub(crate) const SESSION: &str = "__Host-sid";
/// Binds the forms of a browser without a session.
pub(crate) const ANONYMOUS: &str = "__Host-pre";
/// The token of a setup link, once it is out of the address.
pub(crate) const INVITE: &str = "__Host-inv";
/// The token of a link to a new password, once it is out of the address.
pub(crate) const RESET: &str = "__Host-rst";
/// The token of a link to a new workspace, once it is out of the address.
pub(crate) const SIGN_UP: &str = "__Host-sup";
/// The code that the front handed over, once it is out of the address.
pub(crate) const HANDOFF: &str = "__Host-hnd";
/// What is half done between two pages, sealed.
pub(crate) const STEP: &str = "__Host-step";
/// What a browser is known by, whoever signs in with it.
pub(crate) const BROWSER: &str = "__Host-browser";
/// What the next page says of what was just done.
pub(crate) const FLASH: &str = "__Host-flash";

const OURS: [&str; 9] = [
    SESSION, ANONYMOUS, INVITE, RESET, SIGN_UP, HANDOFF, STEP, BROWSER, FLASH,
];

/// The cookies of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cookies(HashMap<String, String>);

/// A name came twice: somebody else may have set one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DuplicateCookie;

impl Cookies {
    /// Reads those that this product sets; others are passed over.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, DuplicateCookie> {
        let mut cookies = HashMap::new();
        let lines = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok());
        for (name, value) in lines
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
        {
            if OURS.contains(&name) && cookies.insert(name.to_owned(), value.to_owned()).is_some() {
                return Err(DuplicateCookie);
            }
        }
        Ok(Self(cookies))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }
}

/// The header that sets a cookie; without an age it lasts as long as the browser.
pub(crate) fn set(name: &str, value: &str, age: Option<SignedDuration>) -> HeaderValue {
    let age = age.map_or_else(String::new, |age| format!("; Max-Age={}", age.as_secs()));
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The header that takes a cookie away.
pub(crate) fn clear(name: &str) -> HeaderValue {
    set(name, "", Some(SignedDuration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&'static str]) -> Result<Cookies, DuplicateCookie> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_static(line));
        }
        Cookies::read(&headers)
    }

    #[test]
    fn cookie_name_repeated_is_refused() {
        assert_eq!(
            read(&["__Host-sid=a; x=1; x=2"]).map(|c| c.get(SESSION).map(str::to_owned)),
            Ok(Some("a".into()))
        );
        assert!(read(&["__Host-sid=a; __Host-sid=b"]).is_err());
        assert!(read(&["__Host-sid=a", "__Host-sid=a"]).is_err());
        assert_eq!(read(&["sid=a"]).map(|c| c.get(SESSION).is_none()), Ok(true));
    }

    #[test]
    fn cookies_carry_the_host_prefix() {
        assert_eq!(
            set(SESSION, "x", None),
            "__Host-sid=x; Path=/; Secure; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            clear(SESSION),
            "__Host-sid=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
        );
    }
}
