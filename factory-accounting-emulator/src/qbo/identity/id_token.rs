//! Identity tokens and what the userinfo endpoint knows (qbo.md 1.1, 1.3).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::DEMO_USER;
use super::discovery::ISSUER;
use crate::seeded::Seeded;
use crate::signing;

const LIFE: Duration = Duration::hours(1);

/// A signed token for the app; `realm` is in it when the token opens books.
pub(super) fn id_token(client_id: &str, realm: &str, consented_at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let head = json!({ "alg": "RS256", "kid": signing::KEY_ID, "typ": "JWT" });
    let claims = json!({
        "sub": subject(),
        "aud": [client_id],
        "realmid": realm,
        "auth_time": consented_at.timestamp(),
        "iss": ISSUER,
        "exp": (now + LIFE).timestamp(),
        "iat": now.timestamp(),
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = format!("{}.{}", part(&head), part(&claims));
    format!("{unsigned}.{}", signing::sign(&unsigned))
}

/// The claims that the scopes open.
pub(super) fn userinfo(scopes: &[String]) -> Value {
    let has = |scope: &str| scopes.iter().any(|given| given == scope);
    let mut claims = json!({ "sub": subject() });
    if has("email") {
        claims["email"] = json!(DEMO_USER);
        claims["emailVerified"] = json!(true);
    }
    if has("profile") {
        claims["givenName"] = json!("Demo");
        claims["familyName"] = json!("User");
    }
    if has("phone") {
        claims["phoneNumber"] = json!("+61 2 5550 0100");
        claims["phoneNumberVerified"] = json!(true);
    }
    claims
}

/// The user keeps one id over all seeds and restarts.
fn subject() -> String {
    Seeded::new(0, DEMO_USER).uuid().to_string()
}
