//! An invoice as it is typed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::bill::{Discount, InvoiceContent, InvoiceLine, MAX_LINES, TaxMode, totals};
use crate::id::EngagementId;
use crate::input::FieldErrors;
use crate::money::{Currency, Money, Percentage, Quantity};

/// The form, as typed. The parts of lines come as lists of one length.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)] // the fields of Invoice and Bill
pub struct InvoiceInput {
    pub engagement: String,
    pub subject: String,
    pub to: String,
    pub currency: String,
    pub due: String,
    pub taxed: String,
    /// A percentage with its sign, an amount, or nothing.
    pub discount: String,
    pub notes: String,
    pub line_text: Vec<String>,
    pub line_quantity: Vec<String>,
    pub line_price: Vec<String>,
    pub line_tax: Vec<String>,
    /// The button that was pressed where it isn't the form's own: `add`, or the
    /// number of a line that is to go, counted from 0.
    #[serde(skip_serializing)]
    pub press: String,
}

/// A line, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // the fields of Line
pub struct InvoiceLineInput {
    pub text: String,
    pub quantity: String,
    pub price: String,
    pub tax: String,
}

/// What is wrong with a line, by its part.
pub type InvoiceLineErrors = BTreeMap<&'static str, String>;

/// What is wrong with the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvoiceErrors {
    /// By field.
    pub fields: FieldErrors,
    /// By line, counted from 0.
    pub lines: BTreeMap<usize, InvoiceLineErrors>,
}

/// An invoice that can be kept as a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvoice {
    /// The engagement that it is for.
    pub engagement: Option<EngagementId>,
    /// What it is for.
    pub subject: String,
    /// What it is in.
    pub currency: Currency,
    /// By when it is to be paid.
    pub due: Date,
    /// The rest.
    pub bill: InvoiceContent,
}

impl InvoiceLineInput {
    /// One of something, with a tax.
    pub fn new(tax: Percentage) -> Self {
        Self {
            quantity: "1".to_owned(),
            tax: tax.plain(),
            ..Self::default()
        }
    }

    fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.price.trim().is_empty()
    }
}

impl InvoiceInput {
    /// The lines, as typed.
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

    /// The same after the button of a line was pressed; `None` where none was. A new
    /// line begins with `tax`.
    pub fn pressed(&self, tax: Percentage) -> Option<Self> {
        let mut lines = self.lines();
        match self.press.as_str() {
            "" => return None,
            "add" if lines.len() < MAX_LINES => lines.push(InvoiceLineInput::new(tax)),
            number => {
                let gone = number.parse().ok().filter(|n| *n < lines.len());
                gone.map(|n: usize| lines.remove(n));
            }
        }
        Some(self.clone().with_lines(lines))
    }

    /// The same with other lines.
    #[must_use]
    pub fn with_lines(mut self, lines: Vec<InvoiceLineInput>) -> Self {
        self.line_text = lines.iter().map(|line| line.text.clone()).collect();
        self.line_quantity = lines.iter().map(|line| line.quantity.clone()).collect();
        self.line_price = lines.iter().map(|line| line.price.clone()).collect();
        self.line_tax = lines.into_iter().map(|line| line.tax).collect();
        self
    }

    /// Checks every field. Lines of which nothing was typed are passed over.
    pub fn parse(&self) -> Result<NewInvoice, InvoiceErrors> {
        let mut wrong = InvoiceErrors::default();
        let fields = &mut wrong.fields;
        let subject = fields.line("subject", &self.subject, 120);
        let to = fields.required_text("to", &self.to, 500, "Say who is to pay.");
        let notes = fields.text("notes", &self.notes, 2_000);
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
        // Without a currency nothing is said of amounts.
        let Some(currency) = currency else {
            return Err(wrong);
        };
        let discount = discount(&self.discount, currency, fields);
        let lines = parse_lines(&self.lines(), currency, &mut wrong);
        let (Some(due), true) = (due, wrong.is_empty()) else {
            return Err(wrong);
        };
        let Some(totals) = totals(currency, &lines, discount, taxed) else {
            let why = if matches!(discount, Discount::None) {
                ("lines", "Together this is more than can be billed.")
            } else {
                (
                    "discount",
                    "This is more than the lines come to, or too much.",
                )
            };
            wrong.fields.add(why.0, why.1);
            return Err(wrong);
        };
        Ok(NewInvoice {
            engagement,
            subject,
            currency,
            due,
            bill: InvoiceContent {
                to,
                lines,
                discount,
                taxed,
                totals,
                notes,
                from: String::new(),
                pay: String::new(),
            },
        })
    }
}

impl InvoiceErrors {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.fields.fields().is_empty() && self.lines.is_empty()
    }
}

impl From<&NewInvoice> for InvoiceInput {
    /// The form filled in with what is there.
    fn from(new: &NewInvoice) -> Self {
        let bill = &new.bill;
        let money = |minor| Money::new(minor, new.currency).plain();
        let input = Self {
            engagement: new.engagement.map(|id| id.to_string()).unwrap_or_default(),
            subject: new.subject.clone(),
            to: bill.to.clone(),
            currency: new.currency.to_string(),
            due: new.due.to_string(),
            taxed: bill.taxed.name().to_owned(),
            discount: match bill.discount {
                Discount::None => String::new(),
                Discount::Part(rate) => rate.to_string(),
                Discount::Amount(minor) => money(minor),
            },
            notes: bill.notes.clone(),
            ..Self::default()
        };
        let lines = bill.lines.iter().map(|line| InvoiceLineInput {
            text: line.text.clone(),
            quantity: line.quantity.to_string(),
            price: money(line.price),
            tax: line.tax.plain(),
        });
        input.with_lines(lines.collect())
    }
}

fn discount(text: &str, currency: Currency, invalid: &mut FieldErrors) -> Discount {
    let text = text.trim();
    if text.is_empty() {
        return Discount::None;
    }
    let found = if text.ends_with('%') {
        text.parse().map(Discount::Part)
    } else {
        payable(text, currency).map(Discount::Amount)
    };
    invalid.check("discount", found).unwrap_or_default()
}

/// An amount that can be paid: a whole number of the currency's steps.
pub(super) fn payable(text: &str, currency: Currency) -> Result<i64, String> {
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
    wrong: &mut InvoiceErrors,
) -> Vec<InvoiceLine> {
    let mut lines = Vec::new();
    for (n, line) in typed
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
    {
        let mut errors = FieldErrors::default();
        let text = errors.text("text", line.text.trim(), 500);
        if text.is_empty() {
            errors.add("text", "Say what it is.");
        }
        let quantity = match line.quantity.trim() {
            "" => "1",
            typed => typed,
        };
        let quantity = errors.check("quantity", quantity.parse::<Quantity>());
        let price = errors.check("price", Money::parse(&line.price, currency));
        let tax = match line.tax.trim() {
            "" => Ok(Percentage::default()),
            typed => typed.parse(),
        };
        let tax = errors.check("tax", tax);
        if let (Some(quantity), Some(price), Some(tax)) = (quantity, price, tax) {
            lines.push(InvoiceLine {
                text,
                quantity,
                price: price.minor,
                tax,
            });
        }
        if !errors.fields().is_empty() {
            wrong.lines.insert(n, errors.fields().clone());
        }
    }
    if lines.is_empty() && wrong.lines.is_empty() {
        wrong
            .fields
            .add("lines", "Add a line: what is billed, and its price.");
    }
    if typed.len() > MAX_LINES {
        let most = format!("Use at most {MAX_LINES} lines.");
        wrong.fields.add("lines", most);
    }
    lines
}
