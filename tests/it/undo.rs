//! What a person took back, for as long as nobody has built on it.

use domain::finding::FindingStatus;
use http::StatusCode;

use crate::two_sides::TwoSides;

#[tokio::test(flavor = "multi_thread")]
async fn resolution_is_undone_until_a_retest() {
    let mut both = TwoSides::new().await;
    let (team, portal) = both.finding_paths(FindingStatus::Open);
    let version = |version: &'static str| [("version", version)];
    let resolve = format!("{portal}/resolve");
    let undo = format!("{portal}/unresolve");
    let early = both.portal.post(&undo, &version("2")).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        both.portal.post(&resolve, &version("2")).await.location(),
        portal
    );
    let page = both.portal.get(&portal).await;
    assert!(
        page.body.contains("Undo “Mark as resolved”"),
        "{}",
        page.body
    );
    assert_eq!(
        both.portal.post(&undo, &version("3")).await.location(),
        portal
    );
    let page = both.portal.get(&portal).await;
    assert!(page.body.contains("took back that it is resolved"));
    assert!(page.body.contains("state-in_progress"));

    assert_eq!(
        both.portal.post(&resolve, &version("4")).await.location(),
        portal
    );
    let retest = format!("{team}/fixed");
    assert_eq!(
        both.team.post(&retest, &version("5")).await.location(),
        team
    );
    let late = both.portal.post(&undo, &version("6")).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn proposal_is_withdrawn_until_its_answer() {
    let mut both = TwoSides::new().await;
    let (team, portal) = both.finding_paths(FindingStatus::Open);
    let propose = format!("{portal}/propose-false-positive");
    let fields = [("version", "2"), ("note", "It is a test system.")];
    assert_eq!(both.portal.post(&propose, &fields).await.location(), portal);
    let withdraw = format!("{portal}/withdraw-proposal");
    let done = both.portal.post(&withdraw, &[("version", "3")]).await;
    assert_eq!(done.location(), portal, "{}", done.body);
    let page = both.portal.get(&portal).await;
    assert!(page.body.contains("withdrew the proposal"));
    assert!(!page.body.contains("Withdraw proposal"));
    let answer = both
        .team
        .post(&format!("{team}/approve"), &[("version", "4")])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let again = both.portal.post(&withdraw, &[("version", "4")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
}
