//! Invoices as files: the same for both sides, and only once they are sent.

use http::{StatusCode, header};

use crate::invoices::Scene;

#[tokio::test]
async fn invoice_pdf_is_the_same_for_both_sides() {
    let mut scene = Scene::new().await;
    let sent = scene.client().invoices.sent;
    let team = scene
        .team
        .get(&format!("{}/{sent}/pdf", scene.list()))
        .await;
    let portal = scene.portal.get(&format!("/invoices/{sent}/pdf")).await;
    for answer in [&team, &portal] {
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/pdf");
        let name = &answer.headers[header::CONTENT_DISPOSITION];
        let name = name.to_str().expect("ASCII");
        assert!(name.starts_with("attachment; filename=\"INV-"), "{name}");
        assert!(answer.body.starts_with("%PDF-"), "{}", answer.body);
    }
    assert_eq!(team.body, portal.body);
}

#[tokio::test]
async fn draft_invoice_has_no_pdf() {
    let mut scene = Scene::new().await;
    let (draft, sent) = (scene.client().invoices.draft, scene.client().invoices.sent);
    let at = |id| format!("{}/{id}", scene.list());
    let (draft, sent) = (at(draft), at(sent));
    assert!(
        scene
            .team
            .get(&sent)
            .await
            .body
            .contains(&format!("{sent}/pdf"))
    );
    assert!(!scene.team.get(&draft).await.body.contains("/pdf\""));
    let answer = scene.team.get(&format!("{draft}/pdf")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
