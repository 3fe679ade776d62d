//! What an address names: a client's documents, an engagement's, or one document.

use domain::client::Client;
use domain::document::Document;
use domain::engagement::Engagement;
use domain::id::{DocumentId, EngagementId, UploadId};
use futures::future::try_join3;
use serde::Deserialize;
use web::{ClientAccess, Crumb, PageError};

/// The ids in an address.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct DocumentPath {
    #[serde(default)]
    pub(crate) engagement: Option<EngagementId>,
    #[serde(default)]
    pub(crate) document: Option<DocumentId>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct UploadPath {
    pub(crate) upload: UploadId,
}

/// What they name; all of it is there.
pub(crate) struct DocumentTarget {
    pub(crate) client: Client,
    pub(crate) engagement: Option<Engagement>,
    pub(crate) document: Option<Document>,
}

impl DocumentTarget {
    /// Reads it; what isn't there, or isn't the reader's to see, is not found.
    pub(crate) async fn read(inside: &ClientAccess, path: DocumentPath) -> Result<Self, PageError> {
        let store = &inside.store;
        let engagement = async {
            match path.engagement {
                Some(id) => store.engagement(id).await,
                None => Ok(None),
            }
        };
        let document = async {
            match path.document {
                Some(id) => store.document(id).await,
                None => Ok(None),
            }
        };
        let (client, engagement, document) = try_join3(store.about(), engagement, document).await?;
        let lacks = (path.engagement.is_some() && engagement.is_none())
            || (path.document.is_some() && document.is_none());
        match client {
            Some(client) if !lacks => Ok(Self {
                client,
                engagement,
                document,
            }),
            _ => Err(PageError::NotFound),
        }
    }

    /// Its address.
    pub(crate) fn href(&self, base: &str) -> String {
        match (&self.document, &self.engagement) {
            (Some(document), _) => format!("{base}/documents/{}", document.id),
            (None, Some(engagement)) => format!("{base}/engagements/{}/documents", engagement.id),
            (None, None) => format!("{base}/documents"),
        }
    }

    /// The way to it.
    pub(crate) fn crumbs(&self, inside: &ClientAccess) -> Vec<Crumb> {
        let mut crumbs = inside.crumbs(&self.client.name);
        if let Some(engagement) = &self.engagement {
            let href = format!("{}/engagements/{}", inside.base, engagement.id);
            crumbs.push(Crumb::to(&engagement.title, href));
        }
        if self.document.is_some() {
            crumbs.push(Crumb::to("Documents", format!("{}/documents", inside.base)));
        }
        crumbs
    }

    /// What tells of a change of it.
    pub(crate) fn pulse(&self, inside: &ClientAccess) -> String {
        let (here, rev, shared) = match &self.engagement {
            Some(e) => (format!("/engagements/{}", e.id), e.rev, e.shared_rev),
            None => (String::new(), self.client.rev, self.client.shared_rev),
        };
        let rev = if inside.is_team() { rev } else { shared };
        format!("{}{here}/pulse?seen={rev}", inside.base)
    }
}
