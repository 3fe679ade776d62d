//! `recount`: whether the totals in the data folder are those of its findings.

use domain::id::EntryId;
use store::{AuditContext, Device, Directory};
use web::Clock;

use crate::data::Data;
use crate::demo;
use crate::problem::{Problem, ProblemContext as _};
use crate::provision;
use crate::settings::Settings;
use crate::table::Embedded;

/// Counts the findings of the workspaces at these addresses, or of the demo's,
/// and says what it found. Totals that differ are a problem. The server must not
/// run on the same folder.
pub async fn recount(slugs: &[String]) -> Result<(), Problem> {
    let settings = Settings::from_env()?;
    let data = Data::take(&settings.data, false, Clock::system().now()).await?;
    let table = Embedded::file(&data.path("table.sqlite")).await?;
    let now = Clock::system().now();
    let trace = AuditContext::new(EntryId::new(0, 0), now, Device::default());
    let directory = Directory::new(provision::table(&table.url), trace);
    let mut drifts = 0;
    for slug in demo::asked_for(slugs)? {
        let parsed = slug.parse().with_problem(format!("{slug} is no address"))?;
        let recount = directory.recount(&parsed).await;
        let recount = recount.with_problem(format!("{slug} can't be counted"))?;
        let Some(recount) = recount else {
            println!("{slug}: there is no such workspace");
            continue;
        };
        println!(
            "{slug}: {} clients, {} engagements, {} findings, {} totals that differ",
            recount.clients,
            recount.engagements,
            recount.findings,
            recount.count_drifts.len() + recount.limit_drifts.len()
        );
        for drift in &recount.count_drifts {
            println!("  {drift:?}");
        }
        for one in &recount.limit_drifts {
            println!("  {one:?}");
        }
        drifts += recount.count_drifts.len() + recount.limit_drifts.len();
    }
    table.stop().await;
    match drifts {
        0 => Ok(()),
        n => Err(Problem::new(format!(
            "{n} totals are not what was counted."
        ))),
    }
}
