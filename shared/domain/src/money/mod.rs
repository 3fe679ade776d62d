//! Amounts of money.
//!
//! An amount is an integer of its currency's smallest unit; amounts of two currencies are never added.

mod currency;
pub mod decimal;
mod rounding;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use currency::{Currency, UnknownCurrency};
pub use decimal::DecimalError;
pub use rounding::{apportion, round_to_step};

/// The largest amount in minor units.
pub const MAX_AMOUNT: i64 = 999_999_999_999;

/// An amount of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

/// Why amounts can't be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("amounts of {0} and {1} can't be added")]
    Currencies(Currency, Currency),
    #[error("the amount is too large")]
    TooLarge,
}

/// Why Stripe charges no such amount, with the amount that it charges at least or at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OnlineLimit {
    #[error("Online payment starts at {0}.")]
    TooSmall(Money),
    #[error("Online payment goes up to {0}.")]
    TooLarge(Money),
}

impl Money {
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_add)
    }

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

    /// Parses a typed amount from zero to [`MAX_AMOUNT`].
    pub fn parse(text: &str, currency: Currency) -> Result<Self, String> {
        let decimals = currency.decimals();
        let minor = decimal::parse(text, decimals).and_then(|minor| {
            if minor > MAX_AMOUNT {
                Err(DecimalError::TooLarge)
            } else {
                Ok(minor)
            }
        });
        let minor = minor.map_err(|why| decimal_message(why, decimals, &format!("{currency}")))?;
        Ok(Self { minor, currency })
    }

    /// The amount for a form field. [`Money::parse`] reads it back.
    pub fn to_field(self) -> String {
        decimal::format_plain(self.minor, self.currency.decimals())
    }

    /// The amount with groups, without the currency.
    pub fn format_grouped(self) -> String {
        decimal::format_grouped(self.minor, self.currency.decimals())
    }

    pub fn to_stripe_units(self) -> Result<i64, MoneyError> {
        let units = self.minor.checked_mul(self.currency.stripe_units());
        units.ok_or(MoneyError::TooLarge)
    }

    /// Whether Stripe charges such an amount, as far as its documents say. Stripe may still refuse it.
    pub fn check_online(self) -> Result<(), OnlineLimit> {
        let (currency, unit) = (self.currency, self.currency.stripe_units());
        let least = currency.stripe_minimum().unwrap_or(1);
        let (least, most) = (
            (least + unit - 1) / unit,
            currency.stripe_maximum() / unit / currency.step() * currency.step(),
        );
        if self.minor < least {
            Err(OnlineLimit::TooSmall(Self::new(least, currency)))
        } else if self.minor > most {
            Err(OnlineLimit::TooLarge(Self::new(most, currency)))
        } else {
            Ok(())
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.format_grouped(), self.currency)
    }
}

/// A quantity in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(i64);

impl Quantity {
    /// The largest quantity: a million.
    const MOST: i64 = 1_000_000_000;

    /// `None` unless the quantity is more than zero and at most [`Self::MOST`].
    pub fn from_thousandths(n: i64) -> Option<Self> {
        (1..=Self::MOST).contains(&n).then_some(Self(n))
    }

    pub const fn thousandths(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal::format_short(self.0, 3))
    }
}

impl FromStr for Quantity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let n = decimal::parse(text, 3).map_err(|why| decimal_message(why, 3, "a quantity"))?;
        Self::from_thousandths(n).ok_or_else(|| "Use more than 0, and at most 1000000.".to_owned())
    }
}

/// A percentage in hundredths of a percent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Percentage(i64);

impl Percentage {
    /// 100 %.
    pub const WHOLE: i64 = 10_000;

    /// `None` for more than 100 %.
    pub fn from_hundredths(n: i64) -> Option<Self> {
        (0..=Self::WHOLE).contains(&n).then_some(Self(n))
    }

    pub const fn hundredths(self) -> i64 {
        self.0
    }

    /// The share of a non-negative amount, rounded to its smallest unit.
    pub fn of(self, minor: i64) -> i64 {
        let parts = i128::from(minor) * i128::from(self.0);
        round_to_step(parts, i128::from(Self::WHOLE), 1).unwrap_or_default()
    }

    /// The percentage for a form field.
    pub fn to_field(self) -> String {
        decimal::format_short(self.0, 2)
    }
}

impl fmt::Display for Percentage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.to_field())
    }
}

impl FromStr for Percentage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let text = text.strip_suffix('%').unwrap_or(text);
        let n = decimal::parse(text, 2).map_err(|why| decimal_message(why, 2, "a percentage"))?;
        Self::from_hundredths(n).ok_or_else(|| "Use at most 100 percent.".to_owned())
    }
}

/// The message for the form.
fn decimal_message(why: DecimalError, decimals: u8, what: &str) -> String {
    let example = decimal::format_plain(1_234 * 10_i64.pow(u32::from(decimals)), decimals);
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
