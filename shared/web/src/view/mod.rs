//! Shapes that several pages show, and the samples that try templates.

mod breakdown;
mod cards;
mod dashboard_rows;
mod engagement_tabs;
mod finding_list;
mod finding_row;
mod invoice_sample;
mod invoice_view;
mod pager;
mod people;
mod samples;
mod select_option;
mod trend_chart;
mod upload_form;

pub use crate::query::url_encode;
pub use breakdown::{Breakdown, ProgressBar};
pub use cards::{ClientCard, EngagementCard};
pub use dashboard_rows::{ActivityRow, DueList, Todo};
pub use engagement_tabs::EngagementTabs;
pub use finding_list::{FindingList, FindingListContext};
pub use finding_row::FindingRow;
pub use invoice_sample::invoice_sample;
pub use invoice_view::InvoiceView;
pub use pager::Pager;
pub use people::{InviteRow, PersonRow, SuppressionMark, device_label, role_options};
pub use samples::{
    activity_sample, actor_sample, days_sample, engagement_sample, finding_samples, people_samples,
    workspace_sample,
};
pub use select_option::SelectOption;
pub use trend_chart::{FindingAges, FixTimeRow, TrendChart};
pub use upload_form::UploadForm;
