//! One's own second factor: an authenticator, and recovery codes.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::input::FieldErrors;
use domain::mail::MailMessage;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use store::RateLimit;
use store::session::Session;
use web::{
    AccessToken, CodeAnswer, CodeInput, Context, Crumb, EmptyForm, Form, Page, PageError,
    PasswordAnswer, ProtectedForm, PublicAccess, Reply, code_hash, read_code, see_other,
    wrong_code,
};

/// What an authenticator that waits for its first code is sealed for.
const SETUP: &str = "two-factor-setup";
/// What recovery codes that are to be shown are sealed for.
const CODES: &str = "two-factor-codes";

/// Whether there is one, and what can be done about it.
#[derive(Debug, Serialize)]
pub(crate) struct TwoFactorPage {
    form: Form,
    on: bool,
    demanded: bool,
    codes_left: usize,
    email: String,
}

/// A new authenticator, before its first code.
#[derive(Debug, Serialize)]
pub(crate) struct SetupPage {
    form: Form,
    /// A picture as a `data:` address.
    qr: String,
    /// The secret in groups of four, for typing.
    key: String,
}

/// New recovery codes, shown this once.
#[derive(Debug, Serialize)]
pub(crate) struct RecoveryCodesPage {
    codes: Vec<String>,
}

/// An authenticator that waits for its first code.
#[derive(Serialize, Deserialize)]
struct Pending {
    access: AccessToken,
    secret: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TwoFactorPasswordForm {
    password: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TwoFactorCodeForm {
    code: String,
}

fn crumbs() -> Vec<Crumb> {
    vec![Crumb::to("Account", "/account")]
}

impl Page for TwoFactorPage {
    const TEMPLATE: &'static str = "pages/settings/two_factor.html";

    fn title(&self) -> String {
        "Two-factor authentication".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        crumbs()
    }

    fn sample() -> Self {
        Self {
            form: Form::failed(
                &(),
                &FieldErrors::at("password", "This is not your password."),
            ),
            on: true,
            demanded: true,
            codes_left: 3,
            email: "ada@example.com".to_owned(),
        }
    }
}

impl Page for SetupPage {
    const TEMPLATE: &'static str = "pages/settings/two_factor_setup.html";

    fn title(&self) -> String {
        "Set up an authenticator".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        crumbs()
    }

    fn sample() -> Self {
        let form = Form::failed(&(), &wrong_code());
        Self {
            form,
            qr: "data:,".to_owned(),
            key: "ABCD EFGH".to_owned(),
        }
    }
}

impl Page for RecoveryCodesPage {
    const TEMPLATE: &'static str = "pages/settings/recovery_codes.html";

    fn title(&self) -> String {
        "Recovery codes".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        crumbs()
    }

    fn sample() -> Self {
        Self {
            codes: vec![domain::recovery::code([7; 10])],
        }
    }
}

fn session(ctx: &Context) -> Result<&Session, PageError> {
    ctx.session.as_ref().ok_or(PageError::SignIn)
}

async fn page(ctx: &Context, form: Form) -> Result<TwoFactorPage, PageError> {
    let session = session(ctx)?;
    let on = session.has_mfa();
    let codes_left = if on {
        ctx.directory().recovery_codes_left(session).await?
    } else {
        0
    };
    Ok(TwoFactorPage {
        form,
        on,
        demanded: ctx.workspace.mfa.requires(session.actor().role),
        codes_left,
        email: session.actor().email.as_str().to_owned(),
    })
}

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    ctx.page(&page(&ctx, Form::default()).await?)
}

/// The password again, and then a new authenticator: nothing changes before its
/// first code.
pub(crate) async fn start(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<TwoFactorPasswordForm>,
) -> Result<Reply, PageError> {
    let actor = session(&ctx)?.actor();
    ctx.limit(RateLimit::GUESSES, &actor.email.fold()).await?;
    let identity = &ctx.app.services.identity;
    let answer = identity.check(actor.user, &form.input.password, ctx.now);
    let access = match answer.await? {
        PasswordAnswer::Right(access) => access,
        // There is one already.
        PasswordAnswer::AsksForCode(_) => return Ok(see_other("/account/two-factor")),
        PasswordAnswer::Wrong => {
            let wrong = FieldErrors::at("password", "This is not your password.");
            let page = page(&ctx, Form::failed(&(), &wrong)).await?;
            return ctx.refused(&page);
        }
    };
    let secret = identity.new_authenticator(&access).await?;
    let step = ctx.begin_step(SETUP, &Pending { access, secret })?;
    Ok(see_other("/account/two-factor/setup").cookie(step))
}

pub(crate) async fn setup(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    match ctx.step::<Pending>(SETUP) {
        Some(pending) => ctx.page(&shown(&ctx, &pending, Form::default())?),
        None => Ok(see_other("/account/two-factor")),
    }
}

/// The first code of the new authenticator: from here on it counts.
pub(crate) async fn enable(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<TwoFactorCodeForm>,
) -> Result<Reply, PageError> {
    let session = session(&ctx)?;
    let actor = session.actor();
    let Some(pending) = ctx.step::<Pending>(SETUP) else {
        return Ok(see_other("/account/two-factor").flash("step-over"));
    };
    ctx.limit_codes(actor.user).await?;
    let identity = &ctx.app.services.identity;
    let answer = match read_code(actor.user, &form.input.code) {
        Ok(CodeInput::Authenticator(code)) => {
            let verified = identity.verify_authenticator(actor.user, &pending.access, &code);
            verified.await?
        }
        Ok(CodeInput::Recovery(_)) | Err(_) => CodeAnswer::Wrong,
    };
    match answer {
        CodeAnswer::Right => {}
        CodeAnswer::Over => return Ok(see_other("/account/two-factor").flash("step-over")),
        CodeAnswer::Wrong => {
            let form = Form::failed(&(), &wrong_code());
            return ctx.refused(&shown(&ctx, &pending, form)?);
        }
    }
    let codes = ctx.app.new_recovery_codes();
    let mail = ctx.mail(&actor.name, &actor.email, MailMessage::MfaEnabled);
    let hashes = hashes(session, &codes);
    ctx.directory()
        .enable_mfa(session, &hashes, &mail, ctx.now)
        .await?;
    show(&ctx, &codes)
}

pub(crate) async fn codes(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    match ctx.step::<Vec<String>>(CODES) {
        Some(codes) => ctx.page(&RecoveryCodesPage { codes }),
        None => Ok(see_other("/account/two-factor")),
    }
}

pub(crate) async fn new_codes(
    PublicAccess { ctx }: PublicAccess,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let session = session(&ctx)?;
    if !session.has_mfa() {
        return Ok(see_other("/account/two-factor"));
    }
    let codes = ctx.app.new_recovery_codes();
    let hashes = hashes(session, &codes);
    ctx.directory()
        .renew_recovery_codes(session, &hashes)
        .await?;
    show(&ctx, &codes)
}

pub(crate) async fn disable(
    PublicAccess { ctx }: PublicAccess,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let session = session(&ctx)?;
    let actor = session.actor();
    if !session.has_mfa() {
        return Ok(see_other("/account/two-factor"));
    }
    if ctx.workspace.mfa.requires(actor.role) {
        return Err(PageError::Forbidden);
    }
    // The question for a code goes first: until the rest is done, signing in fails closed.
    let identity = &ctx.app.services.identity;
    identity.ask_for_codes(actor.user, false).await?;
    let mail = ctx.mail(&actor.name, &actor.email, MailMessage::MfaDisabled);
    ctx.directory().disable_mfa(session, &mail, ctx.now).await?;
    Ok(see_other("/account/two-factor").flash("mfa-off"))
}

fn hashes(session: &Session, codes: &[String]) -> Vec<String> {
    let user = session.actor().user;
    let plain = codes
        .iter()
        .filter_map(|code| domain::recovery::typed(code));
    plain.map(|code| code_hash(user, &code)).collect()
}

fn show(ctx: &Context, codes: &[String]) -> Result<Reply, PageError> {
    let step = ctx.begin_step(CODES, &codes)?;
    Ok(see_other("/account/two-factor/codes").cookie(step))
}

fn shown(ctx: &Context, pending: &Pending, form: Form) -> Result<SetupPage, PageError> {
    let actor = session(ctx)?.actor();
    let plain = |text: &str| -> String {
        // A colon divides the issuer from the account.
        let kept: String = text.chars().filter(|c| *c != ':').collect();
        web::percent(&kept)
    };
    let (issuer, secret) = (plain(&ctx.workspace.name), &pending.secret);
    let account = plain(actor.email.as_str());
    let address = format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}");
    let code = QrCode::new(address).map_err(PageError::internal)?;
    let picture = code
        .render::<svg::Color<'_>>()
        .min_dimensions(220, 220)
        .build();
    let letters: Vec<char> = secret.chars().collect();
    let groups = letters
        .chunks(4)
        .map(|four| four.iter().collect::<String>());
    Ok(SetupPage {
        form,
        qr: format!(
            "data:image/svg+xml;base64,{}",
            BASE64_STANDARD.encode(picture)
        ),
        key: groups.collect::<Vec<_>>().join(" "),
    })
}
