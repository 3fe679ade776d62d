//! A workspace's own finding templates: light rows, and their contents beside them.

use domain::audit::{AuditKind, AuditNote};
use domain::cvss::{CvssScore, CvssVector};
use domain::id::TemplateId;
use domain::library::{Category, FindingTemplate, MAX_TEMPLATES};
use domain::severity::Severity;
use futures::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{StoreError, WriteOutcome, to_write_outcome};
use crate::table::codec::{Item, from_item, number, to_item};
use crate::table::keys;
use crate::table::query::{Query, Range};
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::scope::{Store, WorkspaceScope};

/// What lists show of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateSummary {
    pub id: TemplateId,
    pub title: String,
    /// The kind of system.
    pub category: Category,
    /// Tags for search.
    pub tags: Vec<String>,
    /// The severity of the content.
    pub severity: Severity,
    /// The score of its vector, where it has one.
    pub score: Option<CvssScore>,
    /// The CWE number.
    pub cwe: Option<u32>,
    /// When it was last changed.
    pub updated: Timestamp,
    /// Goes up with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

impl TemplateSummary {
    fn of(id: TemplateId, template: &FindingTemplate, now: Timestamp, version: i64) -> Self {
        let draft = &template.content;
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

fn audit_note(template: &FindingTemplate) -> AuditNote {
    AuditNote::of(AuditKind::TemplateWritten, &template.content.title)
}

impl Store<WorkspaceScope> {
    /// All templates: no more than a workspace may have.
    pub async fn list_templates(&self) -> Result<Vec<TemplateSummary>, StoreError> {
        let library = keys::template_count(&self.prefix()).pk;
        let most = i32::try_from(MAX_TEMPLATES).unwrap_or(i32::MAX);
        let query = Query::of(library, Range::Prefix(keys::TEMPLATES.to_owned()), most);
        let found = self.query(query).await?.items;
        found.into_iter().map(from_item).collect()
    }

    /// One template with its row.
    pub async fn get_template(
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
        Ok(Some((from_item(found)?, from_item(body)?)))
    }

    /// Creates a template; refused where the workspace has the maximum.
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
        self.record(&mut transaction, audit_note(template))?;
        to_write_outcome(self.commit(transaction).await)
    }

    /// Replaces version `before`; refused where it changed.
    pub async fn update_template(
        &self,
        id: TemplateId,
        before: i64,
        template: &FindingTemplate,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        let row = TemplateSummary::of(id, template, now, before + 1);
        transaction.replace(self.template_item(&row)?, before);
        transaction.put_any(self.template_text(id, template)?);
        self.record(&mut transaction, audit_note(template))?;
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
        to_item("template", &keys::template(&self.prefix(), row.id), row)
    }

    fn template_text(
        &self,
        id: TemplateId,
        template: &FindingTemplate,
    ) -> Result<Item, StoreError> {
        let key = keys::template_body(&self.prefix(), id);
        to_item("template-body", &key, template)
    }
}
