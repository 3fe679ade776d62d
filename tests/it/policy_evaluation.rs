//! What IAM would say, as far as the policies of `infra/policies` go: whatever
//! they hold beyond that ends the test.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use tests::function::FUNCTIONS;

/// What placeholders of the policies stand for; a deployment puts names there.
pub(crate) const NAMES: [(&str, &str); 5] = [
    ("${TableArn}", "arn:table"),
    ("${BucketArn}", "arn:bucket"),
    ("${UserPoolArn}", "arn:pool"),
    ("${MailIdentityArn}", "arn:mail"),
    ("${MailReportsArn}", "arn:reports"),
];

/// A policy document.
#[derive(Debug)]
pub(crate) struct Policy {
    name: String,
    statements: Vec<Statement>,
}

#[derive(Debug)]
struct Statement {
    sid: String,
    principals: Option<Vec<String>>,
    actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<(String, String, Vec<String>)>,
}

/// What is asked: by whom, what, of what, and what is known of it by
/// condition key. A key that isn't there is an absent one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) principal: String,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) context: BTreeMap<String, Vec<String>>,
}

/// A piece of a policy that something is allowed by: the policy, the statement,
/// the action, and a resource or the pattern of a partition.
pub(crate) type Grant = (String, String, String, String);

const PARTITIONS: &str = "dynamodb:LeadingKeys";

impl Policy {
    /// The file `infra/policies/<name>.json`.
    pub(crate) fn read(name: &str) -> Self {
        let file = format!("../infra/policies/{name}.json");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(&path).expect("a policy");
        Self::parse(name, &text)
    }

    pub(crate) fn parse(name: &str, text: &str) -> Self {
        let mut text = text.to_owned();
        for (placeholder, value) in NAMES {
            text = text.replace(placeholder, value);
        }
        for role in FUNCTIONS.iter().chain(&["team-data", "portal-data"]) {
            text = text.replace(&format!("${{{}RoleArn}}", title(role)), &role_arn(role));
        }
        let policy: Value = serde_json::from_str(&text).expect("JSON");
        known(&policy, &["Version", "Statement"]);
        // Variables mean something in this version only.
        assert_eq!(policy["Version"], "2012-10-17", "{name}");
        let statements = policy["Statement"].as_array().expect("statements");
        let statements = statements.iter().map(statement).collect();
        let name = name.to_owned();
        Self { name, statements }
    }

    /// By which grants a request is allowed; none, if it isn't.
    pub(crate) fn allows(&self, request: &Request) -> Vec<Grant> {
        let mut grants = Vec::new();
        for one in &self.statements {
            if let Some(by) = one.allows(request) {
                let grant = |by| {
                    (
                        self.name.clone(),
                        one.sid.clone(),
                        request.action.clone(),
                        by,
                    )
                };
                grants.extend(by.into_iter().map(grant));
            }
        }
        grants
    }

    /// Everything that it grants.
    pub(crate) fn grants(&self) -> Vec<Grant> {
        let mut grants = Vec::new();
        for one in &self.statements {
            for action in &one.actions {
                let by = one.partitions().map_or(&one.resources, |(.., by)| by);
                let grant = |by: &String| {
                    (
                        self.name.clone(),
                        one.sid.clone(),
                        action.clone(),
                        by.clone(),
                    )
                };
                grants.extend(by.iter().map(grant));
            }
        }
        grants
    }

    /// Every action that it names.
    pub(crate) fn actions(&self) -> impl Iterator<Item = &str> {
        let actions = self
            .statements
            .iter()
            .flat_map(|statement| &statement.actions);
        actions.map(String::as_str)
    }
}

fn statement(found: &Value) -> Statement {
    let all = [
        "Sid",
        "Effect",
        "Principal",
        "Action",
        "Resource",
        "Condition",
    ];
    known(found, &all);
    assert_eq!(found["Effect"], "Allow", "the evaluator knows no other");
    let list = |found: &Value| -> Vec<String> {
        let list = found.as_array().expect("a list").iter();
        list.map(|value| value.as_str().expect("text").to_owned())
            .collect()
    };
    let mut conditions = Vec::new();
    for (operator, keys) in found["Condition"].as_object().into_iter().flatten() {
        for (key, values) in keys.as_object().expect("keys") {
            let values = match values {
                Value::String(one) => vec![one.clone()],
                values => list(values),
            };
            conditions.push((operator.clone(), key.clone(), values));
        }
    }
    let principal = found.get("Principal");
    if let Some(principal) = principal {
        known(principal, &["AWS"]);
    }
    let one = Statement {
        sid: found["Sid"].as_str().expect("a name").to_owned(),
        principals: principal.map(|principal| list(&principal["AWS"])),
        actions: list(&found["Action"]),
        resources: found.get("Resource").map(list).unwrap_or_default(),
        conditions,
    };
    // What is tried below ends where it meets what it doesn't know.
    one.allows(&Request::default());
    for (operator, key, values) in &one.conditions {
        holds(operator, key, values, &Request::default());
    }
    one
}

fn known(found: &Value, names: &[&str]) {
    for name in found.as_object().expect("an object").keys() {
        assert!(names.contains(&name.as_str()), "unknown element {name}");
    }
}

impl Statement {
    fn partitions(&self) -> Option<&(String, String, Vec<String>)> {
        self.conditions
            .iter()
            .find(|(operator, key, _)| operator.starts_with("ForAllValues") && key == PARTITIONS)
    }

    /// The patterns or resources by which it allows a request.
    fn allows(&self, request: &Request) -> Option<Vec<String>> {
        let matches = |pattern: &&String, value: &str| {
            substitute(pattern, request).is_some_and(|pattern| like(&pattern, value))
        };
        // A trust policy names who, any other what.
        let (names, asked) = match &self.principals {
            Some(names) => (names, &request.principal),
            None => (&self.resources, &request.resource),
        };
        let by = names.iter().filter(|pattern| matches(pattern, asked));
        let mut by: Vec<String> = by.cloned().collect();
        if by.is_empty() || !self.actions.contains(&request.action) {
            return None;
        }
        for (operator, key, values) in &self.conditions {
            if !holds(operator, key, values, request) {
                return None;
            }
        }
        // Without a partition it is allowed by its resource alone.
        let keys = request.context.get(PARTITIONS);
        if let (Some((.., patterns)), Some(keys)) = (self.partitions(), keys) {
            let used = patterns.iter();
            let used = used.filter(|pattern| keys.iter().any(|key| matches(pattern, key)));
            by = used.cloned().collect();
        }
        Some(by)
    }
}

fn holds(operator: &str, key: &str, values: &[String], request: &Request) -> bool {
    let found = request.context.get(key);
    let patterns = || {
        values
            .iter()
            .filter_map(|pattern| substitute(pattern, request))
    };
    match operator {
        "Null" => values == [if found.is_none() { "true" } else { "false" }],
        // True where there is no value: that is what `Null` is for.
        "ForAllValues:StringLike" => found.is_none_or(|found| {
            found
                .iter()
                .all(|value| patterns().any(|pattern| like(&pattern, value)))
        }),
        "ForAllValues:StringEquals" => {
            found.is_none_or(|found| found.iter().all(|value| values.contains(value)))
        }
        "StringLike" => found.is_some_and(|found| {
            let one = found.first().filter(|_| found.len() == 1);
            one.is_some_and(|value| patterns().any(|pattern| like(&pattern, value)))
        }),
        _ => panic!("unknown operator {operator}"),
    }
}

/// A pattern with the tags of the request in it; none, where it lacks one.
fn substitute(pattern: &str, request: &Request) -> Option<String> {
    let Some((before, rest)) = pattern.split_once("${") else {
        return Some(pattern.to_owned());
    };
    let (name, after) = rest.split_once('}').expect("a variable that ends");
    assert!(
        ["aws:PrincipalTag/ws", "aws:PrincipalTag/cl"].contains(&name),
        "unknown variable {name}"
    );
    let value = request.context.get(name)?.first()?;
    Some(format!("{before}{value}{}", substitute(after, request)?))
}

/// Whether a text is as a pattern says: `*` for any text, `?` for any character.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    let mut rest = pattern.chars();
    match (rest.next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), None) => like(rest.as_str(), text),
        (Some('*'), Some(first)) => {
            like(rest.as_str(), text) || like(pattern, &text[first.len_utf8()..])
        }
        (Some(wanted), Some(first)) if wanted == '?' || wanted == first => {
            like(rest.as_str(), &text[first.len_utf8()..])
        }
        _ => false,
    }
}

/// The role of a function, or one that reaches data.
pub(crate) fn role_arn(name: &str) -> String {
    format!("arn:role/{name}")
}

/// `team-data` as `TeamData`.
fn title(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect()
}
