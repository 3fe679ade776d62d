//! Typed decimal numbers, stored as integers of the smallest unit.

/// The most characters of a typed number.
const MAX_LENGTH: usize = 30;

/// Why a typed number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalError {
    Empty,
    /// Not a number, or a number with a sign.
    NoNumber,
    /// The separator can be a decimal point or a group separator.
    Ambiguous,
    /// Too many digits after the decimal point.
    TooFine,
    TooLarge,
}

/// Parses a number with up to `decimals` digits after its point or comma, in units of the last of
/// these digits.
///
/// Digits can be grouped in threes by a comma, a point, a space or an apostrophe. A single comma before
/// three digits, as in `1,234`, is ambiguous if there are decimals and refused, and so is a single point
/// unless there are exactly three decimals.
pub fn parse(text: &str, decimals: u8) -> Result<i64, DecimalError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DecimalError::Empty);
    }
    if text.len() > MAX_LENGTH {
        return Err(DecimalError::TooLarge);
    }
    let text = text.replace(['\u{a0}', '\u{202f}', '\u{2009}'], " ");
    let text = text.replace('\u{2019}', "'");
    let (whole, fraction) = split_at_point(&text, usize::from(decimals))?;
    let whole = parse_grouped(whole)?;
    check_digits(fraction)?;
    if fraction.len() > usize::from(decimals) {
        return Err(DecimalError::TooFine);
    }
    let padding = usize::from(decimals) - fraction.len();
    let all = format!("{whole}{fraction}{}", "0".repeat(padding));
    all.parse().map_err(|_| DecimalError::TooLarge)
}

/// The parts before and after the decimal point.
fn split_at_point(text: &str, decimals: usize) -> Result<(&str, &str), DecimalError> {
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

/// The digits of an integer; its group separators must be equal and its groups of three digits.
fn parse_grouped(text: &str) -> Result<String, DecimalError> {
    let Some(sign) = text.chars().find(|c| !c.is_ascii_digit()) else {
        return check_digits(text).map(str::to_owned);
    };
    if !matches!(sign, ',' | '.' | ' ' | '\'') {
        return Err(DecimalError::NoNumber);
    }
    let mut groups = text.split(sign);
    let first = groups.next().unwrap_or_default();
    let mut all = check_digits(first)?.to_owned();
    if first.is_empty() || first.len() > 3 {
        return Err(DecimalError::NoNumber);
    }
    for group in groups {
        if group.len() != 3 {
            return Err(DecimalError::NoNumber);
        }
        all.push_str(check_digits(group)?);
    }
    Ok(all)
}

fn check_digits(text: &str) -> Result<&str, DecimalError> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(text)
    } else {
        Err(DecimalError::NoNumber)
    }
}

/// The number for a form field, without groups. [`parse`] reads it back.
pub fn format_plain(value: i64, decimals: u8) -> String {
    let (sign, whole, fraction) = parts(value, decimals);
    format!("{sign}{whole}{fraction}")
}

/// The number with groups: `1,234.50`.
pub fn format_grouped(value: i64, decimals: u8) -> String {
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

/// Like [`format_plain`], without trailing zeros: `1.5`, `3`.
pub fn format_short(value: i64, decimals: u8) -> String {
    let text = format_plain(value, decimals);
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
