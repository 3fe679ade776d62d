//! Severities: they follow their vectors, and what a change of one brings about.

use domain::finding::FindingStatus;
use domain::role::ContactRole;
use http::StatusCode;

use crate::notifications::work;
use crate::two_sides::TwoSides;

const MEDIUM: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N";

#[tokio::test(flavor = "multi_thread")]
async fn severity_from_vector_follows_another_vector_without_a_reason() {
    let mut both = TwoSides::new().await;
    let (team, _) = both.paths();
    let id = both.new_id();
    let fields = [
        ("id", id.as_str()),
        ("title", "Verbose errors"),
        ("severity", ""),
        ("vector", "(av:n/ac:l/pr:n/ui:n/s:u/c:l/i:n/a:n)"),
        (
            "description",
            "\u{1b}[31mred\u{1b}[0m\u{0}\u{b}next\u{c}page",
        ),
    ];
    let made = both.team.post(&format!("{team}/findings"), &fields).await;
    let page = made.location().to_owned();
    let list = format!("{team}/findings/");
    assert!(page.starts_with(&list), "{}", made.body);
    let form = both.team.get(&format!("{page}/edit")).await.body;
    assert!(form.contains(MEDIUM), "the spelling of the specification");
    assert!(form.contains("red\nnext\npage"), "without what nobody sees");
    assert!(
        form.contains("<option value=\"\" selected>From the CVSS vector"),
        "it is remembered"
    );
    let fields = [
        ("version", "1"),
        ("title", "Verbose errors"),
        ("severity", ""),
        ("vector", "AV:N/AC:L/Au:N/C:C/I:C/A:C/E:POC"),
    ];
    let edited = both.team.post(&format!("{page}/edit"), &fields).await;
    assert_eq!(edited.location(), page, "{}", edited.body);
    let body = both.team.get(&page).await.body;
    assert!(body.contains("High") && body.contains("9.0"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn severity_changed_after_publishing_moves_due_date_and_reaches_client() {
    let mut both = TwoSides::new().await;
    let (team, portal) = both.paths();
    let open = both.client().findings[&FindingStatus::Open];
    let (page, there) = (
        format!("{team}/findings/{open}"),
        format!("{portal}/findings/{open}"),
    );
    let before = both.portal.get(&there).await.body;
    let fields = [
        ("version", "2"),
        ("title", "Stored XSS"),
        ("severity", "critical"),
        ("description", "Words that are the team's to compare."),
    ];
    let edited = both.team.post(&format!("{page}/edit"), &fields).await;
    assert_eq!(edited.location(), page, "{}", edited.body);
    let seen = both.team.get(&page).await.body;
    assert!(
        seen.contains("Its due date moved with its severity"),
        "{seen}"
    );
    assert!(seen.contains("changed severity, CVSS vector, due date"));
    assert!(seen.contains("changed title"), "the team sees the rest");
    let told = both.portal.get(&there).await.body;
    assert!(!before.contains("changed severity"));
    assert!(
        told.contains("changed severity, CVSS vector, due date"),
        "{told}"
    );
    assert!(
        !told.contains("changed title"),
        "the text is no event for the client"
    );
    work(&both.world).await;
    let acme = &both.cast.acme;
    let contact = acme.clients[0].contact(ContactRole::Manager);
    let mut manager = both.world.signed_in(&acme.workspace, contact).await;
    let inbox = manager.get("/notifications").await;
    assert_eq!(inbox.status, StatusCode::OK);
    assert!(
        inbox.body.contains("changed the severity of"),
        "{}",
        inbox.body
    );
}
