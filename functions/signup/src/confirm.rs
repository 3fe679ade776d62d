//! The second step: the link out of the mail, then a password, then a workspace.

use domain::id::{EntryId, UserId};
use domain::input::FieldErrors;
use domain::mail::{Mail, MailMessage};
use domain::password::{self, PasswordInput};
use domain::signup::SignUp;
use domain::slug::Slug;
use jiff::SignedDuration;
use serde::Serialize;
use store::directory::hash;
use store::{FoundingOutcome, NewWorkspace, RateLimit};
use web::{
    Form, Ids, Page, PageError, ProtectedForm, Reply, SIGN_UP, SignUpLink, SignupHost, Token,
    see_other,
};

const BY_ADDRESS: RateLimit = RateLimit {
    rule: "sign-up-link",
    most: 60,
    window: SignedDuration::from_hours(1),
};
/// How many addresses one name may make, before it must be another.
const NUMBERS: u32 = 20;

/// The form for a password.
#[derive(Debug, Serialize)]
pub(crate) struct ConfirmSignUpPage {
    form: Form,
    company: String,
    name: String,
    email: String,
    min: usize,
}

/// A link that is good for nothing: why, is nobody's business.
#[derive(Debug, Serialize)]
pub(crate) struct SignUpGonePage {}

impl Page for ConfirmSignUpPage {
    const TEMPLATE: &'static str = "pages/signup/found.html";

    fn title(&self) -> String {
        "Set your password".to_owned()
    }

    fn sample() -> Self {
        Self {
            form: Form::failed(
                &(),
                &FieldErrors::at("password", "Use at least 12 characters."),
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

/// Takes the token out of the address, and looks nothing up.
pub(crate) async fn take(Ids(Token { token }): Ids<Token>) -> Result<Reply, PageError> {
    let to = see_other("/sign-up/password");
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    Ok(if token.len() < 2_000 && token.bytes().all(plain) {
        to.signing_up(&token)
    } else {
        to.sign_up_over()
    })
}

pub(crate) async fn get(front: SignupHost) -> Result<Reply, PageError> {
    match waiting(&front).await? {
        Some(sign_up) => {
            let page = ConfirmSignUpPage::new(&sign_up, Form::default());
            front.page(&page).map(|reply| leading_on(&front, reply))
        }
        None => front.page(&SignUpGonePage {}),
    }
}

pub(crate) async fn post(
    front: SignupHost,
    chosen: ProtectedForm<PasswordInput>,
) -> Result<Reply, PageError> {
    let Some(sign_up) = waiting(&front).await? else {
        return front.refused(&SignUpGonePage {});
    };
    let about = [
        sign_up.name.as_str(),
        sign_up.email.as_str(),
        sign_up.company.as_str(),
    ];
    if let Err(invalid) = chosen.input.check(&about) {
        let page = ConfirmSignUpPage::new(&sign_up, Form::failed(&(), &invalid));
        return front.refused(&page).map(|reply| leading_on(&front, reply));
    }
    match found(&front, &sign_up, &chosen.input.password).await? {
        Some(to) => Ok(see_other(&to).sign_up_over()),
        None => Ok(front.refused(&SignUpGonePage {})?.sign_up_over()),
    }
}

/// Its form leads to a workspace's address, which nobody knows yet.
fn leading_on(front: &SignupHost, reply: Reply) -> Reply {
    let config = &front.app.config;
    reply.leading_to(&format!("{}://*.{}", config.scheme, config.base_domain))
}

/// What waits for the link that this browser holds.
async fn waiting(front: &SignupHost) -> Result<Option<SignUp>, PageError> {
    front.limit_address(BY_ADDRESS).await?;
    let Some(token) = front.sign_up_token() else {
        return Ok(None);
    };
    let link = front.app.unseal::<SignUpLink>(SIGN_UP, token, front.now);
    let Some(link) = link else {
        return Ok(None);
    };
    let directory = front.directory();
    let waiting = directory.sign_up(&link.email, link.id, front.now);
    Ok(waiting.await?)
}

/// Makes the account and the workspace, and gives where its founder goes on; `None`
/// where the link was used meanwhile. The password first, for a username of this
/// attempt alone: without the workspace that follows it opens nothing, and the worker
/// deletes it.
async fn found(
    front: &SignupHost,
    sign_up: &SignUp,
    password: &str,
) -> Result<Option<String>, PageError> {
    let directory = front.directory();
    let (attempt, user): (EntryId, UserId) = (front.app.new_id(), front.app.new_id());
    directory.begin_founding(sign_up.ws, attempt, user).await?;
    let identity = &front.app.services.identity;
    identity.set_password(user, password).await?;
    let code = front.app.new_secret();
    for number in 1..=NUMBERS {
        let slug = Slug::of_name(&sign_up.company, number).map_err(PageError::internal)?;
        // Asked first: most names that are taken were taken long ago.
        if !directory.is_free(&slug, sign_up.ws).await? {
            continue;
        }
        let (workspace, owner) = sign_up.found(slug.clone(), user, front.now);
        let founding = NewWorkspace {
            sign_up,
            workspace: &workspace,
            owner: &owner,
            attempt,
            code: &hash(&code),
            mail: &told(sign_up, &slug),
        };
        match directory.found(founding, front.now).await? {
            FoundingOutcome::Taken => {}
            FoundingOutcome::Gone => return Ok(None),
            FoundingOutcome::Done => {
                front.forget_address(&slug);
                let address = front.app.config.address(&slug);
                return Ok(Some(format!("{address}/welcome/{code}")));
            }
        }
    }
    Err(PageError::Unavailable)
}

/// The mail that tells of the address.
fn told(sign_up: &SignUp, slug: &Slug) -> Mail {
    Mail {
        to: sign_up.email.clone(),
        to_name: sign_up.name.clone(),
        slug: slug.clone(),
        brand: sign_up.company.clone(),
        message: MailMessage::Founded,
    }
}
