use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::id::{ClientId, InviteId, WorkspaceId};
use crate::mail::{Mail, MailMessage};
use crate::testing::config;

const BOUNCE: &str = include_str!("../../../../events/bounce.json");
const TRANSIENT: &str = include_str!("../../../../events/transient-bounce.json");
const COMPLAINT: &str = include_str!("../../../../events/complaint.json");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An example with something else at a path.
fn with(example: &str, path: &str, value: Value) -> String {
    let mut event: Value = serde_json::from_str(example).unwrap();
    *event.pointer_mut(path).unwrap() = value;
    event.to_string()
}

fn addresses(event: &str) -> Vec<String> {
    let report = DeliveryReport::parse(event).unwrap().unwrap();
    let to = report.to.iter().map(|address| address.as_str().to_owned());
    to.collect()
}

#[test]
fn permanent_bounce_or_complaint_suppresses_address() {
    let bounce = DeliveryReport::parse(BOUNCE).unwrap().unwrap();
    assert_eq!(bounce.reason, SuppressionReason::Bounce);
    assert_eq!(bounce.workspace.to_string(), "01K0000000000000000000000W");
    let client = bounce.client.map(|client| client.to_string());
    assert_eq!(client.as_deref(), Some("01K0000000000000000000000C"));
    assert_eq!(bounce.invite, None);
    assert_eq!(addresses(BOUNCE), ["ana@initech.example"]);
    assert_eq!(bounce.sent, at("2026-11-24T09:00:00.012Z"));
    assert_eq!(bounce.at, at("2026-11-24T09:00:02.669Z"));

    let complaint = DeliveryReport::parse(COMPLAINT).unwrap().unwrap();
    assert_eq!(complaint.reason, SuppressionReason::Complaint);
    assert_eq!(complaint.at, at("2026-11-24T10:41:02.669Z"));
    assert_eq!(complaint.to, bounce.to);
}

#[test]
fn transient_bounce_or_other_event_suppresses_nothing() {
    assert_eq!(DeliveryReport::parse(TRANSIENT), Ok(None));
    let undetermined = with(BOUNCE, "/bounce/bounceType", json!("Undetermined"));
    assert_eq!(DeliveryReport::parse(&undetermined), Ok(None));
    for kind in [
        "Delivery",
        "Send",
        "Reject",
        "DeliveryDelay",
        "SomethingNew",
    ] {
        let event = with(BOUNCE, "/eventType", json!(kind));
        assert_eq!(DeliveryReport::parse(&event), Ok(None), "{kind}");
    }
    let found = with(
        COMPLAINT,
        "/complaint/complaintFeedbackType",
        json!("not-spam"),
    );
    assert_eq!(DeliveryReport::parse(&found), Ok(None));
    // What SES says when it is told where to publish.
    let greeting = "Successfully validated SNS topic for Amazon SES event publishing.";
    assert_eq!(DeliveryReport::parse(greeting), Ok(None));
    // Mail that something else in the same account sent.
    let untagged = with(BOUNCE, "/mail/tags", json!({}));
    assert_eq!(DeliveryReport::parse(&untagged), Ok(None));
}

#[test]
fn delivery_report_suppresses_named_recipients_only() {
    let both = json!(["ana@initech.example", "Ben@initech.example"]);
    let two = with(BOUNCE, "/mail/destination", both.clone());
    assert_eq!(addresses(&two), ["ana@initech.example"]);
    let named = json!([
        { "emailAddress": "ben@Initech.example" },
        { "emailAddress": "eve@elsewhere.example" },
    ]);
    let other = with(&two, "/bounce/bouncedRecipients", named);
    assert_eq!(addresses(&other), ["Ben@initech.example"]);
    let all = json!([
        { "emailAddress": "ana@initech.example" },
        { "emailAddress": "ben@initech.example" },
    ]);
    let all = with(&two, "/bounce/bouncedRecipients", all);
    assert_eq!(
        addresses(&all),
        ["ana@initech.example", "Ben@initech.example"]
    );
    // One mailbox, which hands its mail on to another.
    let onward = json!([{ "emailAddress": "ana@elsewhere.example" }]);
    let onward = with(BOUNCE, "/bounce/bouncedRecipients", onward);
    assert_eq!(addresses(&onward), ["ana@initech.example"]);
    // A mail that went to somebody else says nothing of whom it names.
    let none = with(BOUNCE, "/mail/destination", json!([]));
    assert!(addresses(&none).is_empty());
    let nobody = with(COMPLAINT, "/complaint/complainedRecipients", json!([]));
    assert!(addresses(&nobody).is_empty());
}

#[test]
fn garbage_is_told_from_events() {
    for garbage in [
        "",
        "garbage",
        "[]",
        "null",
        r#"{"Type":"Notification","Message":"x"}"#,
        r#"{"eventType":7}"#,
        r#"{"eventType":"Bounce"}"#,
        r#"{"eventType":"Complaint","mail":{}}"#,
    ] {
        assert!(DeliveryReport::parse(garbage).is_err(), "{garbage}");
    }
    for (path, value) in [
        ("/bounce", Value::Null),
        ("/bounce/timestamp", json!("yesterday")),
        ("/mail/timestamp", json!(7)),
        ("/mail/destination", json!("ana@initech.example")),
        ("/mail/tags/workspace", json!(["*"])),
        ("/mail/tags/client", json!(["W#x"])),
    ] {
        let event = with(BOUNCE, path, value);
        assert!(DeliveryReport::parse(&event).is_err(), "{path}");
    }
}

#[test]
fn mail_tags_are_parsed_back() {
    let (workspace, client) = (WorkspaceId::new(1, 1), ClientId::new(2, 2));
    let invite = InviteId::new(3, 3);
    let mut mail = Mail {
        to: "ana@initech.example".parse().unwrap(),
        to_name: "Ana".to_owned(),
        slug: "acme".parse().unwrap(),
        brand: "Acme".to_owned(),
        message: MailMessage::Invite {
            invite,
            link_number: 1,
            by_name: "Ada".to_owned(),
            client_name: None,
            days: 7,
        },
    };
    let read = |client, mail: &Mail| {
        let tags = mail.message_tags(workspace, client);
        // All that SES takes in a tag's value.
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        assert!(tags.iter().all(|(_, value)| value.chars().all(plain)));
        let tags = tags.into_iter().map(|(name, value)| (name, json!([value])));
        let tags: serde_json::Map<_, _> = tags.map(|(name, one)| (name.to_owned(), one)).collect();
        let event = with(BOUNCE, "/mail/tags", Value::Object(tags));
        let report = DeliveryReport::parse(&event).unwrap().unwrap();
        (report.workspace, report.client, report.invite)
    };
    let expected = (workspace, Some(client), Some(invite));
    assert_eq!(read(Some(client), &mail), expected);
    mail.message = MailMessage::PasswordChanged;
    assert_eq!(read(None, &mail), (workspace, None, None));
}

#[test]
fn mail_goes_again_where_somebody_says_so_until_it_fails_again() {
    let report = DeliveryReport::parse(BOUNCE).unwrap().unwrap();
    let suppressed = Suppression::default().join(&report);
    let bounced = SuppressionNotice {
        reason: SuppressionReason::Bounce,
        since: report.at,
    };
    assert_eq!(suppressed.notice(), Some(bounced));
    let lifted = suppressed.lift(report.at);
    assert_eq!(lifted.notice(), None);
    assert_eq!(lifted.join(&report).notice(), None, "an old event again");
    let later = DeliveryReport {
        sent: report.at + SignedDuration::from_secs(1),
        ..report
    };
    assert_eq!(lifted.join(&later).notice(), Some(bounced));
}

fn reports() -> impl Strategy<Value = Vec<DeliveryReport>> {
    let one = (any::<bool>(), 0..600_i64, 0..600_i64).prop_map(|(bounce, sent, wait)| {
        let sent = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(sent);
        DeliveryReport {
            reason: if bounce {
                SuppressionReason::Bounce
            } else {
                SuppressionReason::Complaint
            },
            workspace: WorkspaceId::new(1, 1),
            client: None,
            invite: None,
            to: Vec::new(),
            sent,
            at: sent + SignedDuration::from_secs(wait),
        }
    });
    prop::collection::vec(one, 0..8)
}

proptest! {
    #![proptest_config(config())]

    /// Reports of mail that was sent before and after mail was let go again, in whatever
    /// order they come, and however often.
    #[test]
    fn delivery_reports_in_any_order_give_same_suppression(
        before in reports(),
        after in reports(),
        mixed in any::<prop::sample::Index>(),
    ) {
        let lifted = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(600);
        let after: Vec<_> = after
            .into_iter()
            .map(|report| DeliveryReport { sent: report.sent + SignedDuration::from_secs(601), ..report })
            .collect();
        let all = |known: Suppression, reports: &[DeliveryReport]| {
            reports.iter().fold(known, Suppression::join)
        };
        let expected = all(Suppression::default().lift(lifted), &after);
        // Some of what was sent before comes late, everything comes twice, and the last first.
        let early = mixed.index(before.len() + 1);
        let known = all(Suppression::default(), &before[..early]).lift(lifted);
        let mut late: Vec<_> = before.iter().chain(&after).chain(&before).chain(&after).cloned().collect();
        late.reverse();
        prop_assert_eq!(all(known, &late), expected);
        prop_assert_eq!(expected.notice().is_some(), !after.is_empty());
    }
}
