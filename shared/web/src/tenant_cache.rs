//! From a host to a workspace, or to where it is now, remembered for a minute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::slug::Slug;
use jiff::{SignedDuration, Timestamp};
use store::{Directory, SlugLookup};

/// How long an answer is remembered.
const FRESH: SignedDuration = SignedDuration::from_secs(60);
/// Answers that are remembered at once: hosts that don't exist are free to invent.
const MOST: usize = 1_000;

/// Answers to "what is at this host", the lack of anything included.
#[derive(Debug, Default)]
pub(crate) struct TenantCache(Mutex<HashMap<Slug, (Timestamp, Option<SlugLookup>)>>);

impl TenantCache {
    /// What is at `host`, below the address `base`.
    pub(crate) async fn find_workspace(
        &self,
        host: &str,
        base: &str,
        directory: &Directory,
        now: Timestamp,
    ) -> Result<Option<SlugLookup>, store::StoreError> {
        let Some(slug) = parse_slug(host, base) else {
            return Ok(None);
        };
        if let Some((at, known)) = self.locked().get(&slug)
            && now.duration_since(*at) < FRESH
        {
            return Ok(known.clone());
        }
        let found = directory.find_slug(&slug).await?;
        let mut known = self.locked();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(slug, (now, found.clone()));
        Ok(found)
    }

    /// Asks again the next time.
    pub(crate) fn evict(&self, slug: &Slug) {
        self.locked().remove(slug);
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, HashMap<Slug, (Timestamp, Option<SlugLookup>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn parse_slug(host: &str, base: &str) -> Option<Slug> {
    let host = host.to_ascii_lowercase();
    host.strip_suffix(base)?.strip_suffix('.')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::parse_slug;

    #[test]
    fn slug_is_one_label_before_the_base_domain() {
        let of = |host| parse_slug(host, "portal.example").map(|s| s.to_string());
        assert_eq!(of("acme.portal.example").as_deref(), Some("acme"));
        assert_eq!(of("ACME.Portal.Example").as_deref(), Some("acme"));
        for host in [
            "portal.example",
            "a.b.portal.example",
            "acmeportal.example",
            "acme.portal.example:1",
            "",
            "www.portal.example",
        ] {
            assert_eq!(of(host), None, "{host}");
        }
    }
}
