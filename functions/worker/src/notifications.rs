//! Notifications: each event comes to the people who may see it and want it, and to no
//! others.

use domain::id::EntryId;
use domain::notification::{Notification, NotificationEvent};
use domain::workspace::Workspace;
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use store::{ClientScope, Directory, LeasedEffect, Recipient, Scope, Store, WorkspaceScope};
use web::{App, PageError};

/// People who are notified at the same time.
const PEOPLE_AT_ONCE: usize = 8;

/// The scope of an effect, and the names that notifications show.
struct NotificationScope {
    workspace: Workspace,
    team: Store<WorkspaceScope>,
    client: Option<NotifiedClient>,
    now: Timestamp,
}

/// The client whose effect it is.
struct NotifiedClient {
    store: Store<ClientScope>,
    name: String,
}

/// Notifies people of events. Done again after a crash, nobody is notified twice.
pub(crate) async fn handle(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    events: &[NotificationEvent],
) -> Result<(), PageError> {
    let Some(scope) = NotificationScope::read(app, directory, leased).await? else {
        return Ok(());
    };
    // The id is made of the effect's time: an inbox is in that order.
    let ms = u64::try_from(leased.at.as_millisecond()).unwrap_or_default();
    for (n, event) in (0..).zip(events) {
        scope.notify_all(event, leased.id.notice_id(ms, n)).await?;
    }
    Ok(())
}

impl NotificationScope {
    /// Reads the scope; `None` where the workspace or the client is gone.
    async fn read(
        app: &App,
        directory: &Directory,
        leased: &LeasedEffect,
    ) -> Result<Option<Self>, PageError> {
        let Some(team) = leased.workspace_store(directory) else {
            return Err(PageError::internal("a notification outside a workspace"));
        };
        let Some(workspace) = team.get_workspace().await? else {
            return Ok(None);
        };
        let client = match leased.client_store(directory) {
            Some(store) => match store.get_client().await? {
                Some(client) => Some(NotifiedClient {
                    store,
                    name: client.name,
                }),
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

    async fn notify_all(&self, event: &NotificationEvent, id: EntryId) -> Result<(), PageError> {
        if event.is_stale(self.now) {
            return Ok(());
        }
        let engagement = match (&self.client, event.engagement) {
            (Some(client), Some(id)) => client.store.get_engagement(id).await?,
            _ => None,
        };
        let engagement = engagement.map(|engagement| engagement.title);
        let client_name = self.client.as_ref().map(|client| client.name.clone());
        let client_id = self.client.as_ref().map(|client| client.store.client_id());
        let join = |parts: [Option<String>; 2]| {
            let parts: Vec<_> = parts.into_iter().flatten().collect();
            parts.join(" · ")
        };
        let contacts_place = join([engagement.clone(), None]);
        let team_place = join([client_name, engagement]);
        let notification =
            |team: bool, place: &str| event.to_notification(id, client_id, team, place);
        self.notify_scope(&self.team, event, &notification(true, &team_place))
            .await?;
        if let Some(client) = &self.client {
            let notification = notification(false, &contacts_place);
            self.notify_scope(&client.store, event, &notification)
                .await?;
        }
        Ok(())
    }

    /// Notifies those people of a scope whom the event is for, page by page.
    async fn notify_scope<S: Scope>(
        &self,
        store: &Store<S>,
        event: &NotificationEvent,
        notification: &Notification,
    ) -> Result<(), PageError> {
        let mut after = None;
        loop {
            let (people, more) = store.list_recipients(after).await?;
            after = people.last().map(|recipient| recipient.person.id);
            let recipients = people
                .into_iter()
                .filter(|recipient| event.is_for(&recipient.person));
            let writes =
                recipients.map(|recipient| self.notify_person(store, recipient, notification));
            let written: Vec<_> = stream::iter(writes)
                .buffer_unordered(PEOPLE_AT_ONCE)
                .collect()
                .await;
            written
                .into_iter()
                .collect::<Result<(), store::StoreError>>()?;
            if !more {
                return Ok(());
            }
        }
    }

    async fn notify_person<S: Scope>(
        &self,
        store: &Store<S>,
        recipient: Recipient,
        notification: &Notification,
    ) -> Result<(), store::StoreError> {
        let zone = &self.workspace.time_zone;
        store
            .create_notification(recipient, notification, zone, self.now)
            .await
    }
}
