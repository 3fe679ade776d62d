//! Workers that end when a test wants: at any of the calls they make, before it is
//! made or after it was carried out, and whose mail may not be taken.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use adapters::FileClient;
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{
    ConfigBag, Credentials, Intercept, RuntimeComponents, SharedCredentialsProvider,
};
use aws_sdk_dynamodb::error::BoxError;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tests::World;
use web::{App, AwsClients, Renderer};

/// When a worker ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The worker runs to its end.
    Never,
    /// Before its call of this number.
    Before(usize),
    /// After it, before it hears of what came of it.
    After(usize),
}

/// What becomes of a worker.
#[derive(Debug)]
pub(crate) struct CrashPlan {
    end: End,
    calls: AtomicUsize,
    answers: AtomicUsize,
    dead: AtomicBool,
    /// What mail holds that nobody takes.
    refused: Option<&'static str>,
    /// The letters that went out, byte by byte.
    pub(crate) letters: Arc<Mutex<Vec<String>>>,
    /// What each of them was tagged with.
    pub(crate) tags: Mutex<Vec<Vec<(String, String)>>>,
}

impl CrashPlan {
    pub(crate) fn new(end: End, letters: &Arc<Mutex<Vec<String>>>) -> Arc<Self> {
        Self::refusing(end, None, letters)
    }

    pub(crate) fn refusing(
        end: End,
        refused: Option<&'static str>,
        letters: &Arc<Mutex<Vec<String>>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            end,
            calls: AtomicUsize::new(0),
            answers: AtomicUsize::new(0),
            dead: AtomicBool::new(false),
            refused,
            letters: Arc::clone(letters),
            tags: Mutex::default(),
        })
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(SeqCst)
    }

    /// Whether the worker ended early.
    pub(crate) fn is_dead(&self) -> bool {
        self.dead.load(SeqCst)
    }
}

/// Stands in each client's way out. Calls are numbered as they are made.
#[derive(Debug, Clone)]
struct Thread(Arc<CrashPlan>);

impl Intercept for Thread {
    fn name(&self) -> &'static str {
        "Thread"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let fate = &self.0;
        if fate.is_dead() {
            return Err("the worker has ended".into());
        }
        let n = fate.calls.fetch_add(1, SeqCst);
        if fate.end == End::Before(n) {
            fate.dead.store(true, SeqCst);
            return Err("the worker ends".into());
        }
        let body = context.request().body().bytes().unwrap_or_default();
        let mut form = form_urlencoded::parse(body);
        if let Some((_, data)) = form.find(|(name, _)| name == "RawMessage.Data") {
            let tagged = tags(body);
            let letter = BASE64_STANDARD.decode(data.as_bytes())?;
            // Lines of the body as they were before they were cut for the way.
            let letter = String::from_utf8(letter)?;
            let (head, body) = letter.split_once("\r\n\r\n").unwrap_or_default();
            let letter = format!("{head}\r\n\r\n{}", body.replace("=\r\n", ""));
            if fate.refused.is_some_and(|refused| letter.contains(refused)) {
                return Err("nobody takes this mail".into());
            }
            fate.letters.lock().expect("letters").push(letter);
            fate.tags.lock().expect("tags").push(tagged);
        }
        Ok(())
    }

    fn read_after_transmit(
        &self,
        _: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let fate = &self.0;
        let n = fate.answers.fetch_add(1, SeqCst);
        if fate.end == End::After(n) {
            fate.dead.store(true, SeqCst);
        }
        // What was under way when it ended tells nobody anything.
        if fate.is_dead() {
            return Err("the worker ends".into());
        }
        Ok(())
    }
}

/// The message tags of a request to send.
fn tags(body: &[u8]) -> Vec<(String, String)> {
    let field = |n: usize, what: &str| {
        let name = format!("Tags.member.{n}.{what}");
        let mut fields = form_urlencoded::parse(body);
        let found = fields.find(|(known, _)| *known == name);
        found.map(|(_, value)| value.into_owned())
    };
    (1..)
        .map_while(|n| Some((field(n, "Name")?, field(n, "Value")?)))
        .collect()
}

/// What a worker of this fate has in a world.
pub(crate) fn worker_of(world: &World, fate: &Arc<CrashPlan>) -> Arc<App> {
    let at = |url: &str| {
        let credentials = Credentials::new("test", "test", None, None, "worker");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(url)
            .build()
    };
    let thread = || Thread(Arc::clone(fate));
    let others = at(world.others_url());
    let dynamo = aws_sdk_dynamodb::config::Builder::from(&at(&world.table_url));
    let s3 = aws_sdk_s3::config::Builder::from(&others).force_path_style(true);
    let cognito = aws_sdk_cognitoidentityprovider::config::Builder::from(&others);
    let ses = aws_sdk_ses::config::Builder::from(&others);
    let files = FileClient::new(s3.interceptor(thread()), others.credentials_provider());
    let clients = AwsClients {
        dynamo: aws_sdk_dynamodb::Client::from_conf(dynamo.interceptor(thread()).build()),
        s3: files.expect("credentials"),
        cognito: aws_sdk_cognitoidentityprovider::Client::from_conf(
            cognito.interceptor(thread()).build(),
        ),
        ses: aws_sdk_ses::Client::from_conf(ses.interceptor(thread()).build()),
        sts: aws_sdk_sts::Client::new(&others),
    };
    let config = world.app.config.clone();
    let services = web::Services::from_clients(&config, clients).expect("services");
    // Another seed for each, so that no two draw the same id.
    let seed = 7_000 + NTH.fetch_add(1, SeqCst);
    let rng = StdRng::seed_from_u64(seed as u64);
    let renderer = Renderer::new().expect("templates");
    Arc::new(App::new(config, services, renderer, world.clock(), rng))
}

static NTH: AtomicUsize = AtomicUsize::new(0);
