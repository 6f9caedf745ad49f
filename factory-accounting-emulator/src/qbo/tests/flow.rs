//! The way of a client of the real API, from discovery to a paid invoice.

use bytes::Bytes;
use chrono::Duration;
use http::Response;
use serde_json::{Value, json as value};
use url::Url;

use crate::qbo::testing::{Client, header, json, reply, text};
use crate::qbo::{QboConfig, RateLimits};

#[track_caller]
fn good(response: &Response<Bytes>) -> Value {
    assert_eq!(response.status(), 200, "{}", text(response));
    json(response)
}

/// Posts an entity and gives it back out of its envelope.
#[track_caller]
fn created(client: &mut Client, path: &str, name: &str, body: &Value) -> Value {
    let answer = good(&reply(client.post(&format!("{path}?minorversion=75"), &body.to_string())));
    assert!(answer["time"].is_string(), "{answer}");
    answer[name].clone()
}

fn queried(client: &mut Client, statement: &str) -> Value {
    good(&reply(client.send("POST", "query?minorversion=75", "application/text", statement.as_bytes())))["QueryResponse"].clone()
}

fn id(entity: &Value) -> &str {
    entity["Id"].as_str().unwrap_or_else(|| panic!("no Id in {entity}"))
}

/// Finds the endpoints, consents and takes tokens as an SDK does.
fn connect() -> Client {
    let config = QboConfig { auto_consent: true, limits: RateLimits::off(), ..QboConfig::default() };
    let mut client = Client::with(config);
    let discovery = good(&reply(client.bare("GET", "/.well-known/openid_configuration", &[("host", "e.test")], b"")));
    let path = |name: &str| Url::parse(discovery[name].as_str().expect("a URL")).expect("a URL").path().to_owned();
    let query = "client_id=ABEmulatorClientId00000000000000000000000000000001&response_type=code&state=s\
                 &scope=com.intuit.quickbooks.accounting&redirect_uri=http%3A%2F%2Flocalhost%3A8910%2Fcallback";
    let ask = format!("{}?{query}", path("authorization_endpoint"));
    let consent = reply(client.bare("GET", &ask, &[], b""));
    let callback = Url::parse(header(consent.headers(), "location")).expect("a callback");
    let of = |name: &str| {
        callback.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).expect("a parameter")
    };
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &of("code")),
        ("redirect_uri", "http://localhost:8910/callback"),
    ];
    let tokens = good(&client.form(&path("token_endpoint"), &form));
    client.realm = of("realmId");
    client.token = tokens["access_token"].as_str().expect("a token").to_owned();
    client
}

/// The id of a tax code that carries ten per cent on sales.
fn gst(client: &mut Client) -> String {
    let rates = queried(client, "select * from TaxRate");
    let is_gst = |rate: &&Value| rate["RateValue"].as_f64() == Some(10.0);
    let ten: Vec<String> =
        rates["TaxRate"].as_array().expect("rates").iter().filter(is_gst).map(|rate| id(rate).to_owned()).collect();
    let codes = queried(client, "select * from TaxCode");
    let carries = |code: &&Value| {
        let details = code["SalesTaxRateList"]["TaxRateDetail"].as_array().cloned().unwrap_or_default();
        details.iter().any(|detail| ten.iter().any(|rate| detail["TaxRateRef"]["value"] == value!(rate)))
    };
    id(codes["TaxCode"].as_array().expect("codes").iter().find(carries).expect("a code of 10 %")).to_owned()
}

fn invoice(client: &mut Client, customer: &str) -> Value {
    let code = gst(client);
    let body = value!({
        "CustomerRef": { "value": customer }, "TxnDate": "2026-11-21", "GlobalTaxCalculation": "TaxExcluded",
        "DocNumber": "INV-1042",
        "Line": [{ "Amount": 1183.00, "Description": "Hopper", "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": { "ItemRef": { "value": "1" }, "Qty": 2, "UnitPrice": 591.5,
                                     "TaxCodeRef": { "value": code } } }],
    });
    created(client, "invoice", "Invoice", &body)
}

#[test]
fn a_client_connects_invoices_is_paid_and_sees_it_everywhere() {
    let mut client = connect();
    let realm = client.realm.clone();
    let company = good(&client.get(&format!("companyinfo/{realm}?minorversion=75")));
    assert_eq!(company["CompanyInfo"]["Country"], "AU");

    let customer = created(&mut client, "customer", "Customer", &value!({ "DisplayName": "Acme Pty Ltd" }));
    let invoice = invoice(&mut client, id(&customer));
    assert_eq!((&invoice["TotalAmt"], &invoice["Balance"]), (&value!(1301.3), &value!(1301.3)), "{invoice}");
    assert_eq!((&invoice["SyncToken"], &invoice["domain"]), (&value!("0"), &value!("QBO")));

    let payment = value!({
        "CustomerRef": { "value": id(&customer) }, "TotalAmt": 1301.30, "PaymentRefNum": "EFT 778",
        "Line": [{ "Amount": 1301.30, "LinkedTxn": [{ "TxnId": id(&invoice), "TxnType": "Invoice" }] }],
    });
    let payment = created(&mut client, "payment", "Payment", &payment);
    let paid = good(&client.get(&format!("invoice/{}", id(&invoice))))["Invoice"].clone();
    assert_eq!((&paid["Balance"], &paid["SyncToken"]), (&value!(0), &value!("1")), "{paid}");
    assert_eq!(paid["LinkedTxn"][0]["TxnId"], payment["Id"]);

    let by_get =
        good(&client.get("query?query=select%20*%20from%20Invoice%20where%20DocNumber%20%3D%20%27INV-1042%27"));
    let by_post = queried(&mut client, "select * from Invoice where DocNumber = 'INV-1042'");
    assert_eq!(by_get["QueryResponse"], by_post);
    assert_eq!((&by_post["Invoice"][0]["Id"], &by_post["maxResults"]), (&invoice["Id"], &value!(1)));

    let changes = good(&client.get("cdc?entities=Invoice,Payment&changedSince=2026-11-20T00:00:00-08:00"));
    let text = changes.to_string();
    assert!(text.contains("\"INV-1042\"") && text.contains("EFT 778"), "{text}");
    let booked: Vec<String> = client.qbo.documents(&realm).iter().map(|document| document.kind.to_string()).collect();
    assert_eq!(booked.len(), 2, "{booked:?}");
}

#[test]
fn thirty_customers_come_in_one_batch() {
    let mut client = connect();
    let items: Vec<Value> = (0..30)
        .map(|n| value!({ "bId": n.to_string(), "operation": "create", "Customer": { "DisplayName": format!("C{n:02}") } }))
        .collect();
    let answer = good(&reply(client.post("batch?requestid=b1", &value!({ "BatchItemRequest": items }).to_string())));
    let created = answer["BatchItemResponse"].as_array().expect("items");
    assert!(created.len() == 30 && created.iter().all(|item| item["Customer"]["Id"].is_string()), "{answer}");
    assert_eq!(queried(&mut client, "select count(*) from Customer where DisplayName like 'C%'")["totalCount"], 30);
}

#[test]
fn a_drawing_is_attached_with_bare_line_feeds_and_comes_back() {
    let mut client = connect();
    let customer = created(&mut client, "customer", "Customer", &value!({ "DisplayName": "Acme Pty Ltd" }));
    let invoice = invoice(&mut client, id(&customer));
    let body = format!(
        "--XyZ\nContent-Disposition: form-data; name=\"file_metadata_01\"; filename=\"attachment.json\"\n\
         Content-Type: application/json; charset=UTF-8\n\n\
         {{\"AttachableRef\":[{{\"EntityRef\":{{\"type\":\"Invoice\",\"value\":\"{}\"}},\"IncludeOnSend\":false}}],\
         \"FileName\":\"dwg7.pdf\",\"ContentType\":\"application/pdf\"}}\n--XyZ\n\
         Content-Disposition: form-data; name=\"file_content_01\"; filename=\"dwg7.pdf\"\n\
         Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n--XyZ--\n",
        id(&invoice)
    );
    let kind = "multipart/form-data; boundary=XyZ";
    let uploaded = good(&reply(client.send("POST", "upload", kind, body.as_bytes())));
    let attachable = &uploaded["AttachableResponse"][0]["Attachable"];
    assert_eq!((&attachable["FileName"], &attachable["Size"]), (&value!("dwg7.pdf"), &value!(9)), "{uploaded}");
    let statement = format!(
        "select * from Attachable where AttachableRef.EntityRef.Type = 'invoice' and AttachableRef.EntityRef.value = '{}'",
        id(&invoice)
    );
    assert_eq!(queried(&mut client, &statement)["Attachable"][0]["Id"], attachable["Id"]);
    let download = client.get(&format!("download/{}", id(attachable)));
    assert_eq!(header(download.headers(), "content-type"), "text/plain;charset=UTF-8");
    let address = Url::parse(&text(&download)).expect("an address");
    let path = address[url::Position::BeforePath..].to_owned();
    let file = reply(client.bare("GET", &path, &[], b""));
    assert_eq!((header(file.headers(), "content-type"), &file.body()[..]), ("application/pdf", &b"%PDF-1.4\n"[..]));
    let bearer = format!("Bearer {}", client.token);
    assert_eq!(reply(client.bare("GET", &path, &[("authorization", &bearer)], b"")).status(), 400);
    assert_eq!(reply(client.bare("GET", &path.replace("signature=", "signature=x"), &[], b"")).status(), 403);
    client.now += Duration::minutes(16);
    assert_eq!(reply(client.bare("GET", &path, &[], b"")).status(), 403, "an address lives a quarter of an hour");

    let refused = good(&reply(client.send(
        "POST",
        "upload",
        kind,
        body.replace("application/pdf", "application/octet-stream").as_bytes(),
    )));
    assert_eq!(refused["AttachableResponse"][0]["Fault"]["Error"][0]["code"], "6041", "{refused}");
    let code = |client: &mut Client, kind: &str, body: &str| {
        let answer = reply(client.send("POST", "upload", kind, body.as_bytes()));
        (answer.status().as_u16(), crate::qbo::testing::code(&answer))
    };
    assert_eq!(code(&mut client, "application/json", "{}"), (400, "500".to_owned()));
    assert_eq!(code(&mut client, kind, "nothing"), (400, "2010".to_owned()));
}
