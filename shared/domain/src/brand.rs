//! How a workspace looks: its logo, and a colour on which white text can be read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::EntryId;
use crate::input::FieldErrors;

/// Bytes of a logo's file at most.
pub const MAX_LOGO: usize = 1024 * 1024;
/// The box that a logo is fitted into, twice as large as it is shown for fine screens.
pub const LOGO_BOX: (u32, u32) = (480, 96);

/// What is demanded of text: WCAG 2.2, success criterion 1.4.3, level AA.
pub const READABLE: f64 = 4.5;

/// A colour of sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// The colour of buttons and links: white text on it can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Accent(Colour);

/// Why a colour can't be an accent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAccent {
    /// It is none.
    #[error("Enter a colour like #1d5fb4.")]
    NoColour,
    /// White text on it can't be read well.
    #[error(
        "White text on this colour is hard to read: {ratio} : 1, where 4.5 : 1 is needed. \
         A darker one that works is {instead}."
    )]
    TooLight {
        /// The contrast that there is, to a tenth.
        ratio: String,
        /// The same, darkened until it passes.
        instead: Accent,
    },
}

const WHITE: Colour = Colour([255, 255, 255]);
/// The grounds of pages that text stands on: the light theme's and the dark one's.
const LIGHT: Colour = Colour([0xf5, 0xf6, 0xf8]);
const DARK: Colour = Colour([0x17, 0x1e, 0x27]);
/// What links are held to: they also stand on a tint of the colour itself.
const LINK: f64 = 5.5;

impl Colour {
    /// How light it is: relative luminance as WCAG 2.2 defines it,
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
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// A step of a sixteenth towards black or white.
    fn towards(self, end: u8) -> Self {
        Self(self.0.map(|channel| {
            let (channel, end) = (i16::from(channel), i16::from(end));
            let way = end - channel;
            let step = (way.abs() / 16).max(1).min(way.abs()) * way.signum();
            u8::try_from(channel + step).unwrap_or_default()
        }))
    }

    /// The nearest towards `end` that has this contrast with `ground`.
    fn until(self, ratio: f64, ground: Self, end: u8) -> Self {
        let mut colour = self;
        while colour.contrast(ground) < ratio && colour.0 != [end; 3] {
            colour = colour.towards(end);
        }
        colour
    }

    fn parts(self) -> String {
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
            return Err(InvalidAccent::NoColour);
        }
        let all = u32::from_str_radix(hex, 16).map_err(|_| InvalidAccent::NoColour)?;
        let [_, red, green, blue] = all.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl Accent {
    /// The one of a workspace that has chosen none.
    pub const STANDARD: Self = Self(Colour([0x1d, 0x5f, 0xb4]));

    /// The colour in the dark theme, for text on the ground and ground for dark text.
    fn in_the_dark(self) -> Colour {
        self.0.until(LINK, DARK, 255)
    }

    /// What is put behind the portal's stylesheet: the same for everybody who has
    /// this colour.
    pub fn stylesheet(self) -> String {
        let vars = |ground: Colour, link: Colour, over: Colour| {
            format!(
                "--tblr-primary:{ground};--tblr-primary-rgb:{};--tblr-primary-darken:{over};\
                 --tblr-link-color:{link};--tblr-link-color-rgb:{};--tblr-link-hover-color:{over};\
                 --tblr-link-hover-color-rgb:{}",
                ground.parts(),
                link.parts(),
                over.parts()
            )
        };
        let link = self.0.until(LINK, LIGHT, 0);
        let light = vars(self.0, link, link.towards(0).towards(0));
        let dark = self.in_the_dark();
        let dark = vars(dark, dark, dark.towards(255).towards(255));
        format!(":root{{{light}}}\n[data-bs-theme=\"dark\"]{{{dark}}}\n")
    }

    /// The name in addresses.
    pub fn hex(self) -> String {
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
            // Cut and not rounded: 4.49 isn't 4.5.
            ratio: format!("{:.1}", (ratio * 10.0).floor() / 10.0),
            instead: Self(colour.until(READABLE, WHITE, 0)),
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

/// The form, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrandInput {
    /// The company's name.
    pub name: String,
    /// The colour, as `#rrggbb`.
    pub accent: String,
    /// Something, where it is to be the platform's own colour.
    #[serde(default, skip_serializing)]
    pub standard: String,
}

impl BrandInput {
    /// Checks both; the platform's own colour is none of one's own.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self) -> Result<(String, Option<Accent>), FieldErrors> {
        let mut invalid = FieldErrors::default();
        let name = invalid.line("name", &self.name, 80);
        let accent = if self.standard.is_empty() {
            invalid.check("accent", self.accent.parse::<Accent>())
        } else {
            None
        };
        invalid.into_result((name, accent.filter(|one| *one != Accent::STANDARD)))
    }
}

/// A logo, as it was drawn anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// Which one: another file is another one.
    pub id: EntryId,
    /// Pixels from left to right,
    pub width: u32,
    /// and from top to bottom.
    pub height: u32,
}

/// What is seen of a workspace's brand, by its plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Branding {
    /// Its own logo.
    pub logo: Option<Logo>,
    /// Its own colour.
    pub accent: Option<Accent>,
    /// Whether the platform's logo stands where its own would.
    pub ours: bool,
    /// Whether the foot says what the portal runs on.
    pub badge: bool,
}

impl Branding {
    /// Its own colour, or the platform's.
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
    fn contrast_is_that_of_the_published_examples() {
        // The ends of the scale, and greys and colours as WebAIM's checker gives them.
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
    fn a_light_colour_is_refused_with_one_that_works() {
        let refused = "#ffcc00".parse::<Accent>().expect_err("too light");
        let InvalidAccent::TooLight { ratio, instead } = &refused else {
            panic!("{refused:?}");
        };
        assert_eq!(ratio, "1.5");
        assert_eq!(instead.to_string().parse(), Ok(*instead));
        assert!(refused.to_string().contains(&instead.to_string()));
        for none in ["", "red", "#fff", "#12345g", "1d5fb4", "#1d5fb4;}"] {
            assert_eq!(
                none.parse::<Accent>(),
                Err(InvalidAccent::NoColour),
                "{none}"
            );
        }
        assert_eq!("#1d5fb4".parse(), Ok(Accent::STANDARD));
    }

    proptest::proptest! {
        #![proptest_config(crate::testing::config())]

        #[test]
        fn whatever_is_chosen_is_read_in_both_themes(red: u8, green: u8, blue: u8) {
            let chosen = Colour([red, green, blue]);
            let accent = match chosen.to_string().parse::<Accent>() {
                Ok(accent) => accent,
                Err(InvalidAccent::TooLight { instead, .. }) => instead,
                Err(other) => panic!("{other}"),
            };
            proptest::prop_assert!(accent.0.contrast(WHITE) >= READABLE);
            proptest::prop_assert!(accent.0.until(LINK, LIGHT, 0).contrast(LIGHT) >= READABLE);
            proptest::prop_assert!(accent.in_the_dark().contrast(DARK) >= READABLE);
            let kept = serde_json::to_value(accent).expect("text");
            proptest::prop_assert_eq!(serde_json::from_value::<Accent>(kept).expect("one"), accent);
        }
    }
}
