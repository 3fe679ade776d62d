//! What stands between a request and a handler, and between a handler's page
//! and the answer.
//!
//! A group of pages is a table of [`Route`]s. [`router`] turns tables into a
//! service; each route is guarded by what its row says, so a handler runs only
//! for those who may, and holds a store that reaches only what is theirs.

pub mod address;
mod app;
mod config;
mod context;
mod cookies;
mod csv;
mod error;
mod extract;
pub mod flash;
mod form;
mod front;
mod guard;
mod headers;
mod ids;
pub mod lambda;
mod layout;
pub mod letters;
pub mod log;
mod machine;
mod markdown;
mod opening;
mod origin;
mod page;
mod proof;
mod pulse;
mod query;
mod render;
mod reply;
mod route;
mod secrets;
mod sending;
mod tenants;
mod upload;
pub mod view;
mod visit;

pub use adapters::{
    AccessToken, CheckoutSession, CheckoutStatus, ChunkSender, CodeAnswer, FileDownload, FileRead,
    MfaChallenge, NewCheckoutSession, NewCustomer, NewSubscription, PasswordAnswer, PresignedPost,
    RoleArns, Stripe, StripePrice, bridge,
};
pub use app::{App, Clock, Services};
pub use config::{AwsClients, Config, MissingSetting, StripeConfig};
pub use context::Context;
pub use csv::Csv;
pub use error::PageError;
pub use extract::{ClientAccess, EitherSide, PortalAccess, PublicAccess, TeamAccess};
pub use form::{EmptyForm, Form, ProtectedForm, SAVED_BEFORE};
pub use front::SignupHost;
pub use ids::{Ids, Token};
pub use layout::Crumb;
pub use letters::{EMAIL_CHANGE, EmailChange, SIGN_UP, SignUpLink};
pub use machine::{MAX_MACHINE_READ, ServiceCall};
pub use markdown::{AllowedImages, to_html as markdown};
pub use opening::{new_device, open_session};
pub use page::{Page, Sample, sample};
pub use proof::{CodeInput, ReauthProof, code_hash, prove, prove_code, read_code, wrong_code};
pub use pulse::pulse;
pub use query::{Query, percent, query_string};
pub use render::Renderer;
pub use reply::{Reply, see_other};
pub use route::{Audience, Route, router};
pub use secrets::{Secrets, is_token};
pub use sending::{UploadRequest, UploadedFile};
pub use upload::{MAX_UPLOAD, ProtectedUpload};
pub use visit::RequestInfo;
