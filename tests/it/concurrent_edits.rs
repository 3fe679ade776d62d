//! Two people edit the same thing at once: both changes are kept, or both are shown.

use domain::finding::FindingStatus;
use domain::role::TeamRole;
use http::StatusCode;
use scraper::{Html, Selector};
use tests::{Answer, Browser};

use crate::two_sides::TwoSides;

type Fields = Vec<(String, String)>;

/// The fields of the form with a version, as a browser would send them.
fn form_of(answer: &Answer) -> Fields {
    let page = Html::parse_document(&answer.body);
    let select = |text: &str| Selector::parse(text).expect("a selector");
    let form = page
        .select(&select("form:has(input[name=seen])"))
        .next()
        .unwrap_or_else(|| panic!("no form: {}", answer.body));
    let mut fields = Fields::new();
    for field in form.select(&select("input[name], textarea[name], select[name]")) {
        let attribute = |name| field.value().attr(name).unwrap_or_default().to_owned();
        let is_box = ["checkbox", "radio"].contains(&attribute("type").as_str());
        if is_box && field.value().attr("checked").is_none() {
            continue;
        }
        let value = match field.value().name() {
            "textarea" => field.text().collect::<String>().trim_start().to_owned(),
            "select" => {
                let chosen = field.select(&select("option[selected]")).next();
                let first = field.select(&select("option")).next();
                let option = chosen.or(first);
                let value = option.and_then(|option| option.value().attr("value"));
                value.unwrap_or_default().to_owned()
            }
            _ => attribute("value"),
        };
        fields.push((attribute("name"), value));
    }
    fields
}

fn set(fields: &mut Fields, name: &str, value: &str) {
    let field = fields.iter_mut().find(|(known, _)| known == name);
    value.clone_into(&mut field.unwrap_or_else(|| panic!("no {name}")).1);
}

async fn send(browser: &mut Browser, action: &str, fields: &Fields) -> Answer {
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    browser.post_text(action, form).await
}

/// One person changes `first`, another with the same page `second`; then both change `first`.
async fn edit_by_two(
    browsers: (&mut Browser, &mut Browser),
    page: (&str, &str),
    first: (&str, &str),
    second: (&str, &str),
) {
    let (one, other) = browsers;
    let (shown, action) = page;
    let (mut ours, mut theirs) = (
        form_of(&one.get(shown).await),
        form_of(&other.get(shown).await),
    );
    set(&mut ours, first.0, first.1);
    let saved = send(one, action, &ours).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    set(&mut theirs, second.0, second.1);
    let saved = send(other, action, &theirs).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let now = form_of(&one.get(shown).await);
    for (name, value) in [first, second] {
        let kept = now.iter().find(|(known, _)| known == name);
        assert_eq!(
            kept.map(|(_, value)| value.as_str()),
            Some(value),
            "{shown}: {name}"
        );
    }

    // Both change one field: nothing is saved, and the page shows both.
    let mut ours = now;
    let mut theirs = form_of(&other.get(shown).await);
    let (mine, saved_text) = (format!("{} B", first.1), format!("{} A", first.1));
    set(&mut ours, first.0, &saved_text);
    assert_eq!(send(one, action, &ours).await.status, StatusCode::SEE_OTHER);
    set(&mut theirs, first.0, &mine);
    let refused = send(other, action, &theirs).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{shown}");
    for text in [mine.as_str(), saved_text.as_str(), "Another person changed"] {
        assert!(
            refused.body.contains(text),
            "{shown}: {text} in {}",
            refused.body
        );
    }
    // The choice is sent with the version that was shown.
    let chosen = send(other, action, &form_of(&refused)).await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", chosen.body);
    let now = form_of(&one.get(shown).await);
    assert!(now.iter().any(|(_, value)| *value == mine), "{now:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_and_engagement_edited_by_two_keep_both_changes() {
    let mut both = TwoSides::new().await;
    let (team, _) = both.paths();
    let acme = &both.cast.acme;
    let owner = acme.member(TeamRole::Owner);
    let mut owner = both.world.signed_in(&acme.workspace, owner).await;
    let finding = both.client().findings[&FindingStatus::Open];
    let page = format!("{team}/findings/{finding}/edit");
    let first = ("description", "A description.\nOf two lines.");
    let second = ("impact", "Another impact.");
    edit_by_two((&mut owner, &mut both.team), (&page, &page), first, second).await;
    let page = format!("{team}/edit");
    let (first, second) = (("scope", "Another scope"), ("title", "Another title"));
    edit_by_two((&mut owner, &mut both.team), (&page, &page), first, second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_and_invoice_edited_by_two_keep_both_changes() {
    let both = TwoSides::new().await;
    let acme = &both.cast.acme;
    let mut one = both
        .world
        .signed_in(&acme.workspace, acme.member(TeamRole::Owner))
        .await;
    let mut other = both
        .world
        .signed_in(&acme.workspace, acme.member(TeamRole::Admin))
        .await;
    let settings = ("/settings", "/settings");
    let (first, second) = (("name", "Acme Two"), ("due_low", "77"));
    edit_by_two((&mut one, &mut other), settings, first, second).await;
    let billing = ("/invoices/settings", "/invoices/settings");
    let (first, second) = (("from", "Acme Street 1"), ("prefix", "AC-"));
    edit_by_two((&mut one, &mut other), billing, first, second).await;
    let client = both.client();
    let draft = format!(
        "/clients/{}/invoices/{}/edit",
        client.id, client.invoices.draft
    );
    let (first, second) = (("subject", "Another subject"), ("line_price[]", "77.00"));
    edit_by_two((&mut one, &mut other), (&draft, &draft), first, second).await;
}
