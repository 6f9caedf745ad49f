//! One connection's way to the API.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use factory_accounting_core::clock::Clock;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::OrganisationId;
use factory_accounting_http::{
    Answer, AppPacer, Call, Exchange, ExchangeError, Pacer, Signals, Transport, json, json_request, unreadable,
};
use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use url::Url;

use crate::config::{ConfigError, MyobConfig, SignIn};
use crate::dialect;
use crate::endpoint::Endpoint;
use crate::map::remote::Reader;
use crate::oauth::Grant;
use crate::odata::Query;
use crate::pacing::{MyobSignals, throttled};
use crate::remote_id::is_uid;
use crate::wire::page::{Page, Row};

/// Most sendings of a read that is refused for a limit.
const TRIES: usize = 3;
/// Pages of one list before it is taken for one that leads in a circle.
const MOST_PAGES: usize = 10_000;

/// Sends requests of one connection, with token and limits taken care of.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    exchange: Exchange,
    /// Without token, key and limits: files lie elsewhere (myob.md 3.9).
    pub(crate) storage: Exchange,
    pacer: Pacer,
    /// Address of the API.
    pub(crate) base: Url,
    /// The company file.
    pub(crate) file: OrganisationId,
    /// Its address.
    address: Url,
    call_timeout: Duration,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) reader: Reader,
}

/// Rows of a list, and where the next ones are.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Box<RawValue>>,
    pub(crate) next: Option<Endpoint>,
}

impl Client {
    /// The client of a connection whose configuration names its company file.
    ///
    /// # Errors
    /// Where no company file has been chosen or something in the configuration cannot be used.
    pub(crate) fn new(
        config: &MyobConfig,
        transport: Arc<dyn Transport>,
        grant: &Grant,
        clock: Arc<dyn Clock>,
        app_pacer: &AppPacer,
    ) -> Result<Self, ConfigError> {
        let id = config.file.as_ref().ok_or(ConfigError::NoFile)?;
        let address = company_file(&config.api_base, id)?;
        let agent = text_header(&config.app_name, "app_name")?;
        let pacer = app_pacer.organisation(id.as_str());
        let mut exchange = Exchange::builder(Arc::clone(&transport), Arc::clone(&clock))
            .pacer(pacer.clone(), Arc::new(MyobSignals))
            .header(USER_AGENT, agent.clone())
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .header(HeaderName::from_static("x-myobapi-version"), HeaderValue::from_static("v2"));
        match config.sign_in {
            SignIn::Cloud => {
                let key = text_header(config.api_key.as_ref().unwrap_or(&config.client_id), "api_key")?;
                exchange = exchange.tokens(grant.tokens.clone()).header(HeaderName::from_static("x-myobapi-key"), key);
            }
            SignIn::CompanyFile if config.company_login.is_none() => return Err(ConfigError::NoLogin),
            SignIn::CompanyFile => {}
        }
        if let Some(login) = &config.company_login {
            let joined = STANDARD.encode(format!("{}:{}", login.user, login.password.expose_secret()));
            let mut value = text_header(&joined, "company_login")?;
            value.set_sensitive(true);
            exchange = exchange.header(HeaderName::from_static("x-myobapi-cftoken"), value);
        }
        Ok(Self {
            exchange: exchange.build(),
            storage: Exchange::builder(transport, Arc::clone(&clock)).header(USER_AGENT, agent).build(),
            pacer,
            base: config.api_base.clone(),
            file: id.clone(),
            address,
            call_timeout: config.call_timeout,
            clock,
            reader: Reader::of(&config.profile),
        })
    }

    /// The request of an endpoint; a body is JSON.
    fn request(&self, endpoint: &Endpoint, body: Bytes) -> Result<http::Request<Bytes>, ProviderError> {
        let unusable = |why: &dyn std::fmt::Display| {
            let message = format!("api_base cannot be used: {why}: correct the configuration");
            ProviderError::new(ErrorKind::Internal, message)
        };
        let url = endpoint.url(&self.base, &self.address).map_err(|error| unusable(&error))?;
        json_request(endpoint.method.clone(), &url, body).map_err(|error| unusable(&error))
    }

    /// Reads; any answer but a success is an error. A refusal for a limit is waited out where that is short: nothing was
    /// done, and it does not say so by its status (myob.md 2).
    pub(crate) async fn ask(&self, operation: &'static str, endpoint: &Endpoint) -> Result<Answer, ProviderError> {
        let answer = self.try_ask(operation, endpoint).await?;
        if answer.status == StatusCode::OK {
            return Ok(answer);
        }
        let error = dialect::error(operation, &answer, self.clock.now());
        if error.kind() != ErrorKind::Unauthorised || answer.status != StatusCode::UNAUTHORIZED {
            return Err(error);
        }
        let explained = self.explained(endpoint, error).await;
        if explained.kind() != ErrorKind::Forbidden {
            return Err(explained);
        }
        // A new token may be refused for a while (myob.md 1.2): only who is refused twice lacks something.
        let again = self.try_ask(operation, endpoint).await?;
        match again.status {
            StatusCode::OK => Ok(again),
            StatusCode::UNAUTHORIZED => Err(explained),
            _ => Err(dialect::error(operation, &again, self.clock.now())),
        }
    }

    async fn try_ask(&self, operation: &'static str, endpoint: &Endpoint) -> Result<Answer, ProviderError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let call = Call::read(operation, self.request(endpoint, Bytes::new())?).with_timeout(self.call_timeout);
            let answer = self.exchange.call(call).await?;
            let wait = self.observe(&answer);
            // The pacer makes the next one wait.
            if wait.is_none_or(|wait| wait > self.pacer.inline_wait()) || tried >= TRIES {
                return Ok(answer);
            }
        }
    }

    /// Tells the pacer of a refusal for a limit, which blocks all connections of the app.
    fn observe(&self, answer: &Answer) -> Option<Duration> {
        let throttle = throttled(answer, self.clock.now())?;
        let wait = throttle.retry_after;
        self.pacer.observe(&Signals { remaining: Vec::new(), throttled: Some(throttle) });
        wait
    }

    /// What a refused token really is. MYOB answers in the same way to one that ran out, to a scope that is missing and to a
    /// path that is none (myob.md 1.3): if the company file itself can be read, the connection is well.
    pub(crate) async fn explained(&self, endpoint: &Endpoint, error: ProviderError) -> ProviderError {
        let root = self.try_ask("look at the company file", &Endpoint::root()).await;
        if !root.is_ok_and(|answer| answer.status == StatusCode::OK) {
            return error;
        }
        let path = endpoint.path();
        let scope = endpoint.collection().map_or("sme-company-settings", crate::remote_id::Collection::scope);
        let message = format!(
            "MYOB refuses {path} although the connection is well: the permission {scope} is missing, or the company file \
             has no {path}: connect again and agree to all permissions"
        );
        let told = ProviderError::new(ErrorKind::Forbidden, message).with_package_code("31001").with_status(401);
        match error.request_id() {
            Some(id) => told.with_request_id(id),
            None => told,
        }
    }

    /// What a write that was answered with a refused token really met. The next call, a look at the list that it goes to,
    /// has a fresh token: if that one is taken, the first had run out.
    pub(crate) async fn refused_sign_in(&self, operation: &str, endpoint: &Endpoint, answer: &Answer) -> ProviderError {
        let error = dialect::error(operation, answer, self.clock.now());
        let Some(collection) = endpoint.collection().filter(|_| error.kind() == ErrorKind::Unauthorised) else {
            return error;
        };
        let list = Endpoint::at(Method::GET, collection.wire()).with("$orderby", "UID").with("$top", "1");
        match self.try_ask("look at the list", &list).await {
            Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => self.explained(endpoint, error).await,
            _ => error,
        }
    }

    /// Reads the one record of an address.
    pub(crate) async fn one<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        endpoint: &Endpoint,
    ) -> Result<T, ProviderError> {
        let answer = self.ask(operation, endpoint).await?;
        parse(operation, &answer)
    }

    /// The same without asking why a token is refused.
    pub(crate) async fn try_one<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        endpoint: &Endpoint,
    ) -> Result<T, ProviderError> {
        let answer = self.try_ask(operation, endpoint).await?;
        if answer.status != StatusCode::OK {
            return Err(dialect::error(operation, &answer, self.clock.now()));
        }
        parse(operation, &answer)
    }

    /// Reads the one record of an address as it stands; `None` where there is none.
    pub(crate) async fn read_one(
        &self,
        operation: &'static str,
        endpoint: &Endpoint,
    ) -> Result<Option<Box<RawValue>>, ProviderError> {
        match self.one(operation, endpoint).await {
            Ok(row) => Ok(Some(row)),
            Err(error) if error.kind() == ErrorKind::NotFound && error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One page of a list.
    pub(crate) async fn page(&self, operation: &'static str, endpoint: &Endpoint) -> Result<Rows, ProviderError> {
        let answer = self.ask(operation, endpoint).await?;
        let page = Page::read(&answer.body).map_err(|why| dialect::unreadable(operation, &answer, &why))?;
        let next = match page.next_page_link.as_deref() {
            None => None,
            Some(link) => Some(endpoint.next(link).ok_or_else(|| {
                dialect::unreadable(operation, &answer, "its next page leads elsewhere, or to itself")
            })?),
        };
        Ok(Rows { rows: page.items, next })
    }

    /// Rows of a question, page by page, until there are so many or no more. A row that comes twice, because something was
    /// written between two pages, is kept once (myob.md 5).
    pub(crate) async fn some_rows(
        &self,
        operation: &'static str,
        query: &Query,
        most: usize,
    ) -> Result<Rows, ProviderError> {
        let mut found = Rows { rows: Vec::new(), next: Some(query.endpoint()) };
        let mut seen = BTreeSet::new();
        for _ in 0..MOST_PAGES {
            let Some(at) = found.next.take().filter(|_| found.rows.len() < most) else { break };
            let page = self.page(operation, &at).await?;
            for row in page.rows {
                let uid = parse_row::<Row>(operation, &row)?.uid;
                let uid = uid.ok_or_else(|| unreadable(operation, "a row without a UID"))?;
                if seen.insert(uid) {
                    found.rows.push(row);
                }
            }
            found.next = page.next;
            if found.rows.len() >= most {
                return Ok(found);
            }
        }
        match found.next {
            Some(_) => Err(unreadable(operation, "its pages have no end")),
            None => Ok(found),
        }
    }

    /// All rows of a question.
    pub(crate) async fn all_rows(
        &self,
        operation: &'static str,
        query: &Query,
    ) -> Result<Vec<Box<RawValue>>, ProviderError> {
        Ok(self.some_rows(operation, query, usize::MAX).await?.rows)
    }

    /// All rows of a question, parsed.
    pub(crate) async fn all<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        query: &Query,
    ) -> Result<Vec<T>, ProviderError> {
        parse_all(operation, &self.all_rows(operation, query).await?)
    }

    /// Sends a write once.
    pub(crate) async fn send(
        &self,
        operation: &'static str,
        endpoint: &Endpoint,
        body: Bytes,
    ) -> Result<Answer, ExchangeError> {
        let request = self.request(endpoint, body).map_err(ExchangeError::NotSent)?;
        let answer = self.exchange.call(Call::write(operation, request).with_timeout(self.call_timeout)).await?;
        self.observe(&answer);
        Ok(answer)
    }
}

/// Address of a company file.
fn company_file(api_base: &Url, id: &OrganisationId) -> Result<Url, ConfigError> {
    if !is_uid(id.as_str()) {
        return Err(ConfigError::File(id.to_string()));
    }
    let mut file = api_base.clone();
    file.path_segments_mut().map_err(|()| ConfigError::ApiBase(api_base.to_string()))?.pop_if_empty().push(id.as_str());
    Ok(file)
}

fn text_header(text: &str, what: &'static str) -> Result<HeaderValue, ConfigError> {
    HeaderValue::try_from(text).map_err(|_| ConfigError::Header(what))
}

fn parse<T: DeserializeOwned>(operation: &'static str, answer: &Answer) -> Result<T, ProviderError> {
    serde_json::from_slice(&answer.body).map_err(|error| dialect::unreadable(operation, answer, &error.to_string()))
}

fn parse_row<T: DeserializeOwned>(operation: &'static str, row: &RawValue) -> Result<T, ProviderError> {
    serde_json::from_str(row.get()).map_err(|error| unreadable(operation, &error.to_string()))
}

/// Every row, parsed.
pub(crate) fn parse_all<T: DeserializeOwned>(
    operation: &'static str,
    rows: &[Box<RawValue>],
) -> Result<Vec<T>, ProviderError> {
    json::each(rows).map_err(|why| unreadable(operation, &why))
}

/// A configuration that cannot be used, where only errors of a provider are told.
pub(crate) fn config_error(error: &ConfigError) -> ProviderError {
    ProviderError::new(ErrorKind::Internal, error.to_string())
}
