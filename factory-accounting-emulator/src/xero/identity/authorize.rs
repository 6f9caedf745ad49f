//! The consent screen: `GET` shows it, `POST` answers it (xero.md 1.1).

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderValue, Method, Response, StatusCode, header};
use url::Url;
use uuid::Uuid;

use super::page::PAGE;
use super::{Code, DEMO_USER, Identity};
use crate::consent::ConsentPage;
use crate::target::{pairs, value};
use crate::xero::config::may_be_registered;
use crate::xero::scopes;

/// A request that may be shown to a person.
struct Ask {
    app: usize,
    redirect_uri: String,
    scopes: Vec<String>,
    state: Option<String>,
    challenge: Option<String>,
    user: String,
}

/// A request that may not: the code and the reason of the error page.
type Refused = (&'static str, String);

impl Identity {
    /// Answers the authorize endpoint. `organisations` are all that the user may pick; `auto` picks these without
    /// asking.
    pub(crate) fn authorize(
        &mut self,
        method: &Method,
        query: &str,
        body: &Bytes,
        organisations: &[(Uuid, String)],
        auto: Option<&[Uuid]>,
        now: DateTime<Utc>,
    ) -> Response<Bytes> {
        let fields = match *method {
            Method::GET => pairs(query.as_bytes()),
            Method::POST => pairs(body),
            _ => return PAGE.error("invalid_request", "only GET and POST are answered here"),
        };
        let ask = match self.read_ask(&fields) {
            Ok(ask) => ask,
            Err((code, description)) => return PAGE.error(code, &description),
        };
        if let Some(tenants) = auto {
            return self.allow(&ask, tenants, now);
        }
        match value(&fields, "decision") {
            Some("cancel") => redirect(&ask, &[("error", "access_denied")]),
            Some("allow") if *method == Method::POST => match picked(&fields, organisations) {
                Err(problem) => PAGE.error("invalid_request", &problem),
                Ok(tenants) if tenants.is_empty() => {
                    self.show(&ask, &fields, organisations, Some("Pick an organisation."))
                }
                Ok(tenants) => self.allow(&ask, &tenants, now),
            },
            _ => self.show(&ask, &fields, organisations, None),
        }
    }

    fn read_ask(&self, fields: &[(String, String)]) -> Result<Ask, Refused> {
        let field = |name| value(fields, name).filter(|text| !text.is_empty());
        let client_id = field("client_id").ok_or(("invalid_request", "client_id is missing".to_owned()))?;
        let app = self
            .apps
            .iter()
            .position(|app| app.client_id == client_id)
            .ok_or(("unauthorized_client", "unknown client or client not enabled".to_owned()))?;
        let config = &self.apps[app];
        if config.custom_connection.is_some() {
            return Err(("unauthorized_client", "a custom connection has no consent page".into()));
        }
        let redirect_uri = field("redirect_uri").ok_or(("invalid_request", "redirect_uri is missing".to_owned()))?;
        if !config.redirect_uris.iter().any(|registered| registered == redirect_uri) || !may_be_registered(redirect_uri)
        {
            return Err(("invalid_request", "redirect_uri is not one of the app's registered ones".into()));
        }
        if field("response_type") != Some("code") {
            return Err(("unsupported_response_type", "response_type must be code".into()));
        }
        let scopes: Vec<String> = field("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        if scopes.is_empty() {
            return Err(("invalid_scope", "scope is missing".into()));
        }
        if let Some(scope) = scopes.iter().find(|scope| !scopes::may_ask(config.scopes, scope)) {
            return Err(("unauthorized_client", format!("Invalid scope for client: {scope}")));
        }
        let challenge = field("code_challenge").map(str::to_owned);
        if challenge.is_some() && field("code_challenge_method") != Some("S256") {
            return Err(("invalid_request", "code_challenge_method must be S256".into()));
        }
        if challenge.is_none() && config.client_secret.is_none() {
            return Err(("invalid_request", "code challenge required".into()));
        }
        Ok(Ask {
            app,
            redirect_uri: redirect_uri.to_owned(),
            scopes,
            state: value(fields, "state").map(str::to_owned),
            challenge,
            user: field("login_hint").unwrap_or(DEMO_USER).to_owned(),
        })
    }

    fn show(
        &self,
        ask: &Ask,
        fields: &[(String, String)],
        organisations: &[(Uuid, String)],
        problem: Option<&str>,
    ) -> Response<Bytes> {
        let connected = |tenant: Uuid| {
            self.connections
                .iter()
                .any(|known| known.app == ask.app && *known.user == *ask.user && known.tenant == tenant)
        };
        let organisations: Vec<(Uuid, &str, bool)> =
            organisations.iter().map(|(tenant, name)| (*tenant, name.as_str(), connected(*tenant))).collect();
        PAGE.consent(&ConsentPage {
            app: &self.apps[ask.app].name,
            user: Some(&ask.user),
            scopes: &ask.scopes,
            companies: &organisations,
            fields,
            problem,
        })
    }

    fn allow(&mut self, ask: &Ask, tenants: &[Uuid], now: DateTime<Utc>) -> Response<Bytes> {
        let grant = self.consent(ask.app, &ask.user, tenants, &ask.scopes, now);
        let code = self.chance.token(43);
        let session = self.chance.token(43);
        let entry = Code {
            grant,
            redirect_uri: ask.redirect_uri.clone(),
            challenge: ask.challenge.clone(),
            issued_at: now,
            used: false,
        };
        self.codes.insert(code.clone(), entry);
        redirect(ask, &[("code", &code), ("scope", &ask.scopes.join(" ")), ("session_state", &session)])
    }
}

/// The organisations that the form names; all of them must be there.
fn picked(fields: &[(String, String)], organisations: &[(Uuid, String)]) -> Result<Vec<Uuid>, String> {
    fields
        .iter()
        .filter(|(name, _)| name == "tenant")
        .map(|(_, text)| {
            let known = |tenant: &Uuid| organisations.iter().any(|(id, _)| id == tenant);
            Uuid::parse_str(text)
                .ok()
                .filter(known)
                .ok_or_else(|| format!("tenant {text} is no organisation of the user"))
        })
        .collect()
}

fn redirect(ask: &Ask, parameters: &[(&str, &str)]) -> Response<Bytes> {
    let Ok(mut url) = Url::parse(&ask.redirect_uri) else {
        return PAGE.error("invalid_request", "redirect_uri is no URL");
    };
    url.query_pairs_mut().extend_pairs(parameters).extend_pairs(ask.state.iter().map(|state| ("state", state)));
    let Ok(location) = HeaderValue::from_str(url.as_str()) else {
        return PAGE.error("invalid_request", "redirect_uri cannot be a header");
    };
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(header::LOCATION, location);
    response
}
