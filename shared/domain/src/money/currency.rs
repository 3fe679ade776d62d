//! The currencies of invoices: those in which Stripe accepts payments.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Code, decimals and name of each currency, by code.
///
/// Stripe counts all in their smallest unit, with two exceptions and a rule
/// ([`Currency::stripe_units`]): ISK and UGX have no decimals but are counted
/// there in hundredths, and amounts with three decimals must end in 0.
#[rustfmt::skip]
static ROWS: [(&str, u8, &str); 140] = [
    ("AED", 2, "UAE dirham"),
    ("AFN", 2, "Afghan afghani"),
    ("ALL", 2, "Albanian lek"),
    ("AMD", 2, "Armenian dram"),
    ("ANG", 2, "Netherlands Antillean guilder"),
    ("AOA", 2, "Angolan kwanza"),
    ("ARS", 2, "Argentine peso"),
    ("AUD", 2, "Australian dollar"),
    ("AWG", 2, "Aruban florin"),
    ("AZN", 2, "Azerbaijani manat"),
    ("BAM", 2, "Bosnian convertible mark"),
    ("BBD", 2, "Barbadian dollar"),
    ("BDT", 2, "Bangladeshi taka"),
    ("BGN", 2, "Bulgarian lev"),
    ("BHD", 3, "Bahraini dinar"),
    ("BIF", 0, "Burundian franc"),
    ("BMD", 2, "Bermudian dollar"),
    ("BND", 2, "Brunei dollar"),
    ("BOB", 2, "Bolivian boliviano"),
    ("BRL", 2, "Brazilian real"),
    ("BSD", 2, "Bahamian dollar"),
    ("BWP", 2, "Botswana pula"),
    ("BYN", 2, "Belarusian ruble"),
    ("BZD", 2, "Belize dollar"),
    ("CAD", 2, "Canadian dollar"),
    ("CDF", 2, "Congolese franc"),
    ("CHF", 2, "Swiss franc"),
    ("CLP", 0, "Chilean peso"),
    ("CNY", 2, "Chinese yuan"),
    ("COP", 2, "Colombian peso"),
    ("CRC", 2, "Costa Rican colón"),
    ("CVE", 2, "Cape Verdean escudo"),
    ("CZK", 2, "Czech koruna"),
    ("DJF", 0, "Djiboutian franc"),
    ("DKK", 2, "Danish krone"),
    ("DOP", 2, "Dominican peso"),
    ("DZD", 2, "Algerian dinar"),
    ("EGP", 2, "Egyptian pound"),
    ("ETB", 2, "Ethiopian birr"),
    ("EUR", 2, "Euro"),
    ("FJD", 2, "Fijian dollar"),
    ("FKP", 2, "Falkland Islands pound"),
    ("GBP", 2, "Pound sterling"),
    ("GEL", 2, "Georgian lari"),
    ("GIP", 2, "Gibraltar pound"),
    ("GMD", 2, "Gambian dalasi"),
    ("GNF", 0, "Guinean franc"),
    ("GTQ", 2, "Guatemalan quetzal"),
    ("GYD", 2, "Guyanese dollar"),
    ("HKD", 2, "Hong Kong dollar"),
    ("HNL", 2, "Honduran lempira"),
    ("HTG", 2, "Haitian gourde"),
    ("HUF", 2, "Hungarian forint"),
    ("IDR", 2, "Indonesian rupiah"),
    ("ILS", 2, "Israeli new shekel"),
    ("INR", 2, "Indian rupee"),
    ("ISK", 0, "Icelandic króna"),
    ("JMD", 2, "Jamaican dollar"),
    ("JOD", 3, "Jordanian dinar"),
    ("JPY", 0, "Japanese yen"),
    ("KES", 2, "Kenyan shilling"),
    ("KGS", 2, "Kyrgyz som"),
    ("KHR", 2, "Cambodian riel"),
    ("KMF", 0, "Comorian franc"),
    ("KRW", 0, "South Korean won"),
    ("KWD", 3, "Kuwaiti dinar"),
    ("KYD", 2, "Cayman Islands dollar"),
    ("KZT", 2, "Kazakhstani tenge"),
    ("LAK", 2, "Lao kip"),
    ("LBP", 2, "Lebanese pound"),
    ("LKR", 2, "Sri Lankan rupee"),
    ("LRD", 2, "Liberian dollar"),
    ("LSL", 2, "Lesotho loti"),
    ("MAD", 2, "Moroccan dirham"),
    ("MDL", 2, "Moldovan leu"),
    ("MGA", 0, "Malagasy ariary"),
    ("MKD", 2, "Macedonian denar"),
    ("MMK", 2, "Myanmar kyat"),
    ("MNT", 2, "Mongolian tögrög"),
    ("MOP", 2, "Macanese pataca"),
    ("MUR", 2, "Mauritian rupee"),
    ("MVR", 2, "Maldivian rufiyaa"),
    ("MWK", 2, "Malawian kwacha"),
    ("MXN", 2, "Mexican peso"),
    ("MYR", 2, "Malaysian ringgit"),
    ("MZN", 2, "Mozambican metical"),
    ("NAD", 2, "Namibian dollar"),
    ("NGN", 2, "Nigerian naira"),
    ("NIO", 2, "Nicaraguan córdoba"),
    ("NOK", 2, "Norwegian krone"),
    ("NPR", 2, "Nepalese rupee"),
    ("NZD", 2, "New Zealand dollar"),
    ("OMR", 3, "Omani rial"),
    ("PAB", 2, "Panamanian balboa"),
    ("PEN", 2, "Peruvian sol"),
    ("PGK", 2, "Papua New Guinean kina"),
    ("PHP", 2, "Philippine peso"),
    ("PKR", 2, "Pakistani rupee"),
    ("PLN", 2, "Polish złoty"),
    ("PYG", 0, "Paraguayan guaraní"),
    ("QAR", 2, "Qatari riyal"),
    ("RON", 2, "Romanian leu"),
    ("RSD", 2, "Serbian dinar"),
    ("RUB", 2, "Russian ruble"),
    ("RWF", 0, "Rwandan franc"),
    ("SAR", 2, "Saudi riyal"),
    ("SBD", 2, "Solomon Islands dollar"),
    ("SCR", 2, "Seychellois rupee"),
    ("SEK", 2, "Swedish krona"),
    ("SGD", 2, "Singapore dollar"),
    ("SHP", 2, "Saint Helena pound"),
    ("SLE", 2, "Sierra Leonean leone"),
    ("SOS", 2, "Somali shilling"),
    ("SRD", 2, "Surinamese dollar"),
    ("STD", 2, "São Tomé and Príncipe dobra"),
    ("SZL", 2, "Swazi lilangeni"),
    ("THB", 2, "Thai baht"),
    ("TJS", 2, "Tajikistani somoni"),
    ("TND", 3, "Tunisian dinar"),
    ("TOP", 2, "Tongan paʻanga"),
    ("TRY", 2, "Turkish lira"),
    ("TTD", 2, "Trinidad and Tobago dollar"),
    ("TWD", 2, "New Taiwan dollar"),
    ("TZS", 2, "Tanzanian shilling"),
    ("UAH", 2, "Ukrainian hryvnia"),
    ("UGX", 0, "Ugandan shilling"),
    ("USD", 2, "US dollar"),
    ("UYU", 2, "Uruguayan peso"),
    ("UZS", 2, "Uzbekistani som"),
    ("VND", 0, "Vietnamese đồng"),
    ("VUV", 0, "Vanuatu vatu"),
    ("WST", 2, "Samoan tālā"),
    ("XAF", 0, "Central African CFA franc"),
    ("XCD", 2, "East Caribbean dollar"),
    ("XCG", 2, "Caribbean guilder"),
    ("XOF", 0, "West African CFA franc"),
    ("XPF", 0, "CFP franc"),
    ("YER", 2, "Yemeni rial"),
    ("ZAR", 2, "South African rand"),
    ("ZMW", 2, "Zambian kwacha"),
];

/// Currencies that Stripe counts in hundredths though they have no decimals.
const IN_HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];

/// The least that Stripe charges, in its units, of each currency for which it documents one.
/// Source: <https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>. Elsewhere the
/// least is the equivalent of that of the account's own currency, which only Stripe knows.
#[rustfmt::skip]
static STRIPE_MINIMUM: [(&str, i64); 24] = [
    ("AED", 200), ("AUD", 50), ("BGN", 100), ("BRL", 50), ("CAD", 50), ("CHF", 50),
    ("CZK", 1_500), ("DKK", 250), ("EUR", 50), ("GBP", 30), ("HKD", 400), ("HUF", 17_500),
    ("INR", 50), ("JPY", 50), ("MXN", 1_000), ("MYR", 200), ("NOK", 300), ("NZD", 50),
    ("PLN", 200), ("RON", 200), ("SEK", 300), ("SGD", 50), ("THB", 1_000), ("USD", 50),
];
/// The most that Stripe charges, in its units: eight digits. Source as above.
const STRIPE_MAXIMUM: i64 = 99_999_999;
/// Of the Indonesian rupiah it is twelve digits.
const STRIPE_MAXIMUM_IDR: i64 = 999_999_999_999;

/// A currency that Stripe takes.
#[derive(Clone, Copy)]
pub struct Currency(&'static (&'static str, u8, &'static str));

/// The code isn't one of the currencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Choose a currency.")]
pub struct UnknownCurrency;

impl Currency {
    /// Every currency, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(Self)
    }

    pub const fn code(self) -> &'static str {
        self.0.0
    }

    /// The number of digits after the decimal point.
    pub const fn decimals(self) -> u8 {
        self.0.1
    }

    /// The displayed name.
    pub const fn name(self) -> &'static str {
        self.0.2
    }

    /// The smallest payable amount in minor units, of which each amount of an invoice is a multiple.
    ///
    /// It is 10 for currencies with three decimals, since cards aren't charged the last of them.
    pub const fn step(self) -> i64 {
        if self.decimals() == 3 { 10 } else { 1 }
    }

    /// The number of Stripe's units in one minor unit.
    pub fn stripe_units(self) -> i64 {
        if IN_HUNDREDTHS.contains(&self.code()) {
            100
        } else {
            1
        }
    }

    /// The least that Stripe charges, in its units; `None` where it documents none.
    pub fn stripe_minimum(self) -> Option<i64> {
        let found = STRIPE_MINIMUM.iter().find(|(code, _)| *code == self.code());
        found.map(|(_, units)| *units)
    }

    /// The most that Stripe charges, in its units.
    pub fn stripe_maximum(self) -> i64 {
        if self.code() == "IDR" {
            STRIPE_MAXIMUM_IDR
        } else {
            STRIPE_MAXIMUM
        }
    }
}

/// The currency of a new workspace.
static DEFAULT: (&str, u8, &str) = ("EUR", 2, "Euro");

impl Default for Currency {
    fn default() -> Self {
        Self(&DEFAULT)
    }
}

impl PartialEq for Currency {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Currency {}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        Self::all()
            .find(|currency| currency.code() == code)
            .ok_or(UnknownCurrency)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_sorted_distinct_and_parsed_back() {
        let codes: Vec<_> = Currency::all().map(Currency::code).collect();
        assert!(codes.is_sorted_by(|code, next| code < next));
        for currency in Currency::all() {
            assert_eq!(currency.code().parse(), Ok(currency));
            assert!(currency.code().bytes().all(|b| b.is_ascii_uppercase()));
            assert!(!currency.name().is_empty());
        }
        assert!(Currency::all().any(|currency| currency == Currency::default()));
        assert_eq!("eur".parse::<Currency>(), Err(UnknownCurrency));
        assert_eq!("XTS".parse::<Currency>(), Err(UnknownCurrency));
    }

    #[test]
    fn currency_decimals_equal_stripes_list() {
        let with = |n: u8| -> Vec<_> {
            let all = Currency::all().filter(|currency| currency.decimals() == n);
            all.map(Currency::code).collect()
        };
        assert_eq!(with(3), ["BHD", "JOD", "KWD", "OMR", "TND"]);
        assert_eq!(
            with(0),
            [
                "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX",
                "VND", "VUV", "XAF", "XOF", "XPF"
            ]
        );
        assert_eq!(with(2).len() + 5 + 17, Currency::all().count());
        let scaled = Currency::all().filter(|currency| currency.stripe_units() != 1);
        assert_eq!(
            scaled.map(Currency::code).collect::<Vec<_>>(),
            IN_HUNDREDTHS
        );
    }

    #[test]
    fn stripe_minimums_are_known_currencies_once_each() {
        let codes: Vec<_> = STRIPE_MINIMUM.iter().map(|(code, _)| *code).collect();
        assert!(codes.is_sorted_by(|code, next| code < next));
        for code in codes {
            assert!(code.parse::<Currency>().is_ok(), "{code}");
        }
    }
}
