//! A workspace's logo and accent colour, on which white text is legible.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::EntryId;
use crate::input::FieldErrors;

/// The most bytes of a logo's file.
pub const MAX_LOGO: usize = 1024 * 1024;
/// The pixels that a logo is scaled to fit into: twice its displayed size.
pub const LOGO_BOX: (u32, u32) = (480, 96);

/// The minimum contrast of text: WCAG 2.2, success criterion 1.4.3, level AA.
pub const READABLE: f64 = 4.5;

/// An sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// The colour of buttons and links. White text on it has a contrast of [`READABLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Accent(Colour);

/// Why a colour can't be an accent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAccent {
    #[error("Enter a colour like #1d5fb4.")]
    NotAColour,
    /// The contrast of white text is too small.
    #[error(
        "White text on this colour is hard to read: {ratio} : 1, where 4.5 : 1 is needed. \
         A darker one that works is {suggestion}."
    )]
    TooLight {
        /// The contrast, to a tenth.
        ratio: String,
        /// The colour, darkened until the contrast is sufficient.
        suggestion: Accent,
    },
}

const WHITE: Colour = Colour([255, 255, 255]);
/// The page backgrounds of the light and the dark theme.
const LIGHT: Colour = Colour([0xf5, 0xf6, 0xf8]);
const DARK: Colour = Colour([0x17, 0x1e, 0x27]);
/// The minimum contrast of links, which also appear on a tint of the colour itself.
const LINK: f64 = 5.5;

impl Colour {
    /// The relative luminance by WCAG 2.2,
    /// <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let part = f64::from(channel) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast of two colours, from 1 to 21:
    /// <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The colour moved by a sixteenth towards black or white.
    fn step_towards(self, end: u8) -> Self {
        Self(self.0.map(|channel| {
            let (channel, end) = (i16::from(channel), i16::from(end));
            let distance = end - channel;
            let step = (distance.abs() / 16).max(1).min(distance.abs()) * distance.signum();
            u8::try_from(channel + step).unwrap_or_default()
        }))
    }

    /// The nearest colour towards `end` that has this contrast with `background`.
    fn adjusted_to(self, ratio: f64, background: Self, end: u8) -> Self {
        let mut colour = self;
        while colour.contrast(background) < ratio && colour.0 != [end; 3] {
            colour = colour.step_towards(end);
        }
        colour
    }

    fn rgb_list(self) -> String {
        let [red, green, blue] = self.0;
        format!("{red}, {green}, {blue}")
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Colour {
    type Err = InvalidAccent;

    fn from_str(text: &str) -> Result<Self, InvalidAccent> {
        let hex = text.trim().strip_prefix('#').unwrap_or_default();
        if hex.len() != 6 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(InvalidAccent::NotAColour);
        }
        let all = u32::from_str_radix(hex, 16).map_err(|_| InvalidAccent::NotAColour)?;
        let [_, red, green, blue] = all.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl Accent {
    /// The platform's colour, which applies to workspaces without their own.
    pub const STANDARD: Self = Self(Colour([0x1d, 0x5f, 0xb4]));

    /// The colour in the dark theme, both for text and as a background of dark text.
    fn dark_variant(self) -> Colour {
        self.0.adjusted_to(LINK, DARK, 255)
    }

    /// The CSS that overrides the colours of the portal's stylesheet.
    pub fn render_stylesheet(self) -> String {
        let variables = |background: Colour, link: Colour, hover: Colour| {
            format!(
                "--tblr-primary:{background};--tblr-primary-rgb:{};--tblr-primary-darken:{hover};\
                 --tblr-link-color:{link};--tblr-link-color-rgb:{};--tblr-link-hover-color:{hover};\
                 --tblr-link-hover-color-rgb:{}",
                background.rgb_list(),
                link.rgb_list(),
                hover.rgb_list()
            )
        };
        let link = self.0.adjusted_to(LINK, LIGHT, 0);
        let light = variables(self.0, link, link.step_towards(0).step_towards(0));
        let dark = self.dark_variant();
        let dark = variables(dark, dark, dark.step_towards(255).step_towards(255));
        format!(":root{{{light}}}\n[data-bs-theme=\"dark\"]{{{dark}}}\n")
    }

    /// The six hexadecimal digits, for URLs.
    pub fn to_hex(self) -> String {
        self.to_string().trim_start_matches('#').to_owned()
    }
}

impl fmt::Display for Accent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Accent {
    type Err = InvalidAccent;

    fn from_str(text: &str) -> Result<Self, InvalidAccent> {
        let colour: Colour = text.parse()?;
        let ratio = colour.contrast(WHITE);
        if ratio >= READABLE {
            return Ok(Self(colour));
        }
        Err(InvalidAccent::TooLight {
            // Truncated, since 4.49 must not read as 4.5.
            ratio: format!("{:.1}", (ratio * 10.0).floor() / 10.0),
            suggestion: Self(colour.adjusted_to(READABLE, WHITE, 0)),
        })
    }
}

impl TryFrom<String> for Accent {
    type Error = InvalidAccent;

    fn try_from(text: String) -> Result<Self, InvalidAccent> {
        text.parse()
    }
}

impl From<Accent> for String {
    fn from(accent: Accent) -> Self {
        accent.to_string()
    }
}

/// The submitted form.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrandInput {
    pub name: String,
    /// `#rrggbb`.
    pub accent: String,
    /// Not empty if the platform's colour is chosen.
    #[serde(default, skip_serializing)]
    pub standard: String,
}

impl BrandInput {
    /// Parses the name and the accent; the platform's colour gives `None`.
    pub fn parse(&self) -> Result<(String, Option<Accent>), FieldErrors> {
        let mut invalid = FieldErrors::default();
        let name = invalid.parse_name("name", &self.name, 80);
        let accent = if self.standard.is_empty() {
            invalid.check("accent", self.accent.parse::<Accent>())
        } else {
            None
        };
        invalid.into_result((name, accent.filter(|accent| *accent != Accent::STANDARD)))
    }
}

/// A logo that was re-encoded by the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// Each uploaded file has its own id.
    pub id: EntryId,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// The visible parts of a workspace's brand, by its plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Branding {
    pub logo: Option<Logo>,
    pub accent: Option<Accent>,
    /// Whether the platform's logo is shown.
    pub platform_logo: bool,
    /// Whether the footer names the platform.
    pub badge: bool,
}

impl Branding {
    /// The workspace's colour, or the platform's.
    pub fn colour(&self) -> Accent {
        self.accent.unwrap_or(Accent::STANDARD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().expect("a colour")
    }

    #[test]
    fn contrast_equals_published_examples() {
        // The ends of the scale, and values of WebAIM's contrast checker.
        for (one, other, ratio) in [
            ("#ffffff", "#000000", 21.0),
            ("#ffffff", "#ffffff", 1.0),
            ("#777777", "#ffffff", 4.48),
            ("#767676", "#ffffff", 4.54),
            ("#0000ff", "#ffffff", 8.59),
            ("#ff0000", "#ffffff", 4.0),
        ] {
            let is = colour(one).contrast(colour(other));
            assert!((is - ratio).abs() < 0.01, "{one} {other}: {is}");
            let turned = colour(other).contrast(colour(one));
            assert!((is - turned).abs() < f64::EPSILON);
        }
    }

    #[test]
    fn accent_too_light_is_refused_with_suggestion() {
        let refused = "#ffcc00".parse::<Accent>().expect_err("too light");
        let InvalidAccent::TooLight {
            ratio,
            suggestion: instead,
        } = &refused
        else {
            panic!("{refused:?}");
        };
        assert_eq!(ratio, "1.5");
        assert_eq!(instead.to_string().parse(), Ok(*instead));
        assert!(refused.to_string().contains(&instead.to_string()));
        for none in ["", "red", "#fff", "#12345g", "1d5fb4", "#1d5fb4;}"] {
            assert_eq!(
                none.parse::<Accent>(),
                Err(InvalidAccent::NotAColour),
                "{none}"
            );
        }
        assert_eq!("#1d5fb4".parse(), Ok(Accent::STANDARD));
    }

    proptest::proptest! {
        #![proptest_config(crate::testing::config())]

        #[test]
        fn accent_of_any_colour_is_readable_in_both_themes(red: u8, green: u8, blue: u8) {
            let chosen = Colour([red, green, blue]);
            let accent = match chosen.to_string().parse::<Accent>() {
                Ok(accent) => accent,
                Err(InvalidAccent::TooLight { suggestion, .. }) => suggestion,
                Err(other) => panic!("{other}"),
            };
            proptest::prop_assert!(accent.0.contrast(WHITE) >= READABLE);
            proptest::prop_assert!(accent.0.adjusted_to(LINK, LIGHT, 0).contrast(LIGHT) >= READABLE);
            proptest::prop_assert!(accent.dark_variant().contrast(DARK) >= READABLE);
            let kept = serde_json::to_value(accent).expect("text");
            proptest::prop_assert_eq!(serde_json::from_value::<Accent>(kept).expect("one"), accent);
        }
    }
}
