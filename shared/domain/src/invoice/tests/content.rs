//! Totals against the rules that papers follow, and what forms make of them.

use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;
use crate::money::{Currency, MAX_AMOUNT, Percentage, Quantity};
use crate::testing::config;

fn line(quantity: i64, price: i64, tax: i64) -> InvoiceLine {
    InvoiceLine {
        text: "Work".into(),
        quantity: Quantity::from_thousandths(quantity).unwrap(),
        price,
        tax: Percentage::from_hundredths(tax).unwrap(),
    }
}

fn eur(lines: &[InvoiceLine], discount: Discount, taxed: TaxMode) -> InvoiceTotals {
    calculate_totals("EUR".parse().unwrap(), lines, discount, taxed).expect("totals")
}

#[test]
fn invoice_totals_equal_sum_of_printed_lines() {
    let lines = [line(1_500, 120_000, 1_900), line(333, 10_000, 700)];
    let found = eur(&lines, Discount::None, TaxMode::Exclusive);
    assert_eq!(found.amounts, [180_000, 3_330]);
    // 7% of 33.30 is 2.331; 19% of 1800.00 is 342.00.
    assert_eq!(
        found.taxes.iter().map(|t| t.tax).collect::<Vec<_>>(),
        [233, 34_200]
    );
    assert_eq!(
        (found.net, found.tax, found.total),
        (183_330, 34_433, 217_763)
    );

    let tenth = Discount::Part(Percentage::from_hundredths(1_000).unwrap());
    let found = eur(&lines, tenth, TaxMode::Exclusive);
    assert_eq!((found.discount, found.net), (18_333, 164_997));

    // Halves go up: 0.125 of 0.04 is half a cent.
    assert_eq!(
        eur(&[line(125, 4, 0)], Discount::None, TaxMode::Exclusive).total,
        1
    );
    assert_eq!(
        eur(&[line(124, 4, 0)], Discount::None, TaxMode::Exclusive).total,
        0
    );

    // Tax once for a rate, not for each line: 3 times 0.05 at 10% is 0.02.
    let small = [
        line(1_000, 5, 1_000),
        line(1_000, 5, 1_000),
        line(1_000, 5, 1_000),
    ];
    assert_eq!(eur(&small, Discount::None, TaxMode::Exclusive).tax, 2);

    let gross = eur(
        &[line(1_000, 11_900, 1_900)],
        Discount::None,
        TaxMode::Inclusive,
    );
    assert_eq!((gross.net, gross.tax, gross.total), (10_000, 1_900, 11_900));
}

#[test]
fn invoice_totals_are_multiples_of_payable_step() {
    let of = |code: &str, lines: &[InvoiceLine]| {
        calculate_totals(
            code.parse().unwrap(),
            lines,
            Discount::None,
            TaxMode::Exclusive,
        )
        .unwrap()
    };
    let yen = of("JPY", &[line(1_500, 333, 1_000)]);
    assert_eq!((yen.lines, yen.tax, yen.total), (500, 50, 550));
    // 1.234 dinars are charged as 1.230, and the tax in whole tens as well.
    let dinars = of("KWD", &[line(1_000, 1_234, 500)]);
    assert_eq!((dinars.lines, dinars.tax, dinars.total), (1_230, 60, 1_290));
}

#[test]
fn too_much_is_refused_and_never_wraps() {
    let eur = "EUR".parse().unwrap();
    let no = |lines: &[InvoiceLine], discount| {
        assert_eq!(
            calculate_totals(eur, lines, discount, TaxMode::Exclusive),
            None
        );
    };
    no(&[line(1_000_000_000, MAX_AMOUNT, 0)], Discount::None);
    no(
        &vec![line(1_000, MAX_AMOUNT, 10_000); MAX_LINES],
        Discount::None,
    );
    no(&[line(1_000, 100, 0)], Discount::Amount(101));
    no(&[line(1_000, MAX_AMOUNT, 10_000)], Discount::None);
}

fn any_currency() -> impl Strategy<Value = Currency> {
    select(vec!["EUR", "JPY", "KWD", "USD"]).prop_map(|code| code.parse().unwrap())
}

fn any_line() -> impl Strategy<Value = InvoiceLine> {
    let rates = select(vec![0, 250, 500, 700, 810, 1_900, 2_000, 10_000]);
    (1_i64..1_000_000, 0_i64..10_000_000, rates).prop_map(|(q, price, tax)| line(q, price, tax))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn lines_less_discount_and_tax_are_the_total(
        currency in any_currency(),
        lines in proptest::collection::vec(any_line(), 1..MAX_LINES),
        part in 0_i64..=10_000,
        fixed in any::<bool>(),
        inclusive in any::<bool>(),
    ) {
        let step = currency.step();
        let taxed = if inclusive { TaxMode::Inclusive } else { TaxMode::Exclusive };
        let whole = calculate_totals(currency, &lines, Discount::None, taxed).unwrap();
        let discount = if fixed {
            Discount::Amount(whole.lines / 10_000 * part / step * step)
        } else {
            Discount::Part(Percentage::from_hundredths(part).unwrap())
        };
        let found = calculate_totals(currency, &lines, discount, taxed).unwrap();
        prop_assert_eq!(found.amounts.iter().sum::<i64>(), found.lines);
        let added = if inclusive { 0 } else { found.tax };
        prop_assert_eq!(found.lines - found.discount + added, found.total);
        prop_assert_eq!(found.net + found.tax, found.total);
        prop_assert_eq!(found.taxes.iter().map(|tax| tax.net).sum::<i64>(), found.net);
        prop_assert_eq!(found.taxes.iter().map(|tax| tax.tax).sum::<i64>(), found.tax);
        for sum in [found.lines, found.discount, found.net, found.tax, found.total] {
            prop_assert!(sum >= 0 && sum % step == 0, "{sum}");
        }
        for TaxAmount { rate, net, tax } in &found.taxes {
            // Within half a step of what the rate says.
            let off = i128::from(*tax) * 10_000 - i128::from(*net) * i128::from(rate.hundredths());
            let most = i128::from(step) * if inclusive { 20_000 } else { 5_000 };
            prop_assert!(off.abs() <= most, "{rate} of {net}: {tax}");
        }
        prop_assert!(found.total <= whole.total);
        // The order of lines doesn't matter to what is paid.
        let turned: Vec<_> = lines.into_iter().rev().collect();
        prop_assert_eq!(calculate_totals(currency, &turned, discount, taxed).unwrap().total, found.total);
    }
}

#[test]
fn invoice_input_round_trips_and_reports_invalid_fields() {
    let input = InvoiceInput {
        subject: "Web application test".into(),
        to: "Initech\nMain Street 1".into(),
        currency: "EUR".into(),
        due: "2026-02-04".into(),
        taxed: "inclusive".into(),
        discount: "10%".into(),
        line_text: vec!["Testing".into(), String::new(), "Travel".into()],
        line_quantity: vec!["2,5".into(), String::new(), String::new()],
        line_price: vec!["1.200,50".into(), String::new(), "80".into()],
        line_tax: vec!["19".into(), String::new(), String::new()],
        ..InvoiceInput::default()
    };
    let new = input.parse().expect("an invoice");
    assert_eq!(new.content.lines.len(), 2);
    assert_eq!(new.content.totals.amounts, [300_125, 8_000]);
    let again = InvoiceInput::from(&new);
    assert_eq!(again.parse().as_ref(), Ok(&new));

    let wrong = InvoiceInput {
        currency: "KWD".into(),
        discount: "1.235".into(),
        line_price: vec!["1,234".into(), String::new(), String::new()],
        line_tax: vec!["120".into(), String::new(), String::new()],
        subject: String::new(),
        ..input.clone()
    };
    let wrong = wrong.parse().expect_err("much is wrong");
    let fields: Vec<_> = wrong.fields.fields().keys().copied().collect();
    assert_eq!(fields, ["discount", "subject"]);
    let parts = |n| wrong.lines[&n].keys().copied().collect::<Vec<_>>();
    assert_eq!((parts(0), parts(2)), (vec!["price", "tax"], vec!["price"]));
    let none = InvoiceInput {
        line_text: Vec::new(),
        ..input.clone()
    };
    assert!(
        none.parse()
            .expect_err("no lines")
            .fields
            .fields()
            .contains_key("lines")
    );
    let over = InvoiceInput {
        discount: "9999".into(),
        ..input
    };
    assert!(
        over.parse()
            .expect_err("too much")
            .fields
            .fields()
            .contains_key("discount")
    );
}
