//! What a deployment makes: the table, the bucket, the user pool, the sender.

use adapters::{FileClient, Files, Identity, Mailer, UserPool};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cognitoidentityprovider::Client as Cognito;
use aws_sdk_cognitoidentityprovider::types::{
    AdminCreateUserConfigType, ExplicitAuthFlowsType, PasswordPolicyType,
    PreventUserExistenceErrorTypes, SoftwareTokenMfaConfigType, UserPoolMfaType,
    UserPoolPolicyType,
};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use domain::email::EmailAddress;
use store::Table;
use web::Services;

use crate::bucket;
use crate::problem::{Problem, ProblemContext as _};
use crate::stand_ins::{KEY, REGION};

/// The name of all that is made.
pub const NAME: &str = "secportal";
/// The sender of mail.
pub(crate) const MAIL_FROM: &str = "portal@secportal.example";

/// What was made or found.
#[derive(Debug)]
pub struct Provisioned {
    /// The services, ready for use.
    pub services: Services,
    /// The table's service, to ask what the product doesn't.
    pub dynamo: aws_sdk_dynamodb::Client,
    /// The bucket's service, to ask what the product doesn't.
    pub s3: aws_sdk_s3::Client,
    /// The user pool.
    pub pool: UserPool,
    /// The sender of mail.
    pub mail_from: EmailAddress,
    /// The identity provider, to ask what the product doesn't.
    pub cognito: Cognito,
}

/// Makes what isn't there, at the table's and the others' addresses; mail comes
/// from `sender`, people are in the pool `pool_name`, and pages at `origins`, in
/// which a star stands for a workspace, may send files.
pub async fn provision(
    (table, others): (&str, &str),
    sender: &str,
    pool_name: &str,
    origins: &str,
) -> Result<Provisioned, Problem> {
    let dynamo = aws_sdk_dynamodb::Client::new(&at(table));
    store::create_table(&dynamo, NAME)
        .await
        .with_problem("The table can't be made")?;

    let others_config = at(others);
    let s3 = aws_sdk_s3::config::Builder::from(&others_config).force_path_style(true);
    let plain = aws_sdk_s3::Client::from_conf(s3.clone().build());
    Box::pin(bucket::make(&plain, origins))
        .await
        .with_problem("The bucket can't be made")?;
    let s3 = FileClient::new(s3, others_config.credentials_provider());
    let s3 = s3.with_problem("The bucket can't be used")?;

    let mail_from: EmailAddress = sender
        .parse()
        .with_problem("The sender's address is wrong")?;
    let ses = aws_sdk_ses::Client::new(&others_config);
    let known = ses.verify_email_identity().email_address(sender);
    known
        .send()
        .await
        .with_problem("The sender of mail can't be made known")?;

    let cognito = Cognito::new(&others_config);
    let pool = pool(&cognito, others, pool_name)
        .await
        .with_problem("The user pool can't be made")?;
    let identity = Identity::new(cognito.clone(), pool.clone());
    Ok(Provisioned {
        services: Services {
            table: Table::new(dynamo.clone(), NAME),
            identity: identity.with_problem("The user pool can't be used")?,
            files: Files::new(s3, NAME.to_owned()),
            mailer: Mailer::new(ses, mail_from.clone()),
            stripe: None,
        },
        dynamo,
        s3: plain,
        pool,
        mail_from,
        cognito,
    })
}

/// The bucket that is served at `url`, which must be there.
pub(crate) fn files(url: &str) -> Result<Files, Problem> {
    let config = at(url);
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true);
    let s3 = FileClient::new(s3, config.credentials_provider());
    Ok(Files::new(
        s3.with_problem("The bucket can't be used")?,
        NAME.to_owned(),
    ))
}

/// The table that is served at `url`, which must be there.
pub(crate) fn table(url: &str) -> Table {
    Table::new(aws_sdk_dynamodb::Client::new(&at(url)), NAME)
}

fn at(url: &str) -> SdkConfig {
    let credentials = Credentials::new(KEY, KEY, None, None, "stand-in");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .build()
}

async fn pool(
    cognito: &Cognito,
    url: &str,
    name: &str,
) -> Result<UserPool, crate::http_fetch::Failure> {
    let listed = cognito.list_user_pools().max_results(60).send().await?;
    let known = listed.user_pools().iter();
    let known = known
        .filter(|pool| pool.name() == Some(name))
        .find_map(|pool| pool.id());
    let id = match known {
        Some(id) => id.to_owned(),
        None => create_pool(cognito, name).await?,
    };
    let codes = SoftwareTokenMfaConfigType::builder().enabled(true).build();
    let mfa = cognito.set_user_pool_mfa_config().user_pool_id(&id);
    let mfa = mfa.software_token_mfa_configuration(codes);
    let optional = UserPoolMfaType::Optional;
    mfa.mfa_configuration(optional).send().await?;
    let listed = cognito.list_user_pool_clients().user_pool_id(&id);
    let listed = listed.max_results(60).send().await?;
    let known = listed.user_pool_clients().iter();
    let known = known
        .filter(|client| client.client_name() == Some(NAME))
        .find_map(|client| client.client_id());
    let client_id = match known {
        Some(client) => client.to_owned(),
        None => create_client(cognito, &id).await?,
    };
    Ok(UserPool {
        // Its tokens name AWS's own address, while its keys are here.
        issuer: format!("https://cognito-idp.{REGION}.amazonaws.com/{id}"),
        jwks_url: format!("{url}/{id}/.well-known/jwks.json"),
        client_id,
        id,
    })
}

async fn create_pool(cognito: &Cognito, name: &str) -> Result<String, crate::http_fetch::Failure> {
    // Strength is judged by the product itself, which demands no kinds of characters.
    let passwords = PasswordPolicyType::builder()
        .minimum_length(i32::try_from(domain::password::MIN)?)
        .require_lowercase(false)
        .require_uppercase(false)
        .require_numbers(false)
        .require_symbols(false)
        .build();
    let admins_only = AdminCreateUserConfigType::builder()
        .allow_admin_create_user_only(true)
        .build();
    let made = cognito
        .create_user_pool()
        .pool_name(name)
        .policies(
            UserPoolPolicyType::builder()
                .password_policy(passwords)
                .build(),
        )
        .admin_create_user_config(admins_only)
        .send()
        .await?;
    let pool = made.user_pool.and_then(|pool| pool.id);
    pool.ok_or_else(|| "it has no id".into())
}

async fn create_client(
    cognito: &Cognito,
    pool: &str,
) -> Result<String, crate::http_fetch::Failure> {
    let made = cognito
        .create_user_pool_client()
        .user_pool_id(pool)
        .client_name(NAME)
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowAdminUserPasswordAuth)
        // Minutes between the password and the code.
        .auth_session_validity(10)
        .prevent_user_existence_errors(PreventUserExistenceErrorTypes::Enabled)
        .send()
        .await?;
    let client = made.user_pool_client.and_then(|client| client.client_id);
    client.ok_or_else(|| "its client has no id".into())
}
