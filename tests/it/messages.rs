//! An engagement's thread: both sides, notes that stay the team's, what is unread,
//! changes within a quarter of an hour, and the way back to the beginning.

use domain::id::{EngagementId, MessageId};
use domain::message::{MessageCounts, MessageInput, NewMessage, create_message};
use domain::person::Actor;
use domain::role::{ContactRole, TeamRole};
use http::StatusCode;
use jiff::SignedDuration;
use scraper::{Html, Selector};
use store::{ClientScope, Store};
use tests::{Answer, Browser, World, actor};

use crate::two_sides::TwoSides;

/// What the messages of a page say, in its order.
fn said(answer: &Answer) -> Vec<String> {
    let page = Html::parse_document(&answer.body);
    let text = Selector::parse("ol.comments .prose").expect("a selector");
    page.select(&text)
        .map(|element| element.text().collect::<String>().trim().to_owned())
        .collect()
}

/// The number beside the word in an engagement's navigation.
fn unread(answer: &Answer) -> Option<String> {
    let page = Html::parse_document(&answer.body);
    let count = Selector::parse(".page-tabs .count").expect("a selector");
    let found = page.select(&count).next()?;
    let text: String = found.text().collect();
    Some(text.split_whitespace().next()?.to_owned())
}

impl TwoSides {
    async fn send(&mut self, team: bool, text: &str, internal: bool) -> Answer {
        let id = self.new_id();
        let internal = if internal { "yes" } else { "" };
        let (theirs, ours) = self.paths();
        let (browser, path) = if team {
            (&mut self.team, theirs)
        } else {
            (&mut self.portal, ours)
        };
        let fields = [("id", id.as_str()), ("text", text), ("internal", internal)];
        self.world.advance(SignedDuration::from_mins(1));
        browser.post(&format!("{path}/messages"), &fields).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn thread_messages_reach_both_sides_and_notes_stay_internal() {
    let mut both = TwoSides::new().await;
    let (team, portal) = both.paths();
    for (by_team, text, internal) in [
        (true, "Is **staging** up?", false),
        (true, "They are slow.", true),
        // Whatever a contact's form says, both sides read it.
        (false, "It is.", true),
    ] {
        let sent = both.send(by_team, text, internal).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        assert!(sent.location().ends_with("/messages#end"));
    }
    let ours = both.team.get(&format!("{team}/messages")).await;
    let (hello, secret) = (
        format!("Hello from {}", both.client().mark),
        format!("Between us: {}", both.client().secret),
    );
    let all = [
        hello.as_str(),
        &secret,
        "Is staging up?",
        "They are slow.",
        "It is.",
    ];
    assert_eq!(said(&ours), all);
    let theirs = both.portal.get(&format!("{portal}/messages")).await;
    assert_eq!(said(&theirs), [&hello, "Is staging up?", "It is."]);
    for never in ["Internal", "They are slow", &secret] {
        assert!(!theirs.body.contains(never), "{never}");
    }
    assert!(theirs.body.contains("<strong>staging</strong>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn internal_note_changes_nothing_the_client_can_see() {
    let mut both = TwoSides::new().await;
    let (_, portal) = both.paths();
    let page = format!("{portal}/messages");
    let mut seen = Vec::new();
    for _ in 0..2 {
        let shown = both.portal.get(&page).await;
        let parsed = Html::parse_document(&shown.body);
        let live = Selector::parse("#live").expect("a selector");
        let live = parsed.select(&live).next().expect("it lives");
        let pulse = live.attr("data-pulse").expect("a pulse").to_owned();
        seen.push((pulse, unread(&shown), said(&shown)));
        let dashboard = both.portal.get("/pulse").await;
        assert_eq!(dashboard.status, StatusCode::OK);
        both.send(true, "Between us.", true).await;
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_messages_are_counted_per_person_until_read() {
    let mut both = TwoSides::new().await;
    let (team, portal) = both.paths();
    let page = format!("{portal}/messages");
    // The cast's own message.
    assert_eq!(unread(&both.portal.get(&page).await).as_deref(), Some("1"));
    both.send(true, "One.", false).await;
    both.send(true, "A note.", true).await;
    both.send(false, "Mine.", false).await;
    let shown = both.portal.get(&portal).await;
    assert_eq!(unread(&shown).as_deref(), Some("2"), "one's own is read");
    // On the first page too, at the engagement.
    let first = both.portal.get("/").await;
    assert!(first.body.contains("data-unread>2<"), "{}", first.body);
    // Looking changes nothing; the form of the page does.
    let before = both.world.dump().await;
    let shown = both.portal.get(&page).await;
    assert!(before == both.world.dump().await);
    assert!(shown.body.contains("name=\"messages\" value=\"3\""));
    assert!(!shown.body.contains("name=\"notes\""));
    let read = format!("{page}/read");
    let marked = both.portal.post(&read, &[("messages", "3")]).await;
    assert_eq!(marked.location(), page);
    assert_eq!(unread(&both.portal.get(&page).await), None);
    // A page that showed less doesn't take it back, and nobody reads ahead.
    both.portal.post(&read, &[("messages", "1")]).await;
    assert_eq!(unread(&both.portal.get(&page).await), None);
    both.portal.post(&read, &[("messages", "99")]).await;
    both.send(true, "Two.", false).await;
    assert_eq!(unread(&both.portal.get(&page).await).as_deref(), Some("1"));
    // The other side has its own count, notes included; others have theirs.
    let theirs = both.team.get(&format!("{team}/messages")).await;
    assert_eq!(unread(&theirs).as_deref(), Some("3"));
    let client = both.client();
    let viewer = client.contact(ContactRole::Viewer);
    let mut viewer = both
        .world
        .signed_in(&both.cast.acme.workspace, viewer)
        .await;
    assert_eq!(unread(&viewer.get(&page).await).as_deref(), Some("4"));
    let cards = both.team.get(&format!("/clients/{}", client.id)).await;
    assert!(cards.body.contains("data-unread>3<"), "{}", cards.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn message_form_posts_once_and_keeps_its_input() {
    let mut both = TwoSides::new().await;
    let (team, _) = both.paths();
    let page = format!("{team}/messages");
    let id = both.new_id();
    let fields = [("id", id.as_str()), ("text", "Once.")];
    for _ in 0..2 {
        let sent = both.team.post(&page, &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        both.later();
    }
    let shown = said(&both.team.get(&page).await);
    assert_eq!(shown.iter().filter(|text| *text == "Once.").count(), 1);
    // Somebody went back and wrote something else: it isn't lost, nor sent unseen.
    let other = [("id", id.as_str()), ("text", "Other words.")];
    let back = both.team.post(&page, &other).await;
    assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        back.body.contains("Other words.</textarea>"),
        "{}",
        back.body
    );
    assert!(!back.body.contains(&format!("value=\"{id}\"")));
    let long = "x".repeat(domain::message::MAX_TEXT + 1);
    for (text, why) in [("  ", "Write something first."), (&long, "Use at most")] {
        let id = both.new_id();
        let refused = both.team.post(&page, &[("id", &id), ("text", text)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains(why) && refused.body.contains(&format!("{text}</textarea>")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn message_is_edited_by_its_author_for_15_minutes() {
    let mut both = TwoSides::new().await;
    let (team, portal) = both.paths();
    both.send(false, "Teh fix is out.", false).await;
    let page = format!("{portal}/messages");
    let shown = both.portal.get(&page).await;
    let parsed = Html::parse_document(&shown.body);
    let link = Selector::parse("ol.comments a").expect("a selector");
    let edit = parsed.select(&link).next().expect("a way to edit");
    let edit = edit.attr("href").expect("an address").to_owned();
    let form = both.portal.get(&edit).await;
    assert!(form.body.contains("Teh fix is out.</textarea>"));
    let empty = both
        .portal
        .post(&edit, &[("text", ""), ("version", "1")])
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("text", "The fix is out."), ("version", "1")];
    let edited = both.portal.post(&edit, &fields).await;
    assert_eq!(edited.location(), format!("{page}#end"), "{}", edited.body);
    let theirs = both.team.get(&format!("{team}/messages")).await;
    assert_eq!(
        said(&theirs).last().map(String::as_str),
        Some("The fix is out.")
    );
    assert!(theirs.body.contains("· edited"));
    // From a page that showed the former words.
    let stale = both.portal.post(&edit, &fields).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Nobody else's, and not for long.
    let others = format!("/clients/{}{edit}", both.client().id);
    let fields = [("text", "Forged."), ("version", "2")];
    both.team.post(&others, &fields).await;
    both.world.advance(SignedDuration::from_mins(15));
    both.portal.post(&edit, &fields).await;
    let shown = both.portal.get(&page).await;
    assert!(!shown.body.contains("Forged."));
    assert!(!shown.body.contains(&edit), "it is offered no more");
    // A note can't be changed, or found, from the other side.
    let thread = both
        .client()
        .store
        .get_thread(both.client().engagement, None);
    let thread = thread.await.expect("read");
    let note = thread.rows.iter().find(|row| !row.shared).expect("a note");
    let hidden = both
        .portal
        .get(&format!("{page}/{}/edit", note.message.id))
        .await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn viewer_reads_the_thread_and_cannot_post() {
    let both = TwoSides::new().await;
    let (team, portal) = both.paths();
    let acme = &both.cast.acme;
    let viewers = [
        (acme.member(TeamRole::Viewer), team),
        (both.client().contact(ContactRole::Viewer), portal),
    ];
    for (person, path) in viewers {
        let mut browser = both.world.signed_in(&acme.workspace, person).await;
        let page = format!("{path}/messages");
        let shown = browser.get(&page).await;
        assert!(shown.body.contains("Hello from"), "{}", shown.body);
        assert!(!shown.body.contains("<textarea"));
        let sent = browser
            .post(&page, &[("id", &both.new_id()), ("text", "x")])
            .await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN);
        let seen = [("messages", "1")];
        let marked = browser.post(&format!("{page}/read"), &seen).await;
        assert_eq!(marked.status, StatusCode::SEE_OTHER);
    }
}

/// Writes `n` messages into a thread, every third of them a note.
pub(crate) async fn talk(
    world: &World,
    (store, engagement): (&Store<ClientScope>, EngagementId),
    actor: &Actor,
    n: usize,
) -> Vec<NewMessage> {
    let mut postings = Vec::with_capacity(n);
    for k in 0..n {
        let input = MessageInput {
            files: Vec::new(),
            text: format!("Message number {k}, of the length that most of them have."),
            internal: if k % 3 == 2 { "yes" } else { "" }.to_owned(),
        };
        let millisecond = u64::try_from(world.now().as_millisecond()).expect("after 1970");
        let id = MessageId::new(millisecond + k as u64, 1);
        postings.push(create_message(id, actor, &input, world.now()).expect("allowed"));
    }
    store
        .restore_thread(engagement, &postings)
        .await
        .expect("filled");
    postings
}

#[tokio::test(flavor = "multi_thread")]
async fn thread_pages_give_every_message_once() {
    let mut both = TwoSides::new().await;
    let (team, portal) = both.paths();
    let owner = both.cast.acme.member(TeamRole::Owner);
    let actor = Actor {
        user: owner.id,
        name: owner.name.clone(),
        email: owner.email.clone(),
        role: owner.role,
        workspace: both.cast.acme.workspace.id,
        client: None,
    };
    both.later();
    let client = both.client();
    let place = (&client.store, client.engagement);
    let postings = talk(&both.world, place, &actor, 320).await;
    let shared = postings.iter().filter(|posting| posting.shared).count();
    let walks: [(&mut Browser, String, usize); 2] = [
        (&mut both.team, team, postings.len() + 2),
        (&mut both.portal, portal, shared + 1),
    ];
    for (browser, path, all) in walks {
        let mut next = Some(format!("{path}/messages"));
        let mut texts: Vec<String> = Vec::new();
        while let Some(page) = next {
            let shown = browser.get(&page).await;
            let rows = said(&shown);
            assert!(
                !rows.is_empty() && rows.len() <= 50,
                "{page}: {}",
                rows.len()
            );
            texts.splice(0..0, rows);
            let parsed = Html::parse_document(&shown.body);
            let earlier = Selector::parse("a[href*='before=']").expect("a selector");
            let link = parsed.select(&earlier).next();
            next = link.and_then(|link| Some(link.attr("href")?.to_owned()));
        }
        assert_eq!(texts.len(), all);
        let numbers = texts.iter().filter_map(|text| {
            let rest = text.strip_prefix("Message number ")?;
            rest.split(',').next()?.parse::<usize>().ok()
        });
        let numbers: Vec<usize> = numbers.collect();
        assert!(
            numbers.is_sorted() && numbers.last() >= Some(&318),
            "{path}"
        );
    }
    let tally = client_tally(&both).await;
    assert_eq!(tally.total(), 322);
}

async fn client_tally(both: &TwoSides) -> MessageCounts {
    let client = both.client();
    let engagement = client.store.get_engagement(client.engagement).await;
    engagement.expect("read").expect("there").messages
}

/// Whatever fifty messages say, both sides can open the thread: a function answers 6 MB.
#[tokio::test(flavor = "multi_thread")]
async fn thread_of_hostile_texts_stays_answerable() {
    let mut both = TwoSides::new().await;
    let (team, portal) = both.paths();
    let client = both.client();
    let contact = actor(client.contact(ContactRole::Collaborator));
    let table = format!(
        "{}|\n{}|\n{}",
        "|a".repeat(300),
        "|-".repeat(300),
        "x\n".repeat(900)
    );
    let texts = [
        table.as_str(),
        &">".repeat(5_000),
        &"&".repeat(5_000),
        &"- \n".repeat(1_600),
        &"[](a)".repeat(1_000),
    ];
    let post = |n: usize| {
        let input = MessageInput {
            text: texts[n % texts.len()].to_owned(),
            ..MessageInput::default()
        };
        let id = both.world.app.new_id();
        create_message(id, &contact, &input, both.world.now()).expect("allowed")
    };
    let postings: Vec<NewMessage> = (0..50).map(post).collect();
    let kept = client.store.restore_thread(client.engagement, &postings);
    kept.await.expect("kept");
    for (browser, path) in [(&mut both.team, team), (&mut both.portal, portal)] {
        let page = browser.get(&format!("{path}/messages")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("Shown as typed"));
        assert!(page.body.len() < 2_500_000, "{path}: {}", page.body.len());
    }
}
