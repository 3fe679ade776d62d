//! A workspace's beginning, in whatever deployment the environment names: the one
//! thing that no page does.

use aws_config::BehaviorVersion;
use domain::email::EmailAddress;
use domain::person::Person;
use domain::plan::Plan;
use domain::role::{Role, TeamRole};
use domain::slug::Slug;
use domain::workspace::Workspace;
use rand::SeedableRng as _;
use rand::rngs::{StdRng, SysRng};
use store::WriteOutcome;
use web::{App, Clock, Config, Renderer};

use crate::problem::{Problem, ProblemContext as _};

/// Makes the workspace and its owner, and gives where the owner asks for a link to a
/// first password, and the owner's id. A function's settings must be in the
/// environment.
pub async fn found(
    slug: &str,
    company: &str,
    (owner, email): (&str, &str),
) -> Result<(String, String), Problem> {
    let slug: Slug = slug
        .parse()
        .with_problem(format!("{slug} can't be an address"))?;
    let email: EmailAddress = email
        .parse()
        .with_problem(format!("{email} is no mail address"))?;
    let config =
        Config::from_env().with_problem("The deployment isn't named by the environment")?;
    let aws = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let services =
        web::Services::from_sdk_config(&config, &aws).with_problem("AWS can't be used")?;
    let rng =
        StdRng::try_from_rng(&mut SysRng).with_problem("The system gives no random numbers")?;
    let renderer = Renderer::new().with_problem("The templates can't be read")?;
    let app = App::new(config, services, renderer, Clock::system(), rng);
    // Whoever runs the deployment has all of it.
    let workspace = Workspace {
        plan: Plan::Team,
        ..Workspace::new(app.new_id(), slug, company.to_owned(), "UTC".to_owned())
    };
    let owner = Person {
        id: app.new_id(),
        name: owner.to_owned(),
        email,
        role: Role::Team(TeamRole::Owner),
        client: None,
        created_at: app.clock.now(),
        epoch: 0,
        mfa: None,
        disabled_at: None,
        suppressed: None,
        notification_preferences: domain::preference::NotificationPreferences::default(),
    };
    let made = app.directory().create_workspace(&workspace, &owner).await;
    match made.with_problem("The workspace can't be made")? {
        WriteOutcome::Done => {}
        WriteOutcome::Repeated => {
            let words = format!("{} is somebody's address already.", workspace.slug);
            return Err(Problem::new(words));
        }
    }
    let link = format!("{}/forgot", app.config.workspace_url(&workspace.slug));
    Ok((link, owner.id.to_string()))
}
