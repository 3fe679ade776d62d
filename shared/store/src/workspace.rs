//! A workspace's own row, its copy at its address, and what stands at addresses
//! that it had.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::audit::{AuditKind, AuditNote};
use domain::id::{EntryId, WorkspaceId};
use domain::slug::Slug;
use domain::workspace::Workspace;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::codec::{item, number, row, string};
use crate::directory::{Directory, VersionedWorkspace};
use crate::error::StoreError;
use crate::keys;
use crate::outbox::{Effect, put_effect};
use crate::scope::{Store, WorkspaceScope};
use crate::transact::{Transaction, Update};

/// For how long a process may still show a logo that was replaced: as long as it remembers
/// a workspace, and some time to fetch it.
const SHOWN: SignedDuration = SignedDuration::from_mins(2);

/// What is at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlugLookup {
    /// A workspace.
    Here(Workspace),
    /// Nothing any more: the workspace is at this one, or was for a time.
    Moved(Slug),
}

/// How a change of address ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlugChangeOutcome {
    /// It is there now.
    Done,
    /// It is or was somebody else's.
    Taken,
}

/// What stays at an address that a workspace had. Nobody else ever gets it.
#[derive(Serialize, Deserialize)]
struct Signpost {
    ws: WorkspaceId,
    to: Slug,
}

impl Directory {
    /// What is at an address.
    pub async fn at(&self, slug: &Slug) -> Result<Option<SlugLookup>, StoreError> {
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
            let signpost: Signpost = row(found)?;
            return Ok(Some(SlugLookup::Moved(signpost.to)));
        }
        row(found).map(SlugLookup::Here).map(Some)
    }

    /// The workspace at an address.
    pub async fn workspace(&self, slug: &Slug) -> Result<Option<Workspace>, StoreError> {
        Ok(match self.at(slug).await? {
            Some(SlugLookup::Here(workspace)) => Some(workspace),
            Some(SlugLookup::Moved(_)) | None => None,
        })
    }

    /// The store of a workspace that something from outside names, if there is one.
    pub async fn workspace_of(
        &self,
        ws: WorkspaceId,
    ) -> Result<Option<Store<WorkspaceScope>>, StoreError> {
        let store = self.workspace_store(ws);
        let there = store.workspace().await?.is_some();
        Ok(there.then_some(store))
    }

    /// Where the logo of a workspace lies, if it has one. Everybody may see it.
    pub fn logo_of(&self, workspace: &Workspace) -> Option<String> {
        let logo = workspace.logo?;
        Some(keys::logo_object(workspace.id, logo.id))
    }

    /// Whether a workspace may have an address: nobody else has or had it.
    pub async fn is_free(&self, slug: &Slug, ws: WorkspaceId) -> Result<bool, StoreError> {
        let Some(found) = self.table().get(&keys::slug(slug), true).await? else {
            return Ok(true);
        };
        let owner = found.get("ws").or_else(|| found.get("id"));
        Ok(owner == Some(&string(ws.to_string())))
    }
}

impl Store<WorkspaceScope> {
    /// Where a logo lies.
    pub fn logo_object(&self, logo: EntryId) -> String {
        keys::logo_object(self.ws(), logo)
    }

    /// The workspace, fresh from the table.
    pub async fn workspace(&self) -> Result<Option<Workspace>, StoreError> {
        self.get(&keys::meta(&self.prefix()))
            .await?
            .map(row)
            .transpose()
    }

    /// Puts `after` in place of `before`, at the same address. The copy there
    /// follows in the same transaction.
    pub async fn update_workspace(
        &self,
        before: &Workspace,
        after: &Workspace,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        transaction.update(changed(before, after)?);
        let address = keys::slug(&after.slug);
        transaction.replace(
            item("slug", &address, &VersionedWorkspace::of(after))?,
            before.version,
        );
        if let Some(former) = before.logo.filter(|logo| after.logo != Some(*logo)) {
            self.put_logo(&mut transaction, former.id)?;
        }
        self.record(&mut transaction, changes(before, after))?;
        // The address lies outside the scope; its version holds it to this workspace.
        self.commit_beside(transaction, &[address]).await
    }

    /// Has the picture of a logo deleted that the workspace didn't come to have.
    pub async fn forget_logo(&self, logo: EntryId) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.put_logo(&mut transaction, logo)?;
        self.commit_beside(transaction, &[]).await
    }

    fn put_logo(&self, transaction: &mut Transaction, logo: EntryId) -> Result<(), StoreError> {
        let (id, at) = (self.trace.next(), self.trace.at() + SHOWN);
        put_effect(transaction, &self.prefix(), id, Effect::Logo(logo), at)
    }

    /// Takes the workspace to the address of `after`. What was its address leads
    /// there from now on.
    pub async fn move_workspace(
        &self,
        before: &Workspace,
        after: &Workspace,
    ) -> Result<SlugChangeOutcome, StoreError> {
        let (from, to) = (keys::slug(&before.slug), keys::slug(&after.slug));
        let signpost = Signpost {
            ws: before.id,
            to: after.slug.clone(),
        };
        let mut transaction = self.transaction();
        transaction.update(changed(before, after)?);
        let taken = transaction.next();
        transaction.put_new_or_own(
            item("slug", &to, &VersionedWorkspace::of(after))?,
            before.id,
        );
        transaction.replace(item("signpost", &from, &signpost)?, before.version);
        self.record(&mut transaction, changes(before, after))?;
        match self.commit_beside(transaction, &[from, to]).await {
            Ok(()) => Ok(SlugChangeOutcome::Done),
            Err(StoreError::Refused(n)) if n == taken => Ok(SlugChangeOutcome::Taken),
            Err(error) => Err(error),
        }
    }
}

/// The workspace's own row, made what `after` says if it is what `before` says.
pub(crate) fn changed(before: &Workspace, after: &Workspace) -> Result<Update, StoreError> {
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
    if let Some(at) = after.moved {
        row = row.set("moved", serde_dynamo::to_attribute_value(at)?);
    }
    // What there may be none of.
    let guide = after.guide.then_some(AttributeValue::Bool(true));
    let accent = after.accent.map(string);
    let logo = after
        .logo
        .map(serde_dynamo::to_attribute_value)
        .transpose()?;
    let lapses = after
        .lapses
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

/// What the audit log tells of it.
pub(crate) fn changes(before: &Workspace, after: &Workspace) -> AuditNote {
    AuditNote::of(AuditKind::WorkspaceChanged, &after.name)
        .change("address", before.slug.as_str(), after.slug.as_str())
        .change("name", &before.name, &after.name)
        .change("plan", before.plan.label(), after.plan.label())
        .change("unpaid until", &time(before.lapses), &time(after.lapses))
        .change("time zone", &before.time_zone, &after.time_zone)
        .change("two factors of", before.mfa.name(), after.mfa.name())
        .change("days to fix", &days(before), &days(after))
        .change("mode", before.mode.name(), after.mode.name())
        .change("colour", &colour(before), &colour(after))
        .change("logo", &logo(before), &logo(after))
        .change("first steps", guide(before), guide(after))
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
    if workspace.guide { "shown" } else { "put away" }
}

fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| at.to_string())
}

/// The policy of days to fix, in words.
fn days(workspace: &Workspace) -> String {
    let days = domain::severity::Severity::ALL.map(|severity| {
        let days = workspace.due.days(severity);
        let days = days.map_or_else(|| "none".to_owned(), |days| days.to_string());
        format!("{severity} {days}")
    });
    days.join(", ")
}
