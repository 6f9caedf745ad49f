//! The consent screen: `GET` shows it, `POST` answers it (myob.md 1.1, 12.1).

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderValue, Method, Response, StatusCode, header};
use url::Url;
use uuid::Uuid;

use super::page::PAGE;
use super::{Code, Consent, Identity};
use crate::consent::ConsentPage;
use crate::target::{pairs, value};

/// The company files of the user, and who answers.
#[derive(Debug)]
pub(crate) struct Offered {
    /// Id and name.
    pub(crate) files: Vec<(Uuid, String)>,
    /// Who answers the page.
    pub(crate) answering: Answering,
}

/// Who answers the consent page, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answering {
    /// A person or a program that posts the form.
    Page,
    /// The page itself, for the first company file.
    First,
    /// The page itself, for this company file.
    Only(Uuid),
    /// The page itself refuses.
    Denies,
}

/// A request that may be shown to a person.
struct Ask {
    app: usize,
    redirect_uri: String,
    scopes: Vec<String>,
    state: Option<String>,
    /// Only with `prompt=consent` the callback names the company file (myob.md 1.1).
    names_file: bool,
}

impl Identity {
    /// Answers the authorize endpoint.
    pub(crate) fn authorize(
        &mut self,
        method: &Method,
        query: &str,
        body: &Bytes,
        offered: &Offered,
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
        let picked = match (offered.answering, value(&fields, "decision")) {
            (Answering::First, _) => offered.files.first(),
            (Answering::Only(id), _) => offered.files.iter().find(|(known, _)| *known == id),
            (Answering::Denies, _) | (Answering::Page, Some("cancel")) => return denied(&ask),
            (Answering::Page, Some("allow")) if *method == Method::POST => match named(&fields, offered) {
                None => return self.show(&ask, &fields, offered, Some("Pick a company file."), now),
                picked => picked,
            },
            (Answering::Page, _) => return self.show(&ask, &fields, offered, None, now),
        };
        match picked {
            Some((file, name)) => self.allow(&ask, *file, name, now),
            None => PAGE.error("access_denied", "there is no company file to consent for"),
        }
    }

    /// A request whose address, client or scopes are wrong is shown to the person and never sent back (myob.md 1.1).
    fn read_ask(&self, fields: &[(String, String)]) -> Result<Ask, (&'static str, String)> {
        let field = |name| value(fields, name).filter(|text| !text.is_empty());
        let missing = |name: &str| ("invalid_request", format!("{name} is missing"));
        let client_id = field("client_id").ok_or_else(|| missing("client_id"))?;
        let app = self
            .apps
            .iter()
            .position(|app| app.client_id == client_id)
            .ok_or_else(|| ("invalid_client", "client_id is no app's".to_owned()))?;
        let redirect_uri = field("redirect_uri").ok_or_else(|| missing("redirect_uri"))?;
        if !self.apps[app].redirect_uris.iter().any(|registered| registered == redirect_uri) {
            return Err(("invalid_request", "redirect_uri is not one of the app's registered ones".into()));
        }
        if field("response_type") != Some("code") {
            return Err(("unsupported_response_type", "response_type must be code".into()));
        }
        let scopes: Vec<String> = field("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        if scopes.is_empty() {
            return Err(missing("scope"));
        }
        if let Some(wrong) = scopes.iter().find(|scope| !self.apps[app].scopes.contains(scope)) {
            return Err(("invalid_scope", format!("the app may not ask for {wrong}")));
        }
        let state = field("state").map(str::to_owned);
        let names_file = field("prompt") == Some("consent");
        Ok(Ask { app, redirect_uri: redirect_uri.to_owned(), scopes, state, names_file })
    }

    fn show(
        &self,
        ask: &Ask,
        fields: &[(String, String)],
        offered: &Offered,
        problem: Option<&str>,
        now: DateTime<Utc>,
    ) -> Response<Bytes> {
        let files: Vec<(Uuid, &str, bool)> =
            offered.files.iter().map(|(id, name)| (*id, name.as_str(), self.is_connected(ask.app, *id, now))).collect();
        PAGE.consent(&ConsentPage {
            app: &self.apps[ask.app].name,
            user: None,
            scopes: &ask.scopes,
            companies: &files,
            fields,
            problem,
        })
    }

    fn allow(&mut self, ask: &Ask, file: Uuid, name: &str, now: DateTime<Utc>) -> Response<Bytes> {
        let code = format!("ory_ac_{}.{}", self.chance.token(43), self.chance.token(43));
        let consent = Consent { app: ask.app, file, scopes: ask.scopes.clone().into(), at: now };
        self.codes.insert(code.clone(), Code { consent, redirect_uri: ask.redirect_uri.clone(), used: false });
        let (scope, id) = (ask.scopes.join(" "), file.to_string());
        let mut parameters = vec![("code", code.as_str()), ("scope", &scope)];
        parameters.extend(ask.state.as_deref().map(|state| ("state", state)));
        if ask.names_file {
            parameters.extend([("businessId", id.as_str()), ("businessName", name)]);
        }
        redirect(ask, &parameters)
    }
}

/// The company file that the form names, if it is one of the user's.
fn named<'a>(fields: &[(String, String)], offered: &'a Offered) -> Option<&'a (Uuid, String)> {
    let id = Uuid::parse_str(value(fields, "file")?).ok()?;
    offered.files.iter().find(|(known, _)| *known == id)
}

fn denied(ask: &Ask) -> Response<Bytes> {
    let mut parameters =
        vec![("error", "access_denied"), ("error_description", "The resource owner denied the request")];
    parameters.extend(ask.state.as_deref().map(|state| ("state", state)));
    redirect(ask, &parameters)
}

fn redirect(ask: &Ask, parameters: &[(&str, &str)]) -> Response<Bytes> {
    let Ok(mut url) = Url::parse(&ask.redirect_uri) else {
        return PAGE.error("invalid_request", "redirect_uri is no URL");
    };
    url.query_pairs_mut().extend_pairs(parameters);
    let Ok(location) = HeaderValue::from_str(url.as_str()) else {
        return PAGE.error("invalid_request", "redirect_uri cannot be a header");
    };
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(header::LOCATION, location);
    response
}
