//! Signatures of webhooks: base64 of HMAC-SHA256 over the raw body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// Signs a body as a sender would: for tests and for hosts that relay webhooks.
#[must_use]
pub fn sign_hmac_sha256_base64(key: &SecretString, body: &[u8]) -> String {
    STANDARD.encode(mac(key, body).finalize().into_bytes())
}

/// Whether `signature_header` is the signature of exactly these bytes, compared in constant time. Pass the body as it
/// came, before any parsing.
#[must_use]
pub fn verify_hmac_sha256_base64(key: &SecretString, raw_body: &[u8], signature_header: &str) -> bool {
    STANDARD.decode(signature_header.trim()).is_ok_and(|signature| mac(key, raw_body).verify_slice(&signature).is_ok())
}

fn mac(key: &SecretString, body: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes())
        .expect("HMAC takes keys of any length")
        .chain_update(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_published_test_vector() {
        // RFC 4231, test case 2, in base64.
        let key = SecretString::from("Jefe");
        let body = b"what do ya want for nothing?";
        let signature = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";
        assert_eq!(sign_hmac_sha256_base64(&key, body), signature);
        assert!(verify_hmac_sha256_base64(&key, body, signature));
        assert!(verify_hmac_sha256_base64(&key, body, &format!(" {signature}\r\n")));
    }

    #[test]
    fn anything_else_is_refused() {
        let key = SecretString::from("key");
        let good = sign_hmac_sha256_base64(&key, b"{}");
        assert!(!verify_hmac_sha256_base64(&key, b"{} ", &good));
        assert!(!verify_hmac_sha256_base64(&SecretString::from("Key"), b"{}", &good));
        assert!(!verify_hmac_sha256_base64(&key, b"{}", ""));
        assert!(!verify_hmac_sha256_base64(&key, b"{}", "not base64!"));
        assert!(!verify_hmac_sha256_base64(&key, b"{}", &good[..good.len() - 4]));
    }
}
