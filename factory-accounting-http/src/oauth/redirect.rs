//! The redirect with which a person's browser comes back.

use secrecy::SecretString;
use url::Url;

use super::OAuthError;

/// What a redirect brings.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// Code that buys the tokens, once.
    pub code: SecretString,
    /// The state that was sent out, if this is our redirect.
    pub state: SecretString,
    /// Every other parameter, in order: `realmId`, `session_state`.
    pub others: Vec<(String, String)>,
}

/// Reads a redirect: a whole URL, or path and query as a web framework gives them.
///
/// # Errors
/// [`OAuthError::AccessDenied`] where the person did not agree, another refusal by its code, and
/// [`OAuthError::Redirect`] where code or state is missing, empty or given twice.
pub fn parse_redirect(url: &str) -> Result<Redirect, OAuthError> {
    let base = Url::parse("https://redirect.invalid/").map_err(|_| OAuthError::Redirect("it is no URL".into()))?;
    let url = base.join(url).map_err(|_| OAuthError::Redirect("it is no URL".into()))?;
    let (mut code, mut state, mut error, mut description) = (None, None, None, None);
    let mut others = Vec::new();
    for (name, value) in url.query_pairs() {
        let slot = match &*name {
            "code" => &mut code,
            "state" => &mut state,
            "error" => &mut error,
            "error_description" => &mut description,
            _ => {
                others.push((name.into_owned(), value.into_owned()));
                continue;
            }
        };
        if slot.replace(value.into_owned()).is_some() {
            return Err(OAuthError::Redirect(format!("{name} is given twice")));
        }
    }
    if let Some(error) = error {
        return Err(OAuthError::from_code(&error, description.as_deref()));
    }
    let required = |value: Option<String>, name: &str| {
        value
            .filter(|text| !text.is_empty())
            .map(SecretString::from)
            .ok_or_else(|| OAuthError::Redirect(format!("{name} is missing")))
    };
    Ok(Redirect { code: required(code, "code")?, state: required(state, "state")?, others })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn code_and_state_are_read_from_a_url_or_its_path() {
        for url in [
            "https://host.example/back?code=c%2B1&state=s&session_state=x",
            "/back?session_state=x&state=s&code=c%2B1",
            "?code=c%2B1&state=s&session_state=x",
        ] {
            let redirect = parse_redirect(url).unwrap();
            assert_eq!(redirect.code.expose_secret(), "c+1", "{url}");
            assert_eq!(redirect.state.expose_secret(), "s", "{url}");
            assert_eq!(redirect.others, [("session_state".to_owned(), "x".to_owned())], "{url}");
        }
    }

    #[test]
    fn refusals_are_typed() {
        let refusal = |query: &str| parse_redirect(&format!("/back?{query}")).unwrap_err();
        assert!(matches!(refusal("error=access_denied&state=s"), OAuthError::AccessDenied(_)));
        assert!(matches!(refusal("error=invalid_scope"), OAuthError::InvalidScope(_)));
        assert!(matches!(refusal("error=unauthorized_client"), OAuthError::InvalidClient(_)));
        let other = refusal("error=odd_one&error_description=line%0Aone");
        assert_eq!(other.to_string(), "the authorisation server refused with odd_one (line one)");
        assert_eq!(refusal("code=c").to_string(), "the redirect cannot be read: state is missing: begin anew");
        assert!(matches!(refusal("code=&state=s"), OAuthError::Redirect(_)));
        assert!(matches!(refusal("code=a&code=b&state=s"), OAuthError::Redirect(_)));
    }
}
