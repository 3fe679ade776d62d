//! What the outbox gave up: shown, and tried again.

use domain::id::EntryId;
use store::{AuditContext, DeadLetter, Device, Directory};
use web::Clock;

use crate::data::Data;
use crate::problem::{Problem, ProblemContext as _};
use crate::provision;
use crate::settings::Settings;
use crate::table::Embedded;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeadLetterCommand {
    /// A page of the list, the last first; where one ended, what follows it.
    List(Option<String>),
    /// One of them, or all, put back into the outbox.
    Retry(Option<String>),
}

/// Looks at what was given up in the data folder, whoever's it is, or puts it back:
/// the server sends it when it runs again. It must not run on the same folder now.
pub async fn dead_letters(wanted: DeadLetterCommand) -> Result<(), Problem> {
    let settings = Settings::from_env()?;
    let now = Clock::system().now();
    let data = Data::take(&settings.data, false, now).await?;
    let table = Embedded::file(&data.path("table.sqlite")).await?;
    let trace = AuditContext::new(EntryId::new(0, 0), now, Device::default());
    let directory = Directory::new(provision::table(&table.url), trace);
    let cannot = "What was given up can't be read";
    match wanted {
        DeadLetterCommand::List(after) => {
            let page = directory
                .list_dead_letters(after.as_deref())
                .await
                .with_problem(cannot)?;
            for dead in &page.rows {
                println!("{}", line(dead));
            }
            match page.next {
                Some(next) => println!("More: dead-letters list {next}"),
                None if page.rows.is_empty() => println!("Nothing was given up."),
                None => {}
            }
        }
        DeadLetterCommand::Retry(Some(name)) => {
            if !directory
                .restore_dead_letter(&name, now)
                .await
                .with_problem(cannot)?
            {
                return Err(Problem::new(format!("There is no {name}.")));
            }
            println!("{name} is tried again.");
        }
        DeadLetterCommand::Retry(None) => {
            let revived = directory
                .restore_dead_letters(now)
                .await
                .with_problem(cannot)?;
            println!("{revived} are tried again.");
        }
    }
    table.stop().await;
    Ok(())
}

fn line(dead: &DeadLetter) -> String {
    let home = match dead.home {
        Some((ws, Some(client))) => format!("workspace {ws}, client {client}"),
        Some((ws, None)) => format!("workspace {ws}"),
        None => "nobody's".to_owned(),
    };
    let (effect, tries) = (&dead.effect, dead.tries);
    format!(
        "{}  {effect}, {home}, {tries} tries: {}",
        dead.name, dead.cause
    )
}
