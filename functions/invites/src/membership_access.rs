//! A handler's proof for the members of a client's portal, or of the team.

use axum::extract::FromRequestParts;
use domain::id::{InviteId, UserId};
use domain::person::Actor;
use domain::role::Role;
use http::request::Parts;
use serde::Deserialize;
use std::sync::Arc;
use store::{ClientScope, Store, WorkspaceScope};
use web::links::LinkBase;
use web::{ClientAccess, Context, Crumb, PageError, TeamAccess};

/// Access to the people and invites of one client or of the team.
pub(crate) struct MembershipAccess<S> {
    pub(crate) ctx: Arc<Context>,
    pub(crate) actor: Actor,
    pub(crate) store: Store<S>,
    /// The beginning of the addresses of invites and people.
    pub(crate) base: LinkBase,
    /// The address of the page that lists them.
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

impl<S> MembershipAccess<S> {
    /// The roles that the actor may assign here.
    pub(crate) fn assignable_roles(&self) -> Vec<Role> {
        self.actor.role.assignable_roles(self.client_name.is_none())
    }
}

impl<R: Sync + Send> FromRequestParts<R> for MembershipAccess<ClientScope> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &R) -> Result<Self, PageError> {
        let access = ClientAccess::from_request_parts(parts, state).await?;
        let client = access
            .store
            .get_client()
            .await?
            .ok_or(PageError::NotFound)?;
        let (home, crumbs) = if access.is_team() {
            (access.base.to_string(), access.crumbs(&client.name))
        } else {
            ("/people".to_owned(), vec![Crumb::to("People", "/people")])
        };
        Ok(Self {
            ctx: access.ctx,
            actor: access.actor,
            store: access.store,
            base: access.base,
            home,
            client_name: Some(client.name),
            crumbs,
        })
    }
}

impl<R: Sync + Send> FromRequestParts<R> for MembershipAccess<WorkspaceScope> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &R) -> Result<Self, PageError> {
        let TeamAccess { ctx, actor, store } = TeamAccess::from_request_parts(parts, state).await?;
        Ok(Self {
            ctx,
            actor,
            store,
            base: LinkBase::Settings,
            home: "/settings".to_owned(),
            client_name: None,
            crumbs: vec![Crumb::to("Settings", "/settings")],
        })
    }
}
