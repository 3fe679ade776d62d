//! Whether the bucket holds what the table says, and nothing else.

use std::collections::BTreeSet;

use adapters::Files;
use domain::id::EntryId;
use domain::slug::Slug;
use store::{AuditContext, Device, Directory, ExpectedObjects};
use web::Clock;

use crate::data::Data;
use crate::demo;
use crate::http_fetch::Failure;
use crate::problem::{Problem, ProblemContext as _};
use crate::provision;
use crate::settings::Settings;
use crate::stand_ins::StandIns;
use crate::table::Embedded;

/// What a look at the files of a workspace found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Objects that are there.
    pub objects: usize,
    /// Those of which no row tells.
    pub without_row: Vec<String>,
    /// Those of which a row tells, and that aren't there.
    pub without_object: Vec<String>,
    /// Bytes as they are counted, and as they add up.
    pub bytes: (i64, i64),
}

impl Reconciled {
    /// Whether all of it fits together.
    pub fn is_whole(&self) -> bool {
        let (counted, sum) = self.bytes;
        self.without_row.is_empty() && self.without_object.is_empty() && counted == sum
    }
}

/// Compares the objects of the workspace at an address with its rows. A file that
/// comes or goes meanwhile may show: look again.
pub async fn reconcile(
    directory: &Directory,
    files: &Files,
    slug: &Slug,
) -> Result<Option<Reconciled>, Failure> {
    let Some(expected) = directory.list_expected_objects(slug).await? else {
        return Ok(None);
    };
    let ExpectedObjects {
        prefixes,
        needed,
        allowed,
        used_bytes: used,
        summed_bytes: sum,
    } = expected;
    let mut there = BTreeSet::new();
    for prefix in &prefixes {
        let mut after: Option<String> = None;
        loop {
            let keys = files.list(prefix, after.as_deref()).await?;
            let Some(last) = keys.last() else { break };
            after = Some(last.clone());
            there.extend(keys);
        }
    }
    let known = |key: &&String| needed.contains(*key) || allowed.contains(*key);
    Ok(Some(Reconciled {
        objects: there.len(),
        without_row: there.iter().filter(|key| !known(key)).cloned().collect(),
        without_object: needed.difference(&there).cloned().collect(),
        bytes: (used, sum),
    }))
}

/// Looks at the workspaces at these addresses, or at the demo's, in the data folder,
/// and says what it found. What doesn't fit is a problem. The server must not run
/// on the same folder.
pub async fn reconcile_data(slugs: &[String]) -> Result<(), Problem> {
    let settings = Settings::from_env()?;
    let now = Clock::system().now();
    let data = Data::take(&settings.data, false, now).await?;
    let table = Embedded::file(&data.path("table.sqlite")).await?;
    let stand_ins = StandIns::start(&settings.python, data.path("stand-ins")).await?;
    let files = provision::files(&stand_ins.url())?;
    let trace = AuditContext::new(EntryId::new(0, 0), now, Device::default());
    let directory = Directory::new(provision::table(&table.url), trace);
    let mut wrong = 0;
    for slug in demo::asked_for(slugs)? {
        let parsed = slug.parse().with_problem(format!("{slug} is no address"))?;
        let found = reconcile(&directory, &files, &parsed).await;
        match found.with_problem(format!("{slug} can't be looked at"))? {
            Some(found) => wrong += print_report(&slug, &found),
            None => println!("{slug}: there is no such workspace"),
        }
    }
    stand_ins.stop().await;
    table.stop().await;
    match wrong {
        0 => Ok(()),
        n => Err(Problem::new(format!("{n} things don't fit together."))),
    }
}

/// Says what was found, and how much of it is wrong.
fn print_report(slug: &str, found: &Reconciled) -> usize {
    let (counted, sum) = found.bytes;
    println!("{slug}: {} objects, {sum} bytes", found.objects);
    for key in &found.without_row {
        println!("  {key} has no row");
    }
    for key in &found.without_object {
        println!("  {key} isn't there");
    }
    if counted != sum {
        println!("  {counted} bytes are counted");
    }
    found.without_row.len() + found.without_object.len() + usize::from(counted != sum)
}
