//! Tokens that look like Xero's JWTs (xero.md 1.5).
//!
//! Header and claims are as real ones. Id tokens are signed, because client libraries check them; access tokens only have
//! a signature of the right length, because a client treats them as opaque, apart from `exp` and
//! `authentication_event_id`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::seeded::Seeded;
use crate::signing;

const ISSUER: &str = "https://identity.xero.com";
const IDENTITY_LIFE: Duration = Duration::minutes(5);

/// An RS256 signature over a 2048-bit key is 256 bytes, 342 characters in base64url.
const SIGNATURE_LENGTH: usize = 342;

/// What the claims are made of.
pub(super) struct Facts<'a> {
    pub(super) client_id: &'a str,
    /// Absent on a custom connection.
    pub(super) user: Option<&'a str>,
    pub(super) scopes: &'a [String],
    pub(super) event: Uuid,
    pub(super) auth_time: DateTime<Utc>,
    pub(super) now: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
}

pub(super) fn access_token(facts: &Facts<'_>, chance: &mut Seeded) -> String {
    let mut claims = json!({
        "nbf": facts.now.timestamp(),
        "exp": facts.expires_at.timestamp(),
        "iss": ISSUER,
        "aud": format!("{ISSUER}/resources"),
        "client_id": facts.client_id,
        "jti": chance.uuid().simple().to_string(),
        "authentication_event_id": facts.event,
        "scope": facts.scopes,
    });
    if let Some(user) = facts.user {
        let user = user_id(user);
        claims["sub"] = json!(user.simple().to_string());
        claims["auth_time"] = json!(facts.auth_time.timestamp());
        claims["xero_userid"] = json!(user);
        claims["global_session_id"] = json!(facts.event.simple().to_string());
    }
    let unsigned = head_and_claims("OPAQUE", &claims);
    format!("{unsigned}.{}", chance.token(SIGNATURE_LENGTH))
}

/// Goes with an access token, to whose hash it is tied.
pub(super) fn id_token(facts: &Facts<'_>, access_token: &str) -> String {
    let email = facts.user.unwrap_or_default();
    let user = user_id(email);
    let claims = json!({
        "nbf": facts.now.timestamp(),
        "exp": (facts.now + IDENTITY_LIFE).timestamp(),
        "iss": ISSUER,
        "aud": facts.client_id,
        "iat": facts.now.timestamp(),
        "at_hash": URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token)[..16]),
        "sid": facts.event.simple().to_string(),
        "sub": user.simple().to_string(),
        "auth_time": facts.auth_time.timestamp(),
        "idp": "local",
        "xero_userid": user,
        "global_session_id": facts.event.simple().to_string(),
        "preferred_username": email,
        "email": email,
        "given_name": "Demo",
        "family_name": "User",
        "amr": ["pwd"],
    });
    let unsigned = head_and_claims(signing::KEY_ID, &claims);
    format!("{unsigned}.{}", signing::sign(&unsigned))
}

/// A user keeps one id over all seeds and restarts.
fn user_id(email: &str) -> Uuid {
    Seeded::new(0, email).uuid()
}

fn head_and_claims(key: &str, claims: &Value) -> String {
    let head = json!({ "alg": "RS256", "kid": key, "typ": "JWT" });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(&head), part(claims))
}
