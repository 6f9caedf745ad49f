//! The real transport against a well-behaved server.

use std::sync::Arc;
use std::time::Duration;

use factory_accounting_http::{Call, Exchange, ReqwestTransport, SystemClock, Transport as _};
use http::StatusCode;
use wiremock::matchers::{body_string, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{get, put};

fn transport() -> ReqwestTransport {
    ReqwestTransport::builder("shopfloor/4.2").build().unwrap()
}

#[tokio::test]
async fn a_request_arrives_as_it_was_made() {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .and(path("/things"))
        .and(query_param("unit", "4"))
        .and(header("user-agent", "shopfloor/4.2"))
        .and(header("x-own", "yes"))
        .and(body_string("{\"a\":1}"))
        .respond_with(ResponseTemplate::new(201).insert_header("x-request", "7").set_body_string("{}"))
        .expect(1)
        .mount(&server)
        .await;
    let mut request = put(&format!("{}/things?unit=4", server.uri()), "{\"a\":1}");
    request.headers_mut().insert("x-own", http::HeaderValue::from_static("yes"));
    let answer = transport().send(request, Duration::from_secs(5)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(answer.headers()["x-request"], "7");
    assert_eq!(answer.into_body().collect(100).await.unwrap().as_ref(), b"{}");
}

#[tokio::test]
async fn a_gzip_answer_is_read_and_the_cap_counts_what_it_holds() {
    // "x" 5,000 times, compressed to a few bytes.
    let packed = gzip_of_5000_x();
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(header("accept-encoding", "gzip"))
        .respond_with(ResponseTemplate::new(200).insert_header("content-encoding", "gzip").set_body_bytes(packed))
        .mount(&server)
        .await;
    let exchange = Exchange::builder(Arc::new(transport()), Arc::new(SystemClock)).build();
    let answer = exchange.call(Call::read("list things", get(&server.uri()))).await.unwrap();
    assert_eq!(answer.body.as_ref(), "x".repeat(5000).as_bytes());
    let small = Call::read("list things", get(&server.uri())).with_body_cap(4999);
    let error = exchange.call(small).await.unwrap_err();
    assert!(error.to_string().ends_with("the answer is larger than the accepted 4999 bytes"), "{error}");
}

#[tokio::test]
async fn an_answer_to_head_has_a_length_and_no_body() {
    let server = MockServer::start().await;
    Mock::given(method("HEAD"))
        .respond_with(ResponseTemplate::new(200).insert_header("content-length", "12"))
        .mount(&server)
        .await;
    let mut request = get(&server.uri());
    *request.method_mut() = http::Method::HEAD;
    let exchange = Exchange::builder(Arc::new(transport()), Arc::new(SystemClock)).build();
    assert_eq!(exchange.call(Call::read("look", request)).await.unwrap().body.len(), 0);
}

#[tokio::test]
async fn a_server_error_to_a_read_is_tried_again() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(503)).up_to_n_times(2).mount(&server).await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200)).expect(1).mount(&server).await;
    let exchange = Exchange::builder(Arc::new(transport()), Arc::new(SystemClock)).build();
    assert_eq!(exchange.call(Call::read("look", get(&server.uri()))).await.unwrap().status, StatusCode::OK);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_read_is_told_when_building() {
    let broken = "-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n";
    let error = ReqwestTransport::builder("shopfloor/4.2").root_certificate_pem(broken).build().unwrap_err();
    assert!(error.to_string().starts_with("failed to set up the transport"), "{error}");
}

fn gzip_of_5000_x() -> Vec<u8> {
    vec![
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xed, 0xc1, 0x31, 0x01, 0x00, 0x00, 0x00, 0xc2,
        0xa0, 0xda, 0x8b, 0x6f, 0x0a, 0x3f, 0xa0, 0x00, 0x00, 0x00, 0x00, 0x80, 0xb7, 0x01, 0x26, 0xf0, 0xdb, 0x00,
        0x88, 0x13, 0x00, 0x00,
    ]
}
