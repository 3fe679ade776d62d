//! Where people are invited to and looked after: a client's portal, or the team.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use domain::id::{InviteId, UserId};
use domain::person::Actor;
use domain::role::Role;
use http::request::Parts;
use serde::Deserialize;
use store::{ClientScope, Store, WorkspaceScope};
use web::{ClientAccess, Context, Crumb, PageError, TeamAccess};

/// The place, and who acts there.
pub(crate) struct MembershipPlace<S> {
    pub(crate) ctx: Arc<Context>,
    pub(crate) actor: Actor,
    pub(crate) store: Store<S>,
    /// What the addresses of its invitations and people begin with.
    pub(crate) base: String,
    /// The page that lists them.
    pub(crate) home: String,
    /// The client's name; `None` for the team.
    pub(crate) client_name: Option<String>,
    pub(crate) crumbs: Vec<Crumb>,
}

#[derive(Deserialize)]
pub(crate) struct InvitePath {
    pub(crate) invite: InviteId,
}

#[derive(Deserialize)]
pub(crate) struct PersonPath {
    pub(crate) user: UserId,
}

impl<S> MembershipPlace<S> {
    /// The roles that the actor may give here.
    pub(crate) fn roles(&self) -> Vec<Role> {
        self.actor.role.appoints(self.client_name.is_none())
    }
}

impl<R: Sync + Send> FromRequestParts<R> for MembershipPlace<ClientScope> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &R) -> Result<Self, PageError> {
        let inside = ClientAccess::from_request_parts(parts, state).await?;
        let client = inside.store.about().await?.ok_or(PageError::NotFound)?;
        let (home, crumbs) = if inside.is_team() {
            (inside.base.clone(), inside.crumbs(&client.name))
        } else {
            ("/people".to_owned(), vec![Crumb::to("People", "/people")])
        };
        Ok(Self {
            ctx: inside.ctx,
            actor: inside.actor,
            store: inside.store,
            base: inside.base,
            home,
            client_name: Some(client.name),
            crumbs,
        })
    }
}

impl<R: Sync + Send> FromRequestParts<R> for MembershipPlace<WorkspaceScope> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &R) -> Result<Self, PageError> {
        let TeamAccess { ctx, actor, store } = TeamAccess::from_request_parts(parts, state).await?;
        Ok(Self {
            ctx,
            actor,
            store,
            base: "/settings".to_owned(),
            home: "/settings".to_owned(),
            client_name: None,
            crumbs: vec![Crumb::to("Settings", "/settings")],
        })
    }
}
