//! Imports: an uploaded scan, and how much of it has become findings.

use domain::audit::{Kind, Note};
use domain::counts::Counts;
use domain::finding::{Draft, Finding};
use domain::history::Entry;
use domain::id::{EngagementId, ImportId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{item, number, row};
use crate::error::{Error, Outcome, once};
use crate::keys;
use crate::scope::{ClientScope, Store};
use crate::transact::Update;

/// Findings that one transaction makes: three items each, of a hundred.
pub(crate) const BATCH: usize = 30;

/// An uploaded scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// The name of the file at the sender's.
    pub file_name: String,
    /// Who uploaded it.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
    /// Drafts that it would make.
    pub total: i64,
    /// Drafts that it has made.
    pub done: i64,
}

impl Import {
    /// Where the file lies: below its client, so that a policy can hold it there.
    pub fn file_key(store: &Store<ClientScope>, id: ImportId) -> String {
        format!("w/{}/c/{}/imports/{id}", store.ws(), store.client_id())
    }
}

impl Store<ClientScope> {
    /// Notes an upload.
    pub async fn create_import(
        &self,
        engagement: EngagementId,
        import: &Import,
    ) -> Result<Outcome, Error> {
        let mut transaction = self.transaction();
        transaction.put_new(item(
            "import",
            &keys::import(&self.partition(engagement), import.id),
            import,
        )?);
        let note = Note::of(Kind::FindingsImported, &import.file_name);
        self.record(&mut transaction, note)?;
        once(self.commit(transaction).await)
    }

    /// An upload, and how far it got.
    pub async fn import(
        &self,
        engagement: EngagementId,
        id: ImportId,
    ) -> Result<Option<Import>, Error> {
        self.get(&keys::import(&self.partition(engagement), id))
            .await?
            .map(row)
            .transpose()
    }

    /// Makes the drafts that the import has not made yet, batch by batch. It
    /// may be called again at any time, from several places at once: what is
    /// made is noted in the transaction that makes it.
    pub async fn run_import(
        &self,
        engagement: EngagementId,
        import: &Import,
        made: &[(Finding, Draft)],
        entry: &Entry,
    ) -> Result<(), Error> {
        let start = usize::try_from(import.done).unwrap_or(usize::MAX);
        let key = keys::import(&self.partition(engagement), import.id);
        let mut done = start;
        for batch in made.get(start..).unwrap_or_default().chunks(BATCH) {
            let size = i64::try_from(batch.len()).unwrap_or(i64::MAX);
            let before = i64::try_from(done).unwrap_or(i64::MAX);
            let mut transaction = self.transaction();
            transaction.update(Update::existing(key.clone()).add("done", size).when(
                "done = :before",
                ":before",
                number(before),
            ));
            let mut counts = Counts::default();
            for (nth, (finding, draft)) in batch.iter().enumerate() {
                let id = import.id.entry((done + nth) as u64);
                self.put_finding(&mut transaction, engagement, finding, draft, (id, entry))?;
                counts.add(finding.severity, finding.status, 1);
            }
            self.count(&mut transaction, engagement, &counts, false, size);
            self.commit(transaction).await?;
            done += batch.len();
        }
        Ok(())
    }
}
