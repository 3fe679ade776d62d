//! Something in every place, for pages' samples.

use std::collections::BTreeMap;

use domain::activity::{Activity, ActivityKind};
use domain::client::Client;
use domain::cvss::CvssScore;
use domain::engagement::{Engagement, EngagementKind, Phase};
use domain::finding::{Assignee, Counts, Finding, FindingStatus, LifecycleTimes};
use domain::id::{ClientId, EngagementId, FindingId, InviteId, UserId, WorkspaceId};
use domain::invite::Invite;
use domain::message::MessageCounts;
use domain::person::{Actor, Person};
use domain::role::{ContactRole, Role, TeamRole};
use domain::severity::Severity;
use domain::slug::Slug;
use domain::suppression::{SuppressionNotice, SuppressionReason};
use domain::trend::DaySnapshot;
use domain::workspace::Workspace;
use jiff::Timestamp;
use jiff::civil::Date;

/// A workspace, for pages' samples.
pub fn workspace_sample(id: WorkspaceId) -> Workspace {
    let slug: Result<Slug, _> = "acme".parse();
    let slug = slug.unwrap_or_else(|_| unreachable!("a slug"));
    Workspace::new(id, slug, "Acme <b>".to_owned(), "UTC".to_owned())
}

/// Somebody of the team who may do everything, for pages' samples.
pub fn actor_sample() -> Actor {
    let (person, _) = people_samples();
    Actor {
        user: UserId::new(1, 9),
        name: "Ada Lovelace".to_owned(),
        email: person.email,
        role: Role::Team(TeamRole::Owner),
        workspace: WorkspaceId::new(1, 1),
        client: None,
    }
}

/// A client and a finding with something in every place, for pages' samples.
pub fn finding_samples() -> (Client, Finding) {
    let mut counts = Counts::default();
    for (n, severity) in (1..).zip(Severity::ALL) {
        counts.add(severity, FindingStatus::Open, n);
        counts.add(severity, FindingStatus::Resolved, 1);
        counts.add(severity, FindingStatus::Verified, n);
    }
    let client = Client {
        id: ClientId::new(1, 1),
        name: "Initech <b>".to_owned(),
        created_at: Timestamp::UNIX_EPOCH,
        counts,
        overdue: 3,
        engagements: 2,
        rev: 3,
        shared_rev: 2,
    };
    let finding = Finding {
        title: "<script>alert(1)</script> in the search".to_owned(),
        score: CvssScore::from_tenths(88),
        cwe: Some(79),
        status: FindingStatus::Open,
        asset: Some("app.example.com".to_owned()),
        asset_count: 3,
        other_assets: "api.example.com".to_owned(),
        due: Some(Date::constant(2026, 10, 1)),
        assignee: Some(Assignee {
            id: UserId::new(1, 7),
            name: "Carl <b>".to_owned(),
        }),
        tags: vec!["pci".to_owned()],
        lifecycle: LifecycleTimes {
            published_at: Some(Timestamp::UNIX_EPOCH),
            fixed_at: None,
        },
        retests: 1,
        version: 1,
        ..Finding::blank(FindingId::new(1, 1), Severity::High, Timestamp::UNIX_EPOCH)
    };
    (client, finding)
}

/// An engagement, for pages' samples.
pub fn engagement_sample() -> Engagement {
    let (client, _) = finding_samples();
    Engagement {
        id: EngagementId::new(1, 1),
        client: client.id,
        title: "Web application test".to_owned(),
        kind: EngagementKind::WebApplication,
        phase: Phase::Remediation,
        starts_on: Some(Date::constant(2026, 10, 1)),
        ends_on: None,
        team: vec![Assignee {
            id: UserId::new(1, 9),
            name: "Ada Lovelace".to_owned(),
        }],
        created_at: Timestamp::UNIX_EPOCH,
        counts: client.counts,
        messages: MessageCounts {
            messages: 3,
            notes: 1,
        },
        rev: 3,
        shared_rev: 2,
        version: 1,
    }
}

/// A contact and an invitation, for pages' samples.
pub fn people_samples() -> (Person, Invite) {
    let email = "ana@example.com"
        .to_owned()
        .try_into()
        .unwrap_or_else(|_| unreachable!("a mail address"));
    let suppressed = Some(SuppressionNotice {
        reason: SuppressionReason::Bounce,
        since: Timestamp::UNIX_EPOCH,
    });
    let person = Person {
        id: UserId::new(1, 1),
        name: "Ana Pérez".to_owned(),
        email,
        role: Role::Contact(ContactRole::Collaborator),
        client: Some(ClientId::new(1, 1)),
        created_at: Timestamp::UNIX_EPOCH,
        epoch: 0,
        mfa: None,
        disabled_at: None,
        suppressed,
        notification_preferences: domain::preference::NotificationPreferences::default(),
    };
    let invite = Invite {
        id: InviteId::new(1, 1),
        client: Some(ClientId::new(1, 1)),
        name: "Ben <b>".to_owned(),
        email: person.email.clone(),
        role: Role::Contact(ContactRole::Viewer),
        by_name: "Ada Lovelace".to_owned(),
        sent_at: Timestamp::UNIX_EPOCH,
        link_number: 1,
        accepted: None,
        revoked: None,
        suppressed,
    };
    (person, invite)
}

/// Something that was done, for pages' samples.
pub fn activity_sample() -> Activity {
    let (client, finding) = finding_samples();
    Activity {
        at: Timestamp::UNIX_EPOCH,
        by_name: "Carl <b>".to_owned(),
        by_team: false,
        kind: ActivityKind::Resolved,
        title: finding.title,
        finding: Some(finding.id),
        severity: Some(finding.severity),
        engagement: EngagementId::new(1, 1),
        client: client.id,
    }
}

/// Two days before `today`, for pages' samples.
pub fn days_sample(today: Date) -> BTreeMap<Date, DaySnapshot> {
    let day = DaySnapshot {
        open: 7,
        resolved: 2,
        closed: 4,
    };
    let before = today.yesterday().unwrap_or(today);
    BTreeMap::from([(before.yesterday().unwrap_or(before), day), (before, day)])
}
