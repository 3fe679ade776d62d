//! Recovery codes, which replace the authenticator's code once each.

/// The number of codes of a person.
pub const CODE_COUNT: usize = 10;
/// Characters of one code. They encode 80 bits, too many to guess even from the hash.
const LENGTH: usize = 16;
/// Base 32 without characters that look alike.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// Formats 80 random bits in groups of four characters.
pub fn format_code(random: [u8; 10]) -> String {
    let bits = random
        .iter()
        .fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let mut text = String::with_capacity(LENGTH + LENGTH / 4 - 1);
    for n in (0..LENGTH).rev() {
        let five = usize::try_from(bits >> (5 * n) & 31).unwrap_or_default();
        text.extend(ALPHABET.get(five).map(|b| char::from(*b)));
        if n > 0 && n % 4 == 0 {
            text.push('-');
        }
    }
    text
}

/// The form of a typed code that is hashed, without spaces and hyphens and in lower case; `None` if
/// it can't be a code.
pub fn parse_code(text: &str) -> Option<String> {
    let kept = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let plain: String = kept.map(|c| c.to_ascii_lowercase()).collect();
    let fits = plain.len() == LENGTH && plain.bytes().all(|b| ALPHABET.contains(&b));
    fits.then_some(plain)
}

/// The six digits of an authenticator's code; `None` if the text can't be one.
pub fn parse_totp_code(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let fits = plain.len() == 6 && plain.bytes().all(|b| b.is_ascii_digit());
    fits.then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_code_with_other_case_and_spacing_is_parsed() {
        let shown = format_code([0, 1, 2, 3, 4, 5, 250, 251, 252, 255]);
        assert_eq!(shown.len(), 19);
        let plain = shown.replace('-', "");
        assert_eq!(parse_code(&shown), Some(plain.clone()));
        assert_eq!(
            parse_code(&format!(" {} ", shown.to_uppercase())),
            Some(plain)
        );
        assert_eq!(format_code([0; 10]), "aaaa-aaaa-aaaa-aaaa");
        assert_eq!(format_code([255; 10]), "9999-9999-9999-9999");
        for wrong in ["", "123456", "aaaa-aaaa-aaaa-aaa", "aaaa-aaaa-aaaa-aaa1"] {
            assert_eq!(parse_code(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn recovery_codes_of_different_bits_differ() {
        for bit in 0..80 {
            let mut bytes = [0; 10];
            bytes[bit / 8] = 1 << (bit % 8);
            assert_ne!(format_code(bytes), format_code([0; 10]));
        }
    }

    #[test]
    fn totp_code_without_six_digits_is_refused() {
        assert_eq!(parse_totp_code(" 123 456 ").as_deref(), Some("123456"));
        for wrong in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert_eq!(parse_totp_code(wrong), None);
        }
    }
}
