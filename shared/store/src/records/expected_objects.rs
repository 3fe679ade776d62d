//! The objects that the bucket should hold, by the rows of a workspace.

use std::collections::BTreeSet;

use domain::document::{Document, DocumentVersion};
use domain::evidence::Evidence;
use domain::id::{DocumentId, UploadId};
use domain::import::{Import, ImportStage};
use domain::message::Message;
use domain::slug::Slug;
use domain::upload::{Upload, UploadPurpose, UploadState};
use serde::de::DeserializeOwned;

use crate::directory::directory::Directory;
use crate::error::StoreError;
use crate::table::codec::{Item, from_item, get_text};
use crate::table::keys::{self, Key};
use crate::table::query::{Query, Range, start_at};
use crate::tenancy::scope::{ClientScope, Store, WorkspaceScope};

/// Rows that one query reads.
const AT_ONCE: i32 = 1_000;

/// The objects that a workspace's rows refer to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExpectedObjects {
    /// The prefixes of the workspace's object keys.
    pub prefixes: Vec<String>,
    /// Objects that must exist.
    pub needed: BTreeSet<String>,
    /// Objects that may exist: files that are being uploaded.
    pub allowed: BTreeSet<String>,
    /// Bytes by the counter.
    pub used_bytes: i64,
    /// Bytes by the rows.
    pub summed_bytes: i64,
}

impl Directory {
    /// The objects of the workspace with a slug. It reads every row of its files: for
    /// operators, not for pages.
    pub async fn list_expected_objects(
        &self,
        slug: &Slug,
    ) -> Result<Option<ExpectedObjects>, StoreError> {
        let Some(workspace) = self.find_workspace(slug).await? else {
            return Ok(None);
        };
        let store = self.workspace_store(workspace.id);
        store.expected_objects().await.map(Some)
    }
}

impl Store<WorkspaceScope> {
    async fn expected_objects(&self) -> Result<ExpectedObjects, StoreError> {
        let below = keys::objects(self.ws(), None);
        let mut expected = ExpectedObjects {
            prefixes: vec![below.clone(), format!("in/{below}")],
            used_bytes: self.get_storage_used().await?,
            ..ExpectedObjects::default()
        };
        let mut after = None;
        loop {
            let page = self.list_clients("", after.as_deref(), AT_ONCE).await?;
            for client in page.rows {
                self.client_store(client.id)
                    .expect_objects(&mut expected)
                    .await?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(expected);
            }
        }
    }
}

impl Store<ClientScope> {
    async fn expect_objects(&self, expected: &mut ExpectedObjects) -> Result<(), StoreError> {
        let documents = keys::document(&self.prefix(), DocumentId::new(0, 0)).pk;
        let range = || Range::Between(" ".to_owned(), "~".to_owned());
        for found in self.list_items(&documents, range()).await? {
            if get_text(&found, "t")? == "revision" {
                let revision: DocumentVersion = from_item(found)?;
                expected
                    .needed
                    .insert(self.document_object_key(revision.upload));
            } else {
                let document: Document = from_item(found)?;
                expected.summed_bytes += document.bytes;
            }
        }
        let uploads = keys::upload(&self.prefix(), UploadId::new(0, 0)).pk;
        for found in self.list_items(&uploads, range()).await? {
            let upload: Upload = from_item(found)?;
            let key = self.incoming_object_key(upload.id);
            let loose = matches!(upload.purpose, UploadPurpose::Attachment(_))
                && upload.attached_to.is_none();
            match upload.state {
                UploadState::Uploading => expected.allowed.insert(key),
                UploadState::Checking => expected.needed.insert(key),
                UploadState::Ready if loose => {
                    let key = self.attachment_object_key(upload.id);
                    expected.needed.insert(key)
                }
                UploadState::Ready | UploadState::Refused => continue,
            };
            expected.summed_bytes += upload.size;
        }
        let engagements = Range::Prefix(keys::ENGAGEMENTS.to_owned());
        for found in self.list_items(&self.prefix(), engagements).await? {
            let id = get_text(&found, "id")?.parse();
            let e = self.engagement_partition(id.map_err(|_| StoreError::Lacks("id"))?);
            let imports = Range::Prefix(keys::IMPORTS.to_owned());
            for import in self.list_rows::<Import>(&e, imports).await? {
                let key = self.import_object_key(import.id);
                match import.stage {
                    // It goes when the import is over.
                    ImportStage::Done | ImportStage::Failed => expected.allowed.insert(key),
                    _ => expected.needed.insert(key),
                };
            }
            self.expect_pictures(&e, expected).await?;
            self.expect_attachments(&e, expected).await?;
        }
        Ok(())
    }

    async fn expect_pictures(
        &self,
        e: &str,
        expected: &mut ExpectedObjects,
    ) -> Result<(), StoreError> {
        let findings = Range::Prefix(keys::FINDINGS.to_owned());
        for found in self.list_items(e, findings).await? {
            if get_text(&found, "t")? == "evidence" {
                let evidence: Evidence = from_item(found)?;
                expected
                    .needed
                    .insert(self.evidence_object_key(evidence.id));
                expected
                    .needed
                    .insert(self.thumbnail_object_key(evidence.id));
                expected.summed_bytes += evidence.image.bytes;
            }
        }
        Ok(())
    }

    /// Adds the messages' attachments that were checked: the others are uploads still.
    async fn expect_attachments(
        &self,
        e: &str,
        expected: &mut ExpectedObjects,
    ) -> Result<(), StoreError> {
        for shared in [true, false] {
            let half = Range::Prefix(keys::message_prefix(shared).to_owned());
            for message in self.list_rows::<Message>(&keys::thread(e), half).await? {
                let files = message.files.iter();
                for file in files.filter(|file| file.state == UploadState::Ready) {
                    expected.needed.insert(self.attachment_object_key(file.id));
                    expected.summed_bytes += file.size;
                }
            }
        }
        Ok(())
    }

    async fn list_rows<T: DeserializeOwned>(
        &self,
        pk: &str,
        range: Range,
    ) -> Result<Vec<T>, StoreError> {
        let found = self.list_items(pk, range).await?;
        found.into_iter().map(from_item).collect()
    }

    /// Every item of a range of a partition.
    async fn list_items(&self, pk: &str, range: Range) -> Result<Vec<Item>, StoreError> {
        let (mut items, mut after) = (Vec::new(), None);
        loop {
            let query = Query::of(pk, range.clone(), AT_ONCE).after(after);
            let slice = self.query(query).await?;
            let last = slice.items.last().filter(|_| slice.more);
            let last = last.map(|item| get_text(item, "sk").map(str::to_owned));
            after = last.transpose()?.map(|sk| {
                let pk = pk.to_owned();
                start_at(&Key { pk, sk }, None)
            });
            items.extend(slice.items);
            if after.is_none() {
                return Ok(items);
            }
        }
    }
}
