//! What a handler asks for, and so what it may touch.

use std::sync::Arc;

use adapters::Files;
use axum::extract::{FromRequestParts, Path};
use domain::id::ClientId;
use domain::person::Actor;
use domain::role::Action;
use http::request::Parts;
use serde::Deserialize;
use store::{ClientScope, Store, WorkspaceScope};

use crate::context::Context;
use crate::error::PageError;
use crate::layout::Crumb;

/// A handler for anybody.
#[derive(Clone)]
pub struct PublicAccess {
    /// The request.
    pub ctx: Arc<Context>,
}

/// One of the team, with the workspace's store.
#[derive(Clone)]
pub struct TeamAccess {
    /// The request.
    pub ctx: Arc<Context>,
    /// Who.
    pub actor: Actor,
    /// What the team may touch.
    pub store: Store<WorkspaceScope>,
}

/// A contact, with the client's store.
#[derive(Clone)]
pub struct PortalAccess {
    /// The request.
    pub ctx: Arc<Context>,
    /// Who.
    pub actor: Actor,
    /// What the contact may touch.
    pub store: Store<ClientScope>,
}

/// Either side, for pages that both have at one address.
#[derive(Clone)]
pub enum EitherSide {
    /// One of the team.
    Team(TeamAccess),
    /// A contact.
    Portal(PortalAccess),
}

/// Somebody inside one client's part: a contact in its own, or one of the team
/// in the one that the address names. The store shows each its own view.
#[derive(Clone)]
pub struct ClientAccess {
    /// The request.
    pub ctx: Arc<Context>,
    /// Who.
    pub actor: Actor,
    /// The client's part.
    pub store: Store<ClientScope>,
    /// What the addresses below the client begin with.
    pub base: String,
}

impl ClientAccess {
    /// The first steps of the way to a page below the client.
    pub fn crumbs(&self, client_name: &str) -> Vec<Crumb> {
        if self.is_team() {
            vec![
                Crumb::to("Clients", "/clients"),
                Crumb::to(client_name, &self.base),
            ]
        } else {
            vec![Crumb::to("Dashboard", "/")]
        }
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

    /// Whether it is one of the team.
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
                base: String::new(),
            }),
            EitherSide::Team(TeamAccess { ctx, actor, store }) => {
                let path = Path::<ClientInPath>::from_request_parts(parts, state).await;
                let Path(ClientInPath { client }) = path.map_err(|_| PageError::NotFound)?;
                Ok(Self {
                    ctx,
                    actor,
                    store: store.client(client),
                    base: format!("/clients/{client}"),
                })
            }
        }
    }
}
