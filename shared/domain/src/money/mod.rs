//! Money: whole numbers of a currency's smallest unit, never floating point, and
//! never two currencies in one sum.

mod currency;
pub mod decimal;
mod share;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use currency::{Currency, UnknownCurrency};
pub use decimal::DecimalError;
pub use share::{apportion, rounded};

/// The most that any single sum may be, in minor units.
pub const MOST: i64 = 999_999_999_999;

/// An amount of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// In the currency's smallest unit.
    pub minor: i64,
    /// Of what.
    pub currency: Currency,
}

/// Why amounts don't add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// They are of two currencies.
    #[error("amounts of {0} and {1} can't be added")]
    Currencies(Currency, Currency),
    /// The sum can't be held.
    #[error("the amount is too large")]
    TooLarge,
}

impl Money {
    /// So many of the currency's smallest unit.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The sum of both.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_add)
    }

    /// What is left after `other` is taken.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_sub)
    }

    fn with(self, other: Self, op: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Currencies(self.currency, other.currency));
        }
        let minor = op(self.minor, other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, ..self })
    }

    /// What was typed: neither negative nor more than [`MOST`].
    pub fn parse(text: &str, currency: Currency) -> Result<Self, String> {
        let decimals = currency.decimals();
        let minor = decimal::parse(text, decimals).and_then(|minor| {
            if minor > MOST {
                Err(DecimalError::TooLarge)
            } else {
                Ok(minor)
            }
        });
        let minor = minor.map_err(|why| words(why, decimals, &format!("{currency}")))?;
        Ok(Self { minor, currency })
    }

    /// As it fills a field: [`Money::parse`] reads it back.
    pub fn plain(self) -> String {
        decimal::plain(self.minor, self.currency.decimals())
    }

    /// As it is read, without the currency.
    pub fn grouped(self) -> String {
        decimal::grouped(self.minor, self.currency.decimals())
    }

    /// In the units that Stripe counts in.
    pub fn at_stripe(self) -> Result<i64, MoneyError> {
        let units = self.minor.checked_mul(self.currency.at_stripe());
        units.ok_or(MoneyError::TooLarge)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.grouped(), self.currency)
    }
}

/// A number of things, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(i64);

impl Quantity {
    /// The most of anything.
    const MOST: i64 = 1_000_000_000;

    /// So many thousandths; more than none, and at most a million things.
    pub fn from_thousandths(n: i64) -> Option<Self> {
        (1..=Self::MOST).contains(&n).then_some(Self(n))
    }

    /// In thousandths.
    pub const fn thousandths(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal::short(self.0, 3))
    }
}

impl FromStr for Quantity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let n = decimal::parse(text, 3).map_err(|why| words(why, 3, "a quantity"))?;
        Self::from_thousandths(n).ok_or_else(|| "Use more than 0, and at most 1000000.".to_owned())
    }
}

/// A part of a hundred, in hundredths of a percent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Percentage(i64);

impl Percentage {
    /// All of it.
    pub const WHOLE: i64 = 10_000;

    /// So many hundredths of a percent; at most the whole.
    pub fn from_hundredths(n: i64) -> Option<Self> {
        (0..=Self::WHOLE).contains(&n).then_some(Self(n))
    }

    /// In hundredths of a percent.
    pub const fn hundredths(self) -> i64 {
        self.0
    }

    /// So much of an amount, which isn't negative, to the nearest of its smallest unit.
    pub fn of(self, minor: i64) -> i64 {
        let parts = i128::from(minor) * i128::from(self.0);
        rounded(parts, i128::from(Self::WHOLE), 1).unwrap_or_default()
    }

    /// As it fills a field.
    pub fn plain(self) -> String {
        decimal::short(self.0, 2)
    }
}

impl fmt::Display for Percentage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.plain())
    }
}

impl FromStr for Percentage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let text = text.strip_suffix('%').unwrap_or(text);
        let n = decimal::parse(text, 2).map_err(|why| words(why, 2, "a percentage"))?;
        Self::from_hundredths(n).ok_or_else(|| "Use at most 100 percent.".to_owned())
    }
}

/// What to say to whoever typed it.
fn words(why: DecimalError, decimals: u8, what: &str) -> String {
    let example = decimal::plain(1_234 * 10_i64.pow(u32::from(decimals)), decimals);
    match why {
        DecimalError::Empty => "Fill this in.".to_owned(),
        DecimalError::NoNumber => format!("Enter a number like {example}, without a sign."),
        DecimalError::Ambiguous => format!(
            "This can be read in two ways. Write it without groups and with a point, like {example}."
        ),
        DecimalError::TooFine if decimals == 0 => format!("There are no decimals of {what}."),
        DecimalError::TooFine => format!("Use at most {decimals} decimals for {what}."),
        DecimalError::TooLarge => "This is more than can be taken.".to_owned(),
    }
}

#[cfg(test)]
mod tests;
