//! The pages that a person sees.

use std::fmt::Write;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use crate::html::{self, escaped};

/// What the consent page shows.
pub(super) struct ConsentPage<'a> {
    pub(super) app: &'a str,
    pub(super) scopes: &'a [String],
    /// Realm, name, whether it is connected already.
    pub(super) companies: &'a [(u64, &'a str, bool)],
    /// The request's own parameters, sent back with the answer.
    pub(super) parameters: &'a [(String, String)],
    /// What was wrong with the last answer.
    pub(super) problem: Option<&'a str>,
}

/// Lists the companies, of which one is picked; `decision` is `allow` or `cancel`.
pub(super) fn consent(page: &ConsentPage<'_>) -> Response<Bytes> {
    let mut form = String::new();
    if let Some(problem) = page.problem {
        push(&mut form, format_args!("<p role=\"alert\">{}</p>", escaped(problem)));
    }
    push(&mut form, format_args!("<p>{} wants access.</p><ul>", escaped(page.app)));
    for scope in page.scopes {
        push(&mut form, format_args!("<li><code>{}</code></li>", escaped(scope)));
    }
    form.push_str("</ul><form method=\"post\" action=\"/connect/oauth2\">");
    for (name, value) in page.parameters {
        push(
            &mut form,
            format_args!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value)),
        );
    }
    form.push_str("<fieldset><legend>Company</legend>");
    for (at, (realm, name, connected)) in page.companies.iter().enumerate() {
        let checked = if at == 0 { " checked" } else { "" };
        let note = if *connected { " (connected)" } else { "" };
        push(
            &mut form,
            format_args!(
                "<p><label><input type=\"radio\" name=\"realm\" value=\"{realm}\"{checked}> {}{note}</label></p>",
                escaped(name)
            ),
        );
    }
    form.push_str(
        "</fieldset><p><button name=\"decision\" value=\"allow\">Connect</button> \
         <button name=\"decision\" value=\"cancel\">Cancel</button></p></form>",
    );
    let status = if page.problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    unframed(html::page(status, "QuickBooks", "Connect your company", &form))
}

/// Shown instead of a redirect, so that no code and no error ever leaves for an address that is not registered.
pub(super) fn error(code: &str, description: &str) -> Response<Bytes> {
    let text = format!("<p><code>{}</code></p><p>{}</p>", escaped(code), escaped(description));
    unframed(html::page(StatusCode::BAD_REQUEST, "QuickBooks", "Sorry, but the app could not connect", &text))
}

/// The page refuses to be framed (qbo.md 1.2).
fn unframed(mut response: Response<Bytes>) -> Response<Bytes> {
    response.headers_mut().insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

fn push(text: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(part);
}
