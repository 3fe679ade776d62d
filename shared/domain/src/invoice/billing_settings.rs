//! How a workspace bills: the prefix of its numbers, its sender, and what forms begin with.

use serde::{Deserialize, Serialize};

use crate::input::FieldErrors;
use crate::money::{Currency, Percentage};

/// How a workspace bills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingSettings {
    /// The prefix of invoice numbers.
    pub prefix: String,
    /// Address and tax number, printed below the company's name.
    #[serde(rename = "from")]
    pub sender: String,
    /// How to pay, as a bank account.
    #[serde(rename = "pay")]
    pub payment_instructions: String,
    /// The currency that forms begin with.
    pub currency: Currency,
    /// The tax that lines begin with.
    pub tax: Percentage,
    /// The days to pay that forms begin with.
    #[serde(rename = "days")]
    pub payment_days: i64,
    /// Increases with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

/// Days to pay at most.
const MAX_DAYS: i64 = 365;

impl Default for BillingSettings {
    /// The settings of a new workspace.
    fn default() -> Self {
        Self {
            prefix: "INV-".to_owned(),
            sender: String::new(),
            payment_instructions: String::new(),
            currency: Currency::default(),
            tax: Percentage::default(),
            payment_days: 30,
            version: 0,
        }
    }
}

impl BillingSettings {
    /// The number of the `n`th invoice.
    pub fn invoice_number(&self, n: i64) -> String {
        format!("{}{n:04}", self.prefix)
    }
}

/// The submitted form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BillingSettingsInput {
    pub prefix: String,
    pub from: String,
    pub pay: String,
    pub currency: String,
    pub tax: String,
    pub days: String,
}

impl From<&BillingSettings> for BillingSettingsInput {
    fn from(settings: &BillingSettings) -> Self {
        Self {
            prefix: settings.prefix.clone(),
            from: settings.sender.clone(),
            pay: settings.payment_instructions.clone(),
            currency: settings.currency.to_string(),
            tax: settings.tax.to_field(),
            days: settings.payment_days.to_string(),
        }
    }
}

impl BillingSettingsInput {
    /// The next version of the settings.
    pub fn parse(&self, before: &BillingSettings) -> Result<BillingSettings, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let prefix = self.prefix.trim();
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_/.".contains(&b);
        if prefix.len() > 12 || !prefix.bytes().all(is_allowed) {
            invalid.add("prefix", "Use up to 12 letters, digits, and - _ / . only.");
        }
        let from = invalid.parse_text("from", &self.from, 500);
        let pay = invalid.parse_text("pay", &self.pay, 500);
        let currency = invalid.check("currency", self.currency.parse());
        let tax = match self.tax.trim() {
            "" => Ok(Percentage::default()),
            typed => typed.parse(),
        };
        let tax = invalid.check("tax", tax);
        let days = self.days.trim().parse().ok();
        let days = days.filter(|days| (0..=MAX_DAYS).contains(days));
        let days = days.ok_or_else(|| format!("Use whole days from 0 to {MAX_DAYS}."));
        let days = invalid.check("days", days);
        let (Some(currency), Some(tax), Some(days), true) =
            (currency, tax, days, invalid.fields().is_empty())
        else {
            return Err(invalid);
        };
        Ok(BillingSettings {
            prefix: prefix.to_owned(),
            sender: from,
            payment_instructions: pay,
            currency,
            tax,
            payment_days: days,
            version: before.version + 1,
        })
    }
}
