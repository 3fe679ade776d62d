//! Dashboards: what they show to whom, the days that the worker notes, and what
//! happened lately.

use domain::finding::FindingStatus;
use domain::role::{ContactRole, TeamRole};
use domain::trend::DaySnapshot;
use jiff::civil::date;
use jiff::{SignedDuration, ToSpan as _};
use scraper::{Html, Selector};
use store::WriteOutcome;
use tests::{Browser, create_findings};

use crate::two_sides::TwoSides;

/// The texts of what a selector picks on a page.
async fn texts(browser: &mut Browser, path: &str, selector: &str) -> Vec<String> {
    let answer = browser.get(path).await;
    assert!(answer.is_good(), "{path}: {}", answer.status);
    let page = Html::parse_document(&answer.body);
    let selector = Selector::parse(selector).expect("a selector");
    let words = |one: scraper::ElementRef<'_>| {
        let text = one.text().collect::<String>();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    page.select(&selector).map(words).collect()
}

async fn drain(both: &TwoSides) {
    worker::drain(&both.world.app).await.expect("swept");
}

#[tokio::test(flavor = "multi_thread")]
async fn day_snapshot_is_written_once_and_a_gap_repeats_the_day_before() {
    let mut both = TwoSides::new().await;
    let (client, team) = (both.client().store.clone(), both.cast.acme.store.clone());
    let counts = client
        .get_client()
        .await
        .expect("read")
        .expect("there")
        .counts;
    let day = DaySnapshot::of(&counts);
    drain(&both).await;
    let first = date(2026, 1, 1);
    let noted = client.list_days(first).await.expect("read");
    let sunday = date(2026, 1, 4);
    assert_eq!(noted.into_iter().collect::<Vec<_>>(), [(sunday, day)]);
    let all = team.list_days(first).await.expect("read");
    assert_eq!(all.get(&sunday), Some(&day.plus(day)), "of both clients");

    // What changes afterwards, and another run, leave it as it is.
    let (_, there) = both.paths();
    let open = both.client().findings[&FindingStatus::Open];
    let resolve = format!("{there}/findings/{open}/resolve");
    let fields = [("note", "Fixed."), ("version", "2")];
    assert!(both.portal.post(&resolve, &fields).await.is_good());
    drain(&both).await;
    let again = client.record_day(sunday, DaySnapshot::default(), 9).await;
    assert_eq!(again.expect("tried"), WriteOutcome::Repeated);
    assert_eq!(client.list_days(first).await.expect("read")[&sunday], day);

    both.world.advance(SignedDuration::from_hours(72));
    drain(&both).await;
    let noted = client.list_days(first).await.expect("read");
    assert_eq!(noted.len(), 2, "one for each night that was there");
    let wednesday = noted[&date(2026, 1, 7)];
    assert_eq!(wednesday.resolved, day.resolved + 1);
    let contact = both.client().contact(ContactRole::Collaborator).clone();
    let mut portal = both
        .world
        .signed_in(&both.cast.acme.workspace, &contact)
        .await;
    let rows = texts(&mut portal, "/?days=30", "#trend tbody tr").await;
    let told =
        |date: &str, day: DaySnapshot| format!("{date}{}{}{}", day.open, day.resolved, day.closed);
    assert!(rows.contains(&told("6 Jan 2026", day)), "{rows:?}");
    assert!(rows.contains(&told("8 Jan 2026", wednesday)), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn activity_feed_shows_each_side_what_it_may_see() {
    let mut both = TwoSides::new().await;
    let (here, there) = both.paths();
    let open = both.client().findings[&FindingStatus::Open];
    let finding = format!("{here}/findings/{open}");
    both.later();
    let id = both.new_id();
    let say = [
        ("text", "Among us"),
        ("internal", "yes"),
        ("id", id.as_str()),
    ];
    let said = both.team.post(&format!("{finding}/comments"), &say).await;
    assert!(said.is_good(), "{}", said.body);
    both.later();
    let edit = [("title", "Renamed"), ("severity", "high"), ("version", "2")];
    assert!(
        both.team
            .post(&format!("{finding}/edit"), &edit)
            .await
            .is_good()
    );
    both.later();
    let id = both.new_id();
    let draft = [
        ("id", id.as_str()),
        ("title", "A draft"),
        ("severity", "low"),
    ];
    assert!(
        both.team
            .post(&format!("{here}/findings"), &draft)
            .await
            .is_good()
    );
    both.later();
    let resolve = format!("{there}/findings/{open}/resolve");
    let fields = [("note", "Done."), ("version", "3")];
    assert!(both.portal.post(&resolve, &fields).await.is_good());

    let client = format!("/clients/{}", both.client().id);
    let deeds = [
        "resolved Renamed",
        "wrote A draft",
        "edited Renamed",
        "commented on",
    ];
    for path in ["/", client.as_str(), here.as_str()] {
        let told = texts(&mut both.team, path, ".activity li").await;
        for (line, deed) in told.iter().zip(deeds) {
            assert!(line.contains(deed), "{path}: {line} should tell {deed}");
        }
    }
    for path in ["/", there.as_str()] {
        let told = texts(&mut both.portal, path, ".activity li").await;
        let first = told.first().expect("something");
        assert!(first.contains("resolved Renamed"), "{first}");
        for hidden in ["wrote", "edited", "commented", "draft", "imported"] {
            assert!(!told.iter().any(|line| line.contains(hidden)), "{told:?}");
        }
    }
    let sibling = &both.cast.acme.clients[1];
    let contact = sibling.contact(ContactRole::Manager);
    let mut browser = both
        .world
        .signed_in(&both.cast.acme.workspace, contact)
        .await;
    let told = texts(&mut browser, "/", ".activity li").await;
    assert!(!told.is_empty() && !told.iter().any(|line| line.contains("Renamed")));
    let northwind = &both.cast.northwind;
    let owner = northwind.member(TeamRole::Owner);
    let mut browser = both.world.signed_in(&northwind.workspace, owner).await;
    let told = texts(&mut browser, "/", ".activity li").await;
    assert!(!told.is_empty() && !told.iter().any(|line| line.contains("Renamed")));
}

#[tokio::test(flavor = "multi_thread")]
async fn overdue_count_is_exact_up_to_a_page_and_from_the_daily_job_beyond() {
    let mut both = TwoSides::new().await;
    let owner = both.cast.acme.member(TeamRole::Owner).clone();
    let late = |k: usize, finding: domain::finding::Finding| {
        let now = date(2026, 1, 5);
        let due = if k < 2 {
            now.yesterday()
        } else {
            now.tomorrow()
        };
        domain::finding::Finding {
            due: due.ok(),
            status: if k == 0 {
                FindingStatus::Resolved
            } else {
                FindingStatus::Open
            },
            ..finding
        }
    };
    create_findings(&both.world, both.client(), &owner, 4, late).await;
    let overdue = |stats: Vec<String>| {
        let found = stats.iter().find_map(|stat| stat.strip_prefix("Overdue"));
        found.expect("a number").trim().to_owned()
    };
    // One is resolved: it waits for the team.
    assert_eq!(overdue(texts(&mut both.portal, "/", ".stat").await), "1");
    assert_eq!(overdue(texts(&mut both.team, "/", ".stat").await), "1");
    let today = date(2026, 1, 5);
    let very = |_, finding: domain::finding::Finding| domain::finding::Finding {
        due: today.checked_sub(5.days()).ok(),
        ..finding
    };
    create_findings(&both.world, both.client(), &owner, 60, very).await;
    assert_eq!(overdue(texts(&mut both.portal, "/", ".stat").await), "30+");
    drain(&both).await;
    assert_eq!(overdue(texts(&mut both.portal, "/", ".stat").await), "61");
    let client = format!("/clients/{}", both.client().id);
    for path in ["/", client.as_str()] {
        assert_eq!(overdue(texts(&mut both.team, path, ".stat").await), "61");
    }
    let cards = texts(&mut both.team, "/", ".rows-clients .row-sub").await;
    assert!(cards[0].contains("61 overdue"), "at most risk: {cards:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn engagement_has_team_and_timeline_and_is_listed_by_phase() {
    let mut both = TwoSides::new().await;
    let (here, there) = both.paths();
    let ada = both.cast.acme.member(TeamRole::Member).clone();
    let id = ada.id.to_string();
    let mut fields = vec![
        ("title", "Renamed test"),
        ("kind", "api"),
        ("phase", "reporting"),
        ("starts_on", "2026-01-02"),
        ("version", "1"),
        ("team[]", id.as_str()),
    ];
    let saved = both.team.post(&format!("{here}/edit"), &fields).await;
    assert!(saved.is_good(), "{}", saved.body);
    let page = both.portal.get(&there).await.body;
    assert!(page.contains(&format!("Worked on by {}", ada.name)));
    let now = texts(&mut both.portal, &there, ".timeline [aria-current]").await;
    assert_eq!(now, ["Reporting"]);
    let told = texts(&mut both.portal, "/", ".activity li").await;
    assert!(
        told.iter()
            .any(|line| line.contains("began the report of Renamed test"))
    );
    let listed = |titles: Vec<String>| titles.iter().any(|title| title == "Renamed test");
    let team = ".rows-engagements .row-title";
    assert!(listed(
        texts(&mut both.team, "/?phase=reporting", team).await
    ));
    assert!(!listed(
        texts(&mut both.team, "/?phase=remediation", team).await
    ));
    assert!(listed(
        texts(&mut both.portal, "/?phase=reporting", "article a").await
    ));
    assert!(!listed(
        texts(&mut both.portal, "/?phase=closed", "article a").await
    ));

    let edit = format!("{here}/edit");
    let ticked = texts(&mut both.team, &edit, "input[name='team[]'][checked]").await;
    assert_eq!(ticked.len(), 1);
    let stranger = both.client().contact(ContactRole::Manager).id.to_string();
    fields[4] = ("version", "2");
    fields[5] = ("team[]", stranger.as_str());
    let refused = both.team.post(&format!("{here}/edit"), &fields).await;
    assert!(refused.body.contains("Choose people of the team."));
}

#[tokio::test(flavor = "multi_thread")]
async fn fix_time_runs_from_publishing_to_the_last_retest() {
    let mut both = TwoSides::new().await;
    let (here, there) = both.paths();
    let open = both.client().findings[&FindingStatus::Open];
    let (team, portal) = (
        format!("{here}/findings/{open}"),
        format!("{there}/findings/{open}"),
    );
    let severity = {
        let store = &both.client().store;
        let found = store.get_finding(both.client().engagement, open).await;
        found.expect("read").expect("there").severity
    };
    let before = both
        .client()
        .store
        .get_client()
        .await
        .expect("read")
        .expect("there");
    let before = before.counts.fix_times(severity);
    both.world.advance(SignedDuration::from_hours(1));
    let resolve = [("note", "Done."), ("version", "2")];
    assert!(
        both.portal
            .post(&format!("{portal}/resolve"), &resolve)
            .await
            .is_good()
    );
    let fixed = [("note", ""), ("version", "3")];
    assert!(
        both.team
            .post(&format!("{team}/fixed"), &fixed)
            .await
            .is_good()
    );
    let after = both
        .client()
        .store
        .get_client()
        .await
        .expect("read")
        .expect("there");
    let after = after.counts.fix_times(severity);
    assert_eq!(after.count, before.count + 1);
    assert_eq!(after.total_seconds - before.total_seconds, 3_600);
}
