//! The policies of `infra/policies` are the third fence: they allow what the
//! code does, each part of them is needed, and nothing crosses a tenant.

use std::collections::BTreeSet;
use std::panic::catch_unwind;

use domain::document::Visibility;
use domain::engagement::Phase;
use domain::id::{
    ClientId, DocumentId, EngagementId, EntryId, EvidenceId, FindingId, ImportId, InviteId,
    InvoiceId, MessageId, TemplateId, UploadId, UserId, WorkspaceId,
};
use domain::plan::Limit;
use tests::function::FUNCTIONS;

use crate::iam::{Policy, Request};
use crate::keys_of_the_store as keys;

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

/// Pieces of sort keys, and what asks or is made of the others.
const NO_PARTITIONS: [&str; 44] = [
    "FINDINGS",
    "evidence_prefix",
    "evidence_object",
    "thumbnail_object",
    "attachment_object",
    "NOTICES",
    "batched_prefix",
    "outbox_thread",
    "IMPORTS",
    "revision_prefix",
    "receipt_prefix",
    "incoming_object",
    "document_object",
    "import_object",
    "objects",
    "document_places",
    "DAYS",
    "NIGHT_SHARDS",
    "engagement_phase",
    "feed_places",
    "PEOPLE",
    "INVITES",
    "ENGAGEMENTS",
    "TEMPLATES",
    "OUTBOX_SHARDS",
    "history_prefix",
    "AUDIT_SHARDS",
    "is_workers",
    "chain_rank",
    "fold",
    "finding_rank",
    "finding_due",
    "finding_part",
    "finding_stretch",
    "finding_places",
    "comment_prefix",
    "round_prefix",
    "entry_of",
    "message_prefix",
    "read_marks",
    "outbox_home",
    "invoice_entry_prefix",
    "invoice_rank",
    "invoice_places",
];

/// Each constructor of `keys.rs`, a partition of its making, what the team must
/// be able to do with it by `team-data`, and all that a contact can do with it
/// by `portal-data`.
#[allow(clippy::too_many_lines)] // a table
fn rows(ws: WorkspaceId, cl: ClientId) -> Vec<(&'static str, String, &'static str, &'static str)> {
    let (w, c) = (keys::workspace(ws), keys::client(ws, cl));
    let e = keys::engagement(&c, EngagementId::new(3, 3));
    let (user, invite, entry) = (UserId::new(4, 4), InviteId::new(5, 5), EntryId::new(6, 6));
    let (finding, day) = (FindingId::new(7, 7), jiff::civil::date(2026, 1, 5));
    let slug = "acme".parse().expect("a slug");
    let invoice = InvoiceId::new(9, 9);
    let (upload, document) = (UploadId::new(9, 9), DocumentId::new(9, 9));
    vec![
        ("workspace", w.clone(), "gq", ""),
        ("client", c.clone(), "gqpu", "gqu"),
        ("home", keys::home(ws, None), "gq", ""),
        ("home", keys::home(ws, Some(cl)), "gqpu", "gqu"),
        ("engagement", e.clone(), "gqpu", "gqp"),
        ("slug", keys::slug(&slug).pk, "", ""),
        ("login", keys::login(ws, "hash").pk, "", ""),
        ("session", keys::session("hash").pk, "", ""),
        ("invite_link", keys::invite_link("hash").pk, "", ""),
        ("reset", keys::reset("hash").pk, "", ""),
        ("rate", keys::rate("rule", "hash", 1).pk, "", ""),
        ("meta", keys::meta(&w).pk, "g", ""),
        ("meta", keys::meta(&c).pk, "gpu", "gqu"),
        ("person", keys::person(&w, user).pk, "gq", ""),
        ("person", keys::person(&c, user).pk, "gqu", "gqu"),
        ("invite", keys::invite(&w, invite).pk, "gq", ""),
        ("invite", keys::invite(&c, invite).pk, "gqu", "gqu"),
        (
            "engagement_row",
            keys::engagement_row(&c, EngagementId::new(3, 3)).pk,
            "gqpu",
            "gqu",
        ),
        ("columns", keys::columns(&w, "hash").pk, "gpd", ""),
        ("template_count", keys::template_count(&w).pk, "ud", ""),
        (
            "template",
            keys::template(&w, TemplateId::new(2, 2)).pk,
            "gqpd",
            "",
        ),
        (
            "template_body",
            keys::template_body(&w, TemplateId::new(2, 2)).pk,
            "gpd",
            "",
        ),
        ("brief", keys::brief(&e).pk, "gp", "gqp"),
        (
            "import",
            keys::import(&e, ImportId::new(8, 8)).pk,
            "gp",
            "gqp",
        ),
        (
            "plan_step",
            keys::plan_step(&e, ImportId::new(8, 8), 1, 2).pk,
            "gp",
            "gqp",
        ),
        (
            "plan_preview",
            keys::plan_preview(&e, ImportId::new(8, 8), 1).pk,
            "gp",
            "gqp",
        ),
        ("finding", keys::finding(&e, finding).pk, "gqp", "gqp"),
        (
            "finding_body",
            keys::finding_body(&e, finding).pk,
            "qp",
            "gqp",
        ),
        (
            "history",
            keys::history(&e, finding, true, entry).pk,
            "qp",
            "gqp",
        ),
        (
            "comment",
            keys::comment(&e, finding, true, entry).pk,
            "qp",
            "gqp",
        ),
        ("round", keys::round(&e, finding, 1).pk, "qp", "gqp"),
        (
            "evidence",
            keys::evidence(&e, finding, EvidenceId::new(2, 4)).pk,
            "gqp",
            "gqp",
        ),
        (
            "edit_text",
            keys::edit_text(&e, finding, entry).pk,
            "gp",
            "gqp",
        ),
        ("mfa", keys::mfa(ws, user).pk, "gq", ""),
        ("suppression", keys::suppression(ws, "hash").pk, "", ""),
        ("thread", keys::thread(&e), "gqp", "gqp"),
        (
            "message",
            keys::message(&e, true, MessageId::new(2, 3)).pk,
            "gqp",
            "gqp",
        ),
        (
            "message_once",
            keys::message_once(&e, entry).pk,
            "gp",
            "gqp",
        ),
        (
            "read_mark",
            keys::read_mark(&c, user, EngagementId::new(3, 3)).pk,
            "gqu",
            "gqu",
        ),
        ("inbox", keys::inbox(&w, user), "gqpu", ""),
        ("inbox", keys::inbox(&c, user), "gqpu", "gq"),
        ("notice", keys::notice(&c, user, entry).pk, "gqpu", "gq"),
        ("batch", keys::batch(&c, user, "daily").pk, "gqpu", "gq"),
        (
            "batched",
            keys::batched(&c, user, entry, entry).pk,
            "gqpu",
            "gq",
        ),
        ("audit", keys::audit(&w, entry).pk, "gp", ""),
        ("audit", keys::audit(&c, entry).pk, "p", "p"),
        ("audit_head", keys::audit_head(ws).pk, "g", ""),
        ("audit_place", keys::audit_place(&w, entry).pk, "1", ""),
        ("audit_list", keys::audit_list(&w), "1", ""),
        (
            "audit_unchained",
            keys::audit_unchained(ws, entry).pk,
            "",
            "",
        ),
        ("unchained_shard", keys::unchained_shard(1), "", ""),
        ("audit_chained", keys::audit_chained(ws, 1).pk, "2", ""),
        ("chain", keys::chain(&w), "2", ""),
        // Mail goes into the outbox beside items of the directory: by the
        // function's own role. What is sent is to be checked.
        ("outbox", keys::outbox(&w, entry).pk, "", ""),
        ("outbox", keys::outbox(&c, entry).pk, "p", "p"),
        (
            "outbox_in",
            keys::outbox_in(&c, "thread", "at", entry).pk,
            "p",
            "p",
        ),
        (
            "outbox_dead",
            keys::outbox_dead(&keys::outbox(&c, entry).pk, "name").pk,
            "p",
            "p",
        ),
        (
            "outbox_dead_place",
            keys::outbox_dead_place("at", "name").pk,
            "",
            "",
        ),
        (
            "outbox_place",
            keys::outbox_place(1, "due", entry).pk,
            "",
            "",
        ),
        ("outbox_shard", keys::outbox_shard(1), "", ""),
        ("OUTBOX_DEAD", keys::OUTBOX_DEAD.to_owned(), "", ""),
        (
            "client_place",
            keys::client_place(&w, "name", cl).pk,
            "1",
            "",
        ),
        ("clients", keys::clients(&w), "1", ""),
        ("night", keys::night(ws).pk, "", ""),
        ("night_place", keys::night_place("due", ws).pk, "", ""),
        ("night_shard", keys::night_shard(1), "", ""),
        ("news", keys::news(&e, entry).pk, "p", "gqp"),
        ("days", keys::days(&w, day).pk, "q", ""),
        ("days", keys::days(&c, day).pk, "q", "gqu"),
        (
            "engagement_place",
            keys::engagement_place(&w, Phase::Active, None, EngagementId::new(3, 3)).pk,
            "1",
            "",
        ),
        ("engagements", keys::engagements(&w), "1", ""),
        ("upload", keys::upload(&c, upload).pk, "gp", "gp"),
        (
            "upload_place",
            keys::upload_place(&c, true, upload).pk,
            "1",
            "",
        ),
        ("uploads", keys::uploads(&c, false), "1", "1"),
        ("document", keys::document(&c, document).pk, "gqp", "gq"),
        ("revision", keys::revision(&c, document, 1).pk, "gqp", "gq"),
        ("receipt", keys::receipt(&c, document, entry).pk, "qp", "p"),
        ("files_used", keys::files_used(&w).pk, "g", ""),
        ("used", keys::used(&w, Limit::Seats).pk, "gqu", ""),
        ("uses", keys::uses(&w), "q", ""),
        (
            "invoice_draft",
            keys::invoice_draft(&c, invoice).pk,
            "gpd",
            "",
        ),
        (
            "invoice_draft_bill",
            keys::invoice_draft_bill(&c, invoice).pk,
            "gpd",
            "",
        ),
        ("invoice", keys::invoice(&c, invoice).pk, "gqp", "gq"),
        (
            "invoice_bill",
            keys::invoice_bill(&c, invoice).pk,
            "gp",
            "gq",
        ),
        (
            "invoice_entry",
            keys::invoice_entry(&c, invoice, entry).pk,
            "gqpu",
            "gq",
        ),
        ("owed", keys::owed(&c).pk, "gu", "gq"),
        ("money_month", keys::money_month(&c, day).pk, "u", "gq"),
        ("all_owed", keys::all_owed(&w).pk, "gu", ""),
        ("all_month", keys::all_month(&w, day).pk, "qu", ""),
        ("invoice_count", keys::invoice_count(&w).pk, "gu", ""),
        ("invoice_ways", keys::invoice_ways(&w).pk, "gp", ""),
        ("connection", keys::connection(&w).pk, "gp", ""),
        (
            "invoice_payments",
            keys::invoice_payments(&c, invoice).pk,
            "",
            "",
        ),
        ("stripe_customer", keys::stripe_customer("cus_1").pk, "", ""),
        ("subscription", keys::subscription(&w).pk, "g", ""),
        ("stripe_account", keys::stripe_account("acct_1").pk, "", ""),
        (
            "stripe_payment",
            keys::stripe_payment("acct_1", "pi_1").pk,
            "",
            "",
        ),
        (
            "stripe_event",
            keys::stripe_event("acct_1", "evt_1").pk,
            "",
            "",
        ),
        ("invoices", keys::invoices(&w, false), "1", ""),
        ("invoices", keys::invoices(&w, true), "1", ""),
        ("invoices", keys::invoices(&c, false), "2", "2"),
        ("invoices", keys::invoices(&c, true), "2", ""),
        ("owed_place", keys::owed_place(&w, cl).pk, "1", ""),
        ("owed_list", keys::owed_list(&w), "1", ""),
        ("month_place", keys::month_place(&w, day, cl).pk, "1", ""),
        ("month_list", keys::month_list(&w), "1", ""),
        (
            "documents",
            keys::documents(&c, Visibility::Client, false),
            "1",
            "1",
        ),
        (
            "documents",
            keys::documents(&c, Visibility::Team, false),
            "1",
            "",
        ),
        (
            "documents",
            keys::documents(&c, Visibility::Client, true),
            "1",
            "",
        ),
        (
            "documents",
            keys::documents(&e, Visibility::Client, false),
            "2",
            "2",
        ),
        (
            "documents",
            keys::documents(&e, Visibility::Team, false),
            "2",
            "",
        ),
        (
            "documents",
            keys::documents(&e, Visibility::Client, true),
            "2",
            "",
        ),
        ("feed", keys::feed(&w, true), "3", ""),
        ("feed", keys::feed(&c, true), "5", "5"),
        ("feed", keys::feed(&c, false), "5", ""),
        ("feed", keys::feed(&e, true), "4", "4"),
        ("feed", keys::feed(&e, false), "4", ""),
        ("findings", keys::findings(&e, true), "1", "1"),
        ("findings", keys::findings(&e, false), "1", ""),
        ("findings", keys::findings(&c, true), "46", "46"),
        ("findings", keys::findings(&c, false), "46", ""),
        ("findings", keys::findings(&w, true), "35", ""),
        ("findings", keys::findings(&w, false), "35", ""),
    ]
}

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
fn every_key_is_listed_here() {
    let source = include_str!("../../shared/store/src/keys.rs");
    let names = source.lines().filter_map(|line| {
        let item = line
            .strip_prefix("pub(crate) fn ")
            .or_else(|| line.strip_prefix("pub(crate) const "))?;
        item.split(['(', ':']).next()
    });
    let (ws, cl, ..) = ids(1);
    let listed = rows(ws, cl).into_iter().map(|(name, ..)| name);
    let listed: BTreeSet<_> = listed.chain(NO_PARTITIONS).collect();
    assert_eq!(names.collect::<BTreeSet<_>>(), listed);
}

#[test]
fn each_tenant_reaches_its_own_keys_and_no_others() {
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
fn no_request_without_a_partition_is_allowed_to_anybody() {
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
fn no_tag_is_a_pattern() {
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
                principal: crate::iam::role_arn(caller),
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
fn the_evaluator_knows_what_it_does_not_know() {
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
