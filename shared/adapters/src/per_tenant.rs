//! Clients of a service, one for each tenant, cached from request to request.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use domain::id::{ClientId, WorkspaceId};
use lru::LruCache;

use crate::data_roles::{DataRoles, TenantCredentials};

/// Tenants whose clients are cached; the least recently used one goes first.
const MAX_KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(63);

/// Clients by tenant, each with credentials that reach this tenant only.
pub struct PerTenant<C> {
    roles: DataRoles,
    make: Box<dyn Fn(TenantCredentials) -> C + Send + Sync>,
    kept: Mutex<LruCache<(WorkspaceId, Option<ClientId>), C>>,
}

impl<C: Clone> PerTenant<C> {
    /// No clients yet; `make` makes one from a tenant's credentials.
    pub fn new(
        roles: DataRoles,
        make: impl Fn(TenantCredentials) -> C + Send + Sync + 'static,
    ) -> Self {
        Self {
            roles,
            make: Box::new(make),
            kept: Mutex::new(LruCache::new(MAX_KEPT)),
        }
    }

    /// The client for a workspace, or for one client of it.
    pub fn get(&self, ws: WorkspaceId, client: Option<ClientId>) -> C {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || (self.make)(self.roles.tenant_credentials(ws, client));
        kept.get_or_insert((ws, client), make).clone()
    }
}

impl<C> fmt::Debug for PerTenant<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerTenant")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use super::*;
    use crate::data_roles::RoleArns;

    #[test]
    fn least_recently_used_client_is_dropped_after_64() {
        let config = aws_sdk_sts::Config::builder()
            .behavior_version(aws_sdk_sts::config::BehaviorVersion::latest())
            .build();
        let arns = RoleArns {
            team: "team".to_owned(),
            portal: "portal".to_owned(),
        };
        let roles = DataRoles::new(aws_sdk_sts::Client::from_conf(config), arns);
        let made = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&made);
        let clients = PerTenant::new(roles, move |_| count.fetch_add(1, Relaxed));
        let (ws, client) = (WorkspaceId::new(1, 1), ClientId::new(1, 1));
        assert_eq!(clients.get(ws, None), 0);
        assert_eq!(clients.get(ws, Some(client)), 1, "another reach");
        assert_eq!(clients.get(ws, None), 0, "kept");
        for n in 2..=64 {
            clients.get(WorkspaceId::new(n, 1), None);
        }
        assert_eq!(clients.get(ws, None), 0, "used since");
        let before = made.load(Relaxed);
        assert_eq!(clients.get(ws, Some(client)), before, "the oldest went");
    }
}
