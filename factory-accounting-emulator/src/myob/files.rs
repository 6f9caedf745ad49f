//! What the API says of company files themselves: the list, one file, the routes, the user's rights (myob.md 1.5).

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::OwnFile;
use super::books::Books;
use super::call::Reply;
use super::identity::{Caller, DEMO_USER};
use super::presigned::Links;
use super::scopes::Need;
use super::switches::UriHost;

/// The host in every address that MYOB gives; it differs from file to file and from the one that was called.
pub(super) const URI_HOST: &str = "arl2.api.myob.com";

const BUILD: &str = "2025.8.1.1";

/// How a file is shown in the list and at its own root.
fn entry(own: &OwnFile, links: &Links, host: UriHost) -> Value {
    let name = own.books.company_name();
    let mut entry = json!({
        "Id": own.id,
        "Name": name,
        "LibraryPath": name,
        "ProductVersion": "2025.8",
        "ProductLevel": { "Code": 30, "Name": "Plus" },
        "Uri": links.api(host, URI_HOST),
        "Country": own.country.code(),
        "LauncherId": own.launcher,
        "SerialNumber": own.books.serial_number(),
        "UIAccessFlags": 3,
        "Subscription": {
            "IsTrial": false,
            "Product": {
                "ProductLine": "MYOB Business",
                "Name": "MYOB Business AccountRight Plus",
                "DisplayName": "MYOB Business AccountRight Plus",
                "Id": own.launcher,
            },
        },
    });
    if let Some(since) = own.books.checked_out() {
        entry["CheckedOutDate"] = json!(since.format("%Y-%m-%dT%H:%M:%S").to_string());
        entry["CheckedOutBy"] = json!(DEMO_USER);
    }
    entry
}

/// `GET {base}`: a bare array.
pub(super) fn list<'a>(files: impl Iterator<Item = (&'a OwnFile, Links)>, host: UriHost) -> Reply {
    let entries: Vec<Value> = files.map(|(own, links)| entry(own, &links, host)).collect();
    Reply::json(StatusCode::OK, json!(entries).to_string())
}

/// `GET {cf}`: the file and the addresses of what it has.
pub(super) fn root(own: &OwnFile, links: &Links, host: UriHost) -> Reply {
    let base = links.api(host, URI_HOST);
    let resources: Vec<String> = Books::resources().iter().map(|path| format!("{base}/{path}")).collect();
    let body = json!({ "CompanyFile": entry(own, links, host), "Resources": resources });
    Reply::json(StatusCode::OK, body.to_string())
}

/// `GET {base}Info`: the build and its routes.
pub(super) fn info() -> Reply {
    let resources: Vec<Value> = Books::resources()
        .iter()
        .map(|path| {
            json!({
                "ResourcePath": path,
                "Version": "v2",
                "FromProductVersion": "2013.3",
                "ToProductVersion": null,
                "MinimumProductLevel": { "Code": 20, "Name": "Standard" },
            })
        })
        .collect();
    Reply::json(StatusCode::OK, json!({ "Build": BUILD, "Resources": resources }).to_string())
}

/// `GET {cf}/CurrentUser`: what the token may do, route by route.
pub(super) fn current_user(caller: &Caller, links: &Links, host: UriHost) -> Reply {
    let base = links.api(host, URI_HOST);
    let access: Vec<Value> = Books::resources()
        .iter()
        .map(|resource| {
            let path: Vec<String> = resource.split('/').map(str::to_lowercase).collect();
            let met = Need::of(&path).is_met(caller);
            json!({ "ResourcePath": format!("{base}/{resource}"), "Access": if met { verbs(path) } else { Vec::new() } })
        })
        .collect();
    Reply::json(StatusCode::OK, json!({ "UserAccess": access }).to_string())
}

/// The verbs of a collection and of its rows together.
fn verbs(mut path: Vec<String>) -> Vec<&'static str> {
    let mut verbs = Books::verbs(&path).unwrap_or_default().to_vec();
    path.push(Uuid::nil().to_string());
    let of_rows = Books::verbs(&path).unwrap_or_default();
    verbs.extend(of_rows.iter().filter(|verb| !verbs.contains(*verb)).copied().collect::<Vec<_>>());
    verbs
}
