//! What SES would tell of a mail, told by hand.

use domain::email::EmailAddress;
use domain::id::EntryId;
use domain::slug::Slug;
use jiff::Timestamp;
use rand::rngs::SysRng;
use rand::{SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use store::{AuditContext, Device, Directory};
use web::Clock;
use worker::ReportOutcome;

use crate::data::Data;
use crate::problem::{Problem, ProblemContext as _};
use crate::provision;
use crate::settings::Settings;
use crate::table::Embedded;

/// Takes an event of SES, one of `events/` for example, as if it were about a mail that
/// the workspace at `slug` sent to `to` just now. The people whom it concerns are told
/// when the server runs again; it must not run on the same folder now.
pub async fn mail_event(event: &str, slug: &str, to: &str) -> Result<(), Problem> {
    let slug: Slug = slug.parse().with_problem(format!("{slug} is no address"))?;
    let to: EmailAddress = to
        .parse()
        .with_problem(format!("{to} is no mail address"))?;
    let mut event: Value = serde_json::from_str(event).with_problem("The event isn't JSON")?;
    let settings = Settings::from_env()?;
    let now = Clock::system().now();
    let data = Data::take(&settings.data, false, now).await?;
    let table = Embedded::file(&data.path("table.sqlite")).await?;
    let mut rng =
        StdRng::try_from_rng(&mut SysRng).with_problem("The system gives no random numbers")?;
    let ms = u64::try_from(now.as_millisecond()).unwrap_or_default();
    let mut new_id = || EntryId::new(ms, rand::RngExt::random(&mut rng));
    let trace = AuditContext::new(new_id(), now, Device::default());
    let directory = Directory::new(provision::table(&table.url), trace);
    let cannot = "The workspace can't be read";
    let workspace = directory.find_workspace(&slug).await.with_problem(cannot)?;
    let Some(workspace) = workspace else {
        return Err(Problem::new(format!("There is no workspace at {slug}.")));
    };
    address(&mut event, &workspace.id.to_string(), (&to, now));
    let came = worker::handle_report(&directory, new_id(), now, &event.to_string()).await;
    table.stop().await;
    println!(
        "{}",
        match came.with_problem("The event can't be taken")? {
            ReportOutcome::Stopped => "No mail goes to the address any more.",
            ReportOutcome::Nothing => "Nothing changes: it was known, or it stops no mail.",
        }
    );
    Ok(())
}

/// Has an event be about a mail of `workspace` to somebody, of now.
fn address(event: &mut Value, workspace: &str, (to, now): (&EmailAddress, Timestamp)) {
    let to = to.as_str();
    for (name, list) in [
        ("bounce", "bouncedRecipients"),
        ("complaint", "complainedRecipients"),
    ] {
        if let Some(details) = event.get_mut(name).and_then(Value::as_object_mut) {
            details.insert("timestamp".to_owned(), json!(now));
            details.insert(list.to_owned(), json!([{ "emailAddress": to }]));
        }
    }
    if let Some(mail) = event.get_mut("mail").and_then(Value::as_object_mut) {
        mail.insert("timestamp".to_owned(), json!(now));
        mail.insert("destination".to_owned(), json!([to]));
        if let Some(tags) = mail.get_mut("tags").and_then(Value::as_object_mut) {
            tags.insert("workspace".to_owned(), json!([workspace]));
        }
    }
}
