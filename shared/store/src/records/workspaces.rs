//! Workspaces: their own row, its copy at the slug, and the redirects of former slugs.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::audit::{AuditKind, AuditNote};
use domain::id::{EntryId, WorkspaceId};
use domain::slug::Slug;
use domain::workspace::Workspace;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::directory::directory::Directory;
use crate::error::StoreError;
use crate::records::outbox::effect::Effect;
use crate::records::outbox::outbox::put_effect;
use crate::table::codec::{from_item, number, string, to_item};
use crate::table::keys;
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::scope::{Store, WorkspaceScope};

/// For how long a process may still show a replaced logo: as long as it caches a workspace, and
/// some time to fetch the object.
const SHOWN: SignedDuration = SignedDuration::from_mins(2);

/// What a slug leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlugLookup {
    Here(Workspace),
    /// The workspace moved to this slug, or was there for a time.
    Moved(Slug),
}

/// How a change of slug ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlugChangeOutcome {
    Done,
    /// Another workspace has or had it.
    Taken,
}

/// What stays at a former slug of a workspace. No other workspace ever gets it.
#[derive(Serialize, Deserialize)]
struct SlugRedirectItem {
    ws: WorkspaceId,
    to: Slug,
}

/// A workspace as an item: its version is the attribute `v`, as everywhere.
#[derive(Serialize)]
pub(crate) struct VersionedWorkspace<'a> {
    #[serde(flatten)]
    workspace: &'a Workspace,
    v: i64,
}

impl<'a> VersionedWorkspace<'a> {
    pub(crate) fn of(workspace: &'a Workspace) -> Self {
        Self {
            workspace,
            v: workspace.version,
        }
    }
}

impl Directory {
    /// What is at an address.
    pub async fn find_slug(&self, slug: &Slug) -> Result<Option<SlugLookup>, StoreError> {
        let key = keys::slug(slug);
        let found = match self.table().get(&key, false).await? {
            Some(found) => Some(found),
            // One that was founded a moment ago is there, and its founder on the way.
            None => self.table().get(&key, true).await?,
        };
        let Some(found) = found else {
            return Ok(None);
        };
        if found.contains_key("to") {
            let signpost: SlugRedirectItem = from_item(found)?;
            return Ok(Some(SlugLookup::Moved(signpost.to)));
        }
        from_item(found).map(SlugLookup::Here).map(Some)
    }

    /// The workspace with a slug.
    pub async fn find_workspace(&self, slug: &Slug) -> Result<Option<Workspace>, StoreError> {
        Ok(match self.find_slug(slug).await? {
            Some(SlugLookup::Here(workspace)) => Some(workspace),
            Some(SlugLookup::Moved(_)) | None => None,
        })
    }

    /// The store of a workspace by an id from outside, if it exists.
    pub async fn find_workspace_store(
        &self,
        ws: WorkspaceId,
    ) -> Result<Option<Store<WorkspaceScope>>, StoreError> {
        let store = self.workspace_store(ws);
        let there = store.get_workspace().await?.is_some();
        Ok(there.then_some(store))
    }

    /// The object key of a workspace's logo, if it has one. It is public.
    pub fn logo_object_key(&self, workspace: &Workspace) -> Option<String> {
        let logo = workspace.logo?;
        Some(keys::logo_object(workspace.id, logo.id))
    }

    /// Whether the slug is free for a workspace: no other has or had it.
    pub async fn is_slug_free(&self, slug: &Slug, ws: WorkspaceId) -> Result<bool, StoreError> {
        let Some(found) = self.table().get(&keys::slug(slug), true).await? else {
            return Ok(true);
        };
        let owner = found.get("ws").or_else(|| found.get("id"));
        Ok(owner == Some(&string(ws.to_string())))
    }
}

impl Store<WorkspaceScope> {
    /// The object key of a logo.
    pub fn logo_object_key(&self, logo: EntryId) -> String {
        keys::logo_object(self.ws(), logo)
    }

    /// The workspace's own row.
    pub async fn get_workspace(&self) -> Result<Option<Workspace>, StoreError> {
        self.get(&keys::meta(&self.prefix()))
            .await?
            .map(from_item)
            .transpose()
    }

    /// Replaces the workspace by `after`, with the same slug. The copy at the slug follows in
    /// the same transaction.
    pub async fn update_workspace(
        &self,
        before: &Workspace,
        after: &Workspace,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        transaction.update(workspace_update(before, after)?);
        let slug_key = keys::slug(&after.slug);
        transaction.replace(
            to_item("slug", &slug_key, &VersionedWorkspace::of(after))?,
            before.version,
        );
        if let Some(former) = before.logo.filter(|logo| after.logo != Some(*logo)) {
            self.put_logo_deletion(&mut transaction, former.id)?;
        }
        self.record(&mut transaction, workspace_audit_note(before, after))?;
        // The address lies outside the scope; its version holds it to this workspace.
        self.commit_with_directory(transaction, &[slug_key]).await
    }

    /// Enqueues the deletion of a logo that the workspace doesn't have.
    pub async fn enqueue_logo_deletion(&self, logo: EntryId) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.put_logo_deletion(&mut transaction, logo)?;
        self.commit_with_directory(transaction, &[]).await
    }

    fn put_logo_deletion(
        &self,
        transaction: &mut Transaction,
        logo: EntryId,
    ) -> Result<(), StoreError> {
        let (id, at) = (self.context.next_id(), self.context.at() + SHOWN);
        put_effect(
            transaction,
            &self.prefix(),
            id,
            Effect::DeleteLogo(logo),
            at,
        )
    }

    /// Moves the workspace to the slug of `after`. The former slug leads there from now on.
    pub async fn update_slug(
        &self,
        before: &Workspace,
        after: &Workspace,
    ) -> Result<SlugChangeOutcome, StoreError> {
        let (from, to) = (keys::slug(&before.slug), keys::slug(&after.slug));
        let signpost = SlugRedirectItem {
            ws: before.id,
            to: after.slug.clone(),
        };
        let mut transaction = self.transaction();
        transaction.update(workspace_update(before, after)?);
        let taken = transaction.next_index();
        transaction.put_new_or_own(
            to_item("slug", &to, &VersionedWorkspace::of(after))?,
            before.id,
        );
        transaction.replace(to_item("signpost", &from, &signpost)?, before.version);
        self.record(&mut transaction, workspace_audit_note(before, after))?;
        match self.commit_with_directory(transaction, &[from, to]).await {
            Ok(()) => Ok(SlugChangeOutcome::Done),
            Err(StoreError::Refused(n)) if n == taken => Ok(SlugChangeOutcome::Taken),
            Err(error) => Err(error),
        }
    }
}

/// The update of the workspace's own row, on the condition that it is as `before`.
pub(crate) fn workspace_update(
    before: &Workspace,
    after: &Workspace,
) -> Result<Update, StoreError> {
    let mut row = Update::existing(keys::meta(&keys::workspace(after.id)))
        .set("slug", string(after.slug.as_str()))
        .set("name", string(&after.name))
        .set("time_zone", string(&after.time_zone))
        .set("mfa", string(after.mfa.name()))
        .set("due", serde_dynamo::to_attribute_value(after.due)?)
        .set("mode", string(after.mode.name()))
        .set("plan", string(after.plan.name()))
        .set("version", number(after.version))
        .set("v", number(after.version));
    if let Some(at) = after.slug_changed_at {
        row = row.set("moved", serde_dynamo::to_attribute_value(at)?);
    }
    // What there may be none of.
    let guide = after.shows_guide.then_some(AttributeValue::Bool(true));
    let accent = after.accent.map(string);
    let logo = after
        .logo
        .map(serde_dynamo::to_attribute_value)
        .transpose()?;
    let lapses = after
        .downgrades_at
        .map(serde_dynamo::to_attribute_value)
        .transpose()?;
    let row_of = [
        ("guide", guide),
        ("accent", accent),
        ("logo", logo),
        ("lapses", lapses),
    ];
    for (name, value) in row_of {
        row = match value {
            Some(value) => row.set(name, value),
            None => row.remove(name),
        };
    }
    Ok(row.when("v = :before", ":before", number(before.version)))
}

/// The audit note of a change.
pub(crate) fn workspace_audit_note(before: &Workspace, after: &Workspace) -> AuditNote {
    AuditNote::of(AuditKind::WorkspaceChanged, &after.name)
        .with_change("address", before.slug.as_str(), after.slug.as_str())
        .with_change("name", &before.name, &after.name)
        .with_change("plan", before.plan.label(), after.plan.label())
        .with_change(
            "unpaid until",
            &time(before.downgrades_at),
            &time(after.downgrades_at),
        )
        .with_change("time zone", &before.time_zone, &after.time_zone)
        .with_change("two factors of", before.mfa.name(), after.mfa.name())
        .with_change("days to fix", &days(before), &days(after))
        .with_change("mode", before.mode.name(), after.mode.name())
        .with_change("colour", &colour(before), &colour(after))
        .with_change("logo", &logo(before), &logo(after))
        .with_change("first steps", guide(before), guide(after))
}

fn colour(workspace: &Workspace) -> String {
    let accent = workspace.accent;
    accent.map_or_else(|| "standard".to_owned(), |accent| accent.to_string())
}

fn logo(workspace: &Workspace) -> String {
    let logo = workspace.logo;
    logo.map_or_else(|| "none".to_owned(), |logo| logo.id.to_string())
}

const fn guide(workspace: &Workspace) -> &'static str {
    if workspace.shows_guide {
        "shown"
    } else {
        "put away"
    }
}

fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| at.to_string())
}

/// The due policy, in words.
fn days(workspace: &Workspace) -> String {
    let days = domain::severity::Severity::ALL.map(|severity| {
        let days = workspace.due.days(severity);
        let days = days.map_or_else(|| "none".to_owned(), |days| days.to_string());
        format!("{severity} {days}")
    });
    days.join(", ")
}
