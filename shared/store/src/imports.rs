//! Imports: an uploaded scan, and how much of it has become findings.

use domain::activity::{Activity, Deed};
use domain::audit::{Kind, Note};
use domain::counts::Counts;
use domain::finding::{Draft, Finding};
use domain::history::Entry;
use domain::id::{ClientId, EngagementId, ImportId};
use domain::import::{Columns, Mapping};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{item, number, row};
use crate::directory::hash;
use crate::error::{Error, Outcome, once};
use crate::keys;
use crate::scope::{ClientScope, Store, WorkspaceScope};
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
    /// Findings that the file holds.
    pub total: i64,
    /// How many of them, in their order, are drafts now or were known before.
    pub done: i64,
    /// Of a table: which column holds what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<Mapping>,
}

impl Import {
    /// Where the file lies: below its client, so that a policy can hold it there.
    pub fn file_key(store: &Store<ClientScope>, id: ImportId) -> String {
        keys::import_object(store.ws(), store.client_id(), id)
    }
}

impl Store<WorkspaceScope> {
    /// What was said last of a table with these columns, anywhere in the workspace.
    pub async fn mapping(&self, columns: &Columns) -> Result<Option<Mapping>, Error> {
        let found = self.get(&self.columns_key(columns)).await?;
        found.map(row).transpose()
    }

    /// Notes which column of an upload holds what, and how many drafts that would
    /// make; the next table with these columns begins with it. Refused once
    /// drafts were made.
    pub async fn map_import(
        &self,
        (client, engagement, import): (ClientId, EngagementId, ImportId),
        columns: &Columns,
        mapping: &Mapping,
        total: i64,
    ) -> Result<(), Error> {
        let client = keys::client(self.ws(), client);
        let e = keys::engagement(&client, engagement);
        let row = Update::existing(keys::import(&e, import))
            .set("mapping", serde_dynamo::to_attribute_value(mapping)?)
            .set("total", number(total));
        let mut transaction = self.transaction();
        transaction.update(row.when("done = :none", ":none", number(0)));
        transaction.put_any(item("columns", &self.columns_key(columns), mapping)?);
        self.commit(transaction).await
    }

    fn columns_key(&self, columns: &Columns) -> keys::Key {
        keys::columns(&self.prefix(), &hash(&columns.names.join("\n")))
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

    /// Makes the drafts that the import has not made yet, batch by batch; `None`
    /// stands for one that the engagement had before. It may be called again at
    /// any time, from several places at once: what is made is noted in the
    /// transaction that makes it. What another import makes meanwhile, under the
    /// same id, is not made again.
    pub async fn run_import(
        &self,
        engagement: EngagementId,
        import: &Import,
        made: &[Option<(Finding, Draft)>],
        entry: &Entry,
    ) -> Result<(), Error> {
        let new = made.iter().flatten().count();
        let mut done = usize::try_from(import.done).unwrap_or(usize::MAX);
        while done < made.len() {
            let rest = made.iter().enumerate().skip(done);
            let rest = rest.filter_map(|(n, one)| Some((n, one.as_ref()?)));
            let mut batch: Vec<(usize, &(Finding, Draft))> = rest.take(BATCH).collect();
            let end = match batch.last() {
                Some((last, _)) if batch.len() == BATCH => last + 1,
                _ => made.len(),
            };
            loop {
                let made = self.make(engagement, import, (done, end, new), &batch, entry);
                match made.await {
                    // The first write notes how far it is; three make a finding.
                    Err(Error::Refused(n)) if n > 0 && (n - 1) / 3 < batch.len() => {
                        batch.remove((n - 1) / 3);
                    }
                    result => break result?,
                }
            }
            done = end;
        }
        Ok(())
    }

    /// One batch, which takes the import from `done` to `end`; it makes `new` in
    /// all.
    async fn make(
        &self,
        engagement: EngagementId,
        import: &Import,
        (done, end, new): (usize, usize, usize),
        batch: &[(usize, &(Finding, Draft))],
        entry: &Entry,
    ) -> Result<(), Error> {
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let row = Update::existing(keys::import(&self.partition(engagement), import.id));
        let row = row.add("done", count(end.saturating_sub(done)));
        let mut transaction = self.transaction();
        transaction.update(row.when("done = :before", ":before", number(count(done))));
        let mut counts = Counts::default();
        for (nth, (finding, draft)) in batch {
            let id = import.id.entry(*nth as u64);
            self.put_finding(&mut transaction, engagement, finding, draft, (id, entry))?;
            counts.merge(&Counts::of(finding));
        }
        if done == 0 && new > 0 {
            let told = self.told(engagement, import, new, entry);
            transaction.put_new(self.news_item(import.id.news(), &told, false)?);
        }
        if !batch.is_empty() {
            self.count(
                &mut transaction,
                engagement,
                &counts,
                false,
                count(batch.len()),
            );
        }
        self.commit(transaction).await
    }

    /// What the feeds tell of an import: once, for all that it makes.
    fn told(
        &self,
        engagement: EngagementId,
        import: &Import,
        new: usize,
        entry: &Entry,
    ) -> Activity {
        Activity {
            at: entry.at,
            by_name: entry.by_name.clone(),
            by_team: entry.by_team,
            deed: Deed::Imported,
            title: format!("{} ({} findings)", import.file_name, new),
            finding: None,
            severity: None,
            engagement,
            client: self.client_id(),
        }
    }
}
