//! What stands between a request and a handler, and between a handler's page
//! and the answer.
//!
//! A group of pages is a table of [`Route`]s; [`routes!`] writes one with rows of both sides.
//! [`router()`] turns tables into a service; each route is guarded by what its row says, so a
//! handler runs only for those who may, and holds a store that reaches only what is theirs.

mod access;
pub mod address;
mod app;
mod autolink;
mod config;
mod context;
mod cookies;
mod csv;
mod edge;
mod error;
mod error_page;
mod field_hashes;
pub mod flash;
mod form;
mod form_address;
mod form_merge;
mod guard;
mod headers;
mod ids;
mod kept_form;
pub mod lambda;
mod layout;
pub mod links;
pub mod log;
mod mail_limits;
pub mod mail_render;
pub mod mail_samples;
mod markdown;
mod markdown_budget;
mod open_session;
mod origin;
mod page;
mod password_guess;
mod protected_upload;
mod pulse;
mod query;
mod reauth_proof;
mod render;
mod reply;
mod request_info;
mod request_log;
pub mod route;
mod router;
mod secrets;
mod service_call;
mod services;
mod signup_host;
mod tenant_cache;
mod upload_request;
pub mod view;

/// The samples of the pages of errors, which every function renders.
pub const ERROR_SAMPLES: &[fn() -> Vec<Sample>] = &[
    samples::<error_page::ErrorPage>,
    samples::<kept_form::KeptFormPage>,
];

pub use access::{
    ClientAccess, EitherSide, EngagementContext, PortalAccess, PublicAccess, TeamAccess,
};
pub use adapters::{
    AccessToken, CheckoutSession, CheckoutStatus, ChunkSender, CodeAnswer, FileDownload, FileRead,
    MfaChallenge, NewCheckoutSession, NewCustomer, NewObject, NewSubscription, PasswordAnswer,
    PresignedPost, RoleArns, ServiceError, Stripe, StripePrice, chunk_channel, stripe_refusal,
};
pub use app::{App, Clock};
pub use config::{Config, MissingSetting, SETTINGS, StripeConfig};
pub use context::Context;
pub use csv::Csv;
pub use error::PageError;
pub use form::{EmptyForm, Form, FormError, ProtectedForm, SAVED_BEFORE};
pub use form_address::RouteAddress;
pub use form_merge::{FormBase, Merged};
pub use ids::{Ids, Token};
pub use kept_form::{KeptForm, KeptFormPage};
pub use layout::Crumb;
pub use mail_render::{EMAIL_CHANGE, EmailChange, SIGN_UP, SignUpLink};
pub use markdown::{AllowedImages, to_html as markdown};
pub use open_session::{Destination, new_device_mail, open_session};
pub use page::{Page, Sample, samples};
pub use password_guess::{GuessLimits, locked_error};
pub use protected_upload::{MAX_UPLOAD, ProtectedUpload};
pub use pulse::pulse_reply;
pub use query::{Query, percent, query_string};
pub use reauth_proof::{
    CodeInput, Credentials, ReauthProof, hash_code, parse_code, verify_code, verify_password,
    wrong_code_error,
};
pub use render::Renderer;
pub use reply::{Reply, see_other};
pub use request_info::RequestInfo;
pub use route::{Audience, BothSides, Route};
pub use router::router;
pub use secrets::{FormPlace, Secrets, is_token};
pub use service_call::{MAX_SERVICE_CALL_BYTES, ServiceCall};
pub use services::{AwsClients, Services, stripe};
pub use signup_host::SignupHost;
pub use upload_request::{AnnouncedFile, SentFile, UploadRequest, UploadedFile};
