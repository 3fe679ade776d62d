//! Decimal numbers as people type and read them, held as whole numbers of the
//! smallest unit.

/// Most characters that are looked at.
const LONGEST: usize = 30;

/// Why what was typed is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalError {
    /// Nothing was typed.
    Empty,
    /// It isn't a number at all, or has a sign.
    NoNumber,
    /// It could be read in two ways.
    Ambiguous,
    /// More digits after the point than there are.
    TooFine,
    /// More than can be held.
    TooLarge,
}

/// Reads a number with up to `decimals` digits after its point or comma, in units
/// of the last of these digits. Digits may be grouped in threes by a comma, a
/// point, a space or an apostrophe.
///
/// One comma before three digits, as in `1,234`, can mean two things wherever
/// there are decimals, and so can one point where three digits aren't exactly the
/// decimals that there are: neither is taken.
pub fn parse(text: &str, decimals: u8) -> Result<i64, DecimalError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DecimalError::Empty);
    }
    if text.len() > LONGEST {
        return Err(DecimalError::TooLarge);
    }
    let text = text.replace(['\u{a0}', '\u{202f}', '\u{2009}'], " ");
    let text = text.replace('\u{2019}', "'");
    let (whole, fraction) = split(&text, usize::from(decimals))?;
    let whole = ungrouped(whole)?;
    digits(fraction)?;
    if fraction.len() > usize::from(decimals) {
        return Err(DecimalError::TooFine);
    }
    let padding = usize::from(decimals) - fraction.len();
    let all = format!("{whole}{fraction}{}", "0".repeat(padding));
    all.parse().map_err(|_| DecimalError::TooLarge)
}

/// What stands before the decimal point, and after it.
fn split(text: &str, decimals: usize) -> Result<(&str, &str), DecimalError> {
    let signs = text.chars().filter(|c| matches!(c, '.' | ','));
    let mut kinds: Vec<char> = signs.collect();
    let (count, last) = (kinds.len(), kinds.last().copied());
    kinds.sort_unstable();
    kinds.dedup();
    let Some(last) = last else {
        return Ok((text, ""));
    };
    let (before, after) = text.rsplit_once(last).unwrap_or((text, ""));
    if after.is_empty() || before.is_empty() {
        return Err(DecimalError::NoNumber);
    }
    let grouped_otherwise = before.contains([' ', '\'']);
    match (kinds.len(), count) {
        // Several of one kind group digits.
        (1, 2..) => Ok((text, "")),
        (1, _) if grouped_otherwise => Ok((before, after)),
        (1, _) if after.len() == 3 && decimals == 0 => Ok((text, "")),
        (1, _) if after.len() == 3 && before.len() <= 3 && !before.starts_with('0') => {
            if last == '.' && decimals == 3 {
                Ok((before, after))
            } else {
                Err(DecimalError::Ambiguous)
            }
        }
        // Two kinds: the last one is the point, and stands once.
        (2, _) if !before.contains(last) => Ok((before, after)),
        (1, _) => Ok((before, after)),
        _ => Err(DecimalError::NoNumber),
    }
}

/// The digits of a whole number, whose groups must be of one kind and of three.
fn ungrouped(text: &str) -> Result<String, DecimalError> {
    let Some(sign) = text.chars().find(|c| !c.is_ascii_digit()) else {
        return digits(text).map(str::to_owned);
    };
    if !matches!(sign, ',' | '.' | ' ' | '\'') {
        return Err(DecimalError::NoNumber);
    }
    let mut groups = text.split(sign);
    let first = groups.next().unwrap_or_default();
    let mut all = digits(first)?.to_owned();
    if first.is_empty() || first.len() > 3 {
        return Err(DecimalError::NoNumber);
    }
    for group in groups {
        if group.len() != 3 {
            return Err(DecimalError::NoNumber);
        }
        all.push_str(digits(group)?);
    }
    Ok(all)
}

fn digits(text: &str) -> Result<&str, DecimalError> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(text)
    } else {
        Err(DecimalError::NoNumber)
    }
}

/// The number as it fills a field: with a point, and no groups. [`parse`] reads
/// it back.
pub fn plain(value: i64, decimals: u8) -> String {
    let (sign, whole, fraction) = parts(value, decimals);
    format!("{sign}{whole}{fraction}")
}

/// The number as it is read: `1,234.50`.
pub fn grouped(value: i64, decimals: u8) -> String {
    let (sign, whole, fraction) = parts(value, decimals);
    let mut text = String::new();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{sign}{text}{fraction}")
}

/// As [`plain`], without zeros at the end: `1.5`, `3`.
pub fn short(value: i64, decimals: u8) -> String {
    let text = plain(value, decimals);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

fn parts(value: i64, decimals: u8) -> (&'static str, String, String) {
    let sign = if value < 0 { "-" } else { "" };
    let unit = 10_u64.pow(u32::from(decimals));
    let whole = (value.unsigned_abs() / unit).to_string();
    let fraction = value.unsigned_abs() % unit;
    let fraction = match decimals {
        0 => String::new(),
        n => format!(".{fraction:0width$}", width = usize::from(n)),
    };
    (sign, whole, fraction)
}
