//! Features that not every plan has.

/// A feature that not every plan has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// A slug of the workspace's own choice.
    CustomSlug,
    /// Pages without the platform's badge.
    NoBadge,
    Logo,
    /// Demanding a second factor of other people.
    MfaPolicy,
}

impl Feature {
    pub const ALL: [Self; 4] = [Self::CustomSlug, Self::NoBadge, Self::Logo, Self::MfaPolicy];

    /// The displayed name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::CustomSlug => "An address of your own choice",
            Self::NoBadge => "A portal without the badge",
            Self::Logo => "A logo of your own",
            Self::MfaPolicy => "Demanding two-factor authentication",
        }
    }
}
