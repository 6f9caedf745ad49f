//! OpenID discovery.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use crate::answer::json as answer;
use crate::signing;

/// `/.well-known/openid-configuration` of an emulator under `base`. The issuer is Xero's own, as in the tokens.
pub(crate) fn configuration(base: &str) -> Response<Bytes> {
    let document = json!({
        "issuer": "https://identity.xero.com",
        "jwks_uri": format!("{base}/.well-known/openid-configuration/jwks"),
        "authorization_endpoint": format!("{base}/identity/connect/authorize"),
        "token_endpoint": format!("{base}/connect/token"),
        "revocation_endpoint": format!("{base}/connect/revocation"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "subject_types_supported": ["public"],
    });
    answer(StatusCode::OK, &document)
}

/// The key set: the one key that id tokens are signed with.
pub(crate) fn keys() -> Response<Bytes> {
    answer(StatusCode::OK, &json!({ "keys": [signing::public_key()] }))
}
