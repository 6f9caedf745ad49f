//! Files that a package keeps in a store of its own, away from its API.

use bytes::Bytes;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::provider::ByteStream;
use http::header::ACCEPT;
use http::{HeaderValue, StatusCode, Uri};
use url::Url;

use crate::call::{Call, unreadable};
use crate::exchange::Exchange;

/// Reads a file from the address that an answer of the API gives for it. `exchange` is one without token and limits: the
/// store is not the API, and must not be shown the connection's token.
///
/// # Errors
/// [`ErrorKind::Protocol`] for an address that is not safe to call: it must be encrypted, or lie on the very host that the
/// API at `api` is reached on. [`ErrorKind::Unavailable`] where the store does not give the file.
pub async fn fetch_file(
    exchange: &Exchange,
    operation: &'static str,
    api: &Url,
    address: &str,
    most_bytes: usize,
) -> Result<ByteStream, ProviderError> {
    let address = safe(api, address).ok_or_else(|| unreadable(operation, "it holds no safe address of the file"))?;
    let mut request = http::Request::new(Bytes::new());
    *request.uri_mut() = address;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("*/*"));
    let call = Call::read(operation, request).without_token().with_body_cap(most_bytes);
    let (parts, stream) = exchange.stream(call).await?;
    if parts.status == StatusCode::OK {
        return Ok(stream);
    }
    let status = parts.status.as_u16();
    let message = format!("the store of files answered {status}");
    Err(ProviderError::new(ErrorKind::Unavailable, message).with_operation(operation).with_status(status))
}

fn safe(api: &Url, address: &str) -> Option<Uri> {
    let url = Url::parse(address).ok()?;
    let same = url.host_str() == api.host_str() && url.scheme() == api.scheme();
    if url.scheme() == "https" || same { url.as_str().parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_fetched_encrypted_or_from_the_apis_own_host() {
        let api = Url::parse("http://localhost:9/api/").expect("a URL");
        for address in ["https://files.example/a?sig=b%2Fc", "http://localhost:9/file"] {
            assert_eq!(safe(&api, address).map(|uri| uri.to_string()).as_deref(), Some(address));
        }
        for address in ["http://files.example/a", "ftp://localhost/a", "file:///etc/passwd", "/a", "", "no address"] {
            assert_eq!(safe(&api, address), None, "{address}");
        }
    }
}
