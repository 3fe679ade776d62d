//! Forms that were refused before their handler: what was typed is on the page, and is sent
//! again by one press.

use domain::role::{ContactRole, TeamRole};
use http::StatusCode;
use jiff::SignedDuration;
use scraper::{Html, Selector};
use tests::{Answer, Browser};

use crate::two_sides::TwoSides;

const PASSWORD: &str = "quiet lantern orbit 42";
const TEXT: &str = "Half an hour of work.\nAnd a second line: <b>ü</b>";

/// The form of a page that is sent to `action`, with its hidden fields.
fn form_of(answer: &Answer, action: &str) -> Vec<(String, String)> {
    let page = Html::parse_document(&answer.body);
    let hidden = format!("form[action=\"{action}\"] input[type=hidden][name]");
    let hidden = Selector::parse(&hidden).expect("a selector");
    let pair = |input: scraper::ElementRef<'_>| {
        let value = |name| input.value().attr(name).unwrap_or_default().to_owned();
        (value("name"), value("value"))
    };
    let fields: Vec<_> = page.select(&hidden).map(pair).collect();
    assert!(!fields.is_empty(), "no form for {action}: {}", answer.body);
    fields
}

async fn send(
    browser: &mut Browser,
    action: &str,
    fields: &[(String, String)],
    typed: &[(&str, &str)],
) -> Answer {
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .extend_pairs(typed)
        .finish();
    browser.post_text(action, form).await
}

async fn set_password(both: &TwoSides) -> String {
    let contact = both.client().contact(ContactRole::Collaborator);
    let identity = &both.world.app.services.identity;
    let set = identity.set_password(contact.id, PASSWORD);
    set.await.expect("set");
    contact.email.as_str().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn message_of_an_ended_session_is_sent_by_one_press_after_signing_in() {
    let mut both = TwoSides::new().await;
    let (_, portal) = both.paths();
    let (thread, email) = (format!("{portal}/messages"), set_password(&both).await);
    let id = both.new_id();
    both.world.advance(SignedDuration::from_hours(3));
    let typed = [("id", id.as_str()), ("text", TEXT)];
    let refused = both.portal.post(&thread, &typed).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(
        refused.body.contains("Half an hour of work."),
        "{}",
        refused.body
    );
    assert!(!refused.body.contains("<b>"), "escaped");

    let fields = form_of(&refused, "/sign-in");
    let wrong = [("email", email.as_str()), ("password", "not this one")];
    let again = send(&mut both.portal, "/sign-in", &fields, &wrong).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = form_of(&again, "/sign-in");
    let right = [("email", email.as_str()), ("password", PASSWORD)];
    let signed_in = send(&mut both.portal, "/sign-in", &fields, &right).await;
    assert_eq!(signed_in.status, StatusCode::OK);
    let fields = form_of(&signed_in, &thread);
    for _ in 0..2 {
        // Twice, as by a double click: the message is there once.
        let sent = send(&mut both.portal, &thread, &fields, &[]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    }
    let page = both.portal.get(&thread).await;
    assert_eq!(page.body.matches("Half an hour of work.").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn form_with_an_old_token_is_offered_to_be_sent_again() {
    let mut both = TwoSides::new().await;
    let (_, portal) = both.paths();
    let (thread, id) = (format!("{portal}/messages"), both.new_id());
    let old = [("csrf", "of-another-session"), ("id", &id), ("text", TEXT)];
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(old)
        .finish();
    let refused = both.portal.post_text(&thread, form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let fields = form_of(&refused, &thread);
    let sent = send(&mut both.portal, &thread, &fields, &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let page = both.portal.get(&thread).await;
    assert!(page.body.contains("Half an hour of work."));
}

#[tokio::test(flavor = "multi_thread")]
async fn form_of_another_site_is_never_offered() {
    let mut both = TwoSides::new().await;
    let (_, portal) = both.paths();
    let request = both
        .portal
        .request("POST", &format!("{portal}/messages"))
        .header("content-type", "application/x-www-form-urlencoded");
    let body = axum::body::Body::from("text=Evil&id=01J");
    let mut request = request.body(body).expect("a request");
    let headers = request.headers_mut();
    headers.insert("origin", "https://evil.example".parse().expect("a value"));
    headers.insert("sec-fetch-site", "cross-site".parse().expect("a value"));
    let refused = both.portal.send(request).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.body.contains("Evil"), "{}", refused.body);
    assert!(!refused.body.contains("<form"), "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn message_beyond_the_rate_limit_is_kept_and_taken_later() {
    let mut both = TwoSides::new().await;
    let (_, portal) = both.paths();
    let thread = format!("{portal}/messages");
    let refused = loop {
        let id = both.new_id();
        let fields = [("id", id.as_str()), ("text", TEXT)];
        let answer = both.portal.post(&thread, &fields).await;
        if answer.status != StatusCode::SEE_OTHER {
            break answer;
        }
    };
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.body.contains("And a second line"));
    let fields = form_of(&refused, &thread);
    both.world.advance(SignedDuration::from_mins(61));
    let sent = send(&mut both.portal, &thread, &fields, &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn protected_action_goes_on_after_the_password() {
    let both = TwoSides::new().await;
    let acme = &both.cast.acme;
    let owner = acme.member(TeamRole::Owner);
    let identity = &both.world.app.services.identity;
    identity
        .set_password(owner.id, PASSWORD)
        .await
        .expect("set");
    let mut browser = both.world.signed_in(&acme.workspace, owner).await;
    both.world.advance(SignedDuration::from_mins(30));
    let refused = browser.post("/settings/security", &[("mfa", "team")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("Nothing was changed yet"));
    let fields = form_of(&refused, "/confirm");
    let confirmed = send(&mut browser, "/confirm", &fields, &[("password", PASSWORD)]).await;
    assert_eq!(confirmed.status, StatusCode::OK);
    assert!(confirmed.body.contains("Nothing was changed yet"));
    let fields = form_of(&confirmed, "/settings/security");
    let done = send(&mut browser, "/settings/security", &fields, &[]).await;
    assert_eq!(done.location(), "/settings", "{}", done.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_password_form_is_never_shown_again() {
    let mut both = TwoSides::new().await;
    let fields = [
        ("csrf", "old"),
        ("current", "secret one"),
        ("password", "secret two"),
    ];
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let refused = both.portal.post_text("/account/password", form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.body.contains("secret"), "{}", refused.body);
}
