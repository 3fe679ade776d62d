//! The template that is deployed says what the code and the tests go by: the routes
//! of `ROUTES`, the policies that `fenced.rs` runs the functions behind, the settings
//! that `Config` reads.
//!
//! Least privilege has two sides, and both are derived. What the functions call is
//! what `fenced.rs` sees them call behind `infra/policies`: nothing there may be
//! refused, and nothing granted may go unused. That the template grants exactly these
//! policies, to exactly these roles, is held here.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use tests::function::FUNCTIONS;
use tests::function_routes;
use web::Config;

use crate::golden;
use crate::source::workspace_root;

/// Settings that a deployed function leaves as they are by themselves.
const UNSET: [&str; 4] = ["BUCKET_IN_PATH", "HOST_HEADER", "SCHEME", "STRIPE_API_URL"];

fn read(path: &str) -> String {
    std::fs::read_to_string(workspace_root().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

struct Template(Value);

impl Template {
    fn new() -> Self {
        Self(serde_json::from_str(&read("infra/template.json")).expect("JSON"))
    }

    fn resources(&self) -> &Map<String, Value> {
        self.0["Resources"].as_object().expect("resources")
    }

    fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let found = self.resources().iter();
        let found = found.filter(move |(_, one)| one["Type"] == kind);
        found.map(|(name, one)| (name.as_str(), &one["Properties"]))
    }

    fn properties(&self, name: &str) -> &Value {
        &self.resources()[name]["Properties"]
    }
}

/// A value with `CloudFormation`'s functions as text, `${Name.Attribute}`; of a choice
/// the part for when its condition holds, if `held`, or else the other one.
fn flat(value: &Value, held: bool) -> Value {
    let text = |text: &Value| text.as_str().expect("text").to_owned();
    match value {
        Value::Array(all) => all.iter().map(|one| flat(one, held)).collect(),
        Value::Object(all) if all.len() == 1 => {
            let (function, given) = all.iter().next().expect("one");
            match function.as_str() {
                "Ref" => json!(format!("${{{}}}", text(given))),
                "Fn::GetAtt" => json!(format!("${{{}.{}}}", text(&given[0]), text(&given[1]))),
                "Fn::If" => flat(&given[if held { 1 } else { 2 }], held),
                "Fn::Sub" if given.is_string() => json!(text(given).replace("${!", "${")),
                "Fn::Sub" => {
                    let inner = flat(&given[1]["It"], held);
                    let whole = text(&given[0]).replace("${It}", &text(&inner));
                    json!(whole.replace("${!", "${"))
                }
                _ => json!({ function.clone(): flat(given, held) }),
            }
        }
        Value::Object(all) => {
            let all = all.iter();
            all.map(|(key, one)| (key.clone(), flat(one, held)))
                .collect()
        }
        other => other.clone(),
    }
}

/// A policy of `infra/policies` as the template should have it.
fn policy(name: &str, table: &str) -> Value {
    let arn = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}";
    let mail = format!(r#"{arn}:identity/${{MailDomain}}", "{arn}:configuration-set/${{MailSet}}"#);
    let mut text = read(&format!("infra/policies/{name}.json"))
        .replace("${TableArn}", table)
        .replace("${BucketArn}", "${Files.Arn}")
        .replace("${UserPoolArn}", "${UserPool.Arn}")
        .replace("${MailIdentityArn}", &mail)
        .replace("${MailReportsArn}", "${MailReports.Arn}");
    for role in FUNCTIONS.iter().chain(&["team-data", "portal-data"]) {
        let role = title(role);
        text = text.replace(
            &format!("${{{role}RoleArn}}"),
            &format!("${{{role}Role.Arn}}"),
        );
    }
    serde_json::from_str(&text).expect("JSON")
}

fn title(name: &str) -> String {
    let words = name.split('-');
    words
        .map(|word| word[..1].to_uppercase() + &word[1..])
        .collect()
}

#[test]
fn template_has_exactly_the_routes_of_the_code() {
    let rows = function_routes().flat_map(|(name, routes)| {
        let line = move |route: &web::Route| format!("{name} {} {}", route.method, route.path);
        routes.iter().map(line)
    });
    let rows: Vec<_> = rows.collect();
    let list = workspace_root().join("infra/routes.txt");
    golden::assert_golden(&list.to_string_lossy(), &(rows.join("\n") + "\n"));

    let template = Template::new();
    let integrations: BTreeMap<_, _> = FUNCTIONS
        .iter()
        .map(|name| {
            (
                format!("integrations/${{{}Integration}}", title(name)),
                *name,
            )
        })
        .collect();
    let mut there = BTreeSet::new();
    for (_, route) in template.of("AWS::ApiGatewayV2::Route") {
        let target = flat(&route["Target"], false);
        let name = integrations[target.as_str().expect("a target")];
        let key = route["RouteKey"].as_str().expect("a key");
        assert!(there.insert(format!("{name} {key}")), "{key} twice");
    }
    let mut wanted: BTreeSet<_> = rows.into_iter().collect();
    // What nobody serves gets the product's own page for that.
    wanted.insert("dashboard $default".to_owned());
    let lacks: Vec<_> = wanted.difference(&there).collect();
    let more: Vec<_> = there.difference(&wanted).collect();
    assert!(
        lacks.is_empty() && more.is_empty(),
        "run `make template`: it lacks {lacks:?}, and has {more:?}"
    );
    // Routes of one API that Amazon lets an account have.
    assert!(there.len() < 300, "{} routes", there.len());
    for (name, given) in template.of("AWS::ApiGatewayV2::Integration") {
        let function = name.replace("Integration", "Function.Arn");
        assert_eq!(
            flat(&given["IntegrationUri"], false),
            format!("${{{function}}}")
        );
    }
}

#[test]
fn each_function_is_deployed_with_its_own_role() {
    let folders = std::fs::read_dir(workspace_root().join("functions")).expect("functions");
    let folders = folders.map(|folder| {
        folder
            .expect("one")
            .file_name()
            .into_string()
            .expect("text")
    });
    let folders: BTreeSet<_> = folders.collect();
    assert_eq!(folders, FUNCTIONS.map(str::to_owned).into());
    let template = Template::new();
    let deployed: BTreeSet<_> = template
        .of("AWS::Serverless::Function")
        .map(|(name, _)| name.to_owned())
        .collect();
    let wanted = FUNCTIONS.map(|name| format!("{}Function", title(name)));
    assert_eq!(deployed, wanted.into());
    for name in FUNCTIONS {
        let function = template.properties(&format!("{}Function", title(name)));
        let role = format!("${{{}Role.Arn}}", title(name));
        assert_eq!(flat(&function["Role"], false), role);
        assert_eq!(
            flat(&function["Architectures"], false),
            json!(["${Architecture}"])
        );
        // The handler tells the program which function it is.
        assert_eq!(function["Handler"], name);
    }
}

#[test]
fn template_roles_grant_exactly_the_tested_policies() {
    let template = Template::new();
    let arn = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}";
    let restored = format!("{arn}:table/${{RestoredTable}}");
    let mut roles = BTreeSet::from(["MalwareRole".to_owned()]);
    for name in FUNCTIONS.iter().chain(&["team-data", "portal-data"]) {
        let own = title(name);
        let attached = template.properties(&format!("{own}Policy"));
        assert_eq!(
            flat(&attached["Roles"], false),
            json!([format!("${{{own}Role}}")])
        );
        for (held, table) in [(false, "${Table.Arn}"), (true, restored.as_str())] {
            let mut wanted = policy(name, table);
            let statements = wanted["Statement"].as_array_mut().expect("statements");
            let extra = |sid: &str, actions: &[&str], resource: String| json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": [resource] });
            if FUNCTIONS.contains(name) {
                let logs = ["logs:CreateLogStream", "logs:PutLogEvents"];
                statements.push(extra("Logs", &logs, format!("${{{own}Logs.Arn}}")));
            }
            if *name == "worker" {
                let failed = "${Failed.Arn}".to_owned();
                statements.push(extra("Failed", &["sqs:SendMessage"], failed));
            }
            assert_eq!(flat(&attached["PolicyDocument"], held), wanted, "{name}");
        }
        let trust = template.properties(&format!("{own}Role"));
        let trust = flat(&trust["AssumeRolePolicyDocument"], false);
        if FUNCTIONS.contains(name) {
            let lambda = &trust["Statement"][0]["Principal"]["Service"];
            assert_eq!(lambda, "lambda.amazonaws.com", "{name}");
        } else {
            assert_eq!(trust, policy(&format!("{name}.trust"), ""), "{name}");
        }
        roles.insert(format!("{own}Role"));
    }
    let there: BTreeSet<_> = template
        .of("AWS::IAM::Role")
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_eq!(there, roles);
    assert_eq!(template.of("AWS::IAM::Policy").count(), roles.len() - 1);
    for (name, role) in template.of("AWS::IAM::Role") {
        assert!(role["ManagedPolicyArns"].is_null(), "{name}");
        assert!(
            role["Policies"].is_null() || name == "MalwareRole",
            "{name}"
        );
    }
}

/// Every statement that stands somewhere in a value.
fn statements<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| statements(one, found)),
        Value::Object(all) => {
            if all.contains_key("Effect") {
                found.push(value);
            }
            all.values().for_each(|one| statements(one, found));
        }
        _ => (),
    }
}

#[test]
fn policies_use_no_wildcard_where_a_name_fits() {
    let template = Template::new();
    let mut all = Vec::new();
    statements(&template.0, &mut all);
    assert!(all.len() > 60, "{}", all.len());
    for one in all {
        if one["Effect"] == "Deny" {
            continue;
        }
        let text = |value: Value| -> Vec<String> {
            match value {
                Value::Array(all) => all
                    .iter()
                    .map(|one| one.as_str().expect("text").into())
                    .collect(),
                Value::String(one) => vec![one],
                _ => vec![],
            }
        };
        let actions = text(flat(&one["Action"], false));
        assert!(
            !actions.is_empty() && actions.iter().all(|action| !action.contains('*')),
            "{one}"
        );
        assert!(
            !actions.iter().any(|action| action == "dynamodb:Scan"),
            "{one}"
        );
        for resource in text(flat(&one["Resource"], false)) {
            let (named, _) = resource.split_once('*').unwrap_or((&resource, ""));
            assert!(
                named.contains("${") && !named.ends_with("${AWS::AccountId}:"),
                "{one}"
            );
        }
        assert_ne!(one["Principal"], "*", "{one}");
    }
}

#[test]
fn function_environment_holds_exactly_the_settings_read() {
    let template = Template::new();
    for name in FUNCTIONS {
        let function = template.properties(&format!("{}Function", title(name)));
        let told = function["Environment"]["Variables"]
            .as_object()
            .expect("settings");
        let asked = RefCell::new(BTreeSet::new());
        let config = Config::read(|setting| {
            asked.borrow_mut().insert(setting);
            let value = told.get(setting).map(|value| flat(value, false));
            let value = value.map(|value| value.as_str().expect("text").to_owned());
            match setting {
                "SECRET_KEY" => {
                    value.map(|_| "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".to_owned())
                }
                "STRIPE_FEE_PERCENT" => value.map(|_| "1.5".to_owned()),
                "MAIL_FROM" => value.map(|from| from.replace("${MailDomain}", "portal.example")),
                _ => value,
            }
        });
        let config = config.unwrap_or_else(|missing| panic!("{name}: {missing}"));
        assert!(config.data_roles.is_some() && config.origin_secrets.len() == 2);
        let mut known: BTreeSet<_> = told.keys().map(String::as_str).collect();
        known.extend(UNSET);
        assert_eq!(asked.into_inner(), known, "{name}");
    }
}

#[test]
fn table_and_bucket_are_encrypted_versioned_and_protected() {
    let template = Template::new();
    let table = template.properties("Table");
    let shape: Value = serde_json::from_str(&read("infra/table.json")).expect("JSON");
    for part in [
        "BillingMode",
        "AttributeDefinitions",
        "KeySchema",
        "GlobalSecondaryIndexes",
    ] {
        assert_eq!(table[part], shape[part], "{part}");
    }
    assert_eq!(
        table["StreamSpecification"]["StreamViewType"],
        "NEW_AND_OLD_IMAGES"
    );
    assert_eq!(
        table["TimeToLiveSpecification"],
        json!({ "AttributeName": "ttl", "Enabled": true })
    );
    assert_eq!(
        table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
        true
    );
    assert_eq!(table["SSESpecification"]["SSEEnabled"], true);
    assert_eq!(flat(&table["DeletionProtectionEnabled"], true), true);
    assert_eq!(template.0["Parameters"]["KeepData"]["Default"], "true");
    for name in ["Table", "Files", "UserPool"] {
        for when in ["DeletionPolicy", "UpdateReplacePolicy"] {
            assert_eq!(template.resources()[name][when], "Retain", "{name}");
        }
    }
    for (name, bucket) in template.of("AWS::S3::Bucket") {
        let closed = bucket["PublicAccessBlockConfiguration"]
            .as_object()
            .expect("closed");
        assert!(
            closed.len() == 4 && closed.values().all(|one| one == true),
            "{name}"
        );
        assert_eq!(
            bucket["VersioningConfiguration"]["Status"], "Enabled",
            "{name}"
        );
        assert!(
            bucket["BucketEncryption"].is_object() && bucket["LifecycleConfiguration"].is_object()
        );
        let guard = template.properties(&format!("{name}Policy"));
        let tls = &guard["PolicyDocument"]["Statement"][0];
        assert_eq!(tls["Effect"], "Deny", "{name}");
        assert_eq!(
            tls["Condition"],
            json!({ "Bool": { "aws:SecureTransport": "false" } })
        );
        assert_eq!(flat(&tls["Resource"][0], false), format!("${{{name}.Arn}}"));
    }
    let pool = template.properties("UserPool");
    let least = &pool["Policies"]["PasswordPolicy"]["MinimumLength"];
    assert_eq!(*least, domain::password::MIN);
    assert_eq!(
        pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"],
        true
    );
}

/// The log of the API must not hold addresses: some are secrets.
#[test]
fn access_logs_hold_no_viewer_address() {
    let template = Template::new();
    let format = template.properties("Stage")["AccessLogSettings"]["Format"].as_str();
    let format = format.expect("a format");
    assert!(format.contains("$context.routeKey"));
    for telling in [
        "path",
        "httpMethod",
        "protocol",
        "identity",
        "domain",
        "authorizer",
    ] {
        assert!(!format.contains(telling), "{telling} in {format}");
    }
    let distribution = &template.properties("Distribution")["DistributionConfig"];
    assert!(distribution["Logging"].is_null());
}

#[test]
fn distribution_sends_the_headers_functions_read() {
    let template = Template::new();
    let distribution = flat(template.properties("Distribution"), true);
    let origin = &distribution["DistributionConfig"]["Origins"][0]["OriginCustomHeaders"][0];
    assert_eq!(origin["HeaderName"], web::lambda::SECRET);
    let code = &template.properties("Viewer")["FunctionCode"];
    assert_eq!(*code, read("infra/edge/viewer.js"));
    let code = code.as_str().expect("code");
    for header in [web::lambda::VIEWER, "x-portal-host"] {
        assert!(
            code.contains(&format!("headers[\"{header}\"] = ")),
            "{header}"
        );
    }
}

#[test]
fn every_alarm_has_a_target_and_its_metric_is_logged() {
    let template = Template::new();
    let mut watched = BTreeSet::new();
    for (name, alarm) in template.of("AWS::CloudWatch::Alarm") {
        assert_eq!(
            flat(&alarm["AlarmActions"], false),
            json!(["${Alarms}"]),
            "{name}"
        );
        if alarm["Namespace"] == "SecPortal" {
            watched.insert(alarm["MetricName"].as_str().expect("a name").to_owned());
        }
    }
    for name in FUNCTIONS {
        for kind in ["Fails", "Throttled"] {
            assert!(
                template
                    .resources()
                    .contains_key(&format!("{}{kind}", title(name)))
            );
        }
    }
    let board = flat(&template.properties("Dashboard")["DashboardBody"], false);
    let board: Value = serde_json::from_str(board.as_str().expect("text")).expect("JSON");
    for widget in board["widgets"].as_array().expect("widgets") {
        for metric in widget["properties"]["metrics"].as_array().expect("metrics") {
            if metric[0] == "SecPortal" {
                assert_eq!(metric[2], "function");
                watched.insert(metric[1].as_str().expect("a name").to_owned());
            }
        }
    }
    let logged = web::log::METRICS.map(|(name, _)| name.to_owned());
    assert_eq!(
        watched,
        logged.into(),
        "each is watched, and what is watched is logged"
    );
}
