//! Branding: who may change it, what a logo can be, where it is seen, and what a plan
//! shows of it; the first steps of a new workspace.

use std::io::Cursor;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::plan::Plan;
use domain::role::TeamRole;
use domain::workspace::Workspace;
use http::StatusCode;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use jiff::SignedDuration;
use tests::{Answer, Browser, Fixture, World};

use crate::notifications::work;

const HERE: &str = "/settings/branding";

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_pixel(width, height, Rgb([200, 40, 40]));
    let mut bytes = Cursor::new(Vec::new());
    let written = DynamicImage::from(image).write_to(&mut bytes, format);
    written.expect("written");
    bytes.into_inner()
}

fn new_id(world: &World) -> String {
    world
        .app
        .new_id::<domain::id::marker::EntryMarker>()
        .to_string()
}

async fn send(world: &World, browser: &mut Browser, bytes: &[u8]) -> Answer {
    let path = format!("{HERE}/logo");
    browser
        .upload(&path, &new_id(world), "logo.svg.exe", bytes)
        .await
}

/// The address of the logo that a page shows, if it shows one.
fn logo_on(page: &Answer) -> Option<String> {
    let from = page.body.find("/brand/logo/")?;
    Some(page.body[from..].split('"').next()?.to_owned())
}

/// How many scenes there were.
static SCENES: AtomicI64 = AtomicI64::new(0);

struct BrandingScene {
    world: World,
    cast: Fixture,
    owner: Browser,
}

impl BrandingScene {
    async fn new() -> Self {
        let world = World::new().await;
        // Worlds share their bucket, where nothing is replaced: ids follow from the time.
        let nth = SCENES.fetch_add(1, Ordering::Relaxed);
        world.advance(SignedDuration::from_hours(100 + nth));
        let cast = Fixture::create(&world).await;
        let owner = cast.acme.member(TeamRole::Owner);
        let owner = world.signed_in(&cast.acme.workspace, owner).await;
        Self { world, cast, owner }
    }

    async fn workspace(&self) -> Workspace {
        let found = self.cast.acme.store.get_workspace().await;
        found.expect("read").expect("there")
    }

    async fn change(&self, change: impl FnOnce(&mut Workspace)) {
        self.cast.acme.change_workspace(&self.world, change).await;
    }

    async fn sign_in_page(&self) -> Answer {
        self.world.browser("acme").get("/sign-in").await
    }

    async fn colour(&mut self, accent: &str, more: &[(&str, &str)]) -> Answer {
        let version = self.workspace().await.version.to_string();
        let fields = [("name", "Apex"), ("accent", accent), ("version", &version)];
        self.owner.post(HERE, &[&fields[..], more].concat()).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn logo_uploaded_is_reencoded_and_served_to_everyone() {
    let mut stage = BrandingScene::new().await;
    assert_eq!(logo_on(&stage.sign_in_page().await), None);
    for format in [ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Png] {
        let mut file = picture(1_200, 300, format);
        file.extend_from_slice(b"hidden words");
        let sent = send(&stage.world, &mut stage.owner, &file).await;
        assert_eq!(sent.location(), HERE, "{format:?}: {}", sent.body);
    }
    let shown = logo_on(&stage.sign_in_page().await).expect("a logo");
    let workspace = stage.workspace().await;
    let logo = workspace.logo.expect("a logo");
    assert_eq!((logo.width, logo.height), (384, 96));
    let key = stage
        .world
        .app
        .directory()
        .logo_object_key(&workspace)
        .expect("a key");
    let files = &stage.world.app.services.files;
    let kept = files.get(&key).await.expect("read").expect("there");
    assert_eq!(image::guess_format(&kept).ok(), Some(ImageFormat::Png));
    assert!(!kept.windows(6).any(|some| some == b"hidden"));

    let contact = &stage.cast.acme.clients[0].contacts[0];
    let mut portal = stage.world.signed_in(&workspace, contact).await;
    assert_eq!(logo_on(&portal.get("/").await), Some(shown.clone()));
    let request = stage.owner.request("GET", &shown);
    let router = web::router(&stage.world.app, &tests::route_groups());
    let request = request.body(axum::body::Body::empty()).expect("one");
    let got = tower::ServiceExt::oneshot(router, request)
        .await
        .expect("an answer");
    assert_eq!(got.status(), StatusCode::OK);
    assert_eq!(got.headers()["content-type"], "image/png");
    assert_eq!(
        got.headers()["cache-control"],
        "public, max-age=31536000, immutable"
    );
    assert_eq!(
        got.headers()["cross-origin-resource-policy"],
        "cross-origin"
    );

    // It is in mail; another workspace hasn't it.
    let link = format!("https://acme.portal.example{shown}");
    stage.owner.post("/account/password", &[]).await;
    let mut nobody = stage.world.browser("acme");
    let fields = [("email", contact.email.as_str())];
    worker::drain(&stage.world.app).await.expect("sent");
    nobody.post("/forgot", &fields).await;
    worker::drain(&stage.world.app).await.expect("sent");
    let letters = stage.world.mail_to(contact.email.as_str()).await;
    assert!(
        letters
            .iter()
            .any(|letter| letter.to_string().contains(&link))
    );
    let mut abroad = stage.world.browser("northwind");
    assert_eq!(abroad.get(&shown).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn former_logo_url_redirects_to_the_current_logo() {
    const FIRST: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let mut stage = BrandingScene::new().await;
    let png = picture(96, 48, ImageFormat::Png);
    let path = format!("{HERE}/logo");
    let sent = stage.owner.upload(&path, FIRST, "logo.png", &png).await;
    assert_eq!(sent.location(), HERE, "{}", sent.body);
    let first = logo_on(&stage.sign_in_page().await).expect("a logo");
    let object = stage
        .world
        .app
        .directory()
        .logo_object_key(&stage.workspace().await);
    let object = object.expect("a key");
    let files = stage.world.app.services.files.clone();
    assert!(files.has(&object).await.expect("listed"));
    send(&stage.world, &mut stage.owner, &png).await;
    let second = logo_on(&stage.sign_in_page().await).expect("a logo");
    assert_ne!(first, second);
    // Other processes may show it for a minute.
    work(&stage.world).await;
    assert!(files.has(&object).await.expect("listed"));
    stage.world.advance(SignedDuration::from_mins(2));
    work(&stage.world).await;
    let kept = files.has(&object).await.expect("listed");
    assert!(!kept, "the former one is kept");
    // What was taken for a failure, and was none.
    let workspace = stage.workspace().await;
    let present = workspace.logo.expect("a logo").id;
    let forgotten = stage.cast.acme.store.enqueue_logo_deletion(present).await;
    forgotten.expect("put");
    stage.world.advance(SignedDuration::from_mins(2));
    work(&stage.world).await;
    let object = stage.cast.acme.store.logo_object_key(present);
    assert!(files.has(&object).await.expect("listed"));
    let mut browser = stage.world.browser("acme");
    assert_eq!(browser.get(&first).await.location(), second);
    let removed = stage.owner.post(&format!("{HERE}/logo/remove"), &[]).await;
    assert_eq!(removed.location(), HERE);
    assert_eq!(logo_on(&stage.sign_in_page().await), None);
    for gone in [&first, &second] {
        assert_eq!(browser.get(gone).await.status, StatusCode::NOT_FOUND);
    }
}

/// The same form again sends nothing again.
#[tokio::test(flavor = "multi_thread")]
async fn logo_sent_twice_is_stored_once() {
    let mut stage = BrandingScene::new().await;
    let (id, path) = (new_id(&stage.world), format!("{HERE}/logo"));
    let png = picture(96, 48, ImageFormat::Png);
    for _ in 0..2 {
        let sent = stage.owner.upload(&path, &id, "logo.png", &png).await;
        assert_eq!(sent.location(), HERE, "{}", sent.body);
    }
    assert_eq!(stage.workspace().await.version, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_logo_is_refused_at_its_field() {
    let mut stage = BrandingScene::new().await;
    let mut claims = picture(10, 10, ImageFormat::Png);
    claims[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    let mut cut = picture(400, 400, ImageFormat::Jpeg);
    cut.truncate(200);
    let large = [picture(10, 10, ImageFormat::Png), vec![0; 1024 * 1024]].concat();
    for (name, bytes) in [
        ("nothing", Vec::new()),
        (
            "svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".to_vec(),
        ),
        ("gif", picture(10, 10, ImageFormat::Gif)),
        (
            "html",
            b"\x89PNG\r\n\x1a\n<script>alert(1)</script>".to_vec(),
        ),
        ("claims", claims),
        ("cut", cut),
        ("large", large),
        ("bomb", picture(5_000, 5_000, ImageFormat::Png)),
    ] {
        let got = send(&stage.world, &mut stage.owner, &bytes).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(
            got.body.contains("id=\"file-error\""),
            "{name}: {}",
            got.body
        );
    }
    assert_eq!(stage.workspace().await.logo, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn accent_with_enough_contrast_is_used_on_every_page() {
    let mut stage = BrandingScene::new().await;
    let light = stage.colour("#ffcc00", &[]).await;
    assert_eq!(light.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        light.body.contains("hard to read: 1.5 : 1"),
        "{}",
        light.body
    );
    assert!(
        light.body.contains("value=\"#ffcc00\""),
        "what was typed is lost"
    );
    let none = stage.colour("red;}", &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let saved = stage.colour("#7a1fa2", &[]).await;
    assert_eq!(saved.location(), HERE, "{}", saved.body);
    let page = stage.sign_in_page().await;
    assert!(
        page.body.contains("href=\"/brand/colour/7a1fa2\""),
        "{}",
        page.body
    );
    assert!(page.body.contains("Apex"), "{}", page.body);
    let css = stage
        .world
        .browser("acme")
        .get("/brand/colour/7a1fa2")
        .await;
    assert!(css.body.contains("--tblr-primary:#7a1fa2"), "{}", css.body);
    for made_up in ["ffcc00", "7A1FA2", "x", "7a1fa2;}"] {
        let got = stage
            .world
            .browser("acme")
            .get(&format!("/brand/colour/{made_up}"))
            .await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{made_up}");
    }
    let old = stage.owner.post(
        HERE,
        &[("name", "Old"), ("accent", "#7a1fa2"), ("version", "1")],
    );
    assert_eq!(old.await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let standard = stage.colour("#7a1fa2", &[("standard", "yes")]).await;
    assert_eq!(standard.location(), HERE);
    assert!(!stage.sign_in_page().await.body.contains("/brand/colour/"));
}

/// Starter shows the platform's logo and the badge, and keeps what there is.
#[tokio::test(flavor = "multi_thread")]
async fn downgraded_plan_keeps_the_existing_logo() {
    const BADGE: &str = "Powered by SecPortal";
    let mut stage = BrandingScene::new().await;
    let png = picture(96, 48, ImageFormat::Png);
    send(&stage.world, &mut stage.owner, &png).await;
    let own = stage.sign_in_page().await;
    assert!(logo_on(&own).is_some() && !own.body.contains(BADGE));
    stage
        .change(|workspace| workspace.plan = Plan::Starter)
        .await;
    let starter = stage.sign_in_page().await;
    assert!(logo_on(&starter).is_none(), "{}", starter.body);
    assert!(starter.body.contains(BADGE) && starter.body.contains("brand-ours"));
    let settings = stage.owner.get(HERE).await;
    assert!(
        settings
            .body
            .contains("A logo of your own is part of the plans Pro and Team")
    );
    assert!(
        settings.body.contains("Your logo is kept"),
        "{}",
        settings.body
    );
    let sent = send(&stage.world, &mut stage.owner, &png).await;
    assert_eq!(sent.status, StatusCode::FORBIDDEN);
    stage.change(|workspace| workspace.plan = Plan::Pro).await;
    assert_eq!(logo_on(&stage.sign_in_page().await), logo_on(&own));
}

#[tokio::test(flavor = "multi_thread")]
async fn branding_is_changed_by_owners_and_admins_only() {
    let stage = BrandingScene::new().await;
    let png = picture(96, 48, ImageFormat::Png);
    for person in &stage.cast.acme.team {
        let mut browser = stage
            .world
            .signed_in(&stage.cast.acme.workspace, person)
            .await;
        let may = person.role.may(domain::role::Action::WriteSettings);
        assert_eq!(browser.get(HERE).await.is_good(), may, "{:?}", person.role);
        let sent = send(&stage.world, &mut browser, &png).await;
        assert_eq!(sent.is_good(), may, "{:?}", person.role);
    }
    let contact = &stage.cast.acme.clients[0].contacts[0];
    let mut browser = stage
        .world
        .signed_in(&stage.cast.acme.workspace, contact)
        .await;
    assert_eq!(browser.get(HERE).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn first_steps_done_are_ticked_and_dismissed_stay_hidden() {
    let mut stage = BrandingScene::new().await;
    stage.owner.get("/").await;
    let plain = stage.owner.get("/").await;
    assert!(!plain.body.contains("First steps"));
    stage.change(|workspace| workspace.shows_guide = true).await;
    let shown = stage.owner.get("/").await;
    assert!(shown.body.contains("First steps"), "{}", shown.body);
    // The cast has clients, engagements and invitations, and no brand.
    assert_eq!(shown.body.matches("Done: ").count(), 3, "{}", shown.body);
    assert!(shown.body.contains("Your logo and your colour"));
    let member = stage.cast.acme.member(TeamRole::Member);
    let mut member = stage
        .world
        .signed_in(&stage.cast.acme.workspace, member)
        .await;
    assert!(!member.get("/").await.body.contains("First steps"));
    for _ in 0..2 {
        let away = stage.owner.post("/settings/first-steps", &[]).await;
        assert_eq!(away.location(), "/");
    }
    let after = stage.owner.get("/").await;
    assert!(!after.body.contains("First steps"));
    let again = stage.owner.get("/").await;
    assert_eq!(again.spent.calls, plain.spent.calls, "nothing more is read");
}
