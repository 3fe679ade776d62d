//! Telling people what happened: each event comes to whoever may see it and wishes to
//! hear of it, and to nobody else.

use domain::id::EntryId;
use domain::notification::{Notification, NotificationEvent};
use domain::workspace::Workspace;
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use store::directory::Directory;
use store::outbox::LeasedEffect;
use store::{ClientScope, Recipient, Scope, Store, WorkspaceScope};
use web::{App, PageError};

/// People who are told side by side.
const BESIDE: usize = 8;

/// Where an effect belongs, and the words for it.
struct Place {
    workspace: Workspace,
    team: Store<WorkspaceScope>,
    client: Option<(Store<ClientScope>, String)>,
    now: Timestamp,
}

/// Tells what an effect holds. Done again after a crash, nobody is told twice.
pub(crate) async fn tell(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    events: &[NotificationEvent],
) -> Result<(), PageError> {
    let Some(place) = Place::of(app, directory, leased).await? else {
        return Ok(());
    };
    // Named by when it was put into the outbox, or for when: an inbox is in that order.
    let ms = u64::try_from(leased.at.as_millisecond()).unwrap_or_default();
    for (n, event) in (0..).zip(events) {
        place.tell(event, leased.id.told(ms, n)).await?;
    }
    Ok(())
}

impl Place {
    pub(crate) async fn of(
        app: &App,
        directory: &Directory,
        leased: &LeasedEffect,
    ) -> Result<Option<Self>, PageError> {
        let Some(team) = leased.team(directory) else {
            return Err(PageError::internal("news outside a workspace"));
        };
        let Some(workspace) = team.workspace().await? else {
            return Ok(None);
        };
        let client = match leased.client(directory) {
            Some(store) => match store.about().await? {
                Some(about) => Some((store, about.name)),
                None => return Ok(None),
            },
            None => None,
        };
        Ok(Some(Self {
            workspace,
            team,
            client,
            now: app.clock.now(),
        }))
    }

    async fn tell(&self, event: &NotificationEvent, id: EntryId) -> Result<(), PageError> {
        if event.is_stale(self.now) {
            return Ok(());
        }
        let engagement = match (&self.client, event.engagement) {
            (Some((store, _)), Some(id)) => store.engagement(id).await?,
            _ => None,
        };
        let engagement = engagement.map(|engagement| engagement.title);
        let name = self.client.as_ref().map(|(_, name)| name.clone());
        let client = self.client.as_ref().map(|(store, _)| store.client_id());
        let place = |parts: [Option<String>; 2]| {
            let parts: Vec<_> = parts.into_iter().flatten().collect();
            parts.join(" · ")
        };
        let theirs = place([engagement.clone(), None]);
        let ours = place([name, engagement]);
        let notice = |team: bool, place: &str| event.notice(id, (client, team), place);
        self.everybody(&self.team, event, &notice(true, &ours))
            .await?;
        if let Some((store, _)) = &self.client {
            self.everybody(store, event, &notice(false, &theirs))
                .await?;
        }
        Ok(())
    }

    /// Tells those of the people of a scope who are to hear of it, page by page.
    async fn everybody<S: Scope>(
        &self,
        store: &Store<S>,
        event: &NotificationEvent,
        notice: &Notification,
    ) -> Result<(), PageError> {
        let mut after = None;
        loop {
            let (people, more) = store.hearers(after).await?;
            after = people.last().map(|one| one.person.id);
            let heard = people.into_iter().filter(|one| event.is_for(&one.person));
            let told = heard.map(|one| self.one(store, one, notice));
            let told: Vec<_> = stream::iter(told).buffer_unordered(BESIDE).collect().await;
            told.into_iter()
                .collect::<Result<(), store::StoreError>>()?;
            if !more {
                return Ok(());
            }
        }
    }

    async fn one<S: Scope>(
        &self,
        store: &Store<S>,
        one: Recipient,
        notice: &Notification,
    ) -> Result<(), store::StoreError> {
        let zone = &self.workspace.time_zone;
        store.tell_one(one, notice, zone, self.now).await
    }
}
