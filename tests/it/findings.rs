//! The main job through the pages: written, published, resolved, verified; and
//! what happens when two act at once.

use domain::finding::{FindingStatus, RetestOutcome, Transition, apply_transition};
use domain::role::TeamRole;
use http::StatusCode;
use tests::Browser;

use crate::two_sides::TwoSides;

/// The address that a page asks whether it has changed.
fn pulse(page: &str) -> String {
    let pulse = page
        .split("data-pulse=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    pulse
        .expect("a pulse")
        .replace("&amp;", "&")
        .replace("&#x2F;", "/")
}

#[tokio::test(flavor = "multi_thread")]
async fn draft_finding_is_hidden_from_the_client_until_published() {
    let mut both = TwoSides::new().await;
    let (team, portal) = both.paths();
    let id = both.new_id();
    let fields = [
        ("id", id.as_str()),
        ("title", "Stored XSS in comments"),
        ("severity", ""),
        ("vector", "CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N"),
        ("cwe", "CWE-79"),
        ("assets", "app.example.com\napi.example.com"),
        ("description", "See `<script>`"),
        ("recommendation", "Escape it."),
    ];
    let path = format!("{team}/findings");
    let made = both.team.post(&path, &fields).await;
    let id = both.made_by_team(&path, &id).await;
    let page = format!("{path}/{id}");
    assert_eq!(made.location(), page, "{}", made.body);
    let draft = both.team.get(&page).await.body;
    for part in [
        "Only your team sees this",
        "5.4",
        "CWE-79",
        "Medium",
        "&lt;script&gt;",
        "Publish",
    ] {
        assert!(draft.contains(part), "{part}");
    }
    let there = format!("{portal}/findings/{id}");
    assert_eq!(both.portal.get(&there).await.status, StatusCode::NOT_FOUND);
    let pulse = pulse(&both.portal.get(&portal).await.body);
    assert_eq!(
        both.portal.get(&pulse).await.status,
        StatusCode::NO_CONTENT,
        "a draft is silent"
    );

    both.later();
    let published = both
        .team
        .post(&format!("{page}/publish"), &[("version", "1")])
        .await;
    assert_eq!(published.location(), page);
    assert!(both.portal.get(&there).await.body.contains("Stored XSS"));
    assert_eq!(
        both.portal.get(&pulse).await.status,
        StatusCode::OK,
        "the pulse tells of it"
    );
}

/// Sends a move, which must be accepted.
async fn go(browser: &mut Browser, page: &str, event: &str, version: &str, note: &str) {
    let fields = [("version", version), ("note", note)];
    let moved = browser.post(&format!("{page}/{event}"), &fields).await;
    assert_eq!(moved.location(), page, "{event}: {}", moved.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_resolved_reopened_and_resolved_again_is_verified() {
    let mut both = TwoSides::new().await;
    let (team, portal) = both.paths();
    let open = both.client().findings[&FindingStatus::Open];
    let (page, there) = (
        format!("{team}/findings/{open}"),
        format!("{portal}/findings/{open}"),
    );
    both.later();
    go(
        &mut both.portal,
        &there,
        "resolve",
        "2",
        "Escaped in **all** places",
    )
    .await;
    let seen = both.team.get(&page).await.body;
    for part in [
        "Resolved",
        "<strong>all</strong>",
        "marked it as resolved",
        "Verify and close",
        "Not fixed",
    ] {
        assert!(seen.contains(part), "{part}");
    }
    let offered = both.portal.get(&there).await.body;
    assert!(!offered.contains("Verify and close") && !offered.contains("Not fixed"));
    // Without a reason it stays as it is.
    let fields = [("version", "3"), ("note", " ")];
    let refused = both.team.post(&format!("{page}/not-fixed"), &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Say what is still open."));
    both.later();
    go(
        &mut both.team,
        &page,
        "not-fixed",
        "3",
        "Still there in the preview.",
    )
    .await;
    let told = both.portal.get(&there).await.body;
    assert!(told.contains("Still there in the preview."));
    both.later();
    go(&mut both.portal, &there, "resolve", "4", "Now there too.").await;
    both.later();
    go(&mut both.team, &page, "fixed", "5", "").await;
    // Two of the four published ones are closed, on both sides and on all their pages.
    for path in [&team, "/"] {
        let body = both.team.get(path).await.body;
        assert!(body.contains("2 of 4 closed"), "{path}: {body}");
    }
    for path in [&portal, "/"] {
        let body = both.portal.get(path).await.body;
        assert!(
            body.contains("<b>50%</b>") && body.contains("2 of 4 closed"),
            "{path}: {body}"
        );
    }
    let history = both.portal.get(&there).await.body;
    let order = [
        "retested it, round 2: fixed",
        "retested it, round 1: not fixed",
        "published it",
    ];
    let places = order.map(|words| history.find(words).expect(words));
    assert!(places.is_sorted(), "newest first");
    assert!(
        !history.contains("wrote it"),
        "what happened to the draft is the team's"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_form_of_an_old_version_is_refused_and_keeps_its_input() {
    let mut both = TwoSides::new().await;
    let (team, portal) = both.paths();
    let open = both.client().findings[&FindingStatus::Open];
    let page = format!("{team}/findings/{open}");
    let fields = [
        ("version", "2"),
        ("title", "New title"),
        ("severity", "low"),
    ];
    assert_eq!(
        both.team
            .post(&format!("{page}/edit"), &fields)
            .await
            .location(),
        page
    );
    // The contact looked at version 2.
    let late = [("version", "2"), ("note", "All is fixed.")];
    let answer = both
        .portal
        .post(&format!("{portal}/findings/{open}/resolve"), &late)
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "Somebody else changed",
        "All is fixed.",
        "New title",
        "value=\"3\"",
    ] {
        assert!(answer.body.contains(part), "{part}");
    }
    let fields = [("version", "2"), ("title", "Mine"), ("severity", "high")];
    let answer = both.team.post(&format!("{page}/edit"), &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains("value=\"Mine\"") && answer.body.contains("Another person changed")
    );
    // A viewer may look and not touch, whatever is sent.
    let acme = &both.cast.acme;
    let mut viewer = both
        .world
        .signed_in(&acme.workspace, acme.member(TeamRole::Viewer))
        .await;
    let answer = viewer
        .post(&format!("{page}/resolve"), &[("version", "3")])
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn transitions_at_once_apply_one_and_keep_counts_exact() {
    let both = TwoSides::new().await;
    let client = both.client();
    let resolved = client.findings[&FindingStatus::Resolved];
    let finding = client.store.get_finding(client.engagement, resolved).await;
    let finding = finding.expect("the table").expect("there");
    let owner = both.cast.acme.member(TeamRole::Owner);
    let actor = domain::person::Actor {
        user: owner.id,
        name: owner.name.clone(),
        email: owner.email.clone(),
        role: owner.role,
        workspace: both.cast.acme.workspace.id,
        client: None,
    };
    let now = both.world.now();
    let home = &both.cast.acme.workspace;
    let change = |outcome| {
        let ask = Transition::Retest(outcome).with_note("So.");
        apply_transition(&finding, &actor, home, ask, now).expect("allowed")
    };
    let verify = change(RetestOutcome::Fixed);
    let reopen = change(RetestOutcome::NotFixed);
    let app = &both.world.app;
    let (one, two) = tokio::join!(
        client
            .store
            .apply_finding_change(client.engagement, &verify, app.new_id()),
        client
            .store
            .apply_finding_change(client.engagement, &reopen, app.new_id()),
    );
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let engagement = client.store.get_engagement(client.engagement).await;
    let counts = engagement.expect("the table").expect("there").counts;
    assert_eq!(counts.sum(|_, _| true), 5);
    assert_eq!(counts.in_status(FindingStatus::Resolved), 0);
    let won = if one.is_ok() {
        FindingStatus::Verified
    } else {
        FindingStatus::Reopened
    };
    let were = i64::from(won == FindingStatus::Verified);
    assert_eq!(counts.in_status(won), were + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pulse_tells_only_whether_something_changed() {
    let both = TwoSides::new().await;
    let (team, portal) = both.paths();
    let visits = [
        (both.team.clone(), "/".to_owned()),
        (both.team, team),
        (both.portal, portal),
    ];
    for (mut browser, path) in visits {
        let page = browser.get(&path).await.body;
        let pulse = pulse(&page);
        let still = browser.get(&pulse).await;
        assert_eq!(
            (still.status, still.body.as_str()),
            (StatusCode::NO_CONTENT, ""),
            "{pulse}"
        );
        let other = pulse.split('=').next().expect("a path");
        let changed = browser.get(&format!("{other}=0")).await;
        assert_eq!(changed.status, StatusCode::OK);
        assert!(!changed.body.contains("CANARY"), "{}", changed.body);
    }
}
