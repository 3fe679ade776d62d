//! The policies of `infra/policies` are IAM isolation: they allow what the
//! code does, each part of them is needed, and nothing crosses a tenant.

mod access_table;

use std::collections::BTreeSet;
use std::panic::catch_unwind;

use domain::document::Visibility;
use domain::engagement::Phase;
use domain::id::{
    ClientId, DocumentId, EngagementId, EntryId, EvidenceId, FindingId, ImportId, InviteId,
    InvoiceId, MessageId, TemplateId, UploadId, UserId, WorkspaceId,
};
use domain::plan::PlanLimit;
use tests::function::FUNCTIONS;

use crate::keys::{SOURCES, item};
use crate::keys_of_the_store as keys;
use crate::policy_evaluation::{Policy, Request};
use access_table::{NO_PARTITIONS, rows};

/// What may be done to a partition: `g`et, `q`uery of the table, query of index
/// `1` to `6`, `p`ut, `u`pdate, `d`elete.
const LETTERS: [(char, &str, &str); 11] = [
    ('g', "GetItem", "arn:table"),
    ('q', "Query", "arn:table"),
    ('1', "Query", "arn:table/index/gsi1"),
    ('2', "Query", "arn:table/index/gsi2"),
    ('3', "Query", "arn:table/index/gsi3"),
    ('4', "Query", "arn:table/index/gsi4"),
    ('5', "Query", "arn:table/index/gsi5"),
    ('6', "Query", "arn:table/index/gsi6"),
    ('p', "PutItem", "arn:table"),
    ('u', "UpdateItem", "arn:table"),
    ('d', "DeleteItem", "arn:table"),
];

/// What `policy` allows to a session with these tags, of these partitions at once.
fn allowed(policy: &Policy, (ws, cl): (&str, Option<&str>), partitions: &[&str]) -> String {
    let mut request = Request::default();
    let partitions: Vec<_> = partitions.iter().map(|pk| (*pk).to_owned()).collect();
    let tags = [("ws", Some(ws)), ("cl", cl)];
    for (key, value) in tags.into_iter().filter_map(|(key, tag)| Some((key, tag?))) {
        let key = format!("aws:PrincipalTag/{key}");
        request.context.insert(key, vec![value.to_owned()]);
    }
    // A request that names no partition has no such key at all.
    if !partitions.is_empty() {
        let key = "dynamodb:LeadingKeys".to_owned();
        request.context.insert(key, partitions);
    }
    let allowed = LETTERS.into_iter().filter(|(_, action, resource)| {
        request.action = format!("dynamodb:{action}");
        (*resource).clone_into(&mut request.resource);
        !policy.allows(&request).is_empty()
    });
    allowed.map(|(letter, ..)| letter).collect()
}

fn ids(n: u64) -> (WorkspaceId, ClientId, String, String) {
    let (ws, cl) = (WorkspaceId::new(n, 1), ClientId::new(n, 2));
    (ws, cl, ws.to_string(), cl.to_string())
}

#[test]
fn every_table_key_is_in_the_access_table() {
    let lines = SOURCES.iter().flat_map(|source| source.lines());
    let names = lines.filter_map(item);
    let (ws, cl, ..) = ids(1);
    let listed = rows(ws, cl).into_iter().map(|(name, ..)| name);
    let listed: BTreeSet<_> = listed.chain(NO_PARTITIONS.iter().copied()).collect();
    assert_eq!(names.collect::<BTreeSet<_>>(), listed);
}

#[test]
fn tenant_role_reaches_its_own_keys_only() {
    let (team, portal) = (Policy::read("team-data"), Policy::read("portal-data"));
    let ((ws, cl, w, c), (other_ws, other_cl, other_w, other_c)) = (ids(1), ids(9));
    let nothing = String::new();
    for (name, pk, needed, exactly) in rows(ws, cl) {
        let got = allowed(&team, (&w, None), &[&pk]);
        assert!(needed.chars().all(|one| got.contains(one)), "{name}: {got}");
        // A row of the directory is nobody's; all others are the workspace's.
        let mine = pk.starts_with(&keys::workspace(ws));
        assert_eq!(got.is_empty(), !mine, "{name}: {got}");
        // Only what a workspace keeps for itself is ever deleted.
        assert_eq!(got.contains('d'), needed.contains('d'), "{name}");
        let got = allowed(&portal, (&w, Some(&c)), &[&pk]);
        assert_eq!(got, exactly_ordered(exactly), "{name}, a contact");

        // Another workspace, a client of another, and a sibling.
        assert_eq!(allowed(&team, (&other_w, None), &[&pk]), nothing, "{name}");
        for (w, c) in [(&other_w, &c), (&other_w, &other_c), (&w, &other_c)] {
            let got = allowed(&portal, (w, Some(c)), &[&pk]);
            assert_eq!(got, nothing, "{name}");
        }
        // A session without its tags is nobody's.
        for policy in [&team, &portal] {
            let got = allowed(policy, ("", None), &[&pk]);
            assert_eq!(got, nothing, "{name}");
        }
        // One's own beside another's is refused whole.
        let foreign = keys::client(other_ws, other_cl);
        assert_eq!(allowed(&team, (&w, None), &[&pk, &foreign]), nothing);
        let sibling = keys::client(ws, other_cl);
        assert_eq!(allowed(&portal, (&w, Some(&c)), &[&pk, &sibling]), nothing);
    }
}

fn exactly_ordered(letters: &str) -> String {
    let all = LETTERS.into_iter().map(|(letter, ..)| letter);
    all.filter(|letter| letters.contains(*letter)).collect()
}

#[test]
fn request_without_a_leading_key_is_denied_to_every_role() {
    let (.., w, c) = ids(1);
    for name in FUNCTIONS.iter().chain(&["team-data", "portal-data"]) {
        let policy = Policy::read(name);
        for tags in [(w.as_str(), None), (&w, Some(c.as_str()))] {
            assert_eq!(allowed(&policy, tags, &[]), "", "{name}");
        }
        for action in policy.actions() {
            assert!(!action.contains('*'), "{name}: {action}");
            let (service, action) = action.split_once(':').expect("a service");
            let keyed = ["GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"];
            let stream = action.contains("Stream") || action.starts_with("GetRecords");
            let stream = stream || action == "GetShardIterator";
            let known = keyed.contains(&action) || (stream && *name == "worker");
            assert!(service != "dynamodb" || known, "{name}: {action}");
        }
    }
}

/// Tags stand in patterns as they are: one that is a pattern would be one there.
/// None can be: they are ids, and the trust policies let none through of
/// another length.
#[test]
fn session_tags_hold_no_wildcard() {
    let (_, _, w, c) = ids(1);
    for hostile in [
        "*",
        "?",
        "",
        "W#*",
        &format!("{w}#C#{c}"),
        &"?".repeat(26),
        &"*".repeat(26),
    ] {
        assert!(hostile.parse::<WorkspaceId>().is_err(), "{hostile}");
        assert!(hostile.parse::<ClientId>().is_err(), "{hostile}");
    }
    for (id, _, text, _) in [ids(1), ids(u64::from(u32::MAX))] {
        assert_eq!(id.to_string(), text);
        assert!(text.len() == 26 && text.chars().all(|one| one.is_ascii_alphanumeric()));
    }
    for (role, tags) in [("team-data", vec!["ws"]), ("portal-data", vec!["ws", "cl"])] {
        let trust = Policy::read(&format!("{role}.trust"));
        let ask = |caller: &str, tags: &[(&str, &str)]| {
            let mut request = Request {
                principal: crate::policy_evaluation::role_arn(caller),
                action: "sts:AssumeRole".to_owned(),
                ..Request::default()
            };
            for (key, value) in tags {
                let key = format!("aws:RequestTag/{key}");
                request.context.insert(key, vec![(*value).to_owned()]);
            }
            let keys = tags.iter().map(|(key, _)| (*key).to_owned()).collect();
            request.context.insert("aws:TagKeys".to_owned(), keys);
            !trust.allows(&request).is_empty()
        };
        let right: Vec<_> = tags.iter().map(|key| (*key, w.as_str())).collect();
        assert!(ask("findings", &right));
        assert!(!ask("auth", &right) && !ask("worker", &right) && !ask("nobody", &right));
        for n in 0..right.len() {
            let mut fewer = right.clone();
            fewer.remove(n);
            assert!(!ask("findings", &fewer), "{role}: a tag is missing");
            let mut wrong = right.clone();
            wrong[n].1 = "*";
            assert!(!ask("findings", &wrong), "{role}: a tag is no id");
        }
        let more = [right.clone(), vec![("admin", "yes")]].concat();
        assert!(!ask("findings", &more), "{role}: a tag too many");
    }
}

/// What it would have to ignore ends the test.
#[test]
fn policy_evaluator_rejects_unsupported_elements() {
    let statement = r#"{"Sid":"A","Effect":"Allow","Action":["a:B"],"Resource":["arn:x"]}"#;
    let policy = |statement: &str| {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        catch_unwind(move || Policy::parse("test", &text))
    };
    assert!(policy(statement).is_ok());
    for (from, to) in [
        ("Allow", "Deny"),
        (r#""Action""#, r#""NotAction""#),
        (r#""Resource""#, r#""NotResource""#),
        (
            "arn:x\"]",
            r#"arn:x"],"Condition":{"StringEqualsIgnoreCase":{"a":"b"}}"#,
        ),
        (
            "arn:x\"]",
            r#"arn:x"],"Condition":{"ForAnyValue:StringLike":{"a":["b"]}}"#,
        ),
    ] {
        let changed = statement.replace(from, to);
        assert_ne!(changed, statement);
        assert!(policy(&changed).is_err(), "{changed}");
    }
}
