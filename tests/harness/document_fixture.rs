//! What a client of the cast has of documents.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::types::{Tag, Tagging};
use domain::document::{Document, DocumentInput, delete_document};
use domain::file::{CheckedFile, FileName};
use domain::id::{DocumentId, EngagementId, UploadId};
use domain::person::{Actor, Person};
use domain::plan::Plan;
use domain::upload::{Upload, UploadPurpose, create_upload};
use domain::workspace::Workspace;
use local::NAME;
use store::{ClientScope, Store};

use crate::fixture::Tenant;
use crate::world::World;

/// A client's documents.
#[derive(Clone, Copy)]
pub struct DocumentFixture {
    /// What a contact sent.
    pub proof: DocumentId,
    /// What the team sent, and the client sees.
    pub report: DocumentId,
    /// What the team keeps to itself.
    pub secret: DocumentId,
    /// What is deleted.
    pub gone: DocumentId,
    /// A file that a contact announced.
    pub upload: UploadId,
}

/// Who acts, as a session would say.
pub fn actor(person: &Person) -> Actor {
    Actor {
        user: person.id,
        name: person.name.clone(),
        email: person.email.clone(),
        role: person.role,
        workspace: domain::id::WorkspaceId::new(1, 1),
        client: person.client,
    }
}

impl DocumentFixture {
    pub(crate) async fn create(
        world: &World,
        store: &Store<ClientScope>,
        engagement: EngagementId,
        (member, contact): (&Person, &Person),
        (mark, secret): (&str, &str),
    ) -> Self {
        let keep = async |person: &Person, title: &str, visibility: &str| {
            let upload =
                announced_upload(world, store, Some(engagement), person, (title, visibility));
            keep(world, store, &upload.await).await
        };
        let report = keep(member, &format!("Report {mark}"), "client").await;
        let proof = keep(contact, &format!("Proof {mark}"), "client").await;
        let team_only = keep(member, &format!("Notes {secret}"), "team").await;
        let gone = keep(member, &format!("Old {secret}"), "client").await;
        let deleted = delete_document(&gone, &actor(member), world.now());
        let deleted = deleted.expect("allowed");
        let changed = store.update_document(&gone, &deleted);
        changed.await.expect("deleted");
        let upload = announced_upload(
            world,
            store,
            Some(engagement),
            contact,
            ("Coming", "client"),
        );
        Self {
            proof: proof.id,
            report: report.id,
            secret: team_only.id,
            gone: gone.id,
            upload: upload.await.id,
        }
    }
}

/// What every file of the cast holds: what the IAM simulator gives too.
pub const CONTENT: &str = "Name,Risk,Host\nOld TLS,high,h\nOpen relay,low,h\n";

/// A text file that somebody announced.
pub async fn announced_upload(
    world: &World,
    store: &Store<ClientScope>,
    engagement: Option<EngagementId>,
    person: &Person,
    (title, visibility): (&str, &str),
) -> Upload {
    let input = DocumentInput {
        kind: "evidence".to_owned(),
        title: title.to_owned(),
        visibility: visibility.to_owned(),
    };
    let file = FileName::parse(&format!("{title}.txt")).expect("a name");
    let new = input
        .parse(person.role, engagement, &file)
        .expect("allowed");
    let size = i64::try_from(CONTENT.len()).expect("few");
    let id: UploadId = world.app.new_id();
    let actor = actor(person);
    let upload = create_upload(
        id,
        UploadPurpose::Document(new),
        &file,
        size,
        &actor,
        world.now(),
    );
    let upload = upload.expect("fit");
    store
        .create_upload(&upload, Plan::Team)
        .await
        .expect("announced");
    upload
}

/// The document that it becomes, as if it had been sent and checked.
async fn keep(world: &World, store: &Store<ClientScope>, upload: &Upload) -> Document {
    let files = &world.app.services.files;
    let key = store.document_object_key(upload.id);
    let kept = files.put(&key, CONTENT.into(), "text/plain");
    kept.await.expect("kept");
    release(store, upload).await
}

async fn release(store: &Store<ClientScope>, upload: &Upload) -> Document {
    let there = upload.mark_arrived().expect("announced");
    store.record_upload_arrival(&there).await.expect("there");
    let checked = CheckedFile {
        size: upload.size,
        sha256: "0".repeat(64),
    };
    let released = there.release().expect("checked");
    let UploadPurpose::Document(new) = &released.purpose else {
        panic!("it was sent for a document");
    };
    let made = store.release_upload(&released, new, &checked).await;
    let outcome = made.expect("the table");
    assert_eq!(outcome, store::ReleaseOutcome::Released);
    let document = store.get_document(upload.document_id()).await;
    document.expect("the table").expect("a document")
}

impl World {
    /// Tags an object as a scan for harmful content does.
    pub async fn tag(&self, key: &str, verdict: &str) {
        let tag = Tag::builder()
            .key("GuardDutyMalwareScanStatus")
            .value(verdict);
        let tags = Tagging::builder().tag_set(tag.build().expect("a tag"));
        let request = self.s3.put_object_tagging().bucket(NAME).key(key);
        let tagged = request.tagging(tags.build().expect("tags")).send().await;
        tagged.expect("tagged");
    }

    /// The same address, signed two minutes ago.
    pub async fn expired_link(&self, link: &str) -> String {
        let path = link.split('?').next().expect("a path");
        let key = path
            .split_once(&format!("/{NAME}/"))
            .expect("in the bucket")
            .1;
        #[expect(clippy::disallowed_methods, reason = "the service's own clock judges")]
        let before = std::time::SystemTime::now() - Duration::from_mins(2);
        let signing = PresigningConfig::builder()
            .start_time(before)
            .expires_in(Duration::from_mins(1));
        let request = self.s3.get_object().bucket(NAME).key(key);
        let signed = request.presigned(signing.build().expect("a time")).await;
        signed.expect("signed").uri().to_owned()
    }

    /// Counts bytes as used by files that aren't there.
    pub async fn fill_storage(&self, workspace: &Workspace, bytes: i64) {
        let pk = format!("W#{}#FILES", workspace.id);
        self.add_to((&pk, "USED"), "bytes", bytes).await;
    }

    /// Adds to a number of an item, whatever is true.
    pub async fn add_to(&self, (pk, sk): (&str, &str), name: &str, n: i64) {
        let request = self
            .dynamo
            .update_item()
            .table_name(NAME)
            .key("pk", AttributeValue::S(pk.to_owned()))
            .key("sk", AttributeValue::S(sk.to_owned()))
            .update_expression("ADD #n :n")
            .expression_attribute_names("#n", name)
            .expression_attribute_values(":n", AttributeValue::N(n.to_string()));
        request.send().await.expect("counted");
    }

    /// `n` documents of a tenant's first client, half of them the team's alone.
    /// Nothing lies behind them.
    pub async fn create_documents(&self, tenant: &Tenant, n: usize) {
        let (client, member) = (&tenant.clients[0], &tenant.team[0]);
        for k in 0..n {
            let visibility = if k % 2 == 0 { "client" } else { "team" };
            let title = format!("Paper {k}");
            let engagement = Some(client.engagement);
            let said = (title.as_str(), visibility);
            let upload = announced_upload(self, &client.store, engagement, member, said).await;
            release(&client.store, &upload).await;
        }
    }
}
