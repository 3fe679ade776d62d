//! What a bounce does beside the one it came from: other clients, other addresses, invitations.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn suppression_of_an_account_at_two_clients_is_set_and_lifted_at_both() {
    let scene = Scene::new().await;
    let (one, two) = (&scene.cast.acme.clients[0], &scene.cast.acme.clients[1]);
    let contact = scene.contact();
    let mut owner = scene.owner().await;
    let id = scene.world.app.new_id::<marker::InviteMarker>().to_string();
    let fields = [
        ("id", id.as_str()),
        ("name", "Ana"),
        ("email", contact.email.as_str()),
        ("role", "viewer"),
    ];
    let path = format!("/clients/{}/invites", two.id);
    assert!(owner.post(&path, &fields).await.is_good());
    scene.report(BOUNCE, contact.email.as_str()).await;
    for client in [one, two] {
        assert!(scene.mark(client, contact).await.is_some());
    }
    let manager = two.contact(ContactRole::Manager);
    let mut manager = scene.browser(&scene.cast.acme, manager).await;
    let again = format!("/people/{}/mail-again", contact.id);
    assert_eq!(manager.post(&again, &[]).await.location(), "/people");
    for client in [one, two] {
        assert_eq!(scene.mark(client, contact).await, None);
    }
    assert!(
        scene
            .link_arrives(&scene.cast.acme, contact.email.as_str())
            .await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn suppressed_person_with_a_new_address_gets_mail() {
    let scene = Scene::new().await;
    let (acme, contact) = (&scene.cast.acme, scene.contact());
    scene.report(BOUNCE, contact.email.as_str()).await;
    let world = &scene.world;
    let secret = store::sha256_hex(&world.app.new_secret());
    let session = world
        .session(&acme.workspace, contact, &secret, world.now())
        .await;
    let new = "moved@new.example".parse().expect("an address");
    let mail = domain::mail::Mail {
        to: contact.email.clone(),
        to_name: contact.name.clone(),
        slug: acme.workspace.slug.clone(),
        brand: acme.workspace.name.clone(),
        message: domain::mail::MailMessage::EmailChanged {
            to_email: "moved@new.example".parse().expect("an address"),
        },
    };
    let directory = world.app.directory();
    let moved = directory.update_email(&session, &new, &mail, world.now());
    let moved = moved.await.expect("the table");
    assert_eq!(moved, store::EmailChangeOutcome::Done);
    assert_eq!(scene.mark(scene.client(), contact).await, None);
    let page = scene.owner().await.get(&scene.people_page()).await.body;
    assert!(!page.contains("Mail bounces"), "{page}");
    assert!(scene.link_arrives(acme, "moved@new.example").await);
    let before = world.mail_to(contact.email.as_str()).await.len();
    work(world).await;
    assert_eq!(world.mail_to(contact.email.as_str()).await.len(), before);
}

/// Whoever was invited at an address that doesn't exist, and again later.
#[tokio::test(flavor = "multi_thread")]
async fn bounced_invite_shows_the_bounce_and_can_be_resent() {
    let scene = Scene::new().await;
    let (acme, client) = (&scene.cast.acme, scene.client());
    let mut owner = scene.owner().await;
    let base = scene.people_page();
    let to = "wrong@typo.example";
    let invite = async |owner: &mut Browser| {
        let id = scene.world.app.new_id::<marker::InviteMarker>();
        let sent = id.to_string();
        let fields = [
            ("id", sent.as_str()),
            ("name", "Wanda"),
            ("email", to),
            ("role", "viewer"),
        ];
        let path = format!("{base}/invites");
        let sent = owner.post(&path, &fields).await;
        assert!(sent.is_good(), "{}", sent.body);
        work(&scene.world).await;
        owner.form_id(&path, id).await.to_string()
    };
    let id = invite(&mut owner).await;
    assert_eq!(scene.world.mail_to(to).await.len(), 1);
    let mut bounce = event(BOUNCE, acme.workspace.id, to, scene.world.now());
    bounce["mail"]["tags"]["client"] = json!([client.id.to_string()]);
    bounce["mail"]["tags"]["invite"] = json!([id]);
    assert_eq!(scene.takes(&bounce).await, ReportOutcome::Stopped);
    let page = owner.get(&base).await.body;
    assert!(page.contains("Mail bounces since"), "{page}");
    let inbox = owner.get("/notifications").await.body;
    assert!(inbox.contains("Wanda") && inbox.contains(TOLD), "{inbox}");

    scene.world.advance(SignedDuration::from_mins(1));
    let resend = format!("{base}/invites/{id}/resend");
    assert_eq!(owner.post(&resend, &[]).await.location(), base);
    work(&scene.world).await;
    assert_eq!(scene.world.mail_to(to).await.len(), 2, "it is tried again");
    assert!(!owner.get(&base).await.body.contains("Mail bounces since"));

    // It bounces again, is taken back, and somebody invites there once more.
    scene.world.advance(SignedDuration::from_secs(1));
    let mut bounce = event(BOUNCE, acme.workspace.id, to, scene.world.now());
    bounce["mail"]["tags"]["client"] = json!([client.id.to_string()]);
    bounce["mail"]["tags"]["invite"] = json!([id]);
    scene.world.advance(SignedDuration::from_mins(1));
    assert_eq!(scene.takes(&bounce).await, ReportOutcome::Stopped);
    let revoke = format!("{base}/invites/{id}/revoke");
    assert!(owner.post(&revoke, &[]).await.is_good());
    let id = invite(&mut owner).await;
    assert_eq!(scene.world.mail_to(to).await.len(), 2, "it stays here");
    let page = owner.get(&base).await.body;
    assert!(
        page.contains("Mail bounces since"),
        "and that is said: {page}"
    );
    scene.world.advance(SignedDuration::from_mins(1));
    let resend = format!("{base}/invites/{id}/resend");
    assert!(owner.post(&resend, &[]).await.is_good());
    work(&scene.world).await;
    assert_eq!(scene.world.mail_to(to).await.len(), 3);
}

/// What the letters themselves are sent with leads an event back to them.
#[tokio::test(flavor = "multi_thread")]
async fn sent_mail_is_tagged_with_its_workspace_and_client() {
    use crate::fault_injection::{CrashPlan, End, worker_of};
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let fate = CrashPlan::new(End::Never, &std::sync::Arc::default());
    worker::drain(&worker_of(&world, &fate))
        .await
        .expect("swept");
    let (ws, client) = (cast.acme.workspace.id, &cast.acme.clients[0]);
    let tags = fate.tags.lock().expect("tags");
    let expected = [
        ("workspace", ws.to_string()),
        ("client", client.id.to_string()),
        ("invite", client.invite.id.to_string()),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert!(tags.iter().any(|tag| *tag == expected), "{tags:?}");
    let letters = fate.letters.lock().expect("letters").len();
    assert_eq!(tags.len(), letters, "every letter has some");
    assert!(tags.iter().all(|tag| tag[0].0 == "workspace"));
    // Its reader sees none of them.
    let letters = fate.letters.lock().expect("letters");
    assert!(
        letters
            .iter()
            .all(|letter| !letter.contains(&ws.to_string()))
    );
}
