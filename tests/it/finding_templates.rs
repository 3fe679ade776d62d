//! Templates of findings: searched, chosen, and a workspace's own.

use domain::finding::{FindingInput, FindingStatus};
use domain::library::{MAX_TEMPLATES, TemplateInput, starters};
use domain::role::{ContactRole, TeamRole};
use http::StatusCode;
use jiff::SignedDuration;

use crate::two_sides::TwoSides;

#[tokio::test(flavor = "multi_thread")]
async fn template_chosen_fills_the_form_and_saves_nothing() {
    let mut both = TwoSides::new().await;
    let (team, _) = both.paths();
    let before = both.world.dump().await;
    let all = both.team.get(&format!("{team}/library")).await.body;
    assert!(
        all.contains(&format!("{} in all", starters().len() + 1)),
        "{all}"
    );
    assert!(
        all.contains("as CANARY-acme Ltd writes it") && !all.contains("northwind"),
        "{all}"
    );
    let second = all.split("?q=&amp;category=&amp;after=").nth(1);
    assert!(second.is_some_and(|rest| rest.starts_with("25")), "goes on");
    let last = both
        .team
        .get(&format!("{team}/library?after=49"))
        .await
        .body;
    assert_eq!(last.matches("class=\"row-title\"").count(), 1, "the rest");

    let found = both
        .team
        .get(&format!(
            "{team}/library?q=KERBEROS+passwords&category=active_directory"
        ))
        .await
        .body;
    assert!(
        found.contains("starter=kerberoasting") && !found.contains("sql-injection"),
        "{found}"
    );
    assert!(found.contains("value=\"KERBEROS passwords\""), "{found}");
    assert!(
        found.contains("CWE-521 Weak password requirements"),
        "{found}"
    );
    let none = both.team.get(&format!("{team}/library?q=zzz")).await.body;
    assert!(none.contains("No template fits"));

    let form = both
        .team
        .get(&format!("{team}/findings/new?starter=sql-injection"))
        .await
        .body;
    for part in [
        "value=\"SQL injection\"",
        "value=\"89\"",
        "Pass values as bound parameters",
        "9.8",
    ] {
        assert!(form.contains(part), "{part}: {form}");
    }
    let own = both.client().template;
    let form = both
        .team
        .get(&format!("{team}/findings/new?template={own}"))
        .await
        .body;
    assert!(
        form.contains("Injection, as CANARY-acme Ltd writes it"),
        "{form}"
    );
    for odd in [
        "starter=nothing",
        "template=01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "template=x",
    ] {
        let answer = both.team.get(&format!("{team}/findings/new?{odd}")).await;
        assert!(answer.status.is_client_error(), "{odd}: {}", answer.status);
    }
    assert!(before == both.world.dump().await, "something was saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_saved_as_template_can_be_edited_and_deleted() {
    let mut both = TwoSides::new().await;
    // After the cast's own entries in the log.
    both.world.advance(SignedDuration::from_mins(1));
    let (team, _) = both.paths();
    let finding = both.client().findings[&FindingStatus::Open];
    let mark = both.client().mark.clone();
    let page = both
        .team
        .get(&format!("{team}/findings/{finding}"))
        .await
        .body;
    assert!(
        page.contains(&format!("{team}/findings/{finding}/template")),
        "{page}"
    );
    let save = format!("{team}/findings/{finding}/template");
    let form = both.team.get(&save).await.body;
    assert!(
        form.contains(&format!("Injection {mark}")) && !form.contains(".example:443"),
        "{form}"
    );

    let id = both.new_id();
    let mut fields = vec![
        ("id", id.as_str()),
        ("title", "Injection, our words"),
        ("severity", "high"),
        ("tags", "Sql, ours"),
    ];
    let wrong = both.team.post(&save, &fields).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("id=\"category-error\"") && wrong.body.contains("our words"),
        "{}",
        wrong.body
    );
    fields.push(("category", "api"));
    let before = both.world.dump().await.len();
    for _ in 0..2 {
        assert_eq!(
            both.team.post(&save, &fields).await.location(),
            "/templates"
        );
    }
    assert_eq!(
        both.world.dump().await.len(),
        before + 3,
        "a row, a text, and an entry in the audit log, once"
    );
    let other = [
        &fields[..1],
        &[("title", "Other"), ("severity", "low"), ("category", "api")],
    ]
    .concat();
    let again = both.team.post(&save, &other).await;
    assert!(again.body.contains("saved before"), "{}", again.body);

    let list = both.team.get("/templates?q=ours").await.body;
    assert!(
        list.contains("Injection, our words") && !list.contains("CANARY-acme Ltd writes"),
        "{list}"
    );
    let id = both.made_by_team(&save, &id).await;
    let edit = format!("/templates/{id}/edit");
    let change = [
        ("title", "Injection, better"),
        ("severity", "low"),
        ("category", "api"),
        ("version", "1"),
    ];
    assert!(both.team.post(&edit, &change).await.is_good());
    let other = change.map(|(name, value)| match name {
        "title" => (name, "Injection, otherwise"),
        _ => (name, value),
    });
    let stale = both.team.post(&edit, &other).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        stale.body.contains("Another person changed"),
        "{}",
        stale.body
    );
    assert!(
        both.team
            .get(&edit)
            .await
            .body
            .contains("Injection, better")
    );

    let delete = format!("/templates/{id}/delete");
    both.team.post(&delete, &[("version", "1")]).await;
    assert!(both.team.get(&edit).await.is_good(), "not by an old page");
    both.team.post(&delete, &[("version", "2")]).await;
    assert_eq!(both.team.get(&edit).await.status, StatusCode::NOT_FOUND);
    // All that is left is what the audit log says: made, changed, deleted.
    assert_eq!(both.world.dump().await.len(), before + 3);
    let acme = &both.cast.acme;
    let owner = acme.member(TeamRole::Owner);
    let mut owner = both.world.signed_in(&acme.workspace, owner).await;
    let log = owner.get("/settings/audit").await.body;
    for part in ["Wrote the template", "Deleted the template"] {
        assert!(log.contains(part), "{part}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_are_limited_in_number_and_hidden_from_clients() {
    let mut both = TwoSides::new().await;
    let (team, _) = both.paths();
    let store = both.cast.acme.store.clone();
    let input = TemplateInput {
        category: "other".into(),
        tags: String::new(),
        finding: FindingInput {
            title: "One of many".into(),
            severity: "low".into(),
            ..FindingInput::default()
        },
    };
    let template = input.parse().expect("a template");
    for _ in 1..MAX_TEMPLATES {
        let made = store.create_template(both.world.app.new_id(), &template, both.world.now());
        made.await.expect("room");
    }
    let finding = both.client().findings[&FindingStatus::Open];
    let id = both.new_id();
    let fields = [
        ("id", id.as_str()),
        ("title", "Too many"),
        ("severity", "low"),
        ("category", "web"),
    ];
    let full = both
        .team
        .post(&format!("{team}/findings/{finding}/template"), &fields)
        .await;
    assert_eq!(full.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(full.body.contains("500 templates"), "{}", full.body);
    assert!(
        both.team
            .get("/templates")
            .await
            .body
            .contains("500 in all")
    );

    let (acme, client) = (&both.cast.acme, both.client());
    let contact = client.contact(ContactRole::Manager);
    let mut portal = both.world.signed_in(&acme.workspace, contact).await;
    let mut viewer = both
        .world
        .signed_in(&acme.workspace, acme.member(TeamRole::Viewer))
        .await;
    for path in [
        "/templates".to_owned(),
        format!("/templates/{}/edit", client.template),
        format!("{team}/library"),
    ] {
        assert_eq!(
            portal.get(&path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
        assert_eq!(
            viewer.get(&path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let page = viewer.get(&format!("{team}/findings/{finding}")).await.body;
    assert!(
        !page.contains("Save as template") && !page.contains("href=\"/templates\""),
        "{page}"
    );
}
