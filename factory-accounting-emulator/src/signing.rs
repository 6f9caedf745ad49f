//! The signatures that emulators make: id tokens and webhook bodies.
//!
//! Client libraries check the signature of an id token before they hand anything out, so these are really signed. Their
//! key lies open beside this file and guards nothing: whoever trusts it trusts an emulator.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// The key's name in the key set.
pub(crate) const KEY_ID: &str = "EMULATOR";

/// The public modulus in base64url, as the key set has it.
const MODULUS: &str = concat!(
    "sfgNQ-U3zbrAEDzEOdLn_w04qIYw1BMCo0ZIhy0BlK3nd3rDtGxVZDSx4ymcxN8H-8tXnrpIzJHMOdMD0q89M-",
    "IedoYK2D1cWx9BluOqNJ4CILM1pshxvt-wvQ9DGr4UyB_3uKPTivhZsPeY4QF1L1diRr8JdhVEIfOW2DlQL_WZ",
    "_UEBvBKvD6fWssXXnF4y3Fy59dExjCZ33iV2-McvCw1WzfNsTHaRfkj4Z1D8eVruWfgxZIfC8L1XQcMZiSWXlD",
    "4IZEtt1IRdWYbrBQLmkTgDICG71HsyQzc1a5BrbGiS35hxowmvCtNLFZ6M0qzYSOapVh45hF3NIs6SrRqVDw",
);

/// 65,537 in base64url.
const EXPONENT: &str = "AQAB";

static PAIR: LazyLock<RsaKeyPair> = LazyLock::new(|| {
    RsaKeyPair::from_pkcs8(include_bytes!("emulator-signing-key.pk8")).expect("the file is a PKCS #8 RSA key")
});

/// An RS256 signature in base64url. Its padding is deterministic: the same message has the same signature.
pub(crate) fn sign(message: &str) -> String {
    let mut signature = vec![0; PAIR.public_modulus_len()];
    PAIR.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
        .expect("the buffer is as long as the modulus");
    URL_SAFE_NO_PAD.encode(signature)
}

/// The public half as a JSON Web Key.
pub(crate) fn public_key() -> Value {
    json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": MODULUS, "e": EXPONENT })
}

/// base64(HMAC-SHA256(key, body)); HMAC takes a key of any length, so there is no failure to report.
pub(crate) fn keyed_hash(key: &[u8], body: &[u8]) -> String {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(body);
            STANDARD.encode(mac.finalize().into_bytes())
        }
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_a_known_vector() {
        // RFC 4231, test case 2.
        let bytes = STANDARD.decode(keyed_hash(b"Jefe", b"what do ya want for nothing?")).expect("base64");
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
