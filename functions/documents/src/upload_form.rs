//! The form by which both pages send a document.

use domain::document::upload_choices;
use web::view::{SelectOption, UploadForm};
use web::{ClientAccess, Form};

/// The form of files that become new documents at `action`.
pub(crate) fn new_document_form(access: &ClientAccess, action: &str, form: Form) -> UploadForm {
    let (kinds, may_choose_readers) = upload_choices(access.actor.role);
    let kinds = kinds.into_iter().map(|kind| SelectOption {
        value: kind.name(),
        label: kind.label(),
    });
    new_version_form(access, action, form).with_kinds(kinds.collect(), may_choose_readers)
}

/// The form of a file that becomes a new version of the document at `action`.
pub(crate) fn new_version_form(access: &ClientAccess, action: &str, form: Form) -> UploadForm {
    UploadForm::new(action, form, access.ctx.app.new_id())
}
