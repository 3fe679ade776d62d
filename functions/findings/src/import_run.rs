//! Importing a scan, last step: what was confirmed is done.

use domain::finding::{Draft, Event, Finding, create, transition};
use domain::history::{Entry, Happening};
use domain::import::{Comparison, Scan, Scanned, back};
use serde::Deserialize;
use store::{Import, Many};
use web::{Error, Ids, Inside, ProtectedForm, Reply, see_other};

use crate::import::around;
use crate::import_preview::{MAX_MOVES, Upload, again, drafts};
use crate::paths::{AtImport, InEngagement};

/// What is to be done with what is there already; each holds `yes` or nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Confirmed {
    resolve_gone: String,
    reopen_back: String,
}

pub(crate) async fn post(
    inside: Inside,
    Ids(path): Ids<AtImport>,
    form: ProtectedForm<Confirmed>,
) -> Result<Reply, Error> {
    let engagement = path.engagement;
    let (about, link, crumbs) = around(&inside, InEngagement { engagement }).await?;
    let mut upload = Upload::read(&inside, path, &about).await?;
    let new = upload.compared.fresh();
    if upload.is_done() {
        return Ok(see_other(&drafts(&link.href)));
    }
    let too_many = i64::try_from(new).unwrap_or(i64::MAX) > upload.room;
    let Some(scan) = upload.scan.take_if(|_| !too_many) else {
        return again(&inside, upload, None, link, crumbs);
    };
    // Moves first: the import counts as done once its drafts are made.
    moves(&inside, path, &upload.compared, &scan.scanner, &form.input).await?;
    match make(&inside, path, &upload.import, scan, &upload.compared).await {
        Err(Error::Changed) => {
            // The same confirmation, sent twice: the other one is at it, or done.
            let now = inside.store.import(engagement, path.import).await?;
            if now.is_none_or(|import| import.done == 0) {
                return Err(Error::Changed);
            }
        }
        result => result?,
    }
    Ok(match new {
        0 => see_other(&link.href).flash("rerun-imported"),
        _ => see_other(&drafts(&link.href)).flash(&format!("imported.{new}")),
    })
}

/// Reopens what is back and resolves what is gone, as far as that was confirmed.
/// Whatever somebody changed meanwhile is left alone.
async fn moves(
    inside: &Inside,
    path: AtImport,
    compared: &Comparison,
    scanner: &str,
    confirmed: &Confirmed,
) -> Result<(), Error> {
    let (app, workspace) = (&inside.ctx.app, &inside.ctx.workspace);
    let (now, day) = (inside.ctx.now, workspace.today(inside.ctx.now));
    let again = format!("{scanner} reports it again, by the scan imported on {day}.");
    let gone = format!("{scanner} no longer reports it, by the scan imported on {day}.");
    let backs = wished(&confirmed.reopen_back, &compared.back).iter();
    let backs = backs.filter_map(|finding| Some((finding, back(finding.status)?, &again)));
    let gones = wished(&confirmed.resolve_gone, &compared.gone).iter();
    let gones = gones.map(|finding| (finding, Event::Resolve, &gone));
    let many = backs.chain(gones).filter_map(|(finding, event, note)| {
        let ask = event.because(note);
        let change = transition(finding, &inside.actor, workspace, ask, now).ok()?;
        Some(Many {
            change,
            entry: app.new_id(),
            rated: None,
        })
    });
    let many: Vec<Many> = many.collect();
    for moved in inside.store.change_many(path.engagement, &many).await {
        match moved {
            Err(store::Error::Refused(_)) => {}
            result => result?,
        }
    }
    Ok(())
}

/// As many of them as are moved at once, where that was ticked.
fn wished<'a>(tick: &str, findings: &'a [Finding]) -> &'a [Finding] {
    let most = if tick == "yes" { MAX_MOVES } else { 0 };
    findings.get(..most).unwrap_or(findings)
}

/// Makes drafts of what the engagement lacks.
async fn make(
    inside: &Inside,
    path: AtImport,
    import: &Import,
    scan: Scan,
    compared: &Comparison,
) -> Result<(), Error> {
    let (actor, now, engagement) = (&inside.actor, inside.ctx.now, path.engagement);
    let how = Happening::Imported {
        scanner: scan.scanner,
    };
    let mut made: Vec<Option<(Finding, Draft)>> = Vec::with_capacity(scan.findings.len());
    for (Scanned { draft, fingerprint }, new) in scan.findings.into_iter().zip(&compared.new) {
        if !new {
            made.push(None);
            continue;
        }
        let id = fingerprint.finding(engagement);
        let change = create(id, &draft, actor, how.clone(), now).map_err(|_| Error::Forbidden)?;
        let finding = Finding {
            fingerprint: Some(fingerprint),
            ..change.finding
        };
        made.push(Some((finding, draft)));
    }
    let entry = Entry::new(actor, now, how, None);
    let run = inside.store.run_import(engagement, import, &made, &entry);
    Ok(run.await?)
}
