//! Which objects the bucket should hold, by the rows of a workspace.

use std::collections::BTreeSet;

use domain::document::{Document, DocumentVersion};
use domain::evidence::Evidence;
use domain::id::{DocumentId, UploadId};
use domain::import::job::{Import, ImportStage};
use domain::message::Message;
use domain::slug::Slug;
use domain::upload::{Upload, UploadPurpose, UploadState};
use serde::de::DeserializeOwned;

use crate::codec::{Item, row, text};
use crate::directory::Directory;
use crate::error::StoreError;
use crate::keys::{self, Key};
use crate::scope::{ClientScope, Store, WorkspaceScope};
use crate::table::{Query, Range, start};

/// Rows that one query reads.
const AT_ONCE: i32 = 1_000;

/// What the rows of a workspace say of its files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExpectedObjects {
    /// What every object's key of the workspace begins with.
    pub prefixes: Vec<String>,
    /// Objects that must be there.
    pub needed: BTreeSet<String>,
    /// Objects that may be there: files that are being sent.
    pub allowed: BTreeSet<String>,
    /// Bytes, as they are counted.
    pub used: i64,
    /// Bytes, as they add up.
    pub sum: i64,
}

impl Directory {
    /// What the rows of the workspace at an address say. It reads every row of its
    /// files: for people, not for pages.
    pub async fn expected_files(&self, slug: &Slug) -> Result<Option<ExpectedObjects>, StoreError> {
        let Some(workspace) = self.workspace(slug).await? else {
            return Ok(None);
        };
        let store = self.workspace_store(workspace.id);
        store.expected_files().await.map(Some)
    }
}

impl Store<WorkspaceScope> {
    async fn expected_files(&self) -> Result<ExpectedObjects, StoreError> {
        let below = keys::objects(self.ws(), None);
        let mut expected = ExpectedObjects {
            prefixes: vec![below.clone(), format!("in/{below}")],
            used: self.files_used().await?,
            ..ExpectedObjects::default()
        };
        let mut after = None;
        loop {
            let page = self.clients("", after.as_deref(), AT_ONCE).await?;
            for client in page.rows {
                self.client(client.id).expect_files(&mut expected).await?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(expected);
            }
        }
    }
}

impl Store<ClientScope> {
    async fn expect_files(&self, expected: &mut ExpectedObjects) -> Result<(), StoreError> {
        let documents = keys::document(&self.prefix(), DocumentId::new(0, 0)).pk;
        let range = || Range::Between(" ".to_owned(), "~".to_owned());
        for found in self.every(&documents, range()).await? {
            if text(&found, "t")? == "revision" {
                let revision: DocumentVersion = row(found)?;
                expected.needed.insert(self.document_key(revision.upload));
            } else {
                let document: Document = row(found)?;
                expected.sum += document.bytes;
            }
        }
        let uploads = keys::upload(&self.prefix(), UploadId::new(0, 0)).pk;
        for found in self.every(&uploads, range()).await? {
            let upload: Upload = row(found)?;
            let key = self.incoming_key(upload.id);
            let loose =
                matches!(upload.purpose, UploadPurpose::Attachment(_)) && upload.bound.is_none();
            match upload.state {
                UploadState::Uploading => expected.allowed.insert(key),
                UploadState::Checking => expected.needed.insert(key),
                UploadState::Ready if loose => {
                    let key = self.attachment_key(upload.id);
                    expected.needed.insert(key)
                }
                UploadState::Ready | UploadState::Refused => continue,
            };
            expected.sum += upload.size;
        }
        let engagements = Range::Prefix(keys::ENGAGEMENTS.to_owned());
        for found in self.every(&self.prefix(), engagements).await? {
            let id = text(&found, "id")?.parse();
            let e = self.partition(id.map_err(|_| StoreError::Lacks("id"))?);
            let imports = Range::Prefix(keys::IMPORTS.to_owned());
            for import in self.rows::<Import>(&e, imports).await? {
                let key = self.import_key(import.id);
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
        for found in self.every(e, findings).await? {
            if text(&found, "t")? == "evidence" {
                let evidence: Evidence = row(found)?;
                expected.needed.insert(self.evidence_key(evidence.id));
                expected.needed.insert(self.thumbnail_key(evidence.id));
                expected.sum += evidence.picture.bytes;
            }
        }
        Ok(())
    }

    /// Of messages' files those that were checked: the others are uploads still.
    async fn expect_attachments(
        &self,
        e: &str,
        expected: &mut ExpectedObjects,
    ) -> Result<(), StoreError> {
        for shared in [true, false] {
            let half = Range::Prefix(keys::message_prefix(shared).to_owned());
            for message in self.rows::<Message>(&keys::thread(e), half).await? {
                let files = message.files.iter();
                for file in files.filter(|file| file.state == UploadState::Ready) {
                    expected.needed.insert(self.attachment_key(file.id));
                    expected.sum += file.size;
                }
            }
        }
        Ok(())
    }

    async fn rows<T: DeserializeOwned>(
        &self,
        pk: &str,
        range: Range,
    ) -> Result<Vec<T>, StoreError> {
        let found = self.every(pk, range).await?;
        found.into_iter().map(row).collect()
    }

    /// Every item of a stretch of a partition.
    async fn every(&self, pk: &str, range: Range) -> Result<Vec<Item>, StoreError> {
        let (mut items, mut after) = (Vec::new(), None);
        loop {
            let query = Query::of(pk, range.clone(), AT_ONCE).after(after);
            let slice = self.query(query).await?;
            let last = slice.items.last().filter(|_| slice.more);
            let last = last.map(|item| text(item, "sk").map(str::to_owned));
            after = last.transpose()?.map(|sk| {
                let pk = pk.to_owned();
                start(&Key { pk, sk }, None)
            });
            items.extend(slice.items);
            if after.is_none() {
                return Ok(items);
            }
        }
    }
}
