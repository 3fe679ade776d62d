//! A finding whose history and comments are longer than its page.

use domain::finding::{CommentInput, FindingStatus, create_comment};
use domain::role::{ContactRole, TeamRole};
use http::StatusCode;
use jiff::SignedDuration;
use scraper::{Html, Selector};
use tests::{Browser, Fixture, World, actor};

/// The texts of what is selected.
fn texts(page: &str, what: &str) -> Vec<String> {
    let selector = Selector::parse(what).expect("a selector");
    let page = Html::parse_document(page);
    let found = page.select(&selector);
    found.map(|one| one.text().collect::<String>()).collect()
}

/// The address behind a link that says this.
fn link(page: &str, says: &str) -> Option<String> {
    let selector = Selector::parse("main a").expect("a selector");
    let page = Html::parse_document(page);
    let mut links = page.select(&selector);
    let link = links.find(|link| link.text().collect::<String>().trim() == says)?;
    link.attr("href").map(str::to_owned)
}

/// What all pages from the finding's on show, and how many pages there were.
async fn read_pages(
    browser: &mut Browser,
    page: &str,
    first: &str,
    what: &str,
) -> Vec<Vec<String>> {
    let body = browser.get(page).await.body;
    let mut pages = vec![texts(&body, what)];
    let mut next = link(&body, first);
    while let Some(path) = next {
        let path = if path.starts_with('?') {
            format!("{}{path}", pages_path(page, first))
        } else {
            path
        };
        let got = browser.get(&path).await;
        assert_eq!(got.status, StatusCode::OK, "{path}");
        pages.push(texts(&got.body, what));
        next = link(&got.body, "Earlier still");
    }
    pages
}

fn pages_path(page: &str, first: &str) -> String {
    let what = first.strip_prefix("Earlier ").expect("what");
    let what = if what == "changes" { "history" } else { what };
    format!("{page}/{what}")
}

#[tokio::test(flavor = "multi_thread")]
async fn long_finding_history_can_be_read_to_its_start() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let client = &cast.acme.clients[0];
    let (e, id) = (client.engagement, client.findings[&FindingStatus::Open]);
    let owner = cast.acme.member(TeamRole::Owner);
    // Every third between the team.
    for n in 0..130 {
        world.advance(SignedDuration::from_secs(1));
        let finding = client.store.get_finding(e, id).await.expect("read");
        let finding = finding.expect("there");
        let input = CommentInput {
            text: format!("Word {n}."),
            internal: if n % 3 == 0 { "yes" } else { "" }.to_owned(),
        };
        let said = create_comment(&finding, &actor(owner), &input, world.now()).expect("allowed");
        let ids = (world.app.new_id(), world.app.new_id());
        let kept = client.store.create_comment(e, &finding, &said, ids);
        kept.await.expect("kept");
    }
    let mut team = world.signed_in(&cast.acme.workspace, owner).await;
    let here = format!("/clients/{}/engagements/{e}/findings/{id}", client.id);
    for n in 0..60 {
        world.advance(SignedDuration::from_secs(1));
        let version = client.store.get_finding(e, id).await.expect("read");
        let version = version.expect("there").version.to_string();
        let tags = format!("tag{n}");
        let fields = [("version", version.as_str()), ("tags", &tags)];
        let planned = team.post(&format!("{here}/plan"), &fields).await;
        assert_eq!(planned.location(), here, "{}", planned.body);
    }
    let contact = client.contact(ContactRole::Viewer);
    let mut portal = world.signed_in(&cast.acme.workspace, contact).await;
    let there = format!("/engagements/{e}/findings/{id}");

    let words = |all: bool| -> Vec<String> {
        let every = (0..130).filter(|n| all || n % 3 != 0);
        every.map(|n| format!("Word {n}.")).collect()
    };
    let said = "ul.comments .prose";
    for (browser, page, all, sizes) in [
        (&mut team, &here, true, vec![50, 50, 30]),
        (&mut portal, &there, false, vec![50, 36]),
    ] {
        let pages = read_pages(browser, page, "Earlier comments", said).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
        let read: Vec<_> = pages.into_iter().rev().flatten().collect();
        let read: Vec<_> = read.iter().map(|word| word.trim().to_owned()).collect();
        assert_eq!(read, words(all), "oldest first");
    }
    let ours = read_pages(&mut team, &here, "Earlier changes", "ol.history > li").await;
    assert_eq!(ours.iter().map(Vec::len).collect::<Vec<_>>(), [50, 12]);
    assert!(ours[0][0].contains("tag59") && ours[0][0].contains("tag58"));
    assert!(ours[1].concat().contains("wrote it"), "{:?}", ours[1]);
    let theirs = read_pages(&mut portal, &there, "Earlier changes", "ol.history > li").await;
    let theirs = theirs.concat().concat();
    assert!(!theirs.contains("wrote it") && theirs.contains("published it"));
}

#[tokio::test(flavor = "multi_thread")]
async fn history_cursor_of_an_unknown_entry_gives_older_entries() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let client = &cast.acme.clients[0];
    let contact = client.contact(ContactRole::Viewer);
    let mut portal = world.signed_in(&cast.acme.workspace, contact).await;
    let id = client.findings[&FindingStatus::Open];
    let there = format!("/engagements/{}/findings/{id}", client.engagement);
    for what in ["history", "comments"] {
        let old = format!("{there}/{what}?before=00000000000000000000000000");
        let page = portal.get(&old).await;
        assert!(page.body.contains("Nothing is older than that."));
        let wrong = portal.get(&format!("{there}/{what}?before=%00")).await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    }
}

/// Whatever fifty comments say, the finding's page can be answered.
#[tokio::test(flavor = "multi_thread")]
async fn finding_with_hostile_comments_stays_answerable() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let client = &cast.acme.clients[0];
    let (e, id) = (client.engagement, client.findings[&FindingStatus::Open]);
    let contact = client.contact(ContactRole::Collaborator);
    let table = format!(
        "{}|\n{}|\n{}",
        "|a".repeat(300),
        "|-".repeat(300),
        "x\n".repeat(900)
    );
    let texts = [
        table,
        ">".repeat(4_000),
        "&".repeat(4_000),
        "[](a)".repeat(800),
    ];
    let finding = client.store.get_finding(e, id).await.expect("read");
    let finding = finding.expect("there");
    for n in 0..50 {
        let input = CommentInput {
            text: texts[n % texts.len()].clone(),
            internal: String::new(),
        };
        let said = create_comment(&finding, &actor(contact), &input, world.now());
        let said = said.expect("allowed");
        let ids = (world.app.new_id(), world.app.new_id());
        let kept = client.store.create_comment(e, &finding, &said, ids);
        kept.await.expect("kept");
    }
    let mut portal = world.signed_in(&cast.acme.workspace, contact).await;
    let page = portal.get(&format!("/engagements/{e}/findings/{id}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Shown as typed"));
    assert!(page.body.len() < 2_500_000, "{}", page.body.len());
}
