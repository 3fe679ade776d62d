//! What a session is for: its lines, each at a price that is kept or said with it.

use domain::money::Currency;
use serde_json::Value;

use super::amounts;
use super::desk::Desk;
use super::form::Form;
use super::objects::{text, whole};
use super::refusal::Refusal;

/// The lines together.
pub(super) struct LineTotals {
    /// What they are for.
    pub(super) name: String,
    pub(super) currency: Currency,
    /// What they come to, in Stripe's units.
    pub(super) total: i64,
    /// The price of a subscription, and how many.
    pub(super) price: Option<(String, i64)>,
}

struct Line {
    name: String,
    currency: Currency,
    each: i64,
    recurring: bool,
    price: Option<String>,
}

/// Reads the lines of a session; those of a subscription are at recurring prices.
pub(super) fn read(desk: &Desk<'_>, form: &Form, recurring: bool) -> Result<LineTotals, Refusal> {
    let rows = form.rows("line_items");
    if rows == 0 {
        form.need("line_items")?;
    }
    let mut lines: Option<LineTotals> = None;
    for row in 0..rows {
        let at = format!("line_items[{row}]");
        let line = match form.text(&format!("{at}[price]")) {
            Some(price) => kept(desk, price, &at)?,
            None => said(form, &at)?,
        };
        if line.recurring != recurring {
            let words = if recurring {
                "You must provide at least one recurring price in `subscription` mode when using prices."
            } else {
                "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices."
            };
            return Err(Refusal::of("mode", words));
        }
        let name = format!("{at}[quantity]");
        let quantity = form.whole(&name)?;
        let quantity = quantity
            .filter(|n| (1..=999_999).contains(n))
            .ok_or_else(|| Refusal::of(&name, "Quantity is required and must be at least 1."))?;
        let sum = line.each.checked_mul(quantity);
        let sum = sum.ok_or_else(|| {
            Refusal::of(&at, "The amount is too large.").coded("amount_too_large")
        })?;
        let price = line.price.map(|price| (price, quantity));
        lines = Some(match lines {
            None => LineTotals {
                name: line.name,
                currency: line.currency,
                total: sum,
                price,
            },
            Some(before) if before.currency == line.currency => LineTotals {
                name: format!("{}, {}", before.name, line.name),
                total: before.total.saturating_add(sum),
                ..before
            },
            Some(_) => {
                let words = "All line items must have the same currency.";
                return Err(Refusal::of(&at, words));
            }
        });
    }
    let lines = lines.ok_or_else(|| Refusal::of("line_items", "There are no line items."))?;
    amounts::check(lines.total, lines.currency, "line_items")?;
    Ok(lines)
}

/// A line at a price that the account keeps.
fn kept(desk: &Desk<'_>, price: &str, at: &str) -> Result<Line, Refusal> {
    let price = desk.get("price", price, &format!("{at}[price]"))?;
    let product = desk
        .state
        .get(desk.account.as_deref(), text(price, "product"));
    Ok(Line {
        name: product
            .map(|product| text(product, "name"))
            .unwrap_or_default()
            .to_owned(),
        currency: amounts::currency(text(price, "currency"), at)?,
        each: whole(price, "unit_amount"),
        recurring: price.get("recurring").is_some_and(Value::is_object),
        price: Some(text(price, "id").to_owned()),
    })
}

/// A line at a price that is said with it.
fn said(form: &Form, at: &str) -> Result<Line, Refusal> {
    let data = format!("{at}[price_data]");
    let currency = form.need(&format!("{data}[currency]"))?;
    let name = format!("{data}[unit_amount]");
    let each = form.whole(&name)?;
    let each = each
        .filter(|n| *n >= 0)
        .ok_or_else(|| Refusal::of(&name, "An amount is required, and must not be negative."))?;
    Ok(Line {
        name: form
            .need(&format!("{data}[product_data][name]"))?
            .to_owned(),
        currency: amounts::currency(currency, &format!("{data}[currency]"))?,
        each,
        recurring: form.has(&format!("{data}[recurring]")),
        price: None,
    })
}
