//! One connection's way to the Accounting API.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use factory_accounting_core::clock::Clock;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_http::{Answer, Call, Exchange, ExchangeError, json, json_request, unreadable};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use url::Url;

use crate::dialect;
use crate::endpoint::{Endpoint, Entity};
use crate::map::remote::Reader;
use crate::pacing::BatchBudget;
use crate::query::{PAGE, Query};
use crate::wire::envelope::{self, Rows};

/// Longest statement that travels in the URL; a longer one goes in the body (qbo.md 6).
const URL_STATEMENT: usize = 1_500;

/// Sends requests of one connection, with token and limits taken care of.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) exchange: Exchange,
    /// Without token and limits: files lie elsewhere (qbo.md 5.22).
    pub(crate) storage: Exchange,
    /// Address of the company.
    pub(crate) company: Url,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) reader: Reader,
    pub(crate) batches: Arc<BatchBudget>,
    /// Reads that Intuit counts against the app's monthly allowance (qbo.md 3.2).
    pub(crate) metered: Arc<AtomicU64>,
}

impl Client {
    /// The request of an endpoint. A body is JSON unless the caller says otherwise afterwards.
    pub(crate) fn request(&self, endpoint: &Endpoint, body: Bytes) -> Result<http::Request<Bytes>, ProviderError> {
        let unusable = |why: &dyn std::fmt::Display| {
            ProviderError::new(
                ErrorKind::Internal,
                format!("api_base cannot be used: {why}: correct the configuration"),
            )
        };
        let url = endpoint.url(&self.company).map_err(|error| unusable(&error))?;
        json_request(endpoint.method.clone(), &url, body).map_err(|error| unusable(&error))
    }

    /// Reads; any answer but a success without a fault is an error. A fault may come with status 200 (qbo.md 8.1).
    pub(crate) async fn ask(
        &self,
        operation: &'static str,
        request: http::Request<Bytes>,
    ) -> Result<Answer, ProviderError> {
        let answer = self.exchange.call(Call::read(operation, request)).await?;
        self.succeeded(operation, answer)
    }

    fn succeeded(&self, operation: &'static str, answer: Answer) -> Result<Answer, ProviderError> {
        if answer.status != StatusCode::OK || dialect::body::Fault::read(&answer.body).is_some() {
            return Err(dialect::error(operation, &answer, self.clock.now()));
        }
        // Only calls that succeed are counted.
        self.metered.fetch_add(1, Ordering::Relaxed);
        Ok(answer)
    }

    /// Reads the one record of an address.
    pub(crate) async fn one<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        entity: Entity,
        endpoint: &Endpoint,
    ) -> Result<T, ProviderError> {
        let answer = self.ask(operation, self.request(endpoint, Bytes::new())?).await?;
        let raw = envelope::record(&answer.body, entity);
        raw.and_then(|raw| serde_json::from_str(raw.get()).map_err(|error| error.to_string()))
            .map_err(|why| dialect::unreadable(operation, &answer, &why))
    }

    /// One page of a question's rows.
    pub(crate) async fn rows(&self, operation: &'static str, query: &Query) -> Result<Rows, ProviderError> {
        let statement = query.statement();
        let endpoint = |method| self.reader.including(Endpoint::query(method));
        let request = if statement.len() <= URL_STATEMENT {
            self.request(&endpoint(Method::GET).with("query", statement), Bytes::new())?
        } else {
            let mut request = self.request(&endpoint(Method::POST), Bytes::from(statement))?;
            let text = HeaderValue::from_static("application/text;charset=UTF-8");
            request.headers_mut().insert(CONTENT_TYPE, text);
            request
        };
        let answer = self.ask(operation, request).await?;
        Rows::read(&answer.body, query.entity).map_err(|why| dialect::unreadable(operation, &answer, &why))
    }

    /// All rows of a question, page by page.
    pub(crate) async fn all_rows(
        &self,
        operation: &'static str,
        query: &Query,
    ) -> Result<Vec<Box<RawValue>>, ProviderError> {
        let mut found = Vec::new();
        for page in 1.. {
            let rows = self.rows(operation, &query.clone().page(page)).await?.rows;
            let full = rows.len() >= PAGE;
            found.extend(rows);
            if !full {
                break;
            }
        }
        Ok(found)
    }

    /// All rows of a question, parsed.
    pub(crate) async fn all<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        query: &Query,
    ) -> Result<Vec<T>, ProviderError> {
        parse_all(operation, &self.all_rows(operation, query).await?)
    }

    /// Sends a write once. A batch takes its place in the budget of batches first.
    pub(crate) async fn send(
        &self,
        operation: &'static str,
        endpoint: &Endpoint,
        body: Bytes,
        timeout: Duration,
    ) -> Result<Answer, ExchangeError> {
        let request = self.request(endpoint, body).map_err(ExchangeError::NotSent)?;
        let place = if endpoint.is_batch() {
            Some(self.batches.begin(self.clock.now()).map_err(|wait| ExchangeError::NotSent(no_batch(wait)))?)
        } else {
            None
        };
        let answer = self.exchange.call(Call::write(operation, request).with_timeout(timeout)).await;
        if let Some(place) = place {
            self.batches.end(place, self.clock.now());
        }
        answer
    }
}

/// Every row, parsed.
pub(crate) fn parse_all<T: DeserializeOwned>(
    operation: &'static str,
    rows: &[Box<RawValue>],
) -> Result<Vec<T>, ProviderError> {
    json::each(rows).map_err(|why| unreadable(operation, &why))
}

fn no_batch(wait: Duration) -> ProviderError {
    ProviderError::new(ErrorKind::Throttled, "QuickBooks' limit of batches a minute is used up: wait and try again")
        .with_package_code("batch")
        .with_retry_after(wait)
}
