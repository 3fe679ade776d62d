//! Which findings somebody's list may have: a workspace's, a client's or an
//! engagement's, by who asks and what the address narrows it to.

use std::collections::{BTreeMap, BTreeSet};

use domain::audit::AuditKind;
use domain::client::Client;
use domain::engagement::Engagement;
use domain::finding::FindingFilter;
use domain::id::{ClientId, EngagementId};
use domain::person::{Actor, Person};
use futures::future::{try_join, try_join_all};
use jiff::civil::Date;
use serde::Deserialize;
use std::sync::Arc;
use store::{ClientScope, FilteredFindings, Listed, Store, WorkspaceScope};
use web::{Context, EitherSide, PageError};

/// Clients whose names are read at once.
const CLIENTS: i32 = 100;

/// What an address narrows a list to: ids, or nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListScopeQuery {
    pub(crate) client: String,
    pub(crate) engagement: String,
}

/// Whose findings, and for whom.
pub(crate) struct ListScope {
    pub(crate) ctx: Arc<Context>,
    pub(crate) actor: Actor,
    team: Option<Store<WorkspaceScope>>,
    inside: Option<Store<ClientScope>>,
    pub(crate) engagement: Option<EngagementId>,
}

/// What surrounds a list.
#[derive(Default)]
pub(crate) struct ListContext {
    /// The client and the engagement that it is narrowed to.
    pub(crate) client: Option<Client>,
    pub(crate) engagement: Option<Engagement>,
    /// Those whom findings can be given to.
    pub(crate) people: Vec<Person>,
    /// Goes up with every change that the reader can see.
    pub(crate) rev: i64,
    names: BTreeMap<ClientId, String>,
}

/// The words for where findings belong.
#[derive(Default)]
pub(crate) struct ScopeNames {
    clients: BTreeMap<ClientId, String>,
    engagements: BTreeMap<EngagementId, String>,
}

impl ListScope {
    /// What `side` may list; an id that can't be read is nobody's.
    pub(crate) fn of(side: EitherSide, narrow: &ListScopeQuery) -> Result<Self, PageError> {
        let engagement = id(&narrow.engagement)?;
        Ok(match side {
            EitherSide::Portal(portal) => Self {
                ctx: portal.ctx,
                actor: portal.actor,
                team: None,
                inside: Some(portal.store),
                engagement,
            },
            EitherSide::Team(team) => {
                let client: Option<ClientId> = id(&narrow.client)?;
                Self {
                    ctx: team.ctx,
                    actor: team.actor,
                    inside: client.map(|client| team.store.client(client)),
                    engagement: engagement.filter(|_| client.is_some()),
                    team: Some(team.store),
                }
            }
        })
    }

    /// The client whose findings they are, where it is one.
    pub(crate) fn client(&self) -> Option<ClientId> {
        self.inside.as_ref().map(Store::client_id)
    }

    /// A client's store, if it is within reach.
    pub(crate) fn store(&self, client: Option<ClientId>) -> Option<Store<ClientScope>> {
        match (&self.team, client) {
            (Some(team), Some(client)) => Some(team.client(client)),
            _ => self.inside.clone(),
        }
    }

    /// A page of the list.
    pub(crate) async fn list(
        &self,
        filter: &FindingFilter,
        today: Date,
        after: Option<&str>,
    ) -> Result<FilteredFindings, PageError> {
        Ok(match (&self.inside, &self.team) {
            (Some(store), _) => store.list(self.engagement, filter, today, after).await?,
            (None, Some(team)) => team.list(filter, today, after).await?,
            (None, None) => FilteredFindings::default(),
        })
    }

    /// Records that some of them left as a file.
    pub(crate) async fn exported(&self, which: &str) -> Result<(), PageError> {
        let kind = AuditKind::FindingsExported;
        match (&self.inside, &self.team) {
            (Some(store), _) => store.exported(kind, which).await?,
            (None, Some(team)) => team.exported(kind, which).await?,
            (None, None) => {}
        }
        Ok(())
    }

    /// What surrounds it; nothing where it is narrowed to what isn't there.
    pub(crate) async fn around(&self) -> Result<ListContext, PageError> {
        let team = async {
            match &self.team {
                Some(team) => team.people().await,
                None => Ok(Vec::new()),
            }
        };
        let Some(store) = &self.inside else {
            let Some(store) = &self.team else {
                return Err(PageError::NotFound);
            };
            let (people, clients) = try_join(team, store.clients("", None, CLIENTS)).await?;
            return Ok(ListContext {
                people,
                rev: clients.rows.iter().map(|client| client.rev).sum(),
                names: names(clients.rows),
                ..ListContext::default()
            });
        };
        let engagement = async {
            match self.engagement {
                Some(id) => store.engagement(id).await,
                None => Ok(None),
            }
        };
        let (about, people) = try_join(
            try_join(store.about(), engagement),
            try_join(team, store.people()),
        )
        .await?;
        let (Some(client), engagement) = about else {
            return Err(PageError::NotFound);
        };
        if self.engagement.is_some() && engagement.is_none() {
            return Err(PageError::NotFound);
        }
        let rev = if self.team.is_some() {
            client.rev
        } else {
            client.shared_rev
        };
        Ok(ListContext {
            names: names(vec![client.clone()]),
            client: Some(client),
            engagement,
            people: [people.0, people.1].concat(),
            rev,
        })
    }

    /// The names of where the rows belong: one read for each place that differs.
    pub(crate) async fn places(
        &self,
        rows: &[Listed],
        around: &ListContext,
    ) -> Result<ScopeNames, PageError> {
        let mut places = ScopeNames::default();
        self.find(rows, around, &mut places).await?;
        Ok(places)
    }

    /// Adds the names that `places` doesn't have yet.
    pub(crate) async fn find(
        &self,
        rows: &[Listed],
        around: &ListContext,
        places: &mut ScopeNames,
    ) -> Result<(), PageError> {
        for (id, name) in &around.names {
            places.clients.entry(*id).or_insert_with(|| name.clone());
        }
        let new = rows
            .iter()
            .filter(|one| !places.engagements.contains_key(&one.engagement));
        let wanted: BTreeSet<_> = new.map(|one| (one.client, one.engagement)).collect();
        let read = wanted.into_iter().map(async |(client, engagement)| {
            let Some(store) = self.store(Some(client)) else {
                return Err(PageError::NotFound);
            };
            Ok(store.engagement(engagement).await?)
        });
        for engagement in try_join_all(read).await?.into_iter().flatten() {
            places.engagements.insert(engagement.id, engagement.title);
        }
        let strange = rows
            .iter()
            .map(|one| one.client)
            .filter(|id| !places.clients.contains_key(id));
        let strange: BTreeSet<_> = strange.collect();
        let read = strange.into_iter().map(async |client| {
            let Some(store) = self.store(Some(client)) else {
                return Err(PageError::NotFound);
            };
            Ok(store.about().await?)
        });
        let strange = try_join_all(read).await?.into_iter().flatten();
        places.clients.extend(names(strange.collect()));
        Ok(())
    }
}

impl ScopeNames {
    /// The engagement's title.
    pub(crate) fn engagement(&self, one: &Listed) -> Option<&str> {
        self.engagements.get(&one.engagement).map(String::as_str)
    }

    /// The client's name.
    pub(crate) fn client(&self, one: &Listed) -> Option<&str> {
        self.clients.get(&one.client).map(String::as_str)
    }
}

fn names(clients: Vec<Client>) -> BTreeMap<ClientId, String> {
    let pair = |client: Client| (client.id, client.name);
    clients.into_iter().map(pair).collect()
}

/// An id, or nothing; anything else is not found.
fn id<K>(text: &str) -> Result<Option<domain::id::Id<K>>, PageError> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| PageError::NotFound),
    }
}
