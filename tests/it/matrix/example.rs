//! What an example of a route is made of.

use domain::finding::{FindingStatus, Transition};
use web::links::{self, SidePath};

/// A value that stands for the id of the thing that the form makes.
pub(super) const ID: &str = "{id}";
/// A value that stands for the payment of the invoice that the address names.
pub(super) const PAYMENT: &str = "{payment}";

/// The fields of a form, without its token.
pub(super) type Fields = &'static [(&'static str, &'static str)];

/// What a route is sent, and which thing its address names.
pub(super) struct Example {
    pub(super) paths: Paths,
    pub(super) thing: Thing,
    /// `None` at a pattern that is only read.
    pub(super) form: Option<ExampleForm>,
}

/// The patterns that have the same example.
#[derive(Clone, Copy)]
pub(super) enum Paths {
    One(&'static str),
    /// For the team below a client, and for contacts.
    BothSides(SidePath),
    /// As [`Self::BothSides`], and for the team's own people.
    EverySide(SidePath),
}

/// The thing that an address names, where it isn't the usual one.
#[derive(Clone, Copy)]
pub(super) enum Thing {
    /// The open finding, the contact's document and evidence, the sent invoice.
    Usual,
    Finding(FindingStatus),
    /// The finding of which the client proposes a decision.
    ProposedFinding,
    /// The document that the team sent.
    TeamDocument,
    DeletedDocument,
    DeletedEvidence,
    DraftInvoice,
    PartlyPaidInvoice,
    /// The upload that belongs to the message.
    Attachment,
}

/// What is sent.
pub(super) enum ExampleForm {
    Fields(Fields),
    File(Fields, ExampleFile),
    /// Fields that announce a file, then the file.
    AnnouncedFile(Fields, ExampleFile),
}

/// A file of a form.
pub(super) struct ExampleFile {
    pub(super) name: &'static str,
    pub(super) bytes: fn() -> Vec<u8>,
}

impl Paths {
    pub(super) fn contains(self, path: &str) -> bool {
        match self {
            Self::One(one) => one == path,
            Self::BothSides(sides) => [sides.team, sides.portal].contains(&path),
            Self::EverySide(sides) => [sides.team, sides.portal, sides.settings].contains(&path),
        }
    }
}

impl Example {
    pub(super) const fn new(paths: Paths, form: Option<ExampleForm>) -> Self {
        Self {
            paths,
            thing: Thing::Usual,
            form,
        }
    }

    /// The same, at an address that names `thing`.
    pub(super) const fn names(self, thing: Thing) -> Self {
        Self { thing, ..self }
    }
}

/// A form at one address.
pub(super) const fn one(path: &'static str, fields: Fields) -> Example {
    Example::new(Paths::One(path), Some(ExampleForm::Fields(fields)))
}

/// The same form on both sides of a client.
pub(super) const fn both(path: SidePath, fields: Fields) -> Example {
    Example::new(Paths::BothSides(path), Some(ExampleForm::Fields(fields)))
}

/// The same form for a client's people and for the team's.
pub(super) const fn every(path: SidePath, fields: Fields) -> Example {
    Example::new(Paths::EverySide(path), Some(ExampleForm::Fields(fields)))
}

/// A form with a file, on both sides of a client.
pub(super) const fn file(
    path: SidePath,
    fields: Fields,
    name: &'static str,
    bytes: fn() -> Vec<u8>,
) -> Example {
    let file = ExampleFile { name, bytes };
    Example::new(
        Paths::BothSides(path),
        Some(ExampleForm::File(fields, file)),
    )
}

/// A transition of a finding, on each side that has it.
pub(super) const fn transition(transition: Transition, thing: Thing, fields: Fields) -> Example {
    both(links::transition_path(transition), fields).names(thing)
}
