//! The form of an invoice.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::content::{Discount, InvoiceContent, InvoiceLine, MAX_LINES, TaxMode, calculate_totals};
use crate::id::EngagementId;
use crate::input::FieldErrors;
use crate::money::{Currency, Money, Percentage, Quantity};

/// The submitted form. The fields of lines come as lists of one length.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InvoiceInput {
    pub engagement: String,
    pub subject: String,
    pub to: String,
    pub currency: String,
    pub due: String,
    pub taxed: String,
    /// A percentage with its sign, an amount, or empty.
    pub discount: String,
    pub notes: String,
    pub line_text: Vec<String>,
    pub line_quantity: Vec<String>,
    pub line_price: Vec<String>,
    pub line_tax: Vec<String>,
    /// The button that was pressed: `add`, the number of a line to remove (from 0), or empty for the
    /// form's own.
    #[serde(skip_serializing)]
    pub press: String,
}

/// A submitted line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct InvoiceLineInput {
    pub text: String,
    pub quantity: String,
    pub price: String,
    pub tax: String,
}

/// The errors of a line, by field.
pub type InvoiceLineErrors = BTreeMap<&'static str, String>;

/// The errors of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvoiceErrors {
    pub fields: FieldErrors,
    /// By the number of the line, from 0.
    pub lines: BTreeMap<usize, InvoiceLineErrors>,
}

/// An invoice that can be stored as a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvoice {
    pub engagement: Option<EngagementId>,
    pub subject: String,
    pub currency: Currency,
    pub due: Date,
    pub content: InvoiceContent,
}

impl InvoiceLineInput {
    /// An empty line with quantity 1.
    pub fn new(tax: Percentage) -> Self {
        Self {
            quantity: "1".to_owned(),
            tax: tax.to_field(),
            ..Self::default()
        }
    }

    fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.price.trim().is_empty()
    }
}

impl InvoiceInput {
    /// The submitted lines.
    pub fn lines(&self) -> Vec<InvoiceLineInput> {
        let at = |list: &[String], n: usize| list.get(n).cloned().unwrap_or_default();
        let lines = (0..self.line_text.len()).map(|n| InvoiceLineInput {
            text: at(&self.line_text, n),
            quantity: at(&self.line_quantity, n),
            price: at(&self.line_price, n),
            tax: at(&self.line_tax, n),
        });
        lines.collect()
    }

    /// The form after a line's button; `None` where the form's own was pressed. A new line begins with
    /// `tax`.
    pub fn apply_button(&self, tax: Percentage) -> Option<Self> {
        let mut lines = self.lines();
        match self.press.as_str() {
            "" => return None,
            "add" if lines.len() < MAX_LINES => lines.push(InvoiceLineInput::new(tax)),
            number => {
                let removed = number.parse().ok().filter(|n| *n < lines.len());
                removed.map(|n: usize| lines.remove(n));
            }
        }
        Some(self.clone().with_lines(lines))
    }

    /// The form with other lines.
    #[must_use]
    pub fn with_lines(mut self, lines: Vec<InvoiceLineInput>) -> Self {
        self.line_text = lines.iter().map(|line| line.text.clone()).collect();
        self.line_quantity = lines.iter().map(|line| line.quantity.clone()).collect();
        self.line_price = lines.iter().map(|line| line.price.clone()).collect();
        self.line_tax = lines.into_iter().map(|line| line.tax).collect();
        self
    }

    /// Checks every field. Empty lines are skipped.
    pub fn parse(&self) -> Result<NewInvoice, InvoiceErrors> {
        let mut errors = InvoiceErrors::default();
        let fields = &mut errors.fields;
        let subject = fields.parse_line("subject", &self.subject, 120);
        let to = fields.parse_required_text("to", &self.to, 500, "Say who is to pay.");
        let notes = fields.parse_text("notes", &self.notes, 2_000);
        let currency = fields.check("currency", self.currency.parse::<Currency>());
        let due = self.due.trim().parse::<Date>();
        let due = fields.check("due", due.map_err(|_| "Choose a day."));
        let engagement = match self.engagement.as_str() {
            "" => None,
            id => fields.check(
                "engagement",
                id.parse().map_err(|_| "Choose an engagement."),
            ),
        };
        let taxed = TaxMode::ALL.iter().find(|(_, name, _)| *name == self.taxed);
        let taxed = taxed.map_or(TaxMode::Exclusive, |(taxed, ..)| *taxed);
        // Amounts can't be checked without a currency.
        let Some(currency) = currency else {
            return Err(errors);
        };
        let discount = parse_discount(&self.discount, currency, fields);
        let lines = parse_lines(&self.lines(), currency, &mut errors);
        let (Some(due), true) = (due, errors.is_empty()) else {
            return Err(errors);
        };
        let Some(totals) = calculate_totals(currency, &lines, discount, taxed) else {
            let (field, message) = if matches!(discount, Discount::None) {
                ("lines", "Together this is more than can be billed.")
            } else {
                (
                    "discount",
                    "This is more than the lines come to, or too much.",
                )
            };
            errors.fields.add(field, message);
            return Err(errors);
        };
        Ok(NewInvoice {
            engagement,
            subject,
            currency,
            due,
            content: InvoiceContent {
                recipient: to,
                lines,
                discount,
                tax_mode: taxed,
                totals,
                notes,
                sender: String::new(),
                payment_instructions: String::new(),
            },
        })
    }
}

impl InvoiceErrors {
    /// Whether there are no errors.
    pub fn is_empty(&self) -> bool {
        self.fields.fields().is_empty() && self.lines.is_empty()
    }
}

impl From<&NewInvoice> for InvoiceInput {
    /// The form filled in.
    fn from(new: &NewInvoice) -> Self {
        let content = &new.content;
        let money = |minor| Money::new(minor, new.currency).to_field();
        let input = Self {
            engagement: new.engagement.map(|id| id.to_string()).unwrap_or_default(),
            subject: new.subject.clone(),
            to: content.recipient.clone(),
            currency: new.currency.to_string(),
            due: new.due.to_string(),
            taxed: content.tax_mode.name().to_owned(),
            discount: match content.discount {
                Discount::None => String::new(),
                Discount::Part(rate) => rate.to_string(),
                Discount::Amount(minor) => money(minor),
            },
            notes: content.notes.clone(),
            ..Self::default()
        };
        let lines = content.lines.iter().map(|line| InvoiceLineInput {
            text: line.text.clone(),
            quantity: line.quantity.to_string(),
            price: money(line.price),
            tax: line.tax.to_field(),
        });
        input.with_lines(lines.collect())
    }
}

fn parse_discount(text: &str, currency: Currency, invalid: &mut FieldErrors) -> Discount {
    let text = text.trim();
    if text.is_empty() {
        return Discount::None;
    }
    let discount = if text.ends_with('%') {
        text.parse().map(Discount::Part)
    } else {
        parse_payable_amount(text, currency).map(Discount::Amount)
    };
    invalid.check("discount", discount).unwrap_or_default()
}

/// An amount that can be paid: a multiple of the currency's smallest payable amount.
pub(super) fn parse_payable_amount(text: &str, currency: Currency) -> Result<i64, String> {
    let minor = Money::parse(text, currency)?.minor;
    if minor % currency.step() == 0 {
        Ok(minor)
    } else {
        Err(format!("The last decimal of {currency} must be 0."))
    }
}

fn parse_lines(
    typed: &[InvoiceLineInput],
    currency: Currency,
    errors: &mut InvoiceErrors,
) -> Vec<InvoiceLine> {
    let mut lines = Vec::new();
    for (n, line) in typed
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
    {
        let mut invalid = FieldErrors::default();
        let text = invalid.parse_text("text", line.text.trim(), 500);
        if text.is_empty() {
            invalid.add("text", "Say what it is.");
        }
        let quantity = match line.quantity.trim() {
            "" => "1",
            typed => typed,
        };
        let quantity = invalid.check("quantity", quantity.parse::<Quantity>());
        let price = invalid.check("price", Money::parse(&line.price, currency));
        let tax = match line.tax.trim() {
            "" => Ok(Percentage::default()),
            typed => typed.parse(),
        };
        let tax = invalid.check("tax", tax);
        if let (Some(quantity), Some(price), Some(tax)) = (quantity, price, tax) {
            lines.push(InvoiceLine {
                text,
                quantity,
                price: price.minor,
                tax,
            });
        }
        if !invalid.fields().is_empty() {
            errors.lines.insert(n, invalid.fields().clone());
        }
    }
    if lines.is_empty() && errors.lines.is_empty() {
        errors
            .fields
            .add("lines", "Add a line: what is billed, and its price.");
    }
    if typed.len() > MAX_LINES {
        let message = format!("Use at most {MAX_LINES} lines.");
        errors.fields.add("lines", message);
    }
    lines
}
