//! The consent screen: `GET` shows it, `POST` answers it (qbo.md 1.2).

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderValue, Method, Response, StatusCode, header};
use url::Url;

use super::{Code, Consent, Identity, page};
use crate::consent::ConsentPage;
use crate::qbo::config::{may_be_registered, realm_number};
use crate::target::{pairs, value};

/// The companies of the user, and the one that is picked without asking.
#[derive(Debug)]
pub(crate) struct Companies {
    /// Realm and name.
    pub(crate) all: Vec<(u64, String)>,
    /// Set where the page answers itself.
    pub(crate) auto: Option<u64>,
}

/// A request that may be shown to a person.
struct Ask {
    app: usize,
    redirect_uri: String,
    scopes: Vec<String>,
    state: String,
}

/// A request that may not.
enum Refused {
    /// Shown to the person: where to send them is not certain.
    Page(&'static str, String),
    /// Sent back to the app.
    Redirect(Ask, &'static str),
}

impl Identity {
    /// Answers the authorize endpoint.
    pub(crate) fn authorize(
        &mut self,
        method: &Method,
        query: &str,
        body: &Bytes,
        companies: &Companies,
        now: DateTime<Utc>,
    ) -> Response<Bytes> {
        let fields = match *method {
            Method::GET => pairs(query.as_bytes()),
            Method::POST => pairs(body),
            _ => return page::error("invalid_request", "only GET and POST are answered here"),
        };
        let ask = match self.read_ask(&fields) {
            Ok(ask) => ask,
            Err(Refused::Page(code, description)) => return page::error(code, &description),
            Err(Refused::Redirect(ask, code)) => return redirect(&ask, &[("error", code)]),
        };
        if let Some(realm) = companies.auto {
            return self.allow(&ask, realm, now);
        }
        match value(&fields, "decision") {
            Some("cancel") => redirect(&ask, &[("error", "access_denied")]),
            Some("allow") if *method == Method::POST => match picked(&fields, companies) {
                None => self.show(&ask, &fields, companies, Some("Pick a company.")),
                Some(realm) => self.allow(&ask, realm, now),
            },
            _ => self.show(&ask, &fields, companies, None),
        }
    }

    fn read_ask(&self, fields: &[(String, String)]) -> Result<Ask, Refused> {
        let field = |name| value(fields, name).filter(|text| !text.is_empty());
        let missing = |name: &str| Refused::Page("invalid_request", format!("{name} is missing"));
        let client_id = field("client_id").ok_or_else(|| missing("client_id"))?;
        let app = self
            .apps
            .iter()
            .position(|app| app.client_id == client_id)
            .ok_or_else(|| Refused::Page("invalid_client", "client_id is no app's".into()))?;
        let config = &self.apps[app];
        let redirect_uri = field("redirect_uri").ok_or_else(|| missing("redirect_uri"))?;
        let registered = config.redirect_uris.iter().any(|registered| registered == redirect_uri);
        if !registered || !may_be_registered(redirect_uri) {
            return Err(Refused::Page(
                "invalid_request",
                "redirect_uri is not one of the app's registered ones".into(),
            ));
        }
        // In practice it is required: every SDK makes one.
        let state = field("state").ok_or_else(|| missing("state"))?.to_owned();
        let scopes: Vec<String> = field("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        let may_ask = !scopes.is_empty() && scopes.iter().all(|scope| config.scopes.contains(scope));
        let ask = Ask { app, redirect_uri: redirect_uri.to_owned(), scopes, state };
        if field("response_type") != Some("code") {
            return Err(Refused::Redirect(ask, "unsupported_response_type"));
        }
        if may_ask { Ok(ask) } else { Err(Refused::Redirect(ask, "invalid_scope")) }
    }

    fn show(
        &self,
        ask: &Ask,
        fields: &[(String, String)],
        companies: &Companies,
        problem: Option<&str>,
    ) -> Response<Bytes> {
        let companies: Vec<(u64, &str, bool)> = companies
            .all
            .iter()
            .map(|(realm, name)| (*realm, name.as_str(), self.is_connected(ask.app, *realm)))
            .collect();
        page::consent(&ConsentPage {
            app: &self.apps[ask.app].name,
            user: None,
            scopes: &ask.scopes,
            companies: &companies,
            fields,
            problem,
        })
    }

    fn allow(&mut self, ask: &Ask, realm: u64, now: DateTime<Utc>) -> Response<Bytes> {
        let code = format!("AB1{}{}", now.timestamp(), self.chance.token(37));
        let consent = Consent { app: ask.app, realm, scopes: ask.scopes.clone().into(), at: now };
        let redirect_uri = ask.redirect_uri.clone();
        self.codes.insert(code.clone(), Code { consent, redirect_uri, issued_at: now, exchanged: None });
        redirect(ask, &[("code", &code), ("realmId", &realm.to_string())])
    }
}

/// The company that the form names, if it is one of the user's.
fn picked(fields: &[(String, String)], companies: &Companies) -> Option<u64> {
    let realm = realm_number(value(fields, "realm")?)?;
    companies.all.iter().any(|(known, _)| *known == realm).then_some(realm)
}

fn redirect(ask: &Ask, parameters: &[(&str, &str)]) -> Response<Bytes> {
    let Ok(mut url) = Url::parse(&ask.redirect_uri) else {
        return page::error("invalid_request", "redirect_uri is no URL");
    };
    url.query_pairs_mut().extend_pairs(parameters).append_pair("state", &ask.state);
    let Ok(location) = HeaderValue::from_str(url.as_str()) else {
        return page::error("invalid_request", "redirect_uri cannot be a header");
    };
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(header::LOCATION, location);
    response
}
