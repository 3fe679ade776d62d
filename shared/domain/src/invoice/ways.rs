//! How a workspace bills: the beginning of its numbers, and what its paper says.

use serde::{Deserialize, Serialize};

use crate::input::FieldErrors;
use crate::money::{Currency, Percentage};

/// How a workspace bills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingSettings {
    /// What numbers begin with.
    pub prefix: String,
    /// Who sends invoices: address and tax number, below the company's name.
    pub from: String,
    /// How to pay: a bank account.
    pub pay: String,
    /// The currency that forms begin with.
    pub currency: Currency,
    /// The tax that lines begin with.
    pub tax: Percentage,
    /// The days to pay that forms begin with.
    pub days: i64,
    /// Goes up with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

/// Most days to pay that a form begins with.
const MOST_DAYS: i64 = 365;

impl Default for BillingSettings {
    /// What a workspace begins with.
    fn default() -> Self {
        Self {
            prefix: "INV-".to_owned(),
            from: String::new(),
            pay: String::new(),
            currency: Currency::default(),
            tax: Percentage::default(),
            days: 30,
            version: 0,
        }
    }
}

impl BillingSettings {
    /// The number of the `n`th invoice.
    pub fn number(&self, n: i64) -> String {
        format!("{}{n:04}", self.prefix)
    }
}

/// The form, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)] // the fields of Ways
pub struct BillingSettingsInput {
    pub prefix: String,
    pub from: String,
    pub pay: String,
    pub currency: String,
    pub tax: String,
    pub days: String,
}

impl From<&BillingSettings> for BillingSettingsInput {
    fn from(ways: &BillingSettings) -> Self {
        Self {
            prefix: ways.prefix.clone(),
            from: ways.from.clone(),
            pay: ways.pay.clone(),
            currency: ways.currency.to_string(),
            tax: ways.tax.plain(),
            days: ways.days.to_string(),
        }
    }
}

impl BillingSettingsInput {
    /// What follows `before`.
    pub fn parse(&self, before: &BillingSettings) -> Result<BillingSettings, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let prefix = self.prefix.trim();
        let known = |b: u8| b.is_ascii_alphanumeric() || b"-_/.".contains(&b);
        if prefix.len() > 12 || !prefix.bytes().all(known) {
            invalid.add("prefix", "Use up to 12 letters, digits, and - _ / . only.");
        }
        let from = invalid.text("from", &self.from, 500);
        let pay = invalid.text("pay", &self.pay, 500);
        let currency = invalid.check("currency", self.currency.parse());
        let tax = match self.tax.trim() {
            "" => Ok(Percentage::default()),
            typed => typed.parse(),
        };
        let tax = invalid.check("tax", tax);
        let days = self.days.trim().parse().ok();
        let days = days.filter(|days| (0..=MOST_DAYS).contains(days));
        let days = days.ok_or_else(|| format!("Use whole days from 0 to {MOST_DAYS}."));
        let days = invalid.check("days", days);
        let (Some(currency), Some(tax), Some(days), true) =
            (currency, tax, days, invalid.fields().is_empty())
        else {
            return Err(invalid);
        };
        Ok(BillingSettings {
            prefix: prefix.to_owned(),
            from,
            pay,
            currency,
            tax,
            days,
            version: before.version + 1,
        })
    }
}
