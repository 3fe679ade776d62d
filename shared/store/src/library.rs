//! A workspace's own templates of findings: light rows, and their texts beside them.

use domain::audit::{AuditKind, AuditNote};
use domain::id::TemplateId;
use domain::library::{Category, FindingTemplate, MAX_TEMPLATES};
use domain::score::{CvssScore, CvssVector};
use domain::severity::Severity;
use futures::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{Item, item, number, row};
use crate::error::{StoreError, WriteOutcome, once};
use crate::keys;
use crate::scope::{Store, WorkspaceScope};
use crate::table::{Query, Range};
use crate::transact::{Transaction, Update};

/// What lists show of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateSummary {
    /// Its id.
    pub id: TemplateId,
    /// One line.
    pub title: String,
    /// What kind of system it is about.
    pub category: Category,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// How bad what it describes is.
    pub severity: Severity,
    /// The score of its vector, where it has one.
    pub score: Option<CvssScore>,
    /// The number of the weakness.
    pub cwe: Option<u32>,
    /// When it was last changed.
    pub updated: Timestamp,
    /// Goes up with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

impl TemplateSummary {
    fn of(id: TemplateId, template: &FindingTemplate, now: Timestamp, version: i64) -> Self {
        let draft = &template.draft;
        Self {
            id,
            title: draft.title.clone(),
            category: template.category,
            tags: template.tags.clone(),
            severity: draft.severity,
            score: draft.vector.as_ref().map(CvssVector::score),
            cwe: draft.cwe,
            updated: now,
            version,
        }
    }
}

fn written(template: &FindingTemplate) -> AuditNote {
    AuditNote::of(AuditKind::TemplateWritten, &template.draft.title)
}

impl Store<WorkspaceScope> {
    /// The rows of all templates: no more than a workspace may have.
    pub async fn templates(&self) -> Result<Vec<TemplateSummary>, StoreError> {
        let library = keys::template_count(&self.prefix()).pk;
        let most = i32::try_from(MAX_TEMPLATES).unwrap_or(i32::MAX);
        let query = Query::of(library, Range::Prefix(keys::TEMPLATES.to_owned()), most);
        let found = self.query(query).await?.items;
        found.into_iter().map(row).collect()
    }

    /// One template with its row.
    pub async fn template(
        &self,
        id: TemplateId,
    ) -> Result<Option<(TemplateSummary, FindingTemplate)>, StoreError> {
        let prefix = self.prefix();
        let (key, body) = (
            keys::template(&prefix, id),
            keys::template_body(&prefix, id),
        );
        let (Some(found), Some(body)) = try_join(self.get(&key), self.get(&body)).await? else {
            return Ok(None);
        };
        Ok(Some((row(found)?, row(body)?)))
    }

    /// Adds a template; refused where the workspace has as many as it may.
    pub async fn create_template(
        &self,
        id: TemplateId,
        template: &FindingTemplate,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        let row = TemplateSummary::of(id, template, now, 1);
        transaction.put_new(self.template_item(&row)?);
        transaction.put_any(self.template_text(id, template)?);
        let room = "(attribute_not_exists(templates) OR templates < :room)";
        self.count_templates(&mut transaction, 1, room, MAX_TEMPLATES);
        self.record(&mut transaction, written(template))?;
        once(self.commit(transaction).await)
    }

    /// Puts another text in place of version `before`; refused where it changed.
    pub async fn update_template(
        &self,
        (id, before): (TemplateId, i64),
        template: &FindingTemplate,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        let row = TemplateSummary::of(id, template, now, before + 1);
        transaction.replace(self.template_item(&row)?, before);
        transaction.put_any(self.template_text(id, template)?);
        self.record(&mut transaction, written(template))?;
        self.commit(transaction).await
    }

    /// Deletes the template as it was read; refused where it changed or is gone.
    pub async fn delete_template(&self, read: &TemplateSummary) -> Result<(), StoreError> {
        let prefix = self.prefix();
        let mut transaction = self.transaction();
        transaction.delete_version(&keys::template(&prefix, read.id), read.version);
        transaction.delete(&keys::template_body(&prefix, read.id));
        let note = AuditNote::of(AuditKind::TemplateDeleted, &read.title);
        self.record(&mut transaction, note)?;
        self.count_templates(&mut transaction, -1, "templates > :room", 0);
        self.commit(transaction).await
    }

    fn count_templates(&self, transaction: &mut Transaction, n: i64, condition: &str, room: i64) {
        let row = Update::upsert(keys::template_count(&self.prefix())).add("templates", n);
        transaction.update(row.when(condition, ":room", number(room)));
    }

    fn template_item(&self, row: &TemplateSummary) -> Result<Item, StoreError> {
        item("template", &keys::template(&self.prefix(), row.id), row)
    }

    fn template_text(
        &self,
        id: TemplateId,
        template: &FindingTemplate,
    ) -> Result<Item, StoreError> {
        let key = keys::template_body(&self.prefix(), id);
        item("template-body", &key, template)
    }
}
