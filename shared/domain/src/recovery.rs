//! Recovery codes: what helps without the authenticator, each once.

/// How many there are at once.
pub const CODES: usize = 10;
/// Letters and digits of one code: 80 bits, too many to guess even by whoever
/// has the hashes.
const LENGTH: usize = 16;
/// Base 32 without what reads alike.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// 80 random bits as a code, in groups of four.
pub fn code(random: [u8; 10]) -> String {
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

/// A typed code as it is hashed, if it can be one at all: spaces, hyphens and
/// case don't count.
pub fn typed(text: &str) -> Option<String> {
    let kept = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let plain: String = kept.map(|c| c.to_ascii_lowercase()).collect();
    let fits = plain.len() == LENGTH && plain.bytes().all(|b| ALPHABET.contains(&b));
    fits.then_some(plain)
}

/// A typed code of an authenticator, if it can be one: six digits.
pub fn authenticator(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let fits = plain.len() == 6 && plain.bytes().all(|b| b.is_ascii_digit());
    fits.then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_typed_as_it_is_shown_or_less_carefully() {
        let shown = code([0, 1, 2, 3, 4, 5, 250, 251, 252, 255]);
        assert_eq!(shown.len(), 19);
        let plain = shown.replace('-', "");
        assert_eq!(typed(&shown), Some(plain.clone()));
        assert_eq!(typed(&format!(" {} ", shown.to_uppercase())), Some(plain));
        assert_eq!(code([0; 10]), "aaaa-aaaa-aaaa-aaaa");
        assert_eq!(code([255; 10]), "9999-9999-9999-9999");
        for wrong in ["", "123456", "aaaa-aaaa-aaaa-aaa", "aaaa-aaaa-aaaa-aaa1"] {
            assert_eq!(typed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn other_bits_are_another_code() {
        for bit in 0..80 {
            let mut bytes = [0; 10];
            bytes[bit / 8] = 1 << (bit % 8);
            assert_ne!(code(bytes), code([0; 10]));
        }
    }

    #[test]
    fn an_authenticators_code_has_six_digits() {
        assert_eq!(authenticator(" 123 456 ").as_deref(), Some("123456"));
        for wrong in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert_eq!(authenticator(wrong), None);
        }
    }
}
