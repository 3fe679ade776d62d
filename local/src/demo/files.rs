//! The demo's files: sent as people send them, and left to the worker to check.

use domain::document::DocumentInput;
use domain::evidence::EvidenceInput;
use domain::file::FileName;
use domain::id::{EngagementId, FindingId, UploadId};
use domain::message::{MessageInput, create_message_with_files};
use domain::upload::{Upload, UploadPurpose, UploadState, create_upload};
use jiff::Timestamp;
use store::{AnnounceOutcome, ClientScope, Session, Store};

use super::draw::{report, terminal};
use super::script::{DemoDocument, DemoMessage, Engagement, Finding, ScriptedImage, id};
use super::stage::SignedInWorkspace;
use crate::problem::{Problem, ProblemContext as _};

/// What is sent: a name, for what, and its bytes.
struct DemoFile<'a> {
    id: UploadId,
    name: &'a str,
    purpose: UploadPurpose,
    bytes: Vec<u8>,
}

/// The upload that a picture of a finding comes by.
pub(super) fn shot_id(finding: &str, shot: &ScriptedImage, at: Timestamp) -> UploadId {
    id(&format!("{finding}/evidence/{}", shot.key), at)
}

impl SignedInWorkspace<'_> {
    /// Sends the documents, pictures and messages of engagements that are there.
    pub(super) async fn bring(&self, engagements: &[Engagement]) -> Result<(), Problem> {
        for client in &self.script.clients {
            let store = self.client(client).await?;
            let theirs = engagements.iter().filter(|engagement| {
                engagement.workspace == self.script.slug && engagement.client == client.name
            });
            for engagement in theirs {
                let name = self.script.within("engagement", &engagement.title);
                let id = id(&name, self.at(engagement.added));
                for finding in &engagement.findings {
                    self.pictures(&store, id, finding).await?;
                }
                for paper in &engagement.documents {
                    self.document_file(&store, (id, &name), paper).await?;
                }
                for talk in &engagement.messages {
                    self.talk(&store, (id, &name), talk).await?;
                }
            }
        }
        Ok(())
    }

    async fn pictures(
        &self,
        store: &Store<ClientScope>,
        engagement: EngagementId,
        script: &Finding,
    ) -> Result<(), Problem> {
        let name = format!("{engagement}/{}", script.title());
        let finding: FindingId = id(&name, self.at(script.written));
        for shot in &script.evidence {
            let cannot = format!("The demo's picture {} can't be sent", shot.key);
            let (session, at) = (self.session(&shot.by)?, self.at(shot.at));
            let found = store
                .get_finding(engagement, finding)
                .await
                .with_problem(&cannot)?;
            let found = found.ok_or_else(|| Problem::new(&cannot))?;
            let input = EvidenceInput {
                caption: shot.caption.clone(),
                internal: String::new(),
            };
            let new = input.parse(session.actor().role, engagement, &found);
            let new = new.map_err(|_| Problem::new(&cannot))?;
            let parcel = DemoFile {
                id: shot_id(&name, shot, at),
                name: &format!("{}.png", shot.key),
                purpose: UploadPurpose::Evidence(new),
                bytes: terminal(&shot.shows)?,
            };
            self.send(store, session, at, parcel).await?;
        }
        Ok(())
    }

    async fn document_file(
        &self,
        store: &Store<ClientScope>,
        (engagement, name): (EngagementId, &str),
        paper: &DemoDocument,
    ) -> Result<(), Problem> {
        let cannot = format!("The demo's document {} can't be sent", paper.name);
        let (session, at) = (self.session(&paper.by)?, self.at(paper.at));
        let file = FileName::parse(&paper.name).map_err(|_| Problem::new(&cannot))?;
        let input = DocumentInput {
            kind: paper.kind.clone(),
            title: paper.title.clone(),
            visibility: paper.readers.clone(),
        };
        let new = input.parse(session.actor().role, Some(engagement), &file);
        let new = new.map_err(|_| Problem::new(&cannot))?;
        let parcel = DemoFile {
            id: id(&format!("{name}/document/{}", paper.name), at),
            name: &paper.name,
            purpose: UploadPurpose::Document(new),
            bytes: bytes(&paper.name, &paper.text),
        };
        self.send(store, session, at, parcel).await.map(drop)
    }

    async fn talk(
        &self,
        store: &Store<ClientScope>,
        (engagement, name): (EngagementId, &str),
        talk: &DemoMessage,
    ) -> Result<(), Problem> {
        let cannot = format!("The demo's message of {} can't be sent", talk.by);
        let (session, at) = (self.session(&talk.by)?, self.at(talk.at));
        let called = format!("{name}/message/{at}");
        let mut files = Vec::new();
        if !talk.file.is_empty() {
            let parcel = DemoFile {
                id: id(&format!("{called}/file"), at),
                name: &talk.file,
                purpose: UploadPurpose::Attachment(engagement),
                bytes: bytes(&talk.file, &talk.holds),
            };
            let sent = self.send(store, session, at, parcel).await?;
            if sent.attached_to.is_some() {
                return Ok(());
            }
            files.push(sent);
        }
        let input = MessageInput {
            text: talk.text.clone(),
            internal: if talk.internal { "yes" } else { "" }.to_owned(),
            files: Vec::new(),
        };
        let message = id(&called, at);
        let posting =
            create_message_with_files(message, session.actor(), &input, engagement, &files, at);
        let (posting, files) = posting.map_err(|_| Problem::new(&cannot))?;
        let (form, store) = (id(&format!("{called}/form"), at), own(session, store)?);
        let posted = store.create_message(engagement, &posting, &files, form);
        posted.await.with_problem(cannot).map(drop)
    }

    /// Sends a file as a browser does; one that was sent stays as it is.
    async fn send(
        &self,
        store: &Store<ClientScope>,
        session: &Session,
        at: Timestamp,
        parcel: DemoFile<'_>,
    ) -> Result<Upload, Problem> {
        let cannot = format!("The demo's file {} can't be sent", parcel.name);
        let file = FileName::parse(parcel.name).map_err(|_| Problem::new(&cannot))?;
        let size = i64::try_from(parcel.bytes.len()).with_problem(&cannot)?;
        let (id, store) = (parcel.id, own(session, store)?);
        let upload = create_upload(id, parcel.purpose, &file, size, session.actor(), at);
        let mut upload = upload.with_problem(&cannot)?;
        let announced = store.create_upload(&upload, self.script.plan).await;
        if announced.with_problem(&cannot)? == AnnounceOutcome::Repeated {
            let before = store.get_upload(id).await.with_problem(&cannot)?;
            upload = before.ok_or_else(|| Problem::new(&cannot))?;
        }
        if upload.state != UploadState::Uploading {
            return Ok(upload);
        }
        let key = store.incoming_object_key(id);
        let files = &self.app.services.files;
        let kept = files.put(&key, parcel.bytes, file.file_type.media_type());
        kept.await.with_problem(&cannot)?;
        let there = upload.mark_arrived().ok_or_else(|| Problem::new(&cannot))?;
        store
            .record_upload_arrival(&there)
            .await
            .with_problem(&cannot)?;
        Ok(there)
    }
}

/// A client's part as somebody reaches it: the log says who it was.
fn own(session: &Session, part: &Store<ClientScope>) -> Result<Store<ClientScope>, Problem> {
    let team = session.team_store();
    let team = team.map(|team| team.client_store(part.client_id()));
    let own = team.or_else(|| session.portal_store());
    own.ok_or_else(|| Problem::new("Somebody of the demo isn't signed in"))
}

fn bytes(name: &str, text: &str) -> Vec<u8> {
    if name.rsplit('.').next() == Some("pdf") {
        report(text)
    } else {
        text.as_bytes().to_vec()
    }
}
