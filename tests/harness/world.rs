//! A world of its own for each test.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use axum::Router;
use domain::person::Person;
use domain::workspace::Workspace;
use jiff::{SignedDuration, Timestamp};
use local::stripe::{Hooks, StripeStandIn};
use local::{Embedded, NAME, Provisioned};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::Value;
use store::{NewSession, Session, sha256_hex};
use web::{App, Clock, Config, Renderer};

use crate::browser::Browser;
use crate::route_groups::route_groups;
use crate::stand_ins;

/// When every world begins: 2026-01-05T09:00:00Z.
pub const START: Timestamp = Timestamp::constant(1_767_603_600, 0);
/// Where pages of any workspace stand, as the bucket knows them.
const ORIGINS: &str = "https://*.portal.example";
/// What every world's randomness follows from.
const SEED: u64 = 20_261_124;

static WORLDS: AtomicU32 = AtomicU32::new(1);

/// The whole product, with nobody in it yet.
pub struct World {
    /// What its process has.
    pub app: Arc<App>,
    /// The service behind its table, for what the product never asks.
    pub dynamo: aws_sdk_dynamodb::Client,
    /// The service behind its files, for the same.
    pub s3: aws_sdk_s3::Client,
    /// Where its table answers.
    pub table_url: String,
    /// The name of its user pool.
    people: String,
    router: Router,
    clock: Arc<Mutex<Timestamp>>,
    stripe: Option<StripeStandIn>,
    _table: Embedded,
}

impl World {
    /// A new one.
    pub async fn new() -> Self {
        Self::with_config(|_| ()).await
    }

    /// A new one with other settings.
    pub async fn with_config(set: impl FnOnce(&mut Config)) -> Self {
        println!("seed {SEED}");
        Self::seeded(SEED, false, set).await
    }

    /// A new one that has Stripe, by a stand-in of its own.
    pub async fn with_stripe() -> Self {
        println!("seed {SEED}");
        Self::seeded(SEED, true, |_| ()).await
    }

    /// One whose ids are drawn by no other.
    pub(crate) async fn isolated() -> Self {
        Self::seeded(SEED - 1, false, |_| ()).await
    }

    async fn seeded(seed: u64, pays: bool, set: impl FnOnce(&mut Config)) -> Self {
        crate::log::start();
        let clock = Arc::new(Mutex::new(START));
        let hands = Arc::clone(&clock);
        let now = Clock::new(move || *hands.lock().expect("the clock"));
        let stripe = if pays {
            Some(crate::stripe_fixture::start(now.clone(), seed).await)
        } else {
            None
        };
        let table = Embedded::memory().await.expect("a table");
        // One mailbox and one set of pools for all worlds of a process, who draw
        // the same ids: each has a sender and a pool of its own.
        let n = WORLDS.fetch_add(1, Relaxed);
        let (sender, people) = (format!("portal-{n}@secportal.example"), format!("pool-{n}"));
        let urls = (table.url.as_str(), stand_ins::url());
        let provisioned = Box::pin(local::provision(urls, &sender, &people, ORIGINS)).await;
        let Provisioned {
            mut services,
            dynamo,
            s3,
            pool,
            mail_from,
            ..
        } = provisioned.expect("services");
        let mut config = Config {
            base_domain: "portal.example".to_owned(),
            scheme: "https".to_owned(),
            host_header: "x-portal-host".to_owned(),
            origin_secrets: Vec::new(),
            secret_key: [7; 32],
            table: NAME.to_owned(),
            bucket: NAME.to_owned(),
            bucket_in_path: true,
            pool,
            mail_from,
            malware_scan: false,
            data_roles: None,
            stripe: stripe.as_ref().map(StripeStandIn::config),
        };
        set(&mut config);
        services.stripe = web::stripe(&config).expect("a way to Stripe");
        let rng = StdRng::seed_from_u64(seed);
        let renderer = Renderer::new().expect("templates");
        let app = Arc::new(App::new(config, services, renderer, now, rng));
        let router = web::router(&app, &route_groups());
        if let Some(stripe) = &stripe {
            stripe.deliver_to(Hooks {
                router: router.clone(),
                host_header: app.config.host_header.clone(),
                host: format!("hooks.{}", app.config.base_domain),
            });
        }
        Self {
            app,
            dynamo,
            s3,
            table_url: table.url.clone(),
            people,
            router,
            clock,
            stripe,
            _table: table,
        }
    }

    /// Its Stripe; only one that was made with it has one.
    pub fn stripe(&self) -> &StripeStandIn {
        self.stripe.as_ref().expect("a world with Stripe")
    }

    /// Where S3, SES and Cognito answer.
    pub fn others_url(&self) -> &'static str {
        stand_ins::url()
    }

    /// The time in it.
    pub fn now(&self) -> Timestamp {
        *self.clock.lock().expect("the clock")
    }

    /// Its clock, for what else runs in it.
    pub fn clock(&self) -> Clock {
        let hands = Arc::clone(&self.clock);
        Clock::new(move || *hands.lock().expect("the clock"))
    }

    /// Lets time go by.
    pub fn advance(&self, by: SignedDuration) {
        *self.clock.lock().expect("the clock") += by;
    }

    /// Another process of the same product, which remembers nothing.
    pub async fn restart(&self) -> Arc<App> {
        let urls = (self.table_url.as_str(), stand_ins::url());
        let config = self.app.config.clone();
        let sender = config.mail_from.as_str();
        let provisioned = local::provision(urls, sender, &self.people, ORIGINS).await;
        let mut services = provisioned.expect("services").services;
        services.stripe = web::stripe(&config).expect("a way to Stripe");
        // Another seed, so that it draws no id that the world has.
        let rng = StdRng::seed_from_u64(SEED + 1);
        let renderer = Renderer::new().expect("templates");
        Arc::new(App::new(config, services, renderer, self.clock(), rng))
    }

    /// Somebody's browser, at the address of a workspace.
    pub fn browser(&self, slug: &str) -> Browser {
        Browser::new(Arc::clone(&self.app), self.router.clone(), slug)
    }

    /// The browser of somebody who is signed in.
    pub async fn signed_in(&self, workspace: &Workspace, person: &Person) -> Browser {
        let secret = self.app.new_secret();
        self.session(workspace, person, &sha256_hex(&secret), self.now())
            .await;
        let mut browser = self.browser(workspace.slug.as_str());
        browser.cookies.insert("__Host-sid".to_owned(), secret);
        browser
    }

    /// Opens a session for somebody, at `at`, without a word in the audit log.
    pub async fn session(
        &self,
        workspace: &Workspace,
        person: &Person,
        hash: &str,
        at: Timestamp,
    ) -> Session {
        let opening = NewSession {
            is_recorded: false,
            ..NewSession::with_password(workspace.id, &workspace.slug, hash, at)
        };
        let opened = self.app.directory().open_session(person, &opening).await;
        opened.expect("a session").expect("no code was used")
    }

    /// Every item of the table but rate counters, which count refusals too.
    pub async fn dump(&self) -> BTreeMap<(String, String), Value> {
        let mut dump = BTreeMap::new();
        for item in self.items().await {
            let key = |name: &str| item[name].as_s().expect("a string").clone();
            let key = (key("pk"), key("sk"));
            dump.insert(key, serde_dynamo::from_item(item).expect("an item"));
        }
        dump.retain(|(pk, _), _| !pk.starts_with("RL#"));
        dump
    }

    /// Every item of the table.
    pub(crate) async fn items(&self) -> Vec<HashMap<String, AttributeValue>> {
        #[expect(clippy::disallowed_methods, reason = "a test looks at everything")]
        let scan = self.dynamo.scan().table_name(NAME);
        let items = scan.into_paginator().items().send().try_collect().await;
        items.expect("the table")
    }

    /// Leaves nothing to be told of what was done until now.
    pub async fn clear_notifications(&self) {
        for ((pk, sk), item) in self.dump().await {
            let gathered = sk.starts_with("BATCH#") || sk.starts_with("M#");
            let waits = item.get("notify").is_some() || item.get("gather").is_some();
            if (pk.contains("#INBOX#") && gathered) || (pk.ends_with("#OUT") && waits) {
                let text = AttributeValue::S;
                let request = self.dynamo.delete_item().table_name(NAME);
                let request = request.key("pk", text(pk)).key("sk", text(sk));
                request.send().await.expect("forgotten");
            }
        }
    }

    /// Deletes what is past its time, as DynamoDB does by and by.
    pub async fn delete_expired(&self) {
        let now = self.now().as_second();
        for ((pk, sk), item) in self.dump().await {
            if item["ttl"].as_i64().is_some_and(|ttl| ttl < now) {
                let text = AttributeValue::S;
                let request = self.dynamo.delete_item().table_name(NAME);
                let request = request.key("pk", text(pk)).key("sk", text(sk));
                request.send().await.expect("deleted");
            }
        }
    }

    /// The mail that was sent to an address, as the stand-in tells of it.
    pub async fn mail_to(&self, address: &str) -> Vec<Value> {
        let url = format!("{}/_ministack/ses/messages", stand_ins::url());
        let answer = local::http_fetch::get(&url).await.expect("the mailbox");
        let answer: Value = serde_json::from_slice(&answer).expect("its letters");
        let sent = answer["messages"].as_object().expect("by region").values();
        let letters = sent.flat_map(|some| some.as_array().cloned().unwrap_or_default());
        letters
            .filter(|letter| letter["Source"] == self.app.config.mail_from.as_str())
            .filter(|letter| letter["To"].to_string().contains(address))
            .collect()
    }
}
