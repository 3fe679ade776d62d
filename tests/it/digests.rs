//! Mail of what happened: many changes in one, at the time that each person wishes, and
//! ended by one click.

use std::sync::Arc;

use domain::finding::FindingStatus;
use domain::person::Person;
use domain::preference::{Cadence, NotificationKind, NotificationPreferences};
use domain::role::ContactRole;
use http::StatusCode;
use jiff::SignedDuration;
use tests::{Answer, Browser, World};

use crate::fault_injection::{CrashPlan, End, worker_of};
use crate::notifications::{minutes_go_by, work};
use crate::two_sides::TwoSides;

#[tokio::test(flavor = "multi_thread")]
async fn ten_changes_in_five_minutes_send_one_digest() {
    let mut both = TwoSides::new().await;
    let to = both.client().contact(ContactRole::Manager).email.clone();
    work(&both.world).await;
    let before = both.world.mail_to(to.as_str()).await.len();
    for n in 0..10 {
        both.comment(true, FindingStatus::Open, &format!("Words {n}."), false)
            .await;
        both.world.advance(SignedDuration::from_secs(20));
        work(&both.world).await;
    }
    minutes_go_by(&both.world).await;
    let letters = both.world.mail_to(to.as_str()).await;
    assert_eq!(letters.len(), before + 1, "{letters:?}");
    let letter = letters.last().expect("one");
    let text = letter["BodyText"].as_str().expect("words");
    assert_eq!(text.matches("commented on").count(), 10, "{text}");
    assert!(
        letter["Subject"]
            .as_str()
            .expect("a subject")
            .starts_with("10 updates: ")
    );
    // What comes after it is another mail.
    both.comment(true, FindingStatus::Open, "Later.", false)
        .await;
    minutes_go_by(&both.world).await;
    let letters = both.world.mail_to(to.as_str()).await;
    assert_eq!(letters.len(), before + 2);
    let subject = letters.last().expect("one")["Subject"]
        .as_str()
        .expect("a subject");
    assert!(subject.contains("commented on"), "{subject}");
}

#[tokio::test(flavor = "multi_thread")]
async fn digest_follows_each_persons_cadence_and_time_zone() {
    let mut both = TwoSides::new().await;
    let contacts = both.client().contacts.clone();
    let wishes = [
        // It is six in the evening in Tokyo.
        (&contacts[0], "daily", "Asia/Tokyo"),
        (&contacts[2], "weekly", ""),
    ];
    let home = both.cast.acme.workspace.clone();
    for (person, cadence, zone) in wishes {
        let mut browser = both.world.signed_in(&home, person).await;
        let fields = [("commented", cadence), ("time_zone", zone)];
        let saved = browser.post("/account/notifications", &fields).await;
        assert_eq!(saved.location(), "/account/notifications", "{}", saved.body);
        let wrong = [("commented", "sometimes"), ("time_zone", "Nowhere")];
        let refused = browser.post("/account/notifications", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("Nowhere"), "nothing typed is lost");
    }
    both.comment(true, FindingStatus::Open, "Words.", false)
        .await;
    minutes_go_by(&both.world).await;
    let count = async |world: &World, person: &Person| {
        let letters = world.mail_to(person.email.as_str()).await;
        let about = letters
            .iter()
            .filter(|letter| letter["BodyText"].to_string().contains("commented"));
        about.count()
    };
    for (person, ..) in wishes {
        assert_eq!(count(&both.world, person).await, 0, "not yet");
    }
    // Past midnight: eight in Tokyo is 23:00 UTC.
    both.world.advance(SignedDuration::from_hours(15));
    work(&both.world).await;
    assert_eq!(
        count(&both.world, &contacts[0]).await,
        1,
        "in the morning there"
    );
    assert_eq!(count(&both.world, &contacts[2]).await, 0);
    // The world begins on a Monday, after eight.
    both.world.advance(SignedDuration::from_hours(24 * 7));
    work(&both.world).await;
    assert_eq!(count(&both.world, &contacts[2]).await, 1, "on Monday");
    assert_eq!(
        count(&both.world, &contacts[0]).await,
        1,
        "and nothing twice"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unsubscribe_link_ends_mail_for_its_person_only_without_sign_in() {
    let mut both = TwoSides::new().await;
    let letters = Arc::default();
    let app = worker_of(&both.world, &CrashPlan::new(End::Never, &letters));
    both.comment(true, FindingStatus::Open, "Words.", false)
        .await;
    worker::drain(&app).await.expect("swept");
    both.world.advance(SignedDuration::from_mins(6));
    worker::drain(&app).await.expect("swept");
    let manager = both.client().contact(ContactRole::Manager).clone();
    let letter = {
        let letters = letters.lock().expect("letters");
        let theirs = letters
            .iter()
            .filter(|letter| letter.contains("List-Unsubscribe:"))
            .find(|letter| letter.contains(manager.email.as_str()));
        theirs
            .expect("a mail")
            .replace("\r\n ", " ")
            .replace("\r\n\t", " ")
    };
    assert!(
        letter.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
        "{letter}"
    );
    assert!(letter.contains("multipart/alternative"));
    let (_, rest) = letter.split_once("List-Unsubscribe:").expect("a header");
    let (_, rest) = rest.split_once('<').expect("an address");
    let link = rest.split('>').next().expect("an address");
    let home = both
        .world
        .app
        .config
        .workspace_url(&both.cast.acme.workspace.slug);
    let path = link
        .strip_prefix(&home)
        .expect("at the workspace")
        .to_owned();

    // Looking changes nothing; anybody else's link, and a changed one, is nothing.
    let mut stranger = both.world.browser("acme");
    assert!(stranger.get(&path).await.is_good());
    let store = &both.client().store;
    let now = async || {
        store
            .get_person(manager.id)
            .await
            .expect("read")
            .expect("there")
            .notification_preferences
    };
    assert_eq!(now().await, NotificationPreferences::default());
    let other = both.client().contact(ContactRole::Viewer).id.to_string();
    let forged = path.replace(&manager.id.to_string(), &other);
    for (slug, path) in [("acme", &forged), ("northwind", &path)] {
        let mut browser = both.world.browser(slug);
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND);
        let got = one_click(&mut browser, path).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(now().await, NotificationPreferences::default());
    // A mail program asks: no cookie, no origin, no token of a form.
    for _ in 0..2 {
        let mut program = both.world.browser("acme");
        let got = one_click(&mut program, &path).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.body);
    }
    let silent = now().await;
    for about in NotificationKind::all() {
        assert_eq!(silent.cadence(about.kind, manager.role), Cadence::Off);
    }
    let sent = letters.lock().expect("letters").len();
    both.comment(true, FindingStatus::Open, "More.", false)
        .await;
    worker::drain(&app).await.expect("swept");
    both.world.advance(SignedDuration::from_mins(6));
    worker::drain(&app).await.expect("swept");
    let letters = letters.lock().expect("letters");
    let later: Vec<_> = letters[sent..].iter().collect();
    assert!(!later.is_empty(), "others get theirs");
    assert!(
        later
            .iter()
            .all(|letter| !letter.contains(manager.email.as_str()))
    );
}

async fn one_click(browser: &mut Browser, path: &str) -> Answer {
    let request = browser
        .request("POST", path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from("List-Unsubscribe=One-Click"));
    let mut request = request.expect("a request");
    for name in ["origin", "sec-fetch-site", "cookie"] {
        request.headers_mut().remove(name);
    }
    browser.send(request).await
}
