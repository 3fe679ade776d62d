//! The scope of a list of findings: the workspace, a client or an engagement, by the actor and
//! the address.

use domain::audit::AuditKind;
use domain::client::Client;
use domain::engagement::Engagement;
use domain::finding::{FindingContent, FindingFilter};
use domain::id::{ClientId, EngagementId};
use domain::person::{Actor, Person};
use futures::future::{try_join, try_join_all};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{ClientScope, FilteredFindings, FindingSummary, Store, WorkspaceScope};
use web::{Context, EitherSide, PageError};

/// Clients whose names are read at once.
const MAX_CLIENTS: i32 = 100;

/// The client and engagement that the address names; each an id or empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListScopeQuery {
    pub(crate) client: String,
    pub(crate) engagement: String,
}

pub(crate) struct ListScope {
    pub(crate) ctx: Arc<Context>,
    pub(crate) actor: Actor,
    team: Option<Store<WorkspaceScope>>,
    client_store: Option<Store<ClientScope>>,
    pub(crate) engagement: Option<EngagementId>,
}

/// What the list shows beside its findings.
#[derive(Default)]
pub(crate) struct ListContext {
    /// The client and the engagement that it is narrowed to.
    pub(crate) client: Option<Client>,
    pub(crate) engagement: Option<Engagement>,
    /// The people whom findings can be assigned to.
    pub(crate) people: Vec<Person>,
    /// The revision of what the actor can see.
    pub(crate) rev: i64,
    names: BTreeMap<ClientId, String>,
}

/// The names of clients and engagements.
#[derive(Default)]
pub(crate) struct ScopeNames {
    clients: BTreeMap<ClientId, String>,
    engagements: BTreeMap<EngagementId, String>,
}

impl ListScope {
    /// The scope of an address; not found where an id in it can't be parsed.
    pub(crate) fn of(side: EitherSide, query: &ListScopeQuery) -> Result<Self, PageError> {
        let engagement = parse_id(&query.engagement)?;
        Ok(match side {
            EitherSide::Portal(portal) => Self {
                ctx: portal.ctx,
                actor: portal.actor,
                team: None,
                client_store: Some(portal.store),
                engagement,
            },
            EitherSide::Team(team) => {
                let client: Option<ClientId> = parse_id(&query.client)?;
                Self {
                    ctx: team.ctx,
                    actor: team.actor,
                    client_store: client.map(|client| team.store.client_store(client)),
                    engagement: engagement.filter(|_| client.is_some()),
                    team: Some(team.store),
                }
            }
        })
    }

    /// The client, where the scope is one.
    pub(crate) fn client(&self) -> Option<ClientId> {
        self.client_store.as_ref().map(Store::client_id)
    }

    /// The store of a client within the scope.
    pub(crate) fn store(&self, client: Option<ClientId>) -> Option<Store<ClientScope>> {
        match (&self.team, client) {
            (Some(team), Some(client)) => Some(team.client_store(client)),
            _ => self.client_store.clone(),
        }
    }

    /// A page of the list.
    pub(crate) async fn list(
        &self,
        filter: &FindingFilter,
        today: Date,
        after: Option<&str>,
    ) -> Result<FilteredFindings, PageError> {
        Ok(match (&self.client_store, &self.team) {
            (Some(store), _) => store.list(self.engagement, filter, today, after).await?,
            (None, Some(team)) => team.list(filter, today, after).await?,
            (None, None) => FilteredFindings::default(),
        })
    }

    /// The contents of at most [`store::CONTENTS_PAGE`] findings of the list, in their order.
    pub(crate) async fn list_contents(
        &self,
        rows: &[FindingSummary],
    ) -> Result<Vec<Option<FindingContent>>, PageError> {
        Ok(match (&self.client_store, &self.team) {
            (Some(store), _) => store.list_contents(rows).await?,
            (None, Some(team)) => team.list_contents(rows).await?,
            (None, None) => Vec::new(),
        })
    }

    /// Records an export in the audit log.
    pub(crate) async fn record_export(&self, which: &str) -> Result<(), PageError> {
        let kind = AuditKind::FindingsExported;
        match (&self.client_store, &self.team) {
            (Some(store), _) => store.record_export(kind, which).await?,
            (None, Some(team)) => team.record_export(kind, which).await?,
            (None, None) => {}
        }
        Ok(())
    }

    /// The context; not found where the named client or engagement doesn't exist.
    pub(crate) async fn load_context(&self) -> Result<ListContext, PageError> {
        let team = async {
            match &self.team {
                Some(team) => team.list_people().await,
                None => Ok(Vec::new()),
            }
        };
        let Some(store) = &self.client_store else {
            let Some(store) = &self.team else {
                return Err(PageError::NotFound);
            };
            let (people, clients) =
                try_join(team, store.list_clients("", None, MAX_CLIENTS)).await?;
            return Ok(ListContext {
                people,
                rev: clients.rows.iter().map(|client| client.rev).sum(),
                names: client_names(clients.rows),
                ..ListContext::default()
            });
        };
        let engagement = async {
            match self.engagement {
                Some(id) => store.get_engagement(id).await,
                None => Ok(None),
            }
        };
        let ((client, engagement), (team, contacts)) = try_join(
            try_join(store.get_client(), engagement),
            try_join(team, store.list_people()),
        )
        .await?;
        let client = client.ok_or(PageError::NotFound)?;
        if self.engagement.is_some() && engagement.is_none() {
            return Err(PageError::NotFound);
        }
        let rev = if self.team.is_some() {
            client.rev
        } else {
            client.shared_rev
        };
        Ok(ListContext {
            names: client_names(vec![client.clone()]),
            client: Some(client),
            engagement,
            people: [team, contacts].concat(),
            rev,
        })
    }

    /// The names for the rows: one read for each client and engagement.
    pub(crate) async fn load_names(
        &self,
        rows: &[FindingSummary],
        context: &ListContext,
    ) -> Result<ScopeNames, PageError> {
        let mut names = ScopeNames::default();
        self.add_names(rows, context, &mut names).await?;
        Ok(names)
    }

    /// Adds the names that are not in `names` yet.
    pub(crate) async fn add_names(
        &self,
        rows: &[FindingSummary],
        context: &ListContext,
        names: &mut ScopeNames,
    ) -> Result<(), PageError> {
        for (id, name) in &context.names {
            names.clients.entry(*id).or_insert_with(|| name.clone());
        }
        let new = rows
            .iter()
            .filter(|summary| !names.engagements.contains_key(&summary.engagement));
        let unread: BTreeSet<_> = new
            .map(|summary| (summary.client, summary.engagement))
            .collect();
        let read = unread.into_iter().map(async |(client, engagement)| {
            let Some(store) = self.store(Some(client)) else {
                return Err(PageError::NotFound);
            };
            Ok(store.get_engagement(engagement).await?)
        });
        for engagement in try_join_all(read).await?.into_iter().flatten() {
            names.engagements.insert(engagement.id, engagement.title);
        }
        let unnamed = rows
            .iter()
            .map(|summary| summary.client)
            .filter(|id| !names.clients.contains_key(id));
        let unnamed: BTreeSet<_> = unnamed.collect();
        let read = unnamed.into_iter().map(async |client| {
            let Some(store) = self.store(Some(client)) else {
                return Err(PageError::NotFound);
            };
            Ok(store.get_client().await?)
        });
        let unnamed = try_join_all(read).await?.into_iter().flatten();
        names.clients.extend(client_names(unnamed.collect()));
        Ok(())
    }
}

impl ScopeNames {
    /// The engagement's title.
    pub(crate) fn engagement(&self, summary: &FindingSummary) -> Option<&str> {
        self.engagements
            .get(&summary.engagement)
            .map(String::as_str)
    }

    /// The client's name.
    pub(crate) fn client(&self, summary: &FindingSummary) -> Option<&str> {
        self.clients.get(&summary.client).map(String::as_str)
    }
}

fn client_names(clients: Vec<Client>) -> BTreeMap<ClientId, String> {
    let entry = |client: Client| (client.id, client.name);
    clients.into_iter().map(entry).collect()
}

/// An id, or `None` for an empty text; not found for any other.
fn parse_id<K>(text: &str) -> Result<Option<domain::id::Id<K>>, PageError> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| PageError::NotFound),
    }
}
