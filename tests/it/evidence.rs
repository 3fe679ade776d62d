//! Pictures of findings: who sees which, in texts and by their addresses.

use domain::evidence::{Evidence, NewEvidence};
use domain::finding::FindingStatus;
use domain::id::{EntryId, EvidenceId};
use domain::role::{ContactRole, TeamRole};
use http::{StatusCode, header};
use scraper::{Html, Selector};
use store::sha256_hex;
use tests::{Browser, evidence};

use crate::documents::Scene;

/// The pictures that a page shows in its texts, by their addresses.
fn shown(body: &str) -> Vec<String> {
    let page = Html::parse_document(body);
    let images = Selector::parse(".prose img").expect("a selector");
    let src = |image: scraper::ElementRef<'_>| image.attr("src").expect("an address").to_owned();
    page.select(&images).map(src).collect()
}

/// Says something of the finding at `page`.
async fn said(
    browser: &mut Browser,
    page: &str,
    text: &str,
    internal: &str,
) -> (StatusCode, String) {
    // One form for each text.
    let of_text = sha256_hex(&format!("{page}{text}{internal}"));
    let bits = u128::from_str_radix(&of_text[..20], 16).expect("hexadecimal");
    let id = EntryId::new(1_767_603_600_000, bits).to_string();
    let fields = [("id", id.as_str()), ("text", text), ("internal", internal)];
    let answer = browser.post(&format!("{page}/comments"), &fields).await;
    (answer.status, answer.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn internal_evidence_is_not_found_by_the_client() {
    let mut scene = Scene::at(2_500).await;
    let (team, portal, id) = scene.finding(FindingStatus::Open);
    let evidence = scene.cast.acme.clients[0].evidence;
    let secret = scene.cast.acme.clients[0].secret.clone();
    let all: Vec<Evidence> = scene.evidence(id).await;
    assert_eq!(all.len(), 3);
    let ours = scene.team.get(&team).await.body;
    let theirs = scene.portal.get(&portal).await.body;
    for (evidence, seen) in [
        (evidence.proof, true),
        (evidence.secret, false),
        (evidence.gone, false),
    ] {
        let evidence = evidence.to_string();
        assert!(ours.contains(&evidence));
        assert_eq!(theirs.contains(&evidence), seen, "{evidence}");
        for last in ["", "/image", "/thumb"] {
            let path = format!("/evidence/{evidence}{last}");
            let got = scene.portal.get(&format!("{portal}{path}")).await;
            assert_eq!(got.status != StatusCode::NOT_FOUND, seen, "{path}");
            assert!(scene.team.get(&format!("{team}{path}")).await.status != StatusCode::NOT_FOUND);
        }
    }
    assert!(!theirs.contains(&secret), "{theirs}");
    // By the address of another finding, its own or another client's, it isn't there.
    let (_, other, _) = scene.finding(FindingStatus::Resolved);
    let path = format!("{other}/evidence/{}/image", evidence.proof);
    assert_eq!(scene.portal.get(&path).await.status, StatusCode::NOT_FOUND);
    let sibling = scene.cast.acme.clients[1].contact(ContactRole::Manager);
    let mut sibling = scene
        .world
        .signed_in(&scene.cast.acme.workspace, sibling)
        .await;
    let path = format!("{portal}/evidence/{}/image", evidence.proof);
    assert_eq!(sibling.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_of_a_draft_is_published_and_withdrawn_with_it() {
    let mut scene = Scene::at(2_600).await;
    let (team, portal, id) = scene.finding(FindingStatus::Draft);
    let client = &scene.cast.acme.clients[0];
    let new = NewEvidence {
        engagement: client.engagement,
        finding: id,
        caption: "In a draft".to_owned(),
        shared: true,
    };
    let member = scene.cast.acme.member(TeamRole::Owner);
    let shot = evidence(&scene.world, &client.store, member, new).await;
    let path = format!("{portal}/evidence/{shot}/image");
    assert_eq!(scene.portal.get(&path).await.status, StatusCode::NOT_FOUND);
    for (event, version, seen) in [("publish", "1", true), ("withdraw", "2", false)] {
        let moved = scene
            .team
            .post(
                &format!("{team}/{event}"),
                &[("note", "Why."), ("version", version)],
            )
            .await;
        assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.body);
        let got = scene.portal.get(&path).await;
        assert_eq!(got.status == StatusCode::SEE_OTHER, seen, "{event}");
        let page = scene.portal.get(&portal).await;
        assert_eq!(page.body.contains("In a draft"), seen, "{event}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn markdown_shows_evidence_of_its_finding_only() {
    let mut scene = Scene::at(2_700).await;
    let (team, portal, _) = scene.finding(FindingStatus::Open);
    let evidence = scene.cast.acme.clients[0].evidence;
    let (other_team, _, _) = scene.finding(FindingStatus::Resolved);
    let text = |id: EvidenceId| format!("Look: ![a <b>](evidence:{id})");
    // Both, by both; the retest's note as well.
    let (status, body) = said(&mut scene.portal, &portal, &text(evidence.proof), "").await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
    for (browser, base) in [(&mut scene.team, &team), (&mut scene.portal, &portal)] {
        let page = browser.get(base).await;
        let expected = format!("{base}/evidence/{}/image", evidence.proof);
        assert_eq!(shown(&page.body), [expected]);
    }
    // The team's own only where the client doesn't read along.
    let (status, body) = said(&mut scene.team, &team, &text(evidence.secret), "").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body.contains("only for the team") && body.contains(&evidence.secret.to_string()));
    let (status, body) = said(&mut scene.team, &team, &text(evidence.secret), "yes").await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
    assert_eq!(shown(&scene.team.get(&team).await.body).len(), 2);
    assert_eq!(shown(&scene.portal.get(&portal).await.body).len(), 1);
    // A contact who names what it can't see gets words, and so does a deleted one.
    for id in [evidence.secret, evidence.gone] {
        let (status, _) = said(&mut scene.portal, &portal, &format!("x{}", text(id)), "").await;
        assert_eq!(status, StatusCode::SEE_OTHER);
    }
    assert_eq!(shown(&scene.portal.get(&portal).await.body).len(), 1);
    // In another finding's text it is none of its pictures.
    let (status, _) = said(&mut scene.team, &other_team, &text(evidence.proof), "").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(shown(&scene.team.get(&other_team).await.body), [""; 0]);
    // The preview shows what the page will.
    let text = text(evidence.proof);
    let preview = [("text", text.as_str())];
    let html = scene
        .portal
        .post(&format!("{portal}/preview"), &preview)
        .await
        .body;
    assert!(html.contains("<img"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_changed_by_its_author_and_managers_only() {
    let mut scene = Scene::at(2_800).await;
    let (team, portal, id) = scene.finding(FindingStatus::Open);
    let evidence = scene.cast.acme.clients[0].evidence;
    // A colleague's, and as one who reads.
    let caption = format!("{portal}/evidence/{}/caption", evidence.proof);
    let fields = [("caption", "Mine now"), ("version", "1")];
    let refused = scene.portal.post(&caption, &fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let viewer = scene.cast.acme.clients[0].contact(ContactRole::Viewer);
    let mut viewer = scene
        .world
        .signed_in(&scene.cast.acme.workspace, viewer)
        .await;
    let page = viewer.get(&portal).await.body;
    assert!(
        page.contains(&evidence.proof.to_string()) && !page.contains("id=\"send\""),
        "{page}"
    );
    let said = [
        ("id", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        ("n", "0"),
        ("name", "a.png"),
        ("size", "4"),
    ];
    let refused = viewer.post_json(&format!("{portal}/evidence"), &said).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    // The team any; what was changed meanwhile isn't changed again.
    let caption = format!("{team}/evidence/{}/caption", evidence.proof);
    let odd = scene
        .team
        .post(&caption, &[("caption", &"x".repeat(201)), ("version", "1")])
        .await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", odd.body);
    let changed = scene
        .team
        .post(&caption, &[("caption", "Theirs"), ("version", "1")])
        .await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.body);
    let late = scene.team.post(&caption, &fields).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    let all = scene.evidence(id).await;
    assert!(all.iter().any(|one| one.caption == "Theirs"));
}

/// Pages with pictures may show what lies in the bucket, and no other may.
#[tokio::test(flavor = "multi_thread")]
async fn csp_allows_bucket_images_on_evidence_pages_only() {
    let mut scene = Scene::at(2_900).await;
    let (team, _, _) = scene.finding(FindingStatus::Open);
    let shot = scene.cast.acme.clients[0].evidence.proof;
    let origin = scene.world.app.services.files.origin().await.expect("one");
    let engagement = team
        .split("/findings")
        .next()
        .expect("an engagement")
        .to_owned();
    for (path, images, sends) in [
        (team.clone(), true, true),
        (format!("{team}/edit"), true, true),
        (format!("{team}/evidence/{shot}"), true, true),
        (format!("{engagement}/messages"), false, true),
        (format!("{}/documents", scene.base), false, true),
        (engagement, false, false),
        ("/".to_owned(), false, false),
    ] {
        let page = scene.team.get(&path).await;
        let csp = page.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .expect("text");
        let rule = |name: &str| {
            let rule = csp.split(';').find(|rule| rule.trim().starts_with(name));
            rule.expect("a rule").contains(&origin)
        };
        assert_eq!(
            (rule("img-src"), rule("connect-src")),
            (images, sends),
            "{path}: {csp}"
        );
        assert!(!rule("script-src") && !rule("style-src"), "{csp}");
    }
}
