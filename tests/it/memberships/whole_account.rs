//! What is the account's at every client, and what was left behind.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn password_email_and_name_change_at_every_client() {
    let office = TwoFactorScene::new().await;
    let ana = added(&office).await;
    let [one, two] = [0, 1].map(|n| &office.cast.acme.clients[n]);
    let (mut here, mut there) = (
        office.with_password(ana).await,
        office.with_password(ana).await,
    );
    switch(&mut there, two).await;
    let wrong = here.post("/account/name", &[("name", "  ")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let named = here.post("/account/name", &[("name", "Ana <María>")]).await;
    assert_eq!(named.location(), "/account");
    assert!(
        here.get("/account")
            .await
            .body
            .contains("Ana &lt;María&gt;")
    );
    assert!(there.get("/").await.is_good(), "a name ends no session");
    for client in [one, two] {
        assert_eq!(row(client, ana).await.expect("there").name, "Ana <María>");
    }
    let log = owner(&office)
        .await
        .get("/settings/audit?kind=accounts")
        .await
        .body;
    assert!(
        log.contains("Changed their name") && log.contains("Ana &lt;María&gt;"),
        "{log}"
    );

    let change = EmailChange {
        from: ana.email.clone(),
        epoch: row(one, ana).await.expect("there").epoch,
        to: "moved@new.example".parse().expect("an address"),
    };
    let until = office.world.now() + SignedDuration::from_hours(1);
    let user = ana.id.to_string();
    let token = office.world.app.seal(EMAIL_CHANGE, &user, until, &change);
    let token = token.expect("sealed");
    let moved = here
        .post("/account/email/confirm", &[("token", &token)])
        .await;
    assert_eq!(moved.location(), "/account", "{}", moved.body);
    assert!(here.get("/").await.is_good() && !there.get("/").await.is_good());
    assert!(login(&office, &ana.email).await.is_none());
    for client in [one, two] {
        assert_eq!(row(client, ana).await.expect("there").email, change.to);
    }
    let moved = Person {
        email: change.to.clone(),
        ..ana.clone()
    };
    assert_eq!(switch(&mut here, two).await.location(), "/");
    let mut there = office.world.browser("acme");
    office.password(&mut there, &moved).await;

    // A forgotten password ends it everywhere, and opens both.
    there
        .post("/forgot", &[("email", "moved@new.example")])
        .await;
    let link = link(&office, "moved@new.example").await;
    let mut mailbox = office.world.browser("acme");
    mailbox.get(&link).await;
    mailbox.get("/reset").await;
    let new = "violet harbor crumb 91";
    let set = mailbox
        .post("/reset", &[("password", new), ("again", new)])
        .await;
    assert_eq!(set.location(), "/sign-in", "{}", set.body);
    assert!(!here.get("/").await.is_good() && !there.get("/").await.is_good());
    let fields = [
        ("email", "moved@new.example"),
        ("password", new),
        ("next", "/"),
    ];
    assert_eq!(mailbox.post("/sign-in", &fields).await.location(), "/");
    for client in [one, two, one] {
        assert_eq!(switch(&mut mailbox, client).await.location(), "/");
    }
    let out = mailbox.post("/account/sign-out-everywhere", &[]).await;
    assert_eq!(out.location(), "/sign-in");
    assert!(!mailbox.get("/").await.is_good());
}

#[tokio::test(flavor = "multi_thread")]
async fn mfa_code_is_accepted_once_across_clients() {
    let office = TwoFactorScene::new().await;
    let ana = added(&office).await;
    let [one, two] = [0, 1].map(|n| &office.cast.acme.clients[n]);
    let mut here = office.with_password(ana).await;
    let (authenticator, codes) = enrol(&mut here, PASSWORD).await;
    for client in [one, two] {
        assert!(row(client, ana).await.expect("there").mfa.is_some());
    }
    assert_eq!(switch(&mut here, two).await.location(), "/");
    let mut there = office.world.browser("acme");
    office.password(&mut there, ana).await;
    let code = authenticator.code(1);
    let opened = there.post("/sign-in/code", &[("code", &code)]).await;
    assert_eq!(opened.location(), "/account", "{}", opened.body);
    // Now the first client is the one that opens: there, too, the code was used.
    office.world.advance(SignedDuration::from_mins(1));
    assert_eq!(switch(&mut there, one).await.location(), "/");
    let mut thief = office.world.browser("acme");
    office.password(&mut thief, ana).await;
    let replayed = thief.post("/sign-in/code", &[("code", &code)]).await;
    assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY);
    office.world.advance(SignedDuration::from_mins(15));
    office.password(&mut thief, ana).await;
    let opened = thief.post("/sign-in/code", &[("code", &codes[0])]).await;
    assert_eq!(opened.location(), "/account", "{}", opened.body);
    switch(&mut thief, two).await;
    office.password(&mut thief, ana).await;
    let again = thief.post("/sign-in/code", &[("code", &codes[0])]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);

    // The team resets it for all; a manager, who knows of one client, can't.
    let manager = one.contact(ContactRole::Manager);
    let home = &office.cast.acme.workspace;
    let mut manager = office.world.signed_in(home, manager).await;
    let path = format!("/people/{}/reset-factor", ana.id);
    assert_eq!(manager.post(&path, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(!manager.get("/people").await.body.contains("reset-factor"));
    let path = format!("/clients/{}{path}", one.id);
    let reset = owner(&office).await.post(&path, &[]).await;
    assert_eq!(reset.location(), format!("/clients/{}", one.id));
    for browser in [&mut here, &mut there, &mut thief] {
        assert!(!browser.get("/").await.is_good());
    }
    for client in [one, two] {
        assert!(row(client, ana).await.expect("there").mfa.is_none());
    }
}

/// Two changes that were begun on the same account: one of them starts again.
#[tokio::test(flavor = "multi_thread")]
async fn account_change_reaches_a_client_added_meanwhile() {
    let office = TwoFactorScene::new().await;
    let (ana, two) = (office.contact(), second(&office));
    let mut hers = office.with_password(ana).await;
    let directory = office.world.app.directory();
    let ws = office.cast.acme.workspace.id;
    let stale = directory.find_account(ws, &ana.email).await;
    let stale = stale.expect("the table").expect("an account");
    let named = hers.post("/account/name", &[("name", "Ana María")]).await;
    assert_eq!(named.location(), "/account");
    let invite = domain::invite::Invite {
        id: office.world.app.new_id(),
        client: Some(two.id),
        name: "Ana".to_owned(),
        email: ana.email.clone(),
        role: ana.role,
        by_name: "Somebody".to_owned(),
        sent_at: office.world.now(),
        link_number: 1,
        accepted: Some(office.world.now()),
        revoked: None,
        suppressed: None,
    };
    let mail = domain::mail::Mail {
        to: ana.email.clone(),
        to_name: ana.name.clone(),
        slug: office.cast.acme.workspace.slug.clone(),
        brand: "Acme".to_owned(),
        message: domain::mail::MailMessage::PasswordChanged,
    };
    let late = two
        .store
        .create_accepted_invite(&stale, &invite, &mail)
        .await;
    assert!(
        matches!(late, Err(store::StoreError::Refused(_))),
        "{late:?}"
    );
    assert!(row(two, ana).await.is_none());
    let fresh = directory.find_account(ws, &ana.email).await;
    let fresh = fresh.expect("the table").expect("an account");
    let (one_way, other) = tokio::join!(
        two.store.create_accepted_invite(&fresh, &invite, &mail),
        hers.post("/account/name", &[("name", "Ana Lucía")]),
    );
    // Whichever was first, both clients agree where both were done.
    if one_way.is_ok() && other.location() == "/account" {
        let here = row(&office.cast.acme.clients[0], ana).await.expect("there");
        assert_eq!(here.name, "Ana Lucía");
    }
    assert!(one_way.is_ok() || other.location() == "/account");
}

#[tokio::test(flavor = "multi_thread")]
async fn cognito_user_without_an_account_is_deleted_after_an_hour() {
    let office = TwoFactorScene::new().await;
    let (world, acme) = (&office.world, &office.cast.acme);
    let client = &acme.clients[0];
    let home = (acme.workspace.id, Some(client.id));
    let link = world.app.secrets().invite_token(home, client.invite.id, 1);
    let token = store::sha256_hex(&link);
    let directory = world.app.directory();
    let held = directory
        .find_invite_redemption(acme.workspace.id, &token)
        .await;
    let held = held.expect("the table").expect("a link");
    let identity = &world.app.services.identity;
    let lost = Person {
        id: world.app.new_id(),
        ..office.contact().clone()
    };
    let attempt = world.app.new_id();
    held.record_attempt(attempt, lost.id).await.expect("begun");
    identity.set_password(lost.id, PASSWORD).await.expect("set");
    worker::drain(&world.app).await.expect("nothing yet");
    assert!(is_password(&office, &lost).await);
    // Somebody else accepts, whose user stays.
    let mut other = world.browser("acme");
    other.get(&format!("/invite/{link}")).await;
    other.get("/invite").await;
    let chosen = [("password", PASSWORD), ("again", PASSWORD)];
    let made = other.post("/invite", &chosen).await;
    assert_eq!(made.location(), "/sign-in", "{}", made.body);
    world.advance(SignedDuration::from_mins(61));
    worker::drain(&world.app).await.expect("done");
    assert!(!is_password(&office, &lost).await);
    let email = client.invite.email.as_str();
    let fields = [("email", email), ("password", PASSWORD), ("next", "/")];
    assert_eq!(other.post("/sign-in", &fields).await.location(), "/");
    // What took longer than that makes no account without a user.
    let late = held.redeem(Some(attempt), lost.id, world.now()).await;
    assert!(
        matches!(late, Err(store::StoreError::Refused(_))),
        "{late:?}"
    );
}
