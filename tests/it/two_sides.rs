//! Both sides of one client, in their browsers.

use domain::finding::FindingStatus;
use domain::role::{ContactRole, TeamRole};
use jiff::SignedDuration;
use tests::{Browser, Client, Fixture, World};

/// A world with both sides signed in: a member of the team and a collaborator.
pub(crate) struct TwoSides {
    pub(crate) world: World,
    pub(crate) cast: Fixture,
    pub(crate) team: Browser,
    pub(crate) portal: Browser,
}

impl TwoSides {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let cast = Fixture::create(&world).await;
        let acme = &cast.acme;
        let team = world
            .signed_in(&acme.workspace, acme.member(TeamRole::Member))
            .await;
        let contact = acme.clients[0].contact(ContactRole::Collaborator);
        let portal = world.signed_in(&acme.workspace, contact).await;
        Self {
            world,
            cast,
            team,
            portal,
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.cast.acme.clients[0]
    }

    /// The engagement's address, for the team and for the contact.
    pub(crate) fn paths(&self) -> (String, String) {
        let client = self.client();
        let portal = format!("/engagements/{}", client.engagement);
        (format!("/clients/{}{portal}", client.id), portal)
    }

    /// The address of the finding in that status, for the team and for the contact.
    pub(crate) fn finding_paths(&self, status: FindingStatus) -> (String, String) {
        let (team, portal) = self.paths();
        let finding = self.client().findings[&status];
        let below = |engagement: String| format!("{engagement}/findings/{finding}");
        (below(team), below(portal))
    }

    /// Lets a minute go by: what happened later has a later time.
    pub(crate) fn later(&self) {
        self.world.advance(SignedDuration::from_mins(1));
    }

    /// The id of what the team's form `sent` makes, where it is sent to `path`.
    pub(crate) async fn made_by_team(&self, path: &str, sent: &str) -> String {
        let sent = sent.parse::<domain::id::EntryId>().expect("an id");
        self.team.form_id(path, sent).await.to_string()
    }

    pub(crate) fn new_id(&self) -> String {
        self.world
            .app
            .new_id::<domain::id::marker::FindingMarker>()
            .to_string()
    }
}
