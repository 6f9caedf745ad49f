//! The pages that a person sees.

use std::fmt::Write;

use bytes::Bytes;
use http::{Response, StatusCode};
use uuid::Uuid;

use crate::html::{self, escaped};

/// What the consent page shows.
pub(super) struct ConsentPage<'a> {
    pub(super) app: &'a str,
    pub(super) scopes: &'a [String],
    /// Id, name, whether it is connected already.
    pub(super) files: &'a [(Uuid, &'a str, bool)],
    /// The request's own parameters, sent back with the answer.
    pub(super) parameters: &'a [(String, String)],
    /// What was wrong with the last answer.
    pub(super) problem: Option<&'a str>,
}

/// Lists the company files, of which one is picked; `decision` is `allow` or `cancel`.
pub(super) fn consent(page: &ConsentPage<'_>) -> Response<Bytes> {
    let mut form = String::new();
    if let Some(problem) = page.problem {
        push(&mut form, format_args!("<p role=\"alert\">{}</p>", escaped(problem)));
    }
    push(&mut form, format_args!("<p>{} wants access.</p><ul>", escaped(page.app)));
    for scope in page.scopes {
        push(&mut form, format_args!("<li><code>{}</code></li>", escaped(scope)));
    }
    form.push_str("</ul><form method=\"post\" action=\"/oauth2/account/authorize\">");
    for (name, value) in page.parameters {
        push(
            &mut form,
            format_args!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value)),
        );
    }
    form.push_str("<fieldset><legend>Company file</legend>");
    for (at, (id, name, connected)) in page.files.iter().enumerate() {
        let checked = if at == 0 { " checked" } else { "" };
        let note = if *connected { " (connected)" } else { "" };
        push(
            &mut form,
            format_args!(
                "<p><label><input type=\"radio\" name=\"file\" value=\"{id}\"{checked}> {}{note}</label></p>",
                escaped(name)
            ),
        );
    }
    form.push_str(
        "</fieldset><p><button name=\"decision\" value=\"allow\">Allow</button> \
         <button name=\"decision\" value=\"cancel\">Cancel</button></p></form>",
    );
    let status = if page.problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    html::page(status, "MYOB", "Allow access to your company file", &form)
}

/// Shown instead of a redirect, so that no code and no error ever leaves for an address that is not registered.
pub(super) fn error(code: &str, description: &str) -> Response<Bytes> {
    let text = format!("<p><code>{}</code></p><p>{}</p>", escaped(code), escaped(description));
    html::page(StatusCode::BAD_REQUEST, "MYOB", "The app could not connect", &text)
}

fn push(text: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(part);
}
