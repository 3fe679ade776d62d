//! Whether a password is a person's: asked of Cognito, answer verified.

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::operation::admin_initiate_auth::AdminInitiateAuthError;
use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, MessageActionType};
use domain::id::UserId;
use jiff::Timestamp;

use crate::Error;
use crate::jwks::{Expected, Jwks};

/// Which user pool, and how its tokens are known.
#[derive(Debug, Clone)]
pub struct Pool {
    /// The pool's id.
    pub id: String,
    /// The app client's id: the audience of its tokens.
    pub client_id: String,
    /// The issuer that its tokens name.
    pub issuer: String,
    /// Where its keys are published.
    pub jwks_url: String,
}

/// A user pool in which usernames are our ids, so that one mail address can
/// have accounts in several workspaces.
#[derive(Debug)]
pub struct Identity {
    client: Client,
    pool: Pool,
    keys: Jwks,
}

impl Identity {
    /// The pool as described.
    pub fn new(client: Client, pool: Pool) -> Result<Self, Error> {
        let keys = Jwks::new(&pool.jwks_url)?;
        Ok(Self { client, pool, keys })
    }

    /// Fetches the keys, so that the first sign-in doesn't wait for them.
    pub async fn warm(&self, now: Timestamp) -> Result<(), Error> {
        self.keys.refresh(now).await
    }

    /// Whether `password` is that of `user`. An account that doesn't exist is a
    /// wrong password; a token that doesn't verify is a failure.
    pub async fn is_password(
        &self,
        user: UserId,
        password: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let request = self
            .client
            .admin_initiate_auth()
            .user_pool_id(&self.pool.id)
            .client_id(&self.pool.client_id);
        let request = request.auth_flow(AuthFlowType::AdminUserPasswordAuth);
        let request = request
            .auth_parameters("USERNAME", user.to_string())
            .auth_parameters("PASSWORD", password);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.as_service_error().is_some_and(is_refusal) => return Ok(false),
            Err(error) => return Err(Error::new("AdminInitiateAuth", error)),
        };
        let token = answer
            .authentication_result
            .and_then(|result| result.id_token);
        let Some(token) = token else {
            return Err(Error::new(
                "AdminInitiateAuth",
                "no token, but a challenge that is not expected",
            ));
        };
        let user = user.to_string();
        let expected = Expected {
            issuer: &self.pool.issuer,
            audience: &self.pool.client_id,
            user: &user,
        };
        self.keys.verify(&token, &expected, now).await?;
        Ok(true)
    }

    /// Makes `password` that of `user`; the account is made if need be. Safe to
    /// repeat.
    pub async fn set_password(&self, user: UserId, password: &str) -> Result<(), Error> {
        let name = user.to_string();
        let request = self
            .client
            .admin_create_user()
            .user_pool_id(&self.pool.id)
            .username(&name);
        match request
            .message_action(MessageActionType::Suppress)
            .send()
            .await
        {
            Ok(_) => {}
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(aws_sdk_cognitoidentityprovider::operation::admin_create_user::AdminCreateUserError::is_username_exists_exception) => {}
            Err(error) => return Err(Error::new("AdminCreateUser", error)),
        }
        let request = self
            .client
            .admin_set_user_password()
            .user_pool_id(&self.pool.id)
            .username(&name);
        let set = request.password(password).permanent(true).send().await;
        set.map(drop)
            .map_err(|e| Error::new("AdminSetUserPassword", e))
    }
}

fn is_refusal(error: &AdminInitiateAuthError) -> bool {
    error.is_not_authorized_exception() || error.is_user_not_found_exception()
}
