//! What is decided about a finding besides that it is fixed; who fixes it and by
//! when; what people say of it; and what the history tells.

use domain::email::EmailAddress;
use domain::finding::FindingStatus;
use domain::id::FindingId;
use domain::role::{ContactRole, TeamRole};
use http::StatusCode;
use jiff::SignedDuration;
use tests::{Answer, Browser};

use crate::two_sides::TwoSides;

/// Both sides' addresses of a finding.
fn at(both: &TwoSides, id: FindingId) -> (String, String) {
    let (team, portal) = both.paths();
    (
        format!("{team}/findings/{id}"),
        format!("{portal}/findings/{id}"),
    )
}

async fn send(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = browser.post(path, fields).await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{path}: {}",
        answer.body
    );
    answer
}

fn days(both: &TwoSides, n: i64) {
    both.world.advance(SignedDuration::from_hours(24 * n));
}

#[tokio::test(flavor = "multi_thread")]
async fn accepted_risk_proposed_and_approved_warns_and_expires() {
    let both = TwoSides::new().await;
    let (mut team, mut portal) = (both.team.clone(), both.portal.clone());
    let (page, there) = at(&both, both.client().findings[&FindingStatus::Open]);
    let odd = [
        ("note", "Legacy."),
        ("until", "2026-01-05"),
        ("version", "2"),
    ];
    let refused = portal.post(&format!("{there}/propose-risk"), &odd).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Choose a day after today.") && refused.body.contains("Legacy."));
    let ask = [
        ("note", "Legacy."),
        ("until", "2026-03-31"),
        ("version", "2"),
    ];
    send(&mut portal, &format!("{there}/propose-risk"), &ask).await;
    let asked = team.get(&page).await.body;
    for part in [
        "proposes to accept the risk until 31 Mar 2026",
        "Approve",
        "Decline",
    ] {
        assert!(asked.contains(part), "{part}");
    }
    assert!(!portal.get(&there).await.body.contains("Approve"));
    both.later();
    send(&mut team, &format!("{page}/approve"), &[("version", "3")]).await;
    let carried = portal.get(&there).await.body;
    assert!(carried.contains("The risk is accepted until 31 Mar 2026."));
    assert!(
        carried.contains("as client-collaborator CANARY"),
        "who had proposed it"
    );
    let front = portal.get("/").await.body;
    assert!(front.contains("2 of 4 closed"), "{front}");

    let worker = async || worker::drain(&both.world.app).await.expect("swept");
    let decider = both.cast.acme.member(TeamRole::Member).email.clone();
    let asker = both
        .client()
        .contact(ContactRole::Collaborator)
        .email
        .clone();
    let warnings = async |person: &EmailAddress| {
        let letters = both.world.mail_to(person.as_str()).await;
        let text = letters.iter().map(ToString::to_string);
        text.filter(|text| text.contains("31 Mar 2026"))
            .collect::<Vec<_>>()
    };
    worker().await;
    days(&both, 70);
    worker().await;
    assert!(warnings(&decider).await.is_empty(), "too early");
    days(&both, 2);
    worker().await;
    // The mail gathers for a few minutes what else happens.
    both.world.advance(SignedDuration::from_mins(6));
    worker().await;
    for (person, link) in [(&decider, &page), (&asker, &there)] {
        let warning = warnings(person).await;
        assert_eq!(warning.len(), 1, "{person:?}");
        assert!(warning[0].contains(link.as_str()), "{}", warning[0]);
        assert!(
            !warning[0].contains("** says"),
            "what it is stays in the portal"
        );
    }
    let others = both.client().contact(ContactRole::Manager);
    assert!(warnings(&others.email).await.is_empty(), "whom it concerns");
    // Sessions don't last so long: people sign in again.
    let acme = &both.cast.acme;
    let mut team = both
        .world
        .signed_in(&acme.workspace, acme.member(TeamRole::Member))
        .await;
    let soon = team.get(&page).await.body;
    assert!(soon.contains("That is in 13 days"), "{soon}");
    days(&both, 14);
    worker().await;
    worker().await;
    let mut team = both
        .world
        .signed_in(&acme.workspace, acme.member(TeamRole::Member))
        .await;
    let over = team.get(&page).await.body;
    for part in [
        "Reopened",
        "opened it again: the risk was accepted until 31 Mar 2026",
    ] {
        assert!(over.contains(part), "{part}: {over}");
    }
    assert_eq!(over.matches("opened it again").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn accepted_risk_prolonged_or_reopened_does_not_expire_early() {
    let both = TwoSides::new().await;
    let (mut team, client) = (both.team.clone(), both.client());
    let (open, resolved) = (
        client.findings[&FindingStatus::Open],
        client.findings[&FindingStatus::Resolved],
    );
    let accept = async |team: &mut Browser, id, until, version| {
        let (page, _) = at(&both, id);
        let fields = [("note", "So."), ("until", until), ("version", version)];
        send(team, &format!("{page}/accept-risk"), &fields).await;
    };
    accept(&mut team, open, "2026-02-01", "2").await;
    accept(&mut team, open, "2026-12-31", "3").await;
    accept(&mut team, resolved, "2026-02-01", "3").await;
    let (page, _) = at(&both, resolved);
    let fields = [("note", "After all."), ("version", "4")];
    send(&mut team, &format!("{page}/reopen"), &fields).await;
    days(&both, 60);
    worker::drain(&both.world.app).await.expect("swept");
    let now = async |id| {
        let finding = client.store.get_finding(client.engagement, id).await;
        finding.expect("read").expect("there")
    };
    let prolonged = now(open).await;
    assert_eq!(
        (prolonged.status, prolonged.version),
        (FindingStatus::AcceptedRisk, 4)
    );
    assert_eq!(
        now(resolved).await.version,
        5,
        "reopened by a person, not again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn proposal_declined_needs_a_reason() {
    let both = TwoSides::new().await;
    let (mut team, mut portal) = (both.team.clone(), both.portal.clone());
    let (page, there) = at(&both, both.client().proposed);
    let silent = team
        .post(&format!("{page}/decline"), &[("version", "3")])
        .await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(silent.body.contains("Say why it is declined."));
    both.later();
    let fields = [("note", "Not this one."), ("version", "3")];
    send(&mut team, &format!("{page}/decline"), &fields).await;
    let told = portal.get(&there).await.body;
    assert!(told.contains("Not this one.") && told.contains("declined to accept the risk"));
    assert!(!told.contains("has yet to answer"));
    let late = team
        .post(&format!("{page}/approve"), &[("version", "4")])
        .await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_withdrawn_is_not_found_by_the_client() {
    let both = TwoSides::new().await;
    let (mut team, mut portal) = (both.team.clone(), both.portal.clone());
    let (page, there) = at(&both, both.client().findings[&FindingStatus::Open]);
    send(&mut team, &format!("{page}/withdraw"), &[("version", "2")]).await;
    assert_eq!(portal.get(&there).await.status, StatusCode::NOT_FOUND);
    assert!(portal.get("/").await.body.contains("1 of 3 closed"));
    send(&mut team, &format!("{page}/publish"), &[("version", "3")]).await;
    assert!(
        portal
            .get(&there)
            .await
            .body
            .contains("took it back to draft")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn internal_comments_and_edits_are_hidden_from_the_client() {
    let both = TwoSides::new().await;
    let (mut team, mut portal) = (both.team.clone(), both.portal.clone());
    let client = both.client();
    let (page, there) = at(&both, client.findings[&FindingStatus::Verified]);
    let comments = format!("{page}/comments");
    let ids = [both.new_id(), both.new_id(), both.new_id()];
    let internal = [
        ("id", ids[0].as_str()),
        ("text", "Between **us**."),
        ("internal", "yes"),
    ];
    send(&mut team, &comments, &internal).await;
    let shared = [("id", ids[1].as_str()), ("text", "For both.")];
    send(&mut team, &comments, &shared).await;
    // The same form twice is one comment.
    send(&mut team, &comments, &shared).await;
    let answer = [
        ("id", ids[2].as_str()),
        ("text", "Thanks."),
        ("internal", "yes"),
    ];
    send(&mut portal, &format!("{there}/comments"), &answer).await;
    let theirs = portal.get(&there).await.body;
    assert!(theirs.contains("For both.") && theirs.contains("Thanks."));
    assert!(!theirs.contains("Between") && !theirs.contains("Team only"));
    let ours = team.get(&page).await.body;
    for part in ["Between <strong>us</strong>.", "Thanks.", "Team only"] {
        assert!(ours.contains(part), "{part}");
    }
    assert_eq!(ours.matches("For both.").count(), 1);
    let empty = team
        .post(&comments, &[("id", &both.new_id()), ("text", " ")])
        .await;
    assert!(empty.body.contains("Write something first."));

    // The history says that the text was changed, and a page of its own how.
    assert!(ours.contains("changed description") && !theirs.contains("changed description"));
    let told = format!("{page}/history/{}", client.entry);
    let edit = team.get(&told).await;
    assert!(edit.body.contains("Once more: ") && edit.body.contains("says &lt;script&gt;"));
    let hidden = format!("{there}/history/{}", client.entry);
    assert_eq!(portal.get(&hidden).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn remediation_plan_is_limited_to_assignable_people() {
    let both = TwoSides::new().await;
    let (mut team, mut portal) = (both.team.clone(), both.portal.clone());
    let client = both.client();
    let (page, there) = at(&both, client.findings[&FindingStatus::Open]);
    let carl = client.contact(ContactRole::Collaborator);
    let fields = [
        ("assignee", &*carl.id.to_string()),
        ("due", "2025-12-31"),
        ("tags", "PCI, web"),
        ("version", "2"),
    ];
    send(&mut team, &format!("{page}/plan"), &fields).await;
    let seen = portal.get(&there).await.body;
    for part in [
        "Overdue since 31 Dec 2025",
        ">pci<",
        "changed assignee, due date, tags",
    ] {
        assert!(seen.contains(part), "{part}: {seen}");
    }
    // A contact assigns among its own people, and changes nothing else.
    let manager = client.contact(ContactRole::Manager).id.to_string();
    send(
        &mut portal,
        &format!("{there}/plan"),
        &[("assignee", &manager), ("version", "3")],
    )
    .await;
    let dated = [
        ("assignee", &*manager),
        ("due", "2027-01-01"),
        ("version", "4"),
    ];
    let answer = portal.post(&format!("{there}/plan"), &dated).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let sibling = both.cast.acme.clients[1].contacts[0].id.to_string();
    let foreign = both.cast.northwind.team[0].id.to_string();
    for (browser, path) in [(&mut team, &page), (&mut portal, &there)] {
        for stranger in [&sibling, &foreign] {
            let fields = [("assignee", stranger.as_str()), ("version", "4")];
            let answer = browser.post(&format!("{path}/plan"), &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            assert!(answer.body.contains("Choose somebody from the list."));
        }
    }
    let stale = [("assignee", ""), ("version", "3")];
    let answer = team.post(&format!("{page}/plan"), &stale).await;
    assert!(
        answer
            .body
            .contains("Somebody else changed this finding meanwhile.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn due_policy_sets_the_date_of_findings_published_after_it() {
    let both = TwoSides::new().await;
    let acme = &both.cast.acme;
    let mut owner = both
        .world
        .signed_in(&acme.workspace, acme.member(TeamRole::Owner))
        .await;
    let name = acme.workspace.name.as_str();
    let policy = |high| {
        [
            ("name", name),
            ("time_zone", "Europe/Berlin"),
            ("due_high", high),
            ("version", "1"),
        ]
    };
    let wrong = owner.post("/settings", &policy("soon")).await;
    assert!(
        wrong.body.contains("Use whole days from 1 to 3650."),
        "{}",
        wrong.body
    );
    send(&mut owner, "/settings", &policy("14")).await;
    let (page, there) = at(&both, both.client().findings[&FindingStatus::Draft]);
    send(&mut owner, &format!("{page}/publish"), &[("version", "1")]).await;
    let mut portal = both.portal.clone();
    assert!(portal.get(&there).await.body.contains("19 Jan 2026"));
    assert!(owner.get("/settings").await.body.contains("value=\"14\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn cvss_calculator_without_scripts_keeps_every_input() {
    let both = TwoSides::new().await;
    let mut team = both.team.clone();
    let (list, _) = both.paths();
    let id = both.new_id();
    let mut fields = vec![
        ("id", id.as_str()),
        ("title", "Half written"),
        ("calculate", "4.0"),
    ];
    let metrics = [
        ("cvss4.0-AV", "N"),
        ("cvss4.0-AC", "L"),
        ("cvss4.0-AT", "N"),
        ("cvss4.0-PR", "N"),
        ("cvss4.0-UI", "N"),
        ("cvss4.0-VC", "H"),
        ("cvss4.0-VI", "H"),
        ("cvss4.0-VA", "H"),
        ("cvss4.0-SC", "N"),
        ("cvss4.0-SI", "N"),
    ];
    fields.extend(metrics);
    let calculate = format!("{list}/findings/calculate");
    let incomplete = team.post(&calculate, &fields).await;
    assert!(
        incomplete
            .body
            .contains("Availability beyond it is missing")
    );
    fields.push(("cvss4.0-SA", "N"));
    let page = team.post(&calculate, &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
    let shown = page.body.replace("&#x2F;", "/");
    for part in ["Half written", vector, "9.3", "name=\"id\""] {
        assert!(shown.contains(part), "{part}");
    }
    // Saved without the button, the choices count where no vector is typed.
    fields.retain(|(name, _)| *name != "calculate");
    let made = team.post(&format!("{list}/findings"), &fields).await;
    let draft = team.get(made.location()).await.body.replace("&#x2F;", "/");
    assert!(
        draft.contains(vector) && draft.contains("Critical"),
        "{draft}"
    );
}
