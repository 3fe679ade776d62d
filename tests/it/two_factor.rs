//! The second factor: set up, asked for, demanded, lost and reset.

use domain::person::Person;
use domain::role::{ContactRole, TeamRole};
use domain::workspace::{MfaPolicy, Workspace};
use http::StatusCode;
use jiff::SignedDuration;
use scraper::{Html, Selector};
use tests::{Answer, Browser, Fixture, World};

pub(crate) const PASSWORD: &str = "quiet lantern orbit 42";

/// The cast with passwords, and what came to whom.
pub(crate) struct TwoFactorScene {
    pub(crate) world: World,
    pub(crate) cast: Fixture,
}

impl TwoFactorScene {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let cast = Fixture::create(&world).await;
        worker::drain(&world.app).await.expect("sent");
        Self { world, cast }
    }

    pub(crate) fn owner(&self) -> &Person {
        self.cast.acme.member(TeamRole::Owner)
    }

    pub(crate) fn contact(&self) -> &Person {
        self.cast.acme.clients[0].contact(ContactRole::Collaborator)
    }

    pub(crate) async fn with_password(&self, person: &Person) -> Browser {
        let identity = &self.world.app.services.identity;
        identity
            .set_password(person.id, PASSWORD)
            .await
            .expect("set");
        self.world
            .signed_in(&self.cast.acme.workspace, person)
            .await
    }

    pub(crate) async fn password(&self, browser: &mut Browser, person: &Person) -> Answer {
        let fields = [
            ("email", person.email.as_str()),
            ("password", PASSWORD),
            ("next", "/account"),
        ];
        browser.post("/sign-in", &fields).await
    }

    pub(crate) async fn count_mails(&self, person: &Person, subject: &str) -> usize {
        worker::drain(&self.world.app).await.expect("sent");
        let mut letters = self.world.mail_to(person.email.as_str()).await;
        letters.retain(|letter| letter["Subject"].to_string().contains(subject));
        letters.len()
    }

    async fn demand(&self, mfa: MfaPolicy) {
        let change = |workspace: &mut Workspace| workspace.mfa = mfa;
        self.cast.acme.change_workspace(&self.world, change).await;
    }
}

/// An authenticator with a secret. Its clock is the machine's, as the identity
/// provider's is.
pub(crate) struct Authenticator(totp_rs::TOTP);

impl Authenticator {
    fn new(page: &str) -> Self {
        let page = Html::parse_document(page);
        let key = Selector::parse("code.key").expect("a selector");
        let key: String = page.select(&key).next().expect("a key").text().collect();
        let secret = totp_rs::Secret::Encoded(key.replace(' ', ""));
        let secret = secret.to_bytes().expect("base 32");
        let totp = totp_rs::TOTP::new(totp_rs::Algorithm::SHA1, 6, 1, 30, secret);
        Self(totp.expect("an authenticator"))
    }

    /// The code of now, or of so many steps later.
    pub(crate) fn code(&self, steps: i64) -> String {
        #[expect(clippy::disallowed_methods, reason = "the identity provider's clock")]
        let now = jiff::Timestamp::now().as_second();
        self.0
            .generate(u64::try_from(now + 30 * steps).expect("after 1970"))
    }
}

/// Sets a second factor up; the authenticator and the recovery codes.
pub(crate) async fn enrol(browser: &mut Browser, password: &str) -> (Authenticator, Vec<String>) {
    let fields = [("password", password)];
    let start = browser.post("/account/two-factor/start", &fields);
    assert_eq!(start.await.location(), "/account/two-factor/setup");
    let setup = browser.get("/account/two-factor/setup").await;
    let authenticator = Authenticator::new(&setup.body);
    assert!(setup.body.contains("data:image/svg+xml;base64,"));
    let wrong = browser.post("/account/two-factor/setup", &[("code", "000000")]);
    assert_eq!(wrong.await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = authenticator.code(0);
    let on = browser
        .post("/account/two-factor/setup", &[("code", &code)])
        .await;
    assert_eq!(on.location(), "/account/two-factor/codes");
    let codes = browser.get("/account/two-factor/codes").await;
    let page = Html::parse_document(&codes.body);
    let each = Selector::parse(".codes code").expect("a selector");
    let codes: Vec<String> = page
        .select(&each)
        .map(|code| code.text().collect())
        .collect();
    assert_eq!(codes.len(), 10);
    (authenticator, codes)
}

#[tokio::test(flavor = "multi_thread")]
async fn mfa_sign_in_accepts_a_code_or_a_recovery_code_once() {
    let office = TwoFactorScene::new().await;
    let contact = office.contact();
    let mut here = office.with_password(contact).await;
    let mut elsewhere = office.with_password(contact).await;
    let (authenticator, codes) = enrol(&mut here, PASSWORD).await;
    assert!(here.get("/").await.is_good(), "this session stays");
    assert!(!elsewhere.get("/").await.is_good(), "the others end");
    assert_eq!(
        office
            .count_mails(contact, "factor authentication is on")
            .await,
        1
    );

    let mut there = office.world.browser("acme");
    let asked = office.password(&mut there, contact).await;
    assert_eq!(asked.location(), "/sign-in/code");
    assert!(!there.get("/").await.is_good(), "half way is not in");
    for wrong in ["000000", "12345", "aaaa-aaaa-aaaa-aaaa"] {
        let refused = there.post("/sign-in/code", &[("code", wrong)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let code = authenticator.code(1);
    let opened = there.post("/sign-in/code", &[("code", &code)]).await;
    assert_eq!(opened.location(), "/account");
    assert!(there.get("/account").await.is_good());

    office.world.advance(SignedDuration::from_mins(15));
    let mut again = office.world.browser("acme");
    office.password(&mut again, contact).await;
    let replayed = again.post("/sign-in/code", &[("code", &code)]).await;
    assert_eq!(
        replayed.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "a code is good once"
    );
    office.world.advance(SignedDuration::from_mins(15));
    office.password(&mut again, contact).await;
    let typed = codes[3].to_uppercase().replace('-', " ");
    let recovered = again.post("/sign-in/code", &[("code", &typed)]).await;
    assert_eq!(recovered.location(), "/account", "{}", recovered.body);
    let page = again.get("/account/two-factor").await.body;
    assert!(page.contains("9 of 10"));
    let mut late = office.world.browser("acme");
    office.password(&mut late, contact).await;
    let used = late.post("/sign-in/code", &[("code", &codes[3])]).await;
    assert_eq!(
        used.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "and so is a recovery code"
    );
    // Who tries with a session of their own keeps it.
    office.world.advance(SignedDuration::from_mins(15));
    let mut kept = office
        .world
        .signed_in(&office.cast.acme.workspace, office.owner())
        .await;
    office.password(&mut kept, contact).await;
    let used = kept.post("/sign-in/code", &[("code", &codes[3])]).await;
    assert_eq!(used.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(kept.get("/").await.is_good(), "nothing came of it");
}

/// The code that switches the second factor on, and each that was ever used.
#[tokio::test(flavor = "multi_thread")]
async fn mfa_code_used_before_another_is_refused() {
    let office = TwoFactorScene::new().await;
    let contact = office.contact();
    let mut here = office.with_password(contact).await;
    let (authenticator, _) = enrol(&mut here, PASSWORD).await;
    let codes = [0, 1].map(|steps| authenticator.code(steps));
    let dump = office.world.dump().await;
    let used = dump.values().filter(|row| row["used_codes"].is_array());
    assert_eq!(used.count(), 1, "the first code is used");
    let mut ways = Vec::new();
    for code in [&codes[1], &codes[0], &codes[1]] {
        let mut browser = office.world.browser("acme");
        office.password(&mut browser, contact).await;
        let answer = browser.post("/sign-in/code", &[("code", code)]).await;
        ways.push(answer.status);
    }
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    assert_eq!(ways, [StatusCode::SEE_OTHER, refused, refused]);
}

#[tokio::test(flavor = "multi_thread")]
async fn mfa_codes_are_rate_limited_and_the_step_is_bound_to_its_browser() {
    let office = TwoFactorScene::new().await;
    let contact = office.contact();
    let mut here = office.with_password(contact).await;
    let (authenticator, _) = enrol(&mut here, PASSWORD).await;
    let mut there = office.world.browser("acme");
    office.password(&mut there, contact).await;
    // Another browser with the same cookie, and the cookie at another workspace.
    let mut thief = office.world.browser("acme");
    let step = there.cookies["__Host-step"].clone();
    thief.get("/sign-in").await;
    thief.cookies.insert("__Host-step".to_owned(), step);
    let code = authenticator.code(1);
    let stolen = thief.post("/sign-in/code", &[("code", &code)]).await;
    assert_eq!(stolen.location(), "/sign-in");
    let mut abroad = there.at_workspace("northwind");
    let abroad = abroad.post("/sign-in/code", &[("code", &code)]).await;
    assert_eq!(abroad.location(), "/sign-in");
    let mut last = StatusCode::OK;
    for _ in 0..12 {
        last = there
            .post("/sign-in/code", &[("code", "000000")])
            .await
            .status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let right = there.post("/sign-in/code", &[("code", &code)]).await;
    assert_eq!(
        right.status,
        StatusCode::TOO_MANY_REQUESTS,
        "slowed, right or wrong"
    );
    office.world.advance(SignedDuration::from_mins(15));
    let late = there.post("/sign-in/code", &[("code", &code)]).await;
    assert_eq!(late.location(), "/sign-in", "ten minutes between the two");
}

#[tokio::test(flavor = "multi_thread")]
async fn required_mfa_blocks_every_page_until_enrolled() {
    let office = TwoFactorScene::new().await;
    let (owner, contact) = (office.owner(), office.contact());
    for (policy, side) in [
        (MfaPolicy::Team, vec![true]),
        (MfaPolicy::Contacts, vec![false]),
        (MfaPolicy::Everybody, vec![true, false]),
    ] {
        office.demand(policy).await;
        for person in [owner, contact] {
            let mut browser = office.with_password(person).await;
            let led = side.contains(&person.role.is_team());
            for path in ["/", "/account", "/account/email"] {
                let to = browser.get(path).await.location().to_owned();
                assert_eq!(to == "/account/two-factor", led, "{policy:?} {path} {to}");
            }
            assert_eq!(policy.requires(person.role), led);
        }
    }
    let mut browser = office.with_password(owner).await;
    enrol(&mut browser, PASSWORD).await;
    assert!(browser.get("/").await.is_good());
    let off = browser.post("/account/two-factor/off", &[]).await;
    assert_eq!(off.status, StatusCode::FORBIDDEN, "it is demanded");
    office.demand(MfaPolicy::Nobody).await;
    let off = browser.post("/account/two-factor/off", &[]).await;
    assert_eq!(off.location(), "/account/two-factor");
    assert_eq!(
        office
            .count_mails(owner, "factor authentication is off")
            .await,
        1
    );
    let mut there = office.world.browser("acme");
    assert_eq!(
        office.password(&mut there, owner).await.location(),
        "/account"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_authenticator_is_reset_by_a_permitted_role() {
    let office = TwoFactorScene::new().await;
    let contact = office.contact();
    let mut theirs = office.with_password(contact).await;
    enrol(&mut theirs, PASSWORD).await;
    let client = office.cast.acme.clients[0].id;
    let path = format!("/clients/{client}/people/{}/reset-factor", contact.id);
    let viewer = office.cast.acme.member(TeamRole::Viewer);
    let mut viewers = office
        .world
        .signed_in(&office.cast.acme.workspace, viewer)
        .await;
    assert_eq!(viewers.post(&path, &[]).await.status, StatusCode::FORBIDDEN);
    let mut owners = office.with_password(office.owner()).await;
    let page = owners.get(&format!("/clients/{client}")).await.body;
    assert!(page.contains(&path));
    let reset = owners.post(&path, &[]).await;
    assert_eq!(reset.location(), format!("/clients/{client}"));
    assert!(!theirs.get("/").await.is_good(), "every session ends");
    assert_eq!(
        office
            .count_mails(contact, "authentication was reset")
            .await,
        1
    );
    let mut there = office.world.browser("acme");
    assert_eq!(
        office.password(&mut there, contact).await.location(),
        "/account"
    );
}
