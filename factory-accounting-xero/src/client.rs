//! One connection's way to the Accounting API.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_http::{Answer, Call, Exchange, json_request, unreadable};
use http::header::IF_MODIFIED_SINCE;
use http::{HeaderValue, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use crate::dialect;
use crate::endpoint::{Endpoint, Resource};
use crate::wire::envelope::Envelope;

/// Sends requests of one connection, with token, tenant and limits taken care of.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) exchange: Exchange,
    pub(crate) api_base: Url,
    pub(crate) clock: Arc<dyn Clock>,
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
        let url = endpoint.url(&self.api_base).map_err(|error| unusable(&error))?;
        json_request(endpoint.method.clone(), &url, body).map_err(|error| unusable(&error))
    }

    /// Reads, whatever the status.
    pub(crate) async fn ask(&self, operation: &'static str, endpoint: &Endpoint) -> Result<Answer, ProviderError> {
        let request = self.request(endpoint, Bytes::new())?;
        Ok(self.exchange.call(Call::read(operation, request)).await?)
    }

    /// Reads a collection; any status but 200 is an error.
    pub(crate) async fn list(
        &self,
        operation: &'static str,
        resource: Resource,
        endpoint: &Endpoint,
    ) -> Result<Envelope, ProviderError> {
        let answer = self.ask(operation, endpoint).await?;
        self.collection(operation, resource, &answer)
    }

    /// Reads what has changed since an instant, to the second (xero.md 6).
    pub(crate) async fn list_since(
        &self,
        operation: &'static str,
        resource: Resource,
        endpoint: &Endpoint,
        since: Option<DateTime<Utc>>,
    ) -> Result<Envelope, ProviderError> {
        let mut request = self.request(endpoint, Bytes::new())?;
        if let Some(since) = since {
            let text = since.format("%Y-%m-%dT%H:%M:%S").to_string();
            let value = HeaderValue::try_from(text).map_err(|error| {
                ProviderError::new(ErrorKind::Internal, format!("{operation}: the cursor cannot be sent: {error}"))
            })?;
            request.headers_mut().insert(IF_MODIFIED_SINCE, value);
        }
        let answer = self.exchange.call(Call::read(operation, request)).await?;
        self.collection(operation, resource, &answer)
    }

    /// Reads one record; `None` where Xero holds no such thing.
    pub(crate) async fn find(
        &self,
        operation: &'static str,
        resource: Resource,
        endpoint: &Endpoint,
    ) -> Result<Option<Envelope>, ProviderError> {
        let answer = self.ask(operation, endpoint).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        self.collection(operation, resource, &answer).map(Some)
    }

    /// Reads and parses a collection.
    pub(crate) async fn parsed<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        resource: Resource,
        endpoint: &Endpoint,
    ) -> Result<Vec<T>, ProviderError> {
        let envelope = self.list(operation, resource, endpoint).await?;
        envelope.parse().map_err(|why| unreadable(operation, &why))
    }

    /// The collection of an answer, or the error that the answer is.
    pub(crate) fn collection(
        &self,
        operation: &'static str,
        resource: Resource,
        answer: &Answer,
    ) -> Result<Envelope, ProviderError> {
        if answer.status != StatusCode::OK {
            return Err(dialect::error(operation, answer, self.clock.now()));
        }
        Envelope::read(&answer.body, resource.envelope_key())
            .map_err(|why| dialect::unreadable(operation, answer, &why))
    }
}
