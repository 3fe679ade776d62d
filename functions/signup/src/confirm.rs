//! The second step of signing up: the link of the mail, a password, then the workspace.

use domain::id::{EntryId, UserId};
use domain::input::FieldErrors;
use domain::mail::{Mail, MailMessage};
use domain::password::{self, PasswordInput};
use domain::signup::SignUp;
use domain::slug::Slug;
use jiff::SignedDuration;
use serde::Serialize;
use store::{FoundingOutcome, NewWorkspace, RateLimit, sha256_hex};
use web::{
    Form, Ids, Page, PageError, ProtectedForm, Reply, SIGN_UP, SignUpLink, SignupHost, Token,
    see_other,
};

const BY_ADDRESS: RateLimit = RateLimit {
    rule: "sign-up-link",
    most: 60,
    window: SignedDuration::from_hours(1),
};
/// Slugs that are tried for one company name: `acme`, `acme-2`, …
const MAX_SLUGS: u32 = 20;

/// The form for a password.
#[derive(Debug, Serialize)]
pub(crate) struct ConfirmSignUpPage {
    form: Form,
    company: String,
    name: String,
    email: String,
    min: usize,
}

/// The answer to a link that can't be used; it doesn't say why.
#[derive(Debug, Serialize)]
pub(crate) struct SignUpGonePage {}

impl Page for ConfirmSignUpPage {
    const TEMPLATE: &'static str = "pages/signup/found.html";

    fn title(&self) -> String {
        "Set your password".to_owned()
    }

    fn sample() -> Self {
        Self {
            form: Form::with_errors(
                &(),
                &FieldErrors::of("password", "Use at least 12 characters."),
            ),
            company: "Acme <b>".to_owned(),
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            min: password::MIN,
        }
    }
}

impl Page for SignUpGonePage {
    const TEMPLATE: &'static str = "pages/signup/gone.html";

    fn title(&self) -> String {
        "This link can't be used".to_owned()
    }

    fn sample() -> Self {
        Self {}
    }
}

impl ConfirmSignUpPage {
    fn new(sign_up: &SignUp, form: Form) -> Self {
        Self {
            form,
            company: sign_up.company.clone(),
            name: sign_up.name.clone(),
            email: sign_up.email.as_str().to_owned(),
            min: password::MIN,
        }
    }
}

/// Moves the token from the address into a cookie; nothing is looked up.
pub(crate) async fn take_token(Ids(Token { token }): Ids<Token>) -> Result<Reply, PageError> {
    let reply = see_other("/sign-up/password");
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    Ok(if token.len() < 2_000 && token.bytes().all(is_plain) {
        reply.set_sign_up(&token)
    } else {
        reply.clear_sign_up()
    })
}

pub(crate) async fn get(front: SignupHost) -> Result<Reply, PageError> {
    match find_sign_up(&front).await? {
        Some(sign_up) => {
            let page = ConfirmSignUpPage::new(&sign_up, Form::default());
            front
                .render(&page)
                .map(|reply| allow_workspace_form_action(&front, reply))
        }
        None => front.render(&SignUpGonePage {}),
    }
}

pub(crate) async fn post(
    front: SignupHost,
    form: ProtectedForm<PasswordInput>,
) -> Result<Reply, PageError> {
    let Some(sign_up) = find_sign_up(&front).await? else {
        return front.render_refused(&SignUpGonePage {});
    };
    let personal_words = [
        sign_up.name.as_str(),
        sign_up.email.as_str(),
        sign_up.company.as_str(),
    ];
    if let Err(invalid) = form.input.check(&personal_words) {
        let page = ConfirmSignUpPage::new(&sign_up, Form::with_errors(&(), &invalid));
        return front
            .render_refused(&page)
            .map(|reply| allow_workspace_form_action(&front, reply));
    }
    match create_workspace(&front, &sign_up, &form.input.password).await? {
        Some(welcome_url) => Ok(see_other(&welcome_url).clear_sign_up()),
        None => Ok(front.render_refused(&SignUpGonePage {})?.clear_sign_up()),
    }
}

/// The form leads to the workspace's address, which is not known yet.
fn allow_workspace_form_action(front: &SignupHost, reply: Reply) -> Reply {
    let config = &front.app.config;
    reply.with_form_action(&format!("{}://*.{}", config.scheme, config.base_domain))
}

/// The sign-up whose link this browser holds.
async fn find_sign_up(front: &SignupHost) -> Result<Option<SignUp>, PageError> {
    front.limit_address(BY_ADDRESS).await?;
    let Some(token) = front.sign_up_token() else {
        return Ok(None);
    };
    let link = front
        .app
        .unseal::<SignUpLink>(SIGN_UP, "", token, front.now);
    let Some(link) = link else {
        return Ok(None);
    };
    let directory = front.directory();
    Ok(directory
        .find_sign_up(&link.email, link.id, front.now)
        .await?)
}

/// Creates the account and the workspace; returns the address where the founder signs in, or
/// `None` where the link was used meanwhile. The password is set first, for a username of
/// this attempt alone: without the workspace it opens nothing, and the worker deletes it.
async fn create_workspace(
    front: &SignupHost,
    sign_up: &SignUp,
    password: &str,
) -> Result<Option<String>, PageError> {
    let directory = front.directory();
    let (attempt, user): (EntryId, UserId) = (front.app.new_id(), front.app.new_id());
    directory
        .record_founding_attempt(sign_up.ws, attempt, user)
        .await?;
    let identity = &front.app.services.identity;
    identity.set_password(user, password).await?;
    let code = front.app.new_secret();
    for number in 1..=MAX_SLUGS {
        let slug = Slug::of_name(&sign_up.company, number).map_err(PageError::internal)?;
        // A cheap read first: most taken slugs were taken long ago.
        if !directory.is_slug_free(&slug, sign_up.ws).await? {
            continue;
        }
        let (workspace, owner) = sign_up.to_workspace(slug.clone(), user, front.now);
        let founding = NewWorkspace {
            sign_up,
            workspace: &workspace,
            owner: &owner,
            attempt,
            code: &sha256_hex(&code),
            mail: &workspace_created_mail(sign_up, &slug),
        };
        match directory.redeem_sign_up(founding, front.now).await? {
            FoundingOutcome::Taken => {}
            FoundingOutcome::Gone => return Ok(None),
            FoundingOutcome::Done => {
                front.evict_slug(&slug);
                let address = front.app.config.workspace_url(&slug);
                return Ok(Some(format!("{address}/welcome/{code}")));
            }
        }
    }
    Err(PageError::Unavailable)
}

/// The mail that names the workspace's address.
fn workspace_created_mail(sign_up: &SignUp, slug: &Slug) -> Mail {
    Mail {
        to: sign_up.email.clone(),
        to_name: sign_up.name.clone(),
        slug: slug.clone(),
        brand: sign_up.company.clone(),
        message: MailMessage::WorkspaceCreated,
    }
}
