//! IAM isolation, put around the functions: each request to AWS is held
//! to the policy of the role that signed it, and STS gives a tenant's credentials
//! as the roles' trust policies say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

use adapters::FileClient;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{
    ConfigBag, Credentials, Intercept, RuntimeComponents, SharedCredentialsProvider,
};
use aws_sdk_dynamodb::error::BoxError;
use axum::body::Bytes;
use axum::extract::{Path, Query, RawQuery, State};
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::{HeaderMap, StatusCode};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::Value;
use tests::function::FUNCTIONS;
use tests::{CONTENT, World};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use web::{App, AwsClients, Renderer};

use crate::policy_evaluation::{Grant, Policy, Request, role_arn};

/// As whom the stand-ins want requests to be signed.
const STAND_IN: &str = "test";
/// The guard of all requests.
#[derive(Debug)]
pub(crate) struct PolicyGuard {
    policies: BTreeMap<String, Policy>,
    /// What was used of the policies.
    pub(crate) used: Mutex<BTreeSet<Grant>>,
    /// What was refused.
    pub(crate) refused: Mutex<Vec<String>>,
    /// Sessions of roles that were given, as `<role>.<ws>.<cl>`.
    pub(crate) assumed: Mutex<Vec<String>>,
    /// Processes that it has watched.
    processes: AtomicU64,
}

impl PolicyGuard {
    pub(crate) fn new() -> Self {
        let names = FUNCTIONS.iter().chain(&[
            "team-data",
            "portal-data",
            "team-data.trust",
            "portal-data.trust",
        ]);
        let policies = names.map(|name| ((*name).to_owned(), Policy::read(name)));
        Self {
            policies: policies.collect(),
            used: Mutex::default(),
            refused: Mutex::default(),
            assumed: Mutex::default(),
            processes: AtomicU64::default(),
        }
    }

    /// Whether one who signs as `key` may: a function by its name, or a session
    /// of a role.
    fn check(&self, key: &str, action: &str, resource: &str, keys: Option<Vec<String>>) -> bool {
        let (role, tags) = key.split_once('.').unwrap_or((key, ""));
        let mut context = tagged("aws:PrincipalTag/", tags);
        if let Some(keys) = keys {
            context.insert("dynamodb:LeadingKeys".to_owned(), keys);
        }
        let request = Request {
            principal: role_arn(role),
            action: action.to_owned(),
            resource: resource.to_owned(),
            context,
        };
        let policy = self.policies.get(role);
        self.noted(policy, &request)
    }

    /// Whether `role` may be assumed by the function `caller` with these tags.
    fn may_assume(&self, caller: &str, role: &str, tags: &BTreeMap<String, String>) -> bool {
        let mut context = BTreeMap::from([(
            "aws:TagKeys".to_owned(),
            tags.keys().cloned().collect::<Vec<_>>(),
        )]);
        for (key, value) in tags {
            context.insert(format!("aws:RequestTag/{key}"), vec![value.clone()]);
        }
        ["sts:AssumeRole", "sts:TagSession"].iter().all(|action| {
            let request = Request {
                principal: role_arn(caller),
                action: (*action).to_owned(),
                resource: role_arn(role),
                context: context.clone(),
            };
            let trust = self.policies.get(&format!("{role}.trust"));
            let trusted = trust.is_some_and(|trust| !trust.allows(&request).is_empty());
            trusted && self.check(caller, action, &role_arn(role), None)
        })
    }

    fn noted(&self, policy: Option<&Policy>, request: &Request) -> bool {
        let grants = policy.map(|policy| policy.allows(request));
        let grants = grants.unwrap_or_default();
        if grants.is_empty() {
            self.refused
                .lock()
                .expect("refused")
                .push(format!("{request:?}"));
            return false;
        }
        self.used.lock().expect("used").extend(grants);
        true
    }
}

fn tagged(prefix: &str, tags: &str) -> BTreeMap<String, Vec<String>> {
    let values = tags.split('.').filter(|tag| !tag.is_empty());
    let tags = ["ws", "cl"].into_iter().zip(values);
    tags.map(|(key, value)| (format!("{prefix}{key}"), vec![value.to_owned()]))
        .collect()
}

/// Stands in each client's way out. The stand-ins take requests only that are
/// signed as theirs: to them the function goes by its name here.
#[derive(Debug, Clone)]
struct Guard {
    warden: Arc<PolicyGuard>,
    name: String,
}

impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "Guard"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let header = |name: &str| request.headers().get(name).unwrap_or_default();
        if request.uri().contains("X-Amz-Signature=") {
            // An address that is signed for others: whoever uses it is judged then.
            return Ok(());
        }
        let (mut key, service) = signer(header("authorization"));
        if key == STAND_IN {
            key.clone_from(&self.name);
        }
        let body = request.body().bytes().unwrap_or_default();
        let operation = header("x-amz-target").rsplit('.').next();
        let operation = operation.unwrap_or_default();
        // These go by the person's own token, which IAM isn't asked about.
        if ["AssociateSoftwareToken", "VerifySoftwareToken"].contains(&operation) {
            return Ok(());
        }
        for (action, resource, keys) in match service.as_str() {
            "dynamodb" => table(operation, &serde_json::from_slice(body)?),
            "cognito-idp" => vec![(format!("cognito-idp:{operation}"), "arn:pool".into(), None)],
            "s3" => bucket(request.method(), request.uri(), header("x-amz-copy-source"))?,
            "ses" => {
                let mut form = form_urlencoded::parse(body);
                let action = form.find(|(name, _)| name == "Action");
                let action = action.map(|(_, value)| value).unwrap_or_default();
                vec![(format!("ses:{action}"), "arn:mail".into(), None)]
            }
            _ => vec![(service, String::new(), None)],
        } {
            if !self.warden.check(&key, &action, &resource, keys) {
                return Err(format!("{key} may not {action}").into());
            }
        }
        Ok(())
    }
}

/// Who signed, and for which service.
fn signer(authorization: &str) -> (String, String) {
    let credential = authorization.split_once("Credential=");
    let mut parts = credential.map(|(_, rest)| rest.split('/'));
    let mut part = |n| parts.as_mut().and_then(|parts| parts.nth(n));
    let key = part(0).unwrap_or_default().to_owned();
    (key, part(2).unwrap_or_default().to_owned())
}

/// What a call of the bucket is to IAM; a copy is a read of what is copied too.
fn bucket(method: &str, uri: &str, copied: &str) -> Result<Vec<AccessRequest>, BoxError> {
    let uri = uri.parse::<http::Uri>()?;
    let tags = uri.query().is_some_and(|query| query.contains("tagging"));
    if uri
        .query()
        .is_some_and(|query| query.contains("list-type=2"))
    {
        return Ok(vec![(
            "s3:ListBucket".to_owned(),
            "arn:bucket".to_owned(),
            None,
        )]);
    }
    let verb = match method {
        "PUT" => "PutObject",
        "DELETE" => "DeleteObject",
        _ if tags => "GetObjectTagging",
        _ => "GetObject",
    };
    let path = uri.path();
    let object = path.strip_prefix("/secportal").unwrap_or_default();
    let mut asked = vec![(format!("s3:{verb}"), format!("arn:bucket{object}"), None)];
    if let Some(from) = copied.strip_prefix("secportal") {
        let from = form_urlencoded::parse(from.as_bytes()).next();
        let from = from.map(|(from, _)| from.into_owned()).unwrap_or_default();
        asked.push(("s3:GetObject".to_owned(), format!("arn:bucket{from}"), None));
    }
    Ok(asked)
}

/// What is sent by a form of the bucket's, as IAM judges it: by whoever signed it.
pub(crate) fn sent_by(warden: &PolicyGuard, fields: &Value) -> bool {
    let field = |name: &str| fields[name].as_str().expect("a field");
    let key = field("x-amz-credential").split('/').next();
    let object = format!("arn:bucket/{}", field("key"));
    warden.check(key.expect("a key"), "s3:PutObject", &object, None)
}

/// What is fetched by a signed address, as IAM judges it: by whoever signed it.
pub(crate) fn fetched_by(warden: &PolicyGuard, address: &str) -> bool {
    let uri: http::Uri = address.parse().expect("an address");
    let query = uri.query().unwrap_or_default();
    let mut query = form_urlencoded::parse(query.as_bytes());
    let credential = query.find(|(name, _)| name == "X-Amz-Credential");
    let credential = credential.expect("signed").1;
    let key = credential.split('/').next().expect("a key");
    let object = uri.path().strip_prefix("/secportal").expect("the bucket");
    warden.check(key, "s3:GetObject", &format!("arn:bucket{object}"), None)
}

type AccessRequest = (String, String, Option<Vec<String>>);

/// What a call of the table is to IAM. Of a transaction each kind of write is
/// judged with the partitions of all of that kind.
fn table(operation: &str, body: &Value) -> Vec<AccessRequest> {
    let pk = |key: &Value| key["pk"]["S"].as_str().expect("a key").to_owned();
    let asked = |name: &str, keys| (format!("dynamodb:{name}"), "arn:table".to_owned(), keys);
    match operation {
        "GetItem" | "UpdateItem" => vec![asked(operation, Some(vec![pk(&body["Key"])]))],
        "Query" => {
            let pk = &body["ExpressionAttributeValues"][":pk"]["S"];
            let pk = pk.as_str().expect("a partition").to_owned();
            let index = body["IndexName"].as_str();
            let resource = index.map_or("arn:table".to_owned(), |index| {
                format!("arn:table/index/{index}")
            });
            vec![("dynamodb:Query".to_owned(), resource, Some(vec![pk]))]
        }
        "TransactGetItems" => {
            let reads = body["TransactItems"].as_array().expect("reads").iter();
            let keys = reads.map(|read| pk(&read["Get"]["Key"])).collect();
            vec![asked("GetItem", Some(keys))]
        }
        "TransactWriteItems" => {
            let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for write in body["TransactItems"].as_array().expect("writes") {
                let (kind, write) = write
                    .as_object()
                    .and_then(|w| w.iter().next())
                    .expect("one");
                let key = if kind == "Put" { "Item" } else { "Key" };
                kinds.entry(kind).or_default().push(pk(&write[key]));
            }
            let kinds = kinds.into_iter();
            kinds
                .map(|(kind, keys)| asked(&format!("{kind}Item"), Some(keys)))
                .collect()
        }
        // Without the keys that it would need, nothing allows it.
        _ => vec![asked(operation, None)],
    }
}

/// A stand-in for STS that holds to the roles' trust policies, and for S3, which
/// must take what is signed with what it gave.
pub(crate) struct Sts {
    url: String,
    _server: JoinSet<()>,
}

impl Sts {
    pub(crate) async fn start(warden: &Arc<PolicyGuard>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let sts = Router::new()
            .route("/", post(assume))
            .route("/secportal", get(list))
            .route("/secportal/", get(list))
            .route(
                "/secportal/{*key}",
                get(object).put(stored).delete(async || ()),
            )
            .layer(Extension(StoredObjects::default()))
            .with_state(Arc::clone(warden));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, sts).await.expect("it serves") });
        Self {
            url,
            _server: server,
        }
    }
}

/// What was put, by its key.
type StoredObjects = Arc<Mutex<BTreeMap<String, Bytes>>>;

/// What was put; otherwise what the cast's files hold; or its tags.
async fn object(
    Extension(kept): Extension<StoredObjects>,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> ([(&'static str, &'static str); 1], Bytes) {
    let kept = kept.lock().expect("kept").get(&key).cloned();
    let content = kept.unwrap_or(Bytes::from_static(CONTENT.as_bytes()));
    let tags = "<Tagging><TagSet><Tag><Key>GuardDutyMalwareScanStatus</Key>\
        <Value>NO_THREATS_FOUND</Value></Tag></TagSet></Tagging>";
    let wanted = query.is_some_and(|query| query.contains("tagging"));
    let tags = Bytes::from_static(tags.as_bytes());
    ([("etag", "\"e\"")], if wanted { tags } else { content })
}

/// Whatever is asked for is there.
async fn list(Query(query): Query<BTreeMap<String, String>>) -> String {
    let key = &query["prefix"];
    format!("<ListBucketResult><Contents><Key>{key}</Key></Contents></ListBucketResult>")
}

async fn stored(
    Extension(kept): Extension<StoredObjects>,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> &'static str {
    let copied = headers.contains_key("x-amz-copy-source");
    if !copied {
        kept.lock().expect("kept").insert(key, body);
    }
    let answer = "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>";
    if copied { answer } else { "" }
}

async fn assume(
    State(warden): State<Arc<PolicyGuard>>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, String) {
    let fields: BTreeMap<String, String> = form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect();
    let (caller, _) = signer(headers["authorization"].to_str().expect("text"));
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let role = field("RoleArn").replace(&role_arn(""), "");
    let tags: BTreeMap<_, _> = (1..)
        .map(|n| format!("Tags.member.{n}."))
        .map_while(|tag| {
            Some((
                fields.get(&format!("{tag}Key"))?,
                fields.get(&format!("{tag}Value"))?,
            ))
        })
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if field("DurationSeconds") != "3600" || !warden.may_assume(&caller, &role, &tags) {
        let refused = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
            <Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>";
        return (StatusCode::FORBIDDEN, refused.to_owned());
    }
    let tags = ["ws", "cl"].iter().filter_map(|key| tags.get(*key));
    let key = tags.fold(role, |key, tag| format!("{key}.{tag}"));
    warden.assumed.lock().expect("assumed").push(key.clone());
    let given = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>\
         </AssumeRoleResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>\
         </AssumeRoleResponse>"
    );
    (StatusCode::OK, given)
}

/// What a function has in a world, under IAM isolation. `scoped` is whether its
/// tenants' data is reached by roles.
pub(crate) fn function(
    world: &World,
    warden: &Arc<PolicyGuard>,
    sts: &Sts,
    name: &str,
    scoped: bool,
) -> Arc<App> {
    let at = |url: &str, key: &str| {
        let credentials = Credentials::new(key, STAND_IN, None, None, "function");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(url)
            .build()
    };
    let guard = || Guard {
        warden: Arc::clone(warden),
        name: name.to_owned(),
    };
    let others = at(world.others_url(), STAND_IN);
    let dynamo = aws_sdk_dynamodb::config::Builder::from(&at(&world.table_url, name));
    let s3 = aws_sdk_s3::config::Builder::from(&at(&sts.url, name)).force_path_style(true);
    let cognito = aws_sdk_cognitoidentityprovider::config::Builder::from(&others);
    let ses = aws_sdk_ses::config::Builder::from(&others);
    let clients = AwsClients {
        dynamo: aws_sdk_dynamodb::Client::from_conf(dynamo.interceptor(guard()).build()),
        s3: FileClient::new(
            s3.interceptor(guard()),
            at(&sts.url, name).credentials_provider(),
        )
        .expect("credentials"),
        cognito: aws_sdk_cognitoidentityprovider::Client::from_conf(
            cognito.interceptor(guard()).build(),
        ),
        ses: aws_sdk_ses::Client::from_conf(ses.interceptor(guard()).build()),
        sts: aws_sdk_sts::Client::new(&at(&sts.url, name)),
    };
    let mut config = world.app.config.clone();
    config.malware_scan = true;
    config.data_roles = scoped.then(|| web::RoleArns {
        team: role_arn("team-data"),
        portal: role_arn("portal-data"),
    });
    let services = web::Services::from_clients(&config, clients).expect("services");
    // A seed of its own for each, so that no two draw the same id.
    let rng = StdRng::seed_from_u64(warden.processes.fetch_add(1, Relaxed));
    let renderer = Renderer::new().expect("templates");
    Arc::new(App::new(config, services, renderer, world.clock(), rng))
}
