//! OpenID discovery (qbo.md 1.1).

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use crate::answer::json as answer;
use crate::signing;

/// The issuer is Intuit's own, as in the tokens.
pub(super) const ISSUER: &str = "https://oauth.platform.intuit.com/op/v1";

/// The discovery document of an emulator under `base`; production and sandbox differ in nothing that is modelled.
pub(crate) fn configuration(base: &str) -> Response<Bytes> {
    let document = json!({
        "issuer": ISSUER,
        "authorization_endpoint": format!("{base}/connect/oauth2"),
        "token_endpoint": format!("{base}/oauth2/v1/tokens/bearer"),
        "userinfo_endpoint": format!("{base}/v1/openid_connect/userinfo"),
        "revocation_endpoint": format!("{base}/v2/oauth2/tokens/revoke"),
        "jwks_uri": format!("{base}/op/v1/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "address", "phone"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": [
            "aud", "exp", "iat", "iss", "realmid", "sub",
        ],
    });
    answer(StatusCode::OK, &document)
}

/// The key set: the one key that id tokens are signed with.
pub(crate) fn keys() -> Response<Bytes> {
    answer(StatusCode::OK, &json!({ "keys": [signing::public_key()] }))
}
