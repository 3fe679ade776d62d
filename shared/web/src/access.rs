//! What a handler asks for, and so what it may touch.

use std::sync::Arc;

use adapters::Files;
use axum::extract::{FromRequestParts, Path};
use domain::client::Client;
use domain::engagement::Engagement;
use domain::id::{ClientId, EngagementId};
use domain::person::{Actor, Person};
use domain::role::Action;
use futures::future::try_join;
use http::request::Parts;
use serde::Deserialize;
use store::{ClientScope, Store, StoreError, WorkspaceScope};

use crate::context::Context;
use crate::error::PageError;
use crate::layout::Crumb;
use crate::links::{self, LinkBase};
use crate::view::{engagement_sample, finding_samples};

/// A handler for anybody.
#[derive(Clone)]
pub struct PublicAccess {
    pub ctx: Arc<Context>,
}

/// One of the team, with the workspace's store.
#[derive(Clone)]
pub struct TeamAccess {
    pub ctx: Arc<Context>,
    /// The person who makes the request, with their role.
    pub actor: Actor,
    /// What the team may touch.
    pub store: Store<WorkspaceScope>,
}

/// A contact, with the client's store.
#[derive(Clone)]
pub struct PortalAccess {
    pub ctx: Arc<Context>,
    /// The person who makes the request, with their role.
    pub actor: Actor,
    /// What the contact may touch.
    pub store: Store<ClientScope>,
}

/// Either side, for pages that both have at one address.
#[derive(Clone)]
pub enum EitherSide {
    /// One of the team.
    Team(TeamAccess),
    Portal(PortalAccess),
}

/// Somebody inside one client's part: a contact in its own, or one of the team
/// in the one that the address names. The store shows each its own view.
#[derive(Clone)]
pub struct ClientAccess {
    pub ctx: Arc<Context>,
    /// The person who makes the request, with their role.
    pub actor: Actor,
    /// The client's part.
    pub store: Store<ClientScope>,
    /// What the addresses below the client begin with.
    pub base: LinkBase,
}

/// An engagement that the actor may see, for pages below it.
#[derive(Debug, Clone)]
pub struct EngagementContext {
    pub client: Client,
    pub engagement: Engagement,
    /// The engagement's page.
    pub href: String,
    /// The crumbs down to the engagement.
    pub crumbs: Vec<Crumb>,
}

impl EngagementContext {
    /// For the samples of pages below an engagement.
    pub fn sample() -> Self {
        let (client, _) = finding_samples();
        let engagement = engagement_sample();
        Self {
            href: links::engagement(LinkBase::Team(client.id), engagement.id),
            client,
            engagement,
            crumbs: Vec::new(),
        }
    }

    /// The pulse of the engagement, as the actor's side sees it.
    pub fn pulse(&self, access: &ClientAccess) -> String {
        let engagement = &self.engagement;
        let seen = if access.is_team() {
            engagement.rev
        } else {
            engagement.shared_rev
        };
        let pulse = links::engagement_pulse(access.base, engagement.id);
        format!("{pulse}?seen={seen}")
    }
}

impl ClientAccess {
    /// The first steps of the way to a page below the client.
    pub fn crumbs(&self, client_name: &str) -> Vec<Crumb> {
        if self.is_team() {
            vec![
                Crumb::to("Clients", "/clients"),
                Crumb::to(client_name, self.base.to_string()),
            ]
        } else {
            vec![Crumb::to("Dashboard", "/")]
        }
    }

    /// The client, the engagement and the first crumbs of a page below the engagement; not
    /// found where either is missing.
    pub async fn engagement(&self, id: EngagementId) -> Result<EngagementContext, PageError> {
        let read = try_join(self.store.get_client(), self.store.get_engagement(id));
        let (Some(client), Some(engagement)) = read.await? else {
            return Err(PageError::NotFound);
        };
        let href = links::engagement(self.base, id);
        let mut crumbs = self.crumbs(&client.name);
        crumbs.push(Crumb::to(&engagement.title, href.clone()));
        Ok(EngagementContext {
            client,
            engagement,
            href,
            crumbs,
        })
    }

    /// The files, as far as the actor's side reaches.
    pub fn files(&self) -> Files {
        let Actor {
            workspace, client, ..
        } = self.actor;
        self.ctx.app.services.files.of(workspace, client)
    }

    /// The workspace's part, where it is one of the team.
    pub fn team_store(&self) -> Option<Store<WorkspaceScope>> {
        self.ctx.session.as_ref()?.team_store()
    }

    /// The people of the consultancy; none for a contact.
    pub async fn list_team(&self) -> Result<Vec<Person>, StoreError> {
        match self.team_store() {
            Some(team) => team.list_people().await,
            None => Ok(Vec::new()),
        }
    }

    /// The people whom a finding can be assigned to: the client's contacts, and for a team
    /// member the team as well.
    pub async fn list_assignable_people(&self) -> Result<Vec<Person>, StoreError> {
        let (team, contacts) = try_join(self.list_team(), self.store.list_people()).await?;
        Ok([team, contacts].concat())
    }

    /// Whether the actor is a team member.
    pub fn is_team(&self) -> bool {
        self.actor.role.is_team()
    }

    /// Whether the actor's role allows `action`.
    pub fn may(&self, action: Action) -> bool {
        self.actor.role.may(action)
    }
}

#[derive(Deserialize)]
struct ClientInPath {
    client: ClientId,
}

fn context(parts: &Parts) -> Result<Arc<Context>, PageError> {
    parts
        .extensions
        .get::<Arc<Context>>()
        .cloned()
        .ok_or_else(|| PageError::internal("a handler outside the router"))
}

impl EitherSide {
    fn of(ctx: Arc<Context>) -> Result<Self, PageError> {
        let Some(session) = &ctx.session else {
            return Err(PageError::SignIn);
        };
        let actor = session.actor().clone();
        if let Some(store) = session.team_store() {
            return Ok(Self::Team(TeamAccess { ctx, actor, store }));
        }
        match session.portal_store() {
            Some(store) => Ok(Self::Portal(PortalAccess { ctx, actor, store })),
            None => Err(PageError::NotFound),
        }
    }
}

impl<S: Sync + Send> FromRequestParts<S> for PublicAccess {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        Ok(Self {
            ctx: context(parts)?,
        })
    }
}

impl<S: Sync + Send> FromRequestParts<S> for EitherSide {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        Self::of(context(parts)?)
    }
}

impl<S: Sync + Send> FromRequestParts<S> for TeamAccess {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        match EitherSide::of(context(parts)?)? {
            EitherSide::Team(team) => Ok(team),
            EitherSide::Portal(_) => Err(PageError::NotFound),
        }
    }
}

impl<S: Sync + Send> FromRequestParts<S> for PortalAccess {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        match EitherSide::of(context(parts)?)? {
            EitherSide::Portal(portal) => Ok(portal),
            EitherSide::Team(_) => Err(PageError::NotFound),
        }
    }
}

impl<S: Sync + Send> FromRequestParts<S> for ClientAccess {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        match EitherSide::of(context(parts)?)? {
            EitherSide::Portal(PortalAccess { ctx, actor, store }) => Ok(Self {
                ctx,
                actor,
                store,
                base: LinkBase::Portal,
            }),
            EitherSide::Team(TeamAccess { ctx, actor, store }) => {
                let path = Path::<ClientInPath>::from_request_parts(parts, state).await;
                let Path(ClientInPath { client }) = path.map_err(|_| PageError::NotFound)?;
                Ok(Self {
                    ctx,
                    actor,
                    store: store.client_store(client),
                    base: LinkBase::Team(client),
                })
            }
        }
    }
}
