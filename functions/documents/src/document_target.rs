//! The subject of an address: a client's documents, an engagement's, or one document.

use domain::client::Client;
use domain::document::Document;
use domain::engagement::Engagement;
use domain::id::{DocumentId, EngagementId, UploadId};
use futures::future::try_join3;
use serde::Deserialize;
use web::links::{self, LinkBase};
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

/// The client, engagement and document of an address.
pub(crate) struct DocumentTarget {
    pub(crate) client: Client,
    pub(crate) engagement: Option<Engagement>,
    pub(crate) document: Option<Document>,
}

impl DocumentTarget {
    /// Not found where one of them is missing, or not visible to the actor.
    pub(crate) async fn load(access: &ClientAccess, path: DocumentPath) -> Result<Self, PageError> {
        let store = &access.store;
        let engagement = async {
            match path.engagement {
                Some(id) => store.get_engagement(id).await,
                None => Ok(None),
            }
        };
        let document = async {
            match path.document {
                Some(id) => store.get_document(id).await,
                None => Ok(None),
            }
        };
        let (client, engagement, document) =
            try_join3(store.get_client(), engagement, document).await?;
        let is_missing = (path.engagement.is_some() && engagement.is_none())
            || (path.document.is_some() && document.is_none());
        match client {
            Some(client) if !is_missing => Ok(Self {
                client,
                engagement,
                document,
            }),
            _ => Err(PageError::NotFound),
        }
    }

    pub(crate) fn href(&self, base: LinkBase) -> String {
        match (&self.document, &self.engagement) {
            (Some(document), _) => links::document(base, document.id),
            (None, Some(engagement)) => links::engagement_documents(base, engagement.id),
            (None, None) => links::documents(base),
        }
    }

    pub(crate) fn crumbs(&self, access: &ClientAccess) -> Vec<Crumb> {
        let mut crumbs = access.crumbs(&self.client.name);
        if let Some(engagement) = &self.engagement {
            let href = links::engagement(access.base, engagement.id);
            crumbs.push(Crumb::to(&engagement.title, href));
        }
        if self.document.is_some() {
            crumbs.push(Crumb::to("Documents", links::documents(access.base)));
        }
        crumbs
    }

    /// The pulse of the engagement, or else of the client.
    pub(crate) fn pulse(&self, access: &ClientAccess) -> String {
        let (pulse, rev, shared) = match &self.engagement {
            Some(engagement) => (
                links::engagement_pulse(access.base, engagement.id),
                engagement.rev,
                engagement.shared_rev,
            ),
            None => (
                links::client_pulse(access.base),
                self.client.rev,
                self.client.shared_rev,
            ),
        };
        let rev = if access.is_team() { rev } else { shared };
        format!("{pulse}?seen={rev}")
    }
}
