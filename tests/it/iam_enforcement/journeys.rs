//! Journeys through several functions, each under IAM isolation.

use super::*;

/// Signs in, forgets the password, and sets another one.
pub(super) async fn comes_and_forgets(
    enforced: &Enforced,
    world: &World,
    ws: WorkspaceId,
    person: &Person,
) {
    let identity = &world.app.services.identity;
    identity
        .set_password(person.id, PASSWORD)
        .await
        .expect("set");
    let app = enforced.function(world, "auth").await;
    let mut browser = world.browser("acme").served_as(&app, auth::ROUTES);
    let email = person.email.as_str();
    let sign_in = async |browser: &mut Browser, password: &str| {
        let fields = [("email", email), ("password", password), ("next", "/")];
        let answer = browser.post("/sign-in", &fields).await;
        enforced.assert_no_denial("sign-in");
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    };
    sign_in(&mut browser, PASSWORD).await;
    // Once more with a session, which ends.
    sign_in(&mut browser, PASSWORD).await;
    let asked = browser.post("/forgot", &[("email", email)]).await;
    enforced.assert_no_denial("forgot");
    assert!(asked.is_good(), "{}", asked.body);
    let dump = world.dump().await;
    let reset = dump.iter().find(|((pk, _), _)| pk.starts_with("RST#"));
    let (_, reset) = reset.expect("a link");
    let id: EntryId = reset["id"].as_str().expect("an id").parse().expect("an id");
    browser
        .get(&format!("/reset/{}", app.secrets().reset_token(ws, id)))
        .await;
    let set = browser
        .post("/reset", &[("password", OTHER), ("again", OTHER)])
        .await;
    enforced.assert_no_denial("reset");
    assert_eq!(set.location(), "/sign-in", "{}", set.body);
    // The session ended with the password.
    browser.cookies.clear();
    sign_in(&mut browser, OTHER).await;
}

/// Sets a second factor up, signs in by it, turns it off, and moves to another
/// address.
pub(super) async fn secures(enforced: &Enforced, world: &World, cast: &Fixture, person: &Person) {
    let identity = &world.app.services.identity;
    let set = identity.set_password(person.id, PASSWORD).await;
    set.expect("set");
    let app = enforced.function(world, "settings").await;
    let home = &cast.acme.workspace;
    let browser = world.signed_in(home, person).await;
    let mut browser = browser.served_as(&app, settings::ROUTES);
    let (authenticator, _) = enrol(&mut browser, PASSWORD).await;
    let door = enforced.function(world, "auth").await;
    let mut coming = world.browser("acme").served_as(&door, auth::ROUTES);
    let fields = [
        ("email", person.email.as_str()),
        ("password", PASSWORD),
        ("next", "/"),
    ];
    let asked = coming.post("/sign-in", &fields).await;
    assert_eq!(asked.location(), "/sign-in/code", "{}", asked.body);
    let code = authenticator.code(1);
    let opened = coming.post("/sign-in/code", &[("code", &code)]).await;
    assert_eq!(opened.location(), "/", "{}", opened.body);
    let off = browser.post("/account/two-factor/off", &[]).await;
    assert_eq!(off.location(), "/account/two-factor", "{}", off.body);
    let dump = world.dump().await;
    let own = format!("USER#{}", person.id);
    let row = dump.iter().find(|((_, sk), _)| *sk == own);
    let change = EmailChange {
        from: person.email.clone(),
        epoch: row.expect("there").1["epoch"].as_i64().unwrap_or(0),
        to: "moved@new.example".parse().expect("an address"),
    };
    let (user, until) = (
        person.id.to_string(),
        world.now() + SignedDuration::from_hours(1),
    );
    let token = app.seal(EMAIL_CHANGE, &user, until, &change);
    let token = token.expect("sealed");
    let moved = browser
        .post("/account/email/confirm", &[("token", &token)])
        .await;
    assert_eq!(moved.location(), "/account", "{}", moved.body);
    enforced.assert_no_denial("what is secured");
}

/// An account is added to a second client, by its link and by the team, goes over to
/// it, loses its second factor, and is removed from both.
pub(super) async fn belongs_to_two(enforced: &Enforced, world: &World, cast: &Fixture) {
    let (one, two) = (&cast.acme.clients[0], &cast.acme.clients[1]);
    let home = &cast.acme.workspace;
    let app = enforced.function(world, "invites").await;
    let owner = world
        .signed_in(home, cast.acme.member(TeamRole::Owner))
        .await;
    let mut owner = owner.served_as(&app, invites::ROUTES);
    let manager = world
        .signed_in(home, two.contact(ContactRole::Manager))
        .await;
    let mut manager = manager.served_as(&app, invites::ROUTES);
    let known = [ContactRole::Viewer, ContactRole::Manager].map(|role| one.contact(role));
    let base = format!("/clients/{}", two.id);
    for (by, base, person) in [(&mut manager, "", known[0]), (&mut owner, &base, known[1])] {
        let id = app.new_id::<marker::InviteMarker>();
        let fields = [
            ("id", id.to_string()),
            ("name", "Ana".to_owned()),
            ("email", person.email.as_str().to_owned()),
            ("role", "viewer".to_owned()),
        ];
        let fields = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let asked = by.post(&format!("{base}/invites"), &fields).await;
        enforced.assert_no_denial("one who is known");
        assert!(asked.is_good(), "{}", asked.body);
        if base.is_empty() {
            let mut mailbox = world.browser("acme").served_as(&app, invites::ROUTES);
            let id = by.form_id("/invites", id).await;
            let token = app.secrets().invite_token((home.id, Some(two.id)), id, 1);
            mailbox.get(&format!("/invite/{token}")).await;
            mailbox.get("/invite").await;
            let joined = mailbox.post("/invite", &[]).await;
            enforced.assert_no_denial("an account joins");
            assert_eq!(joined.location(), "/sign-in", "{}", joined.body);
        }
    }
    let door = enforced.function(world, "auth").await;
    let browser = world.signed_in(home, known[0]).await;
    let mut browser = browser.served_as(&door, auth::ROUTES);
    assert!(browser.get("/switch").await.is_good());
    let switched = browser.post(&format!("/switch/{}", two.id), &[]).await;
    enforced.assert_no_denial("a switch");
    assert_eq!(switched.location(), "/", "{}", switched.body);
    for (client, what) in [(two, "reset-factor"), (two, "remove"), (one, "remove")] {
        let path = format!("/clients/{}/people/{}/{what}", client.id, known[0].id);
        let done = owner.post(&path, &[]).await;
        enforced.assert_no_denial(what);
        assert!(done.is_good(), "{}", done.body);
    }
}

/// Both sides look at what is due first.
pub(super) async fn visit_pages(enforced: &Enforced, world: &World, cast: &Fixture) {
    let app = enforced.function(world, "findings").await;
    let contact = cast.acme.clients[0].contact(ContactRole::Manager);
    for person in [cast.acme.member(TeamRole::Admin), contact] {
        let browser = world.signed_in(&cast.acme.workspace, person).await;
        let mut browser = browser.served_as(&app, findings::ROUTES);
        for path in ["/findings?sort=due", "/findings?show=all"] {
            let answer = browser.get(path).await;
            enforced.assert_no_denial(path);
            assert!(answer.is_good(), "{}", answer.body);
        }
    }
}

/// Mail to somebody of each side and to whoever is invited bounces: the worker stops it
/// and tells; whoever manages people lets it go again.
pub(super) async fn mail_fails(enforced: &Enforced, world: &World, cast: &Fixture) {
    let client = &cast.acme.clients[0];
    let (ws, invite) = (cast.acme.workspace.id, &client.invite);
    let contact = client.contact(ContactRole::Viewer);
    let member = cast.acme.member(TeamRole::Member);
    let app = enforced.function(world, "worker").await;
    for to in [&contact.email, &member.email, &invite.email] {
        let mut event = event(BOUNCE, ws, to.as_str(), world.now());
        event["mail"]["tags"]["client"] = serde_json::json!([client.id.to_string()]);
        event["mail"]["tags"]["invite"] = serde_json::json!([invite.id.to_string()]);
        let took = worker::handle_report(
            &app.directory(),
            app.new_id(),
            world.now(),
            &event.to_string(),
        )
        .await;
        enforced.assert_no_denial("a bounce");
        assert_eq!(took.expect("taken"), worker::ReportOutcome::Stopped);
    }
    worker::drain(&app).await.expect("told");
    enforced.assert_no_denial("mail that stays");
    let app = enforced.function(world, "invites").await;
    let owner = cast.acme.member(TeamRole::Owner);
    let browser = world.signed_in(&cast.acme.workspace, owner).await;
    let mut browser = browser.served_as(&app, invites::ROUTES);
    for path in [
        format!("/clients/{}/people/{}/mail-again", client.id, contact.id),
        format!("/settings/people/{}/mail-again", member.id),
        format!("/clients/{}/invites/{}/resend", client.id, invite.id),
    ] {
        let done = browser.post(&path, &[]).await;
        enforced.assert_no_denial(&path);
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{path}: {}", done.body);
    }
}

/// A risk is accepted as was proposed; the worker warns of its end and opens the
/// finding again. Then all is counted.
pub(super) async fn carries(enforced: &Enforced, world: &World, cast: &Fixture) {
    let client = &cast.acme.clients[0];
    let app = enforced.function(world, "findings").await;
    let admin = cast.acme.member(TeamRole::Admin);
    let browser = world.signed_in(&cast.acme.workspace, admin).await;
    let mut browser = browser.served_as(&app, findings::ROUTES);
    let page = format!(
        "/clients/{}/engagements/{}/findings/{}",
        client.id, client.engagement, client.proposed
    );
    let answer = browser
        .post(&format!("{page}/approve"), &[("version", "3")])
        .await;
    enforced.assert_no_denial("an approval");
    assert_eq!(answer.location(), page, "{}", answer.body);
    let app = enforced.function(world, "worker").await;
    // Accepted until the 30th of June: 14 days before, and after it.
    for days in [139, 20] {
        world.advance(SignedDuration::from_hours(24 * days));
        assert!(worker::drain(&app).await.expect("swept") > 0);
        enforced.assert_no_denial("a risk");
    }
    let finding = client.store.get_finding(client.engagement, client.proposed);
    let status = finding.await.expect("read").expect("there").status;
    assert_eq!(status, domain::finding::FindingStatus::Reopened);
    let count = worker::recount(&app, "acme").await.expect("counted");
    enforced.assert_no_denial("a recount");
    assert_eq!(count["drifts"], serde_json::json!([]));
}

/// A company signs up, and its founder comes in.
pub(super) async fn begins(enforced: &Enforced, world: &World) {
    let app = enforced.function(world, "signup").await;
    let mut front = world.browser("app").served_as(&app, signup::ROUTES);
    let letter = crate::signup::ask(world, &mut front, "Apex Ltd", "ada@apex.example").await;
    enforced.assert_no_denial("signing up");
    front.get(&crate::signup::link(&letter)).await;
    let fields = [("password", PASSWORD), ("again", PASSWORD)];
    let made = front.post("/sign-up/password", &fields).await;
    enforced.assert_no_denial("founding");
    let to = made
        .location()
        .strip_prefix("https://apex-ltd.portal.example");
    let to = to.unwrap_or_else(|| panic!("{}", made.body)).to_owned();
    let mut browser = world.browser("apex-ltd").served_as(&app, signup::ROUTES);
    browser.get(&to).await;
    assert!(browser.get("/welcome").await.is_good());
    let came = browser.post("/welcome", &[]).await;
    enforced.assert_no_denial("a welcome");
    assert_eq!(came.location(), "/", "{}", came.body);
    // The session's use is noted again after five minutes.
    world.advance(SignedDuration::from_mins(6));
    browser.get("/welcome").await;
    enforced.assert_no_denial("a page that is left behind");
}
