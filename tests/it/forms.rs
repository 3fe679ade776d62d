//! Forms that are sent twice, sent again with something else, or wrong.

use domain::finding::FindingStatus;
use http::StatusCode;

use crate::two_sides::TwoSides;

#[tokio::test(flavor = "multi_thread")]
async fn form_sent_twice_applies_once() {
    let mut both = TwoSides::new().await;
    let (team, portal) = both.paths();
    let before = both.world.dump().await.len();
    let id = both.new_id();
    let fields = [("id", id.as_str()), ("title", "Twice"), ("severity", "low")];
    let path = format!("{team}/findings");
    let finding = both.made_by_team(&path, &id).await;
    for _ in 0..3 {
        let made = both.team.post(&path, &fields).await;
        assert_eq!(made.location(), format!("{path}/{finding}"));
    }
    assert_eq!(
        both.world.dump().await.len(),
        before + 4,
        "a row, a text, an entry, a record"
    );
    let open = both.client().findings[&FindingStatus::Open];
    let resolve = format!("{portal}/findings/{open}/resolve");
    for _ in 0..3 {
        let answer = both
            .portal
            .post(&resolve, &[("version", "2"), ("note", "Done.")])
            .await;
        assert_eq!(answer.location(), format!("{portal}/findings/{open}"));
    }
    let page = both
        .portal
        .get(&format!("{portal}/findings/{open}"))
        .await
        .body;
    assert_eq!(page.matches("marked it as resolved").count(), 1);
    for (path, fields) in [
        ("/clients".to_owned(), vec![("name", "Twice Ltd")]),
        (
            format!("/clients/{}/engagements", both.client().id),
            vec![("title", "Twice"), ("kind", "api"), ("phase", "planned")],
        ),
    ] {
        let id = both.new_id();
        let fields = [fields, vec![("id", id.as_str())]].concat();
        let first = both.team.post(&path, &fields).await;
        let count = both.world.dump().await.len();
        let second = both.team.post(&path, &fields).await;
        assert_eq!(first.location(), second.location());
        assert_eq!(both.world.dump().await.len(), count, "{path}");
    }
}

/// Going back to a form that was sent, and sending something else with it.
#[tokio::test(flavor = "multi_thread")]
async fn form_saved_before_with_other_input_says_so_and_can_be_resent() {
    let mut both = TwoSides::new().await;
    let (team, _) = both.paths();
    let base = format!("/clients/{}", both.client().id);
    for (path, first, other) in [
        (
            "/clients".to_owned(),
            vec![("name", "First")],
            vec![("name", "Other")],
        ),
        (
            format!("{base}/engagements"),
            vec![("title", "First"), ("kind", "api"), ("phase", "planned")],
            vec![("title", "Other"), ("kind", "api"), ("phase", "planned")],
        ),
        (
            format!("{team}/findings"),
            vec![("title", "First"), ("severity", "low")],
            vec![("title", "Other"), ("severity", "low")],
        ),
        (
            format!("{base}/invites"),
            vec![
                ("name", "F"),
                ("email", "first@x.example"),
                ("role", "viewer"),
            ],
            vec![
                ("name", "O"),
                ("email", "other@x.example"),
                ("role", "viewer"),
            ],
        ),
    ] {
        let id = both.new_id();
        let with = |fields: &[(&'static str, &'static str)], id: &str| {
            let mut fields: Vec<(&str, String)> = fields
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect();
            fields.push(("id", id.to_owned()));
            fields
        };
        let mut send = async |fields: Vec<(&str, String)>| {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            both.team.post(&path, &fields).await
        };
        assert!(send(with(&first, &id)).await.is_good(), "{path}");
        let answer = send(with(&other, &id)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(
            answer.body.contains("saved before"),
            "{path}: {}",
            answer.body
        );
        assert!(
            !answer.body.contains(&format!("value=\"{id}\"")),
            "{path}: a new id"
        );
        let fresh = answer.body.split("name=\"id\" value=\"").nth(1);
        let fresh = fresh
            .and_then(|rest| rest.get(..26))
            .expect("an id")
            .to_owned();
        assert!(send(with(&other, &fresh)).await.is_good(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_form_names_its_fields_and_keeps_its_input() {
    let mut both = TwoSides::new().await;
    let (team, _) = both.paths();
    let id = both.new_id();
    let fields = [
        ("id", id.as_str()),
        ("title", ""),
        ("severity", "awful"),
        ("vector", "CVSS:3.1/AV:N"),
        ("cwe", "many"),
        ("description", "kept <b>text</b>"),
    ];
    let answer = both.team.post(&format!("{team}/findings"), &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "id=\"title-error\"",
        "id=\"severity-error\"",
        "id=\"vector-error\"",
        "id=\"cwe-error\"",
        "kept &lt;b&gt;text&lt;",
        "is missing",
    ] {
        assert!(answer.body.contains(part), "{part}: {}", answer.body);
    }
    let score = both.team.get("/score?vector=CVSS%3A3.1%2FAV%3AN%2FAC%3AL%2FPR%3AN%2FUI%3AN%2FS%3AU%2FC%3AH%2FI%3AH%2FA%3AH").await;
    assert_eq!(score.body, r#"{"score":"9.8","severity":"critical"}"#);
    let preview = both
        .team
        .post(
            "/preview",
            &[("text", "**b** <img src=x onerror=alert(1)>")],
        )
        .await;
    assert!(preview.body.contains("<strong>b</strong>") && !preview.body.contains("<img"));
}
