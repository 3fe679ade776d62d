//! Hashes of secrets and addresses.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// SHA-256 in lower-case hexadecimal: how secrets and addresses stand in keys.
pub fn sha256_hex(text: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
