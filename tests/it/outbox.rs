//! The outbox: in order per thread, fair to every workspace, and with a place for
//! what can't leave.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::id::{EntryId, marker};
use domain::mail::{Mail, MailMessage};
use domain::role::{ContactRole, TeamRole};
use jiff::SignedDuration;
use local::NAME;
use tests::{Fixture, Tenant, World};
use web::App;

use crate::fault_injection::{CrashPlan, End, worker_of};

/// A world whose outbox is empty, and a worker of it whose mail is refused where it
/// holds `STUCK`.
struct Scene {
    world: World,
    cast: Fixture,
    letters: Arc<Mutex<Vec<String>>>,
    worker: Arc<App>,
}

const STUCK: &str = "stuck";

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let cast = Fixture::create(&world).await;
        world.advance(SignedDuration::from_hours(3));
        worker::drain(&world.app).await.expect("swept");
        let letters = Arc::default();
        let fate = CrashPlan::refusing(End::Never, Some(STUCK), &letters);
        let worker = worker_of(&world, &fate);
        Self {
            world,
            cast,
            letters,
            worker,
        }
    }

    /// Puts a mail to `to` into the outbox of one of the tenant's team.
    async fn send(&self, tenant: &Tenant, to: &str, device: &str) {
        let world = &self.world;
        let owner = tenant.member(TeamRole::Owner);
        let hash = store::sha256_hex(&world.app.new_secret());
        let session = world.session(&tenant.workspace, owner, &hash, world.now());
        let mail = Mail {
            to: to.parse().expect("an address"),
            to_name: "Somebody".to_owned(),
            slug: tenant.workspace.slug.clone(),
            brand: tenant.workspace.name.clone(),
            message: MailMessage::NewDevice {
                at: world.now(),
                device: device.to_owned(),
                address: String::new(),
            },
        };
        let session = session.await;
        let directory = world.app.directory();
        let sent = directory.enqueue_mail(&session, &mail, world.now()).await;
        sent.expect("waits");
        world.advance(SignedDuration::from_secs(1));
    }

    /// The devices that the letters tell of, in the order in which they went out.
    fn log_lines(&self) -> Vec<String> {
        let letters = self.letters.lock().expect("letters");
        let device = |letter: &String| {
            let (_, rest) = letter.split_once("DEVICE-").expect("a device");
            rest.chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect()
        };
        letters.iter().map(device).collect()
    }

    async fn sweep(&self) -> usize {
        worker::sweep(&self.worker).await.expect("swept")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_to_one_address_keeps_its_order_across_failures() {
    let scene = Scene::new().await;
    let acme = &scene.cast.acme;
    for device in ["DEVICE-1", "DEVICE-2 stuck", "DEVICE-3", "DEVICE-4"] {
        scene.send(acme, "one@order.example", device).await;
    }
    scene.send(acme, "two@order.example", "DEVICE-5").await;
    while scene.sweep().await > 0 {}
    assert_eq!(
        scene.log_lines(),
        ["1", "5"],
        "what comes after waits, others don't"
    );
    // Again and again, until it is given up: then the rest leaves.
    for _ in 0..12 {
        scene.world.advance(SignedDuration::from_hours(9));
        while scene.sweep().await > 0 {}
    }
    assert_eq!(scene.log_lines(), ["1", "5", "3", "4"]);
    // What was given up is listed, and can be tried again.
    let directory = scene.world.app.directory();
    let dead = directory.list_dead_letters(None).await.expect("read").rows;
    assert_eq!(dead.len(), 1, "{dead:?}");
    let home = Some((acme.workspace.id, None));
    assert_eq!(
        (dead[0].home, dead[0].effect.as_str(), dead[0].tries),
        (home, "mail", 10)
    );
    assert!(!dead[0].cause.is_empty());
    let revived = directory
        .restore_dead_letter(&dead[0].name, scene.world.now())
        .await;
    assert!(revived.expect("put back"));
    let again = directory
        .restore_dead_letter(&dead[0].name, scene.world.now())
        .await;
    assert!(!again.expect("asked"), "once");
    assert!(
        directory
            .list_dead_letters(None)
            .await
            .expect("read")
            .rows
            .is_empty()
    );
    let healthy = worker_of(&scene.world, &CrashPlan::new(End::Never, &scene.letters));
    assert_eq!(worker::drain(&healthy).await.expect("swept"), 1);
    assert_eq!(scene.log_lines(), ["1", "5", "3", "4", "2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn failing_mail_of_one_workspace_delays_no_other() {
    let scene = Scene::new().await;
    let Fixture { acme, northwind } = &scene.cast;
    // More than one look takes of a workspace, in each shard.
    for n in 0..220 {
        let device = format!("DEVICE-{n} stuck");
        scene
            .send(acme, &format!("{n}@stuck.example"), &device)
            .await;
    }
    scene
        .send(northwind, "other@fine.example", "DEVICE-fine")
        .await;
    assert!(scene.sweep().await > 0);
    assert_eq!(scene.log_lines(), ["fine"], "with the first look");
}

#[tokio::test(flavor = "multi_thread")]
async fn unreadable_effect_becomes_a_dead_letter_and_blocks_nothing() {
    let scene = Scene::new().await;
    let Fixture { acme, northwind } = &scene.cast;
    let (world, now) = (&scene.world, scene.world.now());
    let client = &acme.clients[0];
    let homes = [
        format!("W#{}#OUT", acme.workspace.id),
        format!("W#{}#C#{}#OUT", acme.workspace.id, client.id),
        "W#nobody#OUT".to_owned(),
    ];
    for (n, home) in homes.iter().enumerate() {
        let id = EntryId::new(u64::try_from(n).expect("few"), 4).to_string();
        let text = |text: String| AttributeValue::S(text);
        let put = world.dynamo.put_item().table_name(NAME);
        let put = put
            .item("pk", text(home.clone()))
            .item("sk", text(id.clone()))
            .item("gsi1pk", text(format!("OUTBOX#{n}")))
            .item("gsi1sk", text(format!("{now:.3}#{id}")))
            .item("mail", text("poison".to_owned()));
        put.send().await.expect("put");
    }
    for tenant in [acme, northwind] {
        let to = format!("{}@fine.example", tenant.workspace.slug);
        scene.send(tenant, &to, "DEVICE-x").await;
    }
    while scene.sweep().await > 0 {}
    assert_eq!(scene.log_lines(), ["x", "x"]);
    let directory = world.app.directory();
    let dead = directory.list_dead_letters(None).await.expect("read").rows;
    assert_eq!(dead.len(), 3);
    assert!(
        dead.iter()
            .all(|letter| letter.cause == "It can't be read.")
    );
    let due = directory
        .list_due_effects(world.now(), 100)
        .await
        .expect("read");
    assert!(due.is_empty(), "nothing is looked at again and again");
    assert_eq!(
        directory
            .restore_dead_letters(world.now())
            .await
            .expect("put back"),
        3
    );
    while scene.sweep().await > 0 {}
    assert_eq!(
        directory
            .list_dead_letters(None)
            .await
            .expect("read")
            .rows
            .len(),
        3
    );
}

/// Whoever is invited, by whatever name: the headers stay those that are ours.
#[tokio::test(flavor = "multi_thread")]
async fn mail_headers_cannot_be_injected_by_names_or_titles() {
    let scene = Scene::new().await;
    let acme = &scene.cast.acme;
    let contact = acme.clients[0].contact(ContactRole::Viewer);
    let evil = "A\r\nBcc: evil@evil.example\r\n\r\nDEVICE-0";
    let mail = Mail {
        to: contact.email.clone(),
        to_name: evil.to_owned(),
        slug: acme.workspace.slug.clone(),
        brand: evil.to_owned(),
        message: MailMessage::Invite {
            invite: scene.world.app.new_id(),
            link_number: 1,
            by_name: evil.to_owned(),
            client_name: None,
            days: 7,
        },
    };
    let id = scene.world.app.new_id::<marker::EntryMarker>().to_string();
    let leaving = web::mail_render::Envelope {
        id: &id,
        at: scene.world.now(),
        home: (acme.workspace.id, None),
        look: domain::brand::Branding::default(),
    };
    let sent = web::mail_render::deliver_mail(&scene.worker, leaving, &mail).await;
    sent.expect("sent");
    let letters = scene.letters.lock().expect("letters");
    let (head, _) = letters[0].split_once("\r\n\r\n").expect("a head");
    let names: Vec<_> = head
        .lines()
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split(':').next().expect("a name"))
        .collect();
    let ours = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "MIME-Version",
        "Content-Type",
    ];
    assert_eq!(names, ours, "{head}");
}
