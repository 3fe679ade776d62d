//! Passwords and codes: verified by Cognito, whose answer is verified in turn.

use std::fmt;

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::operation::admin_delete_user::AdminDeleteUserError;
use aws_sdk_cognitoidentityprovider::operation::admin_initiate_auth::AdminInitiateAuthError;
use aws_sdk_cognitoidentityprovider::operation::admin_respond_to_auth_challenge::AdminRespondToAuthChallengeError;
use aws_sdk_cognitoidentityprovider::operation::admin_set_user_mfa_preference::AdminSetUserMFAPreferenceError;
use aws_sdk_cognitoidentityprovider::operation::verify_software_token::VerifySoftwareTokenError;
use aws_sdk_cognitoidentityprovider::types::{
    AuthFlowType, AuthenticationResultType, ChallengeNameType, MessageActionType,
    SoftwareTokenMfaSettingsType, VerifySoftwareTokenResponseType,
};
use domain::id::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::ServiceError;
use crate::jwks::{ExpectedClaims, Jwks};

/// A user pool, and how its tokens are verified.
#[derive(Debug, Clone)]
pub struct UserPool {
    pub id: String,
    /// The app client's id, which is the audience of its tokens.
    pub client_id: String,
    /// The issuer of its tokens.
    pub issuer: String,
    /// The address of its public keys.
    pub jwks_url: String,
}

/// The answer to a password.
#[derive(Debug)]
pub enum PasswordAnswer {
    Wrong,
    /// It wasn't looked at: after several wrong ones Cognito takes none for up to a quarter of an hour.
    Locked,
    /// It is right, and no code is asked for.
    Right(AccessToken),
    /// It is right, and a code is asked for.
    AsksForCode(MfaChallenge),
}

/// The answer to a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeAnswer {
    /// It is the code that the authenticator shows.
    Right,
    Wrong,
    /// The challenge has expired: the password is asked for again.
    Over,
}

/// A token for calls on the person's behalf, valid for an hour. A secret.
#[derive(Serialize, Deserialize)]
pub struct AccessToken(String);

/// The challenge for a code, valid for some minutes. A secret.
#[derive(Serialize, Deserialize)]
pub struct MfaChallenge(String);

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Access(…)")
    }
}

impl fmt::Debug for MfaChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Challenge(…)")
    }
}

/// A user pool in which usernames are our ids, so that one mail address can
/// have accounts in several workspaces.
#[derive(Debug)]
pub struct Identity {
    client: Client,
    pool: UserPool,
    keys: Jwks,
}

impl Identity {
    /// The pool as described.
    pub fn new(client: Client, pool: UserPool) -> Result<Self, ServiceError> {
        let keys = Jwks::new(&pool.jwks_url)?;
        Ok(Self { client, pool, keys })
    }

    /// Fetches the keys, so that the first sign-in doesn't wait for them.
    pub async fn warm(&self, now: Timestamp) -> Result<(), ServiceError> {
        self.keys.refresh(now).await
    }

    /// Verifies the password of `user`. An account that doesn't exist is a wrong password; a
    /// token that doesn't verify is a failure.
    pub async fn verify_password(
        &self,
        user: UserId,
        password: &str,
        now: Timestamp,
    ) -> Result<PasswordAnswer, ServiceError> {
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
            Err(error) if error.as_service_error().is_some_and(is_locked) => {
                return Ok(PasswordAnswer::Locked);
            }
            Err(error) if error.as_service_error().is_some_and(is_refusal) => {
                return Ok(PasswordAnswer::Wrong);
            }
            Err(error) => return Err(ServiceError::new("AdminInitiateAuth", error)),
        };
        if answer.challenge_name() == Some(&ChallengeNameType::SoftwareTokenMfa) {
            let session = answer.session.unwrap_or_default();
            return Ok(PasswordAnswer::AsksForCode(MfaChallenge(session)));
        }
        let tokens = answer.authentication_result;
        let access = self
            .verify_tokens("AdminInitiateAuth", user, tokens, now)
            .await?;
        Ok(PasswordAnswer::Right(access))
    }

    /// Verifies the code of `user`, within the `challenge` that the right password gave.
    pub async fn verify_code(
        &self,
        user: UserId,
        challenge: &MfaChallenge,
        code: &str,
        now: Timestamp,
    ) -> Result<CodeAnswer, ServiceError> {
        let request = self
            .client
            .admin_respond_to_auth_challenge()
            .user_pool_id(&self.pool.id)
            .client_id(&self.pool.client_id)
            .challenge_name(ChallengeNameType::SoftwareTokenMfa)
            .challenge_responses("USERNAME", user.to_string())
            .challenge_responses("SOFTWARE_TOKEN_MFA_CODE", code)
            .session(&challenge.0);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                let refusal = error.as_service_error();
                if refusal.is_some_and(AdminRespondToAuthChallengeError::is_code_mismatch_exception)
                {
                    return Ok(CodeAnswer::Wrong);
                }
                let over = |e: &AdminRespondToAuthChallengeError| {
                    e.is_expired_code_exception() || e.is_not_authorized_exception()
                };
                if refusal.is_some_and(over) {
                    return Ok(CodeAnswer::Over);
                }
                return Err(ServiceError::new("AdminRespondToAuthChallenge", error));
            }
        };
        let tokens = answer.authentication_result;
        self.verify_tokens("AdminRespondToAuthChallenge", user, tokens, now)
            .await?;
        Ok(CodeAnswer::Right)
    }

    /// Verifies the tokens of an answer, and gives the access token.
    async fn verify_tokens(
        &self,
        operation: &'static str,
        user: UserId,
        tokens: Option<AuthenticationResultType>,
        now: Timestamp,
    ) -> Result<AccessToken, ServiceError> {
        let tokens = tokens.and_then(|tokens| tokens.id_token.zip(tokens.access_token));
        let Some((token, access)) = tokens else {
            return Err(ServiceError::new(
                operation,
                "no token, but a challenge that is not expected",
            ));
        };
        let user = user.to_string();
        let expected = ExpectedClaims {
            issuer: &self.pool.issuer,
            audience: &self.pool.client_id,
            user: &user,
        };
        self.keys.verify(&token, &expected, now).await?;
        Ok(AccessToken(access))
    }

    /// Creates an authenticator, and gives its secret in base 32. It counts once a code of it
    /// is given to [`Identity::verify_authenticator`].
    pub async fn create_authenticator(&self, access: &AccessToken) -> Result<String, ServiceError> {
        let request = self.client.associate_software_token();
        let answer = request.access_token(&access.0).send().await;
        let answer = answer.map_err(|e| ServiceError::new("AssociateSoftwareToken", e))?;
        let secret = answer.secret_code;
        secret.ok_or_else(|| ServiceError::new("AssociateSoftwareToken", "no secret"))
    }

    /// Verifies the first code of a new authenticator, which is the person's from then on.
    pub async fn verify_authenticator(
        &self,
        user: UserId,
        access: &AccessToken,
        code: &str,
    ) -> Result<CodeAnswer, ServiceError> {
        let request = self
            .client
            .verify_software_token()
            .access_token(&access.0)
            .user_code(code);
        match request.send().await {
            Ok(answer) if answer.status() == Some(&VerifySoftwareTokenResponseType::Success) => {}
            Ok(_) => return Ok(CodeAnswer::Wrong),
            Err(error) => {
                let refusal = error.as_service_error();
                let wrong = |e: &VerifySoftwareTokenError| {
                    e.is_enable_software_token_mfa_exception() || e.is_code_mismatch_exception()
                };
                if refusal.is_some_and(wrong) {
                    return Ok(CodeAnswer::Wrong);
                }
                if refusal.is_some_and(VerifySoftwareTokenError::is_not_authorized_exception) {
                    return Ok(CodeAnswer::Over);
                }
                return Err(ServiceError::new("VerifySoftwareToken", error));
            }
        }
        self.set_mfa_required(user, true).await?;
        Ok(CodeAnswer::Right)
    }

    /// Sets whether a code is asked for after the password. Safe to repeat, and without effect
    /// for an account that doesn't exist.
    pub async fn set_mfa_required(&self, user: UserId, ask: bool) -> Result<(), ServiceError> {
        let settings = SoftwareTokenMfaSettingsType::builder()
            .enabled(ask)
            .preferred_mfa(ask)
            .build();
        let request = self
            .client
            .admin_set_user_mfa_preference()
            .user_pool_id(&self.pool.id)
            .username(user.to_string());
        match request.software_token_mfa_settings(settings).send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(AdminSetUserMFAPreferenceError::is_user_not_found_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(ServiceError::new("AdminSetUserMFAPreference", error)),
        }
    }

    /// Deletes a user. Safe to repeat.
    pub async fn delete_user(&self, user: UserId) -> Result<(), ServiceError> {
        let request = self
            .client
            .admin_delete_user()
            .user_pool_id(&self.pool.id)
            .username(user.to_string());
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(AdminDeleteUserError::is_user_not_found_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(ServiceError::new("AdminDeleteUser", error)),
        }
    }

    /// Sets the password of `user`, who is created if need be. Safe to repeat.
    pub async fn set_password(&self, user: UserId, password: &str) -> Result<(), ServiceError> {
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
            Err(error) => return Err(ServiceError::new("AdminCreateUser", error)),
        }
        let request = self
            .client
            .admin_set_user_password()
            .user_pool_id(&self.pool.id)
            .username(&name);
        let set = request.password(password).permanent(true).send().await;
        set.map(drop)
            .map_err(|e| ServiceError::new("AdminSetUserPassword", e))
    }
}

/// Whether Cognito's own lock refuses. It has no error of its own, only these words.
fn is_locked(error: &AdminInitiateAuthError) -> bool {
    let AdminInitiateAuthError::NotAuthorizedException(refusal) = error else {
        return false;
    };
    let message = refusal.message().unwrap_or_default();
    message.contains("attempts exceeded")
}

fn is_refusal(error: &AdminInitiateAuthError) -> bool {
    error.is_not_authorized_exception() || error.is_user_not_found_exception()
}

#[cfg(test)]
mod tests {
    use aws_sdk_cognitoidentityprovider::types::error::NotAuthorizedException;

    use super::*;

    #[test]
    fn lock_of_cognito_is_told_from_a_wrong_password() {
        for (message, locked) in [
            ("Password attempts exceeded", true),
            ("Incorrect username or password.", false),
        ] {
            let refusal = NotAuthorizedException::builder().message(message).build();
            let error = AdminInitiateAuthError::NotAuthorizedException(refusal);
            assert!(is_refusal(&error));
            assert_eq!(is_locked(&error), locked, "{message}");
        }
    }
}
