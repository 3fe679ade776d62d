use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::finding::Finding;
use crate::id::{ClientId, EngagementId, EntryId, FindingId, UserId};
use crate::person::Person;
use crate::preference::{Cadence, NotificationKind, NotificationPreferences, PreferencesInput};
use crate::role::{Role, TeamRole};
use crate::severity::Severity;
use crate::testing::config;

fn person(n: u64, role: Role) -> Person {
    Person {
        id: UserId::new(n, 1),
        name: format!("Person {n}"),
        email: format!("p{n}@example.com").parse().unwrap(),
        role,
        client: (!role.is_team()).then(|| ClientId::new(1, 1)),
        created_at: Timestamp::UNIX_EPOCH,
        epoch: 0,
        mfa: None,
        disabled_at: None,
        suppressed: None,
        notification_preferences: NotificationPreferences::default(),
    }
}

fn events() -> Vec<NotificationEvent> {
    let at = Timestamp::UNIX_EPOCH;
    let base = NotificationEvent::of_accepted_invite(&person(9, Role::ALL[0]), at);
    let kinds = NotificationKind::all().flat_map(|about| {
        [true, false].map(|shared| NotificationEvent {
            kind: about.kind,
            shared,
            engagement: Some(EngagementId::new(1, 1)),
            ..base.clone()
        })
    });
    kinds.collect()
}

#[test]
fn every_kind_has_one_row_under_its_stored_name() {
    for about in NotificationKind::all() {
        assert_eq!(serde_json::to_value(about.kind).unwrap(), about.name);
        assert_eq!(about.kind.info().name, about.name);
        let heard = Role::ALL.iter().any(|role| about.cadence(*role).is_some());
        assert!(heard, "{}", about.name);
    }
}

#[test]
fn notification_skips_the_actor_and_people_without_access() {
    for event in events() {
        for (n, role) in (1..).zip(Role::ALL) {
            let person = person(n, role);
            let heard = event.is_for(&person);
            if !event.shared && !role.is_team() {
                assert!(!heard, "{event:?} is the team's");
            }
            if !role.may(event.kind.info().action) {
                assert!(!heard, "{event:?} is not for {role:?}");
            }
            let own = NotificationEvent {
                by: Some(person.id),
                ..event.clone()
            };
            assert!(!own.is_for(&person), "one's own deed");
            let away = Person {
                disabled_at: Some(Timestamp::UNIX_EPOCH),
                ..person.clone()
            };
            assert!(!event.is_for(&away), "disabled");
            let others = NotificationEvent {
                recipients: vec![UserId::new(77, 7)],
                ..event.clone()
            };
            assert!(!others.is_for(&person), "others are concerned");
        }
        let owner = person(1, Role::Team(TeamRole::Owner));
        assert!(event.is_for(&owner), "{event:?} is heard of");
    }
}

#[test]
fn many_of_the_same_are_said_once_with_the_worst_first() {
    let finding = |n: u64, severity| {
        let mut finding = Finding::blank(FindingId::new(n, 1), severity, Timestamp::UNIX_EPOCH);
        finding.title = format!("Finding {n}");
        finding
    };
    let day = date(2026, 1, 12);
    let at = Timestamp::UNIX_EPOCH;
    let rated = [Severity::Low, Severity::Critical, Severity::High];
    let each = (1..).zip(rated).map(|(n, severity)| {
        let only = Vec::new();
        NotificationEvent::of_risk(
            EngagementId::new(1, 1),
            &finding(n, severity),
            day,
            at,
            only,
        )
    });
    let all = merge_events(each);
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].title.as_str(), all[0].more), ("Finding 2", 2));
    let notice =
        all[0].to_notification(EntryId::new(1, 1), Some(ClientId::new(2, 2)), true, "There");
    assert_eq!(
        notice.line(),
        "The accepted risk ends on 12 Jan 2026: Finding 2 and 2 more"
    );
    let around = format!(
        "/clients/{}/engagements/{}",
        ClientId::new(2, 2),
        EngagementId::new(1, 1)
    );
    assert_eq!(notice.path, around);
}

#[test]
fn digest_is_due_in_the_morning_of_persons_zone() {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    // A Thursday, half past six in the morning in Berlin.
    let now: Timestamp = "2026-03-26T05:30:00Z".parse().unwrap();
    let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
    assert_eq!(
        Cadence::Immediate.next_mail_at(now, &berlin),
        at("2026-03-26T05:35:00Z")
    );
    assert_eq!(
        Cadence::Daily.next_mail_at(now, &berlin),
        at("2026-03-26T07:00:00Z")
    );
    assert_eq!(
        Cadence::Daily.next_mail_at(now, &tokyo),
        at("2026-03-26T23:00:00Z")
    );
    // The clocks change on the Sunday before that Monday.
    assert_eq!(
        Cadence::Weekly.next_mail_at(now, &berlin),
        at("2026-03-30T06:00:00Z")
    );
    let monday = "2026-03-30T06:00:00Z".parse().unwrap();
    assert_eq!(
        Cadence::Weekly.next_mail_at(monday, &berlin),
        at("2026-04-06T06:00:00Z")
    );
    assert_eq!(
        Cadence::Daily.next_mail_at(monday, &berlin),
        at("2026-03-31T06:00:00Z")
    );
    assert_eq!(Cadence::Off.next_mail_at(now, &berlin), None);
}

#[test]
fn notification_preferences_round_trip_and_refuse_other_values() {
    let role = Role::Team(TeamRole::Owner);
    let first = NotificationPreferences::default();
    let mut input = PreferencesInput::of(&first, role);
    assert_eq!(input.parse(role), Ok(first.clone()));
    input.mail.insert("message".to_owned(), "weekly".to_owned());
    input.time_zone = "Asia/Tokyo".to_owned();
    let chosen = input.parse(role).unwrap();
    assert_eq!(
        chosen.cadence(NotificationKind::Message, role),
        Cadence::Weekly
    );
    assert_eq!(
        chosen.cadence(NotificationKind::Commented, role),
        Cadence::Immediate
    );
    assert_eq!(
        PreferencesInput::of(&chosen, role).parse(role),
        Ok(chosen.clone())
    );
    for about in NotificationKind::all() {
        assert_eq!(chosen.muted().cadence(about.kind, role), Cadence::Off);
    }
    for (name, value) in [("message", "never"), ("nothing", "off"), ("csrf", "x")] {
        let mail = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let wrong = PreferencesInput {
            mail,
            time_zone: String::new(),
        };
        assert!(wrong.parse(role).is_err(), "{name}");
    }
    let nowhere = PreferencesInput {
        time_zone: "Nowhere".to_owned(),
        ..input
    };
    assert!(
        nowhere
            .parse(role)
            .unwrap_err()
            .fields()
            .contains_key("time_zone")
    );
}

proptest! {
    #![proptest_config(config())]

    /// A digest is always ahead, within its time, and at eight in the morning.
    #[test]
    fn next_digest_is_always_in_the_future_within_one_period(at in 1_600_000_000_i64..2_000_000_000, zone in 0..4_usize) {
        let zones = ["Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Auckland"];
        let zone = TimeZone::get(zones[zone]).unwrap();
        let now = Timestamp::from_second(at).unwrap();
        for (cadence, hours) in [(Cadence::Daily, 25), (Cadence::Weekly, 7 * 24 + 1)] {
            let leaves = cadence.next_mail_at(now, &zone).unwrap();
            let wait = leaves.duration_since(now);
            prop_assert!(wait.is_positive() && wait.as_hours() <= hours);
            prop_assert_eq!(leaves.to_zoned_datetime(zone.clone()).hour(), 8);
        }
    }
}
