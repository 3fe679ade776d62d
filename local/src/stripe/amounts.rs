//! Which amounts Stripe takes, by its documents on currencies and minimum charges.

use domain::money::{Currency, Money};

use super::refusal::Refusal;

/// The least, in Stripe's units, of a currency for which none is documented: there it depends on the
/// account.
const LEAST: i64 = 50;
/// Currencies that are counted in hundredths, of which there are none.
const WHOLE: [&str; 2] = ["ISK", "UGX"];

/// A currency by Stripe's spelling of it.
pub(super) fn currency(text: &str, param: &str) -> Result<Currency, Refusal> {
    text.to_uppercase()
        .parse()
        .map_err(|_| Refusal::of(param, format!("Invalid currency: {text}")))
}

/// Refuses an amount that can't be charged.
pub(super) fn check(units: i64, currency: Currency, param: &str) -> Result<(), Refusal> {
    let code = currency.code();
    let (least, most) = (
        currency.stripe_minimum().unwrap_or(LEAST),
        currency.stripe_maximum(),
    );
    if units < least {
        let words = format!(
            "The Checkout Session's total amount due must add up to at least {}",
            shown(least, code)
        );
        return Err(Refusal::of(param, words).coded("amount_too_small"));
    }
    if units > most {
        let words = format!(
            "The Checkout Session's total amount due must be no more than {}",
            shown(most, code)
        );
        return Err(Refusal::of(param, words).coded("amount_too_large"));
    }
    let step = match currency.decimals() {
        3 => 10,
        _ if WHOLE.contains(&code) => 100,
        _ => 1,
    };
    if units % step != 0 {
        let words = format!("Invalid amount: in {code} it must be a multiple of {step}.");
        return Err(Refusal::of(param, words));
    }
    Ok(())
}

/// An amount as people read it, from Stripe's units and spelling.
pub(super) fn shown(units: i64, code: &str) -> String {
    match code.to_uppercase().parse::<Currency>() {
        Ok(currency) => Money::new(units / currency.stripe_units(), currency).to_string(),
        Err(_) => format!("{units} {code}"),
    }
}

/// What somebody typed, in Stripe's units.
pub(super) fn typed(text: &str, code: &str) -> Option<i64> {
    let currency = code.to_uppercase().parse::<Currency>().ok()?;
    let money = Money::parse(text, currency).ok()?;
    money.to_stripe_units().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripe_amount_limits_are_enforced() {
        for (units, code, good) in [
            (49, "eur", false),
            (50, "eur", true),
            (29, "gbp", false),
            (30, "gbp", true),
            (99_999_999, "usd", true),
            (100_000_000, "usd", false),
            (25_000_000_000, "idr", true),
            (1_000_000_000_000, "idr", false),
            (199, "pln", false),
            (12_000, "isk", true),
            (12_050, "isk", false),
            (1_235, "kwd", false),
            (1_230, "kwd", true),
        ] {
            let currency = currency(code, "currency").unwrap();
            assert_eq!(check(units, currency, "x").is_ok(), good, "{units} {code}");
        }
    }
}
