//! Which of Intuit's hosts a path was meant for (qbo.md 1.1, 2).

use crate::qbo::books::Books;
use crate::target::percent_decoded;

/// Where a call goes. Paths are case sensitive.
#[derive(Debug)]
pub(super) enum Target {
    /// `quickbooks.api.intuit.com/v3/company/{realm}/...`
    Api {
        /// The company as the caller spells it.
        realm: String,
        /// The segments behind it, percent-decoded.
        path: Vec<String>,
    },
    /// `appcenter.intuit.com/connect/oauth2`
    Authorize,
    /// `oauth.platform.intuit.com/oauth2/v1/tokens/bearer`
    Token,
    /// `developer.api.intuit.com/v2/oauth2/tokens/revoke`
    Revocation,
    /// `developer.api.intuit.com/.well-known/openid_configuration`, or the sandbox's
    Configuration,
    /// `oauth.platform.intuit.com/op/v1/jwks`
    Keys,
    /// `accounts.platform.intuit.com/v1/openid_connect/userinfo`
    UserInfo,
    /// The store behind a download address, which needs no token (qbo.md 5.22).
    File {
        /// The company as the address spells it.
        realm: String,
        /// The attachable's id.
        id: String,
    },
    /// No host of Intuit's has it.
    Nowhere,
}

impl Target {
    pub(super) fn of(path: &str) -> Self {
        if let Some(rest) = path.strip_prefix("/v3/company/") {
            let rest = rest.strip_suffix('/').unwrap_or(rest);
            let mut segments = rest.split('/').map(percent_decoded);
            let realm = segments.next().unwrap_or_default();
            return Self::Api { realm, path: segments.collect() };
        }
        if let Some((realm, id)) = path.strip_prefix("/temporary/").and_then(|rest| rest.split_once('/')) {
            return Self::File { realm: realm.to_owned(), id: id.to_owned() };
        }
        match path.strip_suffix('/').unwrap_or(path) {
            "/connect/oauth2" => Self::Authorize,
            "/oauth2/v1/tokens/bearer" => Self::Token,
            "/v2/oauth2/tokens/revoke" => Self::Revocation,
            "/.well-known/openid_configuration" | "/.well-known/openid_sandbox_configuration" => Self::Configuration,
            "/op/v1/jwks" => Self::Keys,
            "/v1/openid_connect/userinfo" => Self::UserInfo,
            _ => Self::Nowhere,
        }
    }

    /// The name by which faults and counts know it: the entity or service in lower case, or the endpoint.
    pub(super) fn resource(&self) -> &str {
        match self {
            Self::Api { path, .. } => {
                path.first().map(String::as_str).filter(|segment| Books::knows(segment)).unwrap_or("unknown")
            }
            Self::Authorize => "authorize",
            Self::Token => "token",
            Self::Revocation => "revocation",
            Self::Configuration | Self::Keys => "discovery",
            Self::UserInfo => "userinfo",
            Self::File { .. } => "file",
            Self::Nowhere => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_the_hosts_apart_with_regard_to_case() {
        let resource = |path: &str| Target::of(path).resource().to_owned();
        assert_eq!(resource("/v3/company/7/invoice/145/pdf"), "invoice");
        assert_eq!(resource("/v3/company/7/query"), "query");
        assert_eq!(resource("/v3/company/7/journalentry"), "journalentry");
        for path in ["/v3/company/7/Invoice", "/v3/company/7", "/v3/company/7/nonsense", "/V3/company/7/invoice", "/"] {
            assert_eq!(resource(path), "unknown", "{path}");
        }
        assert_eq!(resource("/temporary/7/100?expires=1"), "file");
        for path in ["/.well-known/openid_configuration/", "/.well-known/openid_sandbox_configuration", "/op/v1/jwks"] {
            assert_eq!(resource(path), "discovery", "{path}");
        }
        let Target::Api { realm, path } = Target::of("/v3/company/7/customer/6%31/") else { panic!("the API") };
        assert_eq!((realm.as_str(), path), ("7", vec!["customer".to_owned(), "61".to_owned()]));
    }
}
