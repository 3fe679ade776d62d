//! Amounts as they are typed, rounded and divided.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::testing::config;

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

fn any_currency() -> impl Strategy<Value = Currency> {
    select(Currency::all().collect::<Vec<_>>())
}

#[test]
fn decimal_parse_accepts_groups_and_refuses_ambiguity() {
    let read = |text, code| Money::parse(text, currency(code)).map(|money| money.minor);
    for (text, code, minor) in [
        ("1234.50", "EUR", 123_450),
        ("1234,50", "EUR", 123_450),
        ("1,234.50", "EUR", 123_450),
        ("1.234,50", "EUR", 123_450),
        ("1 234,50", "EUR", 123_450),
        ("1'234.50", "CHF", 123_450),
        ("1\u{a0}234", "EUR", 123_400),
        ("1,234,567", "EUR", 123_456_700),
        ("1.234.567,8", "EUR", 123_456_780),
        (" 12 ", "EUR", 1_200),
        ("12.5", "EUR", 1_250),
        ("0,5", "EUR", 50),
        ("0.50", "EUR", 50),
        ("1,234", "JPY", 1_234),
        ("1.234", "JPY", 1_234),
        ("1234", "JPY", 1_234),
        ("1.250", "KWD", 1_250),
        ("1234.5", "KWD", 1_234_500),
        ("0,125", "KWD", 125),
        ("1,234.500", "KWD", 1_234_500),
    ] {
        assert_eq!(read(text, code), Ok(minor), "{text} {code}");
    }
    for (text, code, why) in [
        ("1,234", "EUR", "two ways"),
        ("1.234", "EUR", "two ways"),
        ("12,345", "KWD", "two ways"),
        ("12.345", "EUR", "two ways"),
        ("1234.567", "EUR", "at most 2 decimals"),
        ("0.123", "EUR", "at most 2 decimals"),
        ("1.5", "JPY", "no decimals"),
        ("1.2345", "KWD", "at most 3 decimals"),
        ("", "EUR", "Fill this in"),
        ("-1", "EUR", "without a sign"),
        ("+1", "EUR", "without a sign"),
        ("1e3", "EUR", "without a sign"),
        ("12 EUR", "EUR", "without a sign"),
        ("1,23,456.00", "EUR", "without a sign"),
        ("1,2345.00", "EUR", "without a sign"),
        ("1.234,567.00", "EUR", "without a sign"),
        (".5", "EUR", "without a sign"),
        ("5.", "EUR", "without a sign"),
        ("٣", "EUR", "without a sign"),
        ("10000000000", "EUR", "more than can be taken"),
        ("99999999999999999999999", "EUR", "more than can be taken"),
        (&"9".repeat(400), "EUR", "more than can be taken"),
    ] {
        let refused = read(text, code).expect_err(text);
        assert!(refused.contains(why), "{text} {code}: {refused}");
    }
}

#[test]
fn quantities_and_rates_are_read_and_shown() {
    let quantity = |text: &str| text.parse::<Quantity>().map(|q| q.to_string());
    assert_eq!(quantity("1.5").as_deref(), Ok("1.5"));
    assert_eq!(quantity("0,125").as_deref(), Ok("0.125"));
    assert_eq!(quantity("12").as_deref(), Ok("12"));
    assert_eq!(quantity("1.250").as_deref(), Ok("1.25"));
    for bad in ["0", "1,250", "1000001", "0.0001", "x"] {
        assert!(quantity(bad).is_err(), "{bad}");
    }
    let rate = |text: &str| text.parse::<Percentage>().map(|rate| rate.to_string());
    assert_eq!(rate("19").as_deref(), Ok("19%"));
    assert_eq!(rate("7,7 %").as_deref(), Ok("7.7%"));
    assert_eq!(rate("8.25%").as_deref(), Ok("8.25%"));
    assert_eq!(rate("0").as_deref(), Ok("0%"));
    for bad in ["100.01", "8.125", "-1", ""] {
        assert!(rate(bad).is_err(), "{bad}");
    }
}

#[test]
fn rounding_is_half_up_and_sum_of_two_currencies_fails() {
    assert_eq!(round_to_step(5, 10, 1), Some(1));
    assert_eq!(round_to_step(4, 10, 1), Some(0));
    assert_eq!(round_to_step(25, 10, 1), Some(3));
    assert_eq!(round_to_step(1_235, 1, 10), Some(1_240));
    assert_eq!(round_to_step(1_234, 1, 10), Some(1_230));
    assert_eq!(round_to_step(-1, 1, 1), None);
    assert_eq!(round_to_step(i128::MAX, 1, 1), None);
    let (eur, usd) = (currency("EUR"), currency("USD"));
    let sum = Money::new(1, eur).plus(Money::new(1, usd));
    assert_eq!(sum, Err(MoneyError::Currencies(eur, usd)));
    let over = Money::new(i64::MAX, eur).plus(Money::new(1, eur));
    assert_eq!(over, Err(MoneyError::TooLarge));
    let less = Money::new(5, eur).minus(Money::new(7, eur));
    assert_eq!(
        less.map(|money| money.to_string()),
        Ok("-0.02 EUR".to_owned())
    );
}

#[test]
fn stripe_units_of_isk_and_ugx_are_hundredths() {
    let units = |minor, code| Money::new(minor, currency(code)).to_stripe_units();
    assert_eq!(units(500, "ISK"), Ok(50_000));
    assert_eq!(units(500, "JPY"), Ok(500));
    assert_eq!(units(1_230, "KWD"), Ok(1_230));
    assert_eq!(units(i64::MAX, "UGX"), Err(MoneyError::TooLarge));
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn formatted_amount_parses_to_same_amount(minor in 0..=MAX_AMOUNT, currency in any_currency()) {
        let money = Money::new(minor, currency);
        prop_assert_eq!(Money::parse(&money.to_field(), currency), Ok(money));
        // What is read on a page may be ambiguous; where it is taken, it is the same.
        if let Ok(again) = Money::parse(&money.format_grouped(), currency) {
            prop_assert_eq!(again, money);
        }
    }

    #[test]
    fn decimal_parse_of_any_text_does_not_panic(text in "[-+0-9., '\u{a0}x]{0,40}", decimals in 0_u8..4) {
        if let Ok(value) = decimal::parse(&text, decimals) {
            prop_assert!(value >= 0);
            prop_assert_eq!(decimal::parse(&decimal::format_plain(value, decimals), decimals), Ok(value));
        }
    }

    #[test]
    fn apportioned_shares_add_up_to_amount(
        weights in proptest::collection::vec(0_i64..1_000_000, 1..12),
        part in 0_u32..=100,
        step in select(vec![1_i64, 10]),
    ) {
        let weights: Vec<i64> = weights.into_iter().map(|weight| weight * step).collect();
        let sum: i64 = weights.iter().sum();
        let amount = sum / 100 * i64::from(part) / step * step;
        let parts = apportion(amount, &weights, step).unwrap();
        prop_assert_eq!(parts.iter().sum::<i64>(), amount);
        for (part, weight) in parts.iter().zip(&weights) {
            prop_assert!((0..=*weight).contains(part) && part % step == 0);
        }
    }
}

#[test]
fn online_amount_outside_stripes_documented_limits_is_refused() {
    for (code, minor, limit) in [
        ("EUR", 49, Some("Online payment starts at 0.50 EUR.")),
        ("EUR", 50, None),
        ("EUR", 99_999_999, None),
        (
            "EUR",
            100_000_000,
            Some("Online payment goes up to 999,999.99 EUR."),
        ),
        ("GBP", 30, None),
        ("HUF", 17_499, Some("Online payment starts at 175.00 HUF.")),
        (
            "HUF",
            500_000_000,
            Some("Online payment goes up to 999,999.99 HUF."),
        ),
        ("JPY", 49, Some("Online payment starts at 50 JPY.")),
        ("PLN", 199, Some("Online payment starts at 2.00 PLN.")),
        ("THB", 1_000, None),
        ("IDR", 25_000_000_000, None),
        ("IDR", 999_999_999_999, None),
        ("ISK", 999_999, None),
        (
            "ISK",
            1_000_000,
            Some("Online payment goes up to 999,999 ISK."),
        ),
        ("KWD", 99_999_990, None),
        (
            "KWD",
            100_000_000,
            Some("Online payment goes up to 99,999.990 KWD."),
        ),
    ] {
        let money = Money::new(minor, code.parse().unwrap());
        let found = money.check_online().err().map(|limit| limit.to_string());
        assert_eq!(found.as_deref(), limit, "{minor} {code}");
    }
}
