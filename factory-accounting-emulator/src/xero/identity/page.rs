//! The pages that a person sees: plain forms that a browser and a program can both answer.

use std::fmt::Write;

use bytes::Bytes;
use http::{Response, StatusCode};
use uuid::Uuid;

use crate::html::{self, escaped};

/// What the consent page shows.
pub(super) struct Consent<'a> {
    pub(super) app: &'a str,
    pub(super) user: &'a str,
    pub(super) scopes: &'a [String],
    /// Tenant, name, whether it is connected already.
    pub(super) organisations: &'a [(Uuid, String, bool)],
    /// The request's own parameters, sent back with the answer.
    pub(super) parameters: &'a [(String, String)],
    /// What was wrong with the last answer.
    pub(super) problem: Option<&'a str>,
}

/// Lists the organisations with check boxes; `decision` is `allow` or `cancel`.
pub(super) fn consent(page: &Consent<'_>) -> Response<Bytes> {
    let mut form = String::new();
    if let Some(problem) = page.problem {
        push(&mut form, format_args!("<p role=\"alert\">{}</p>", escaped(problem)));
    }
    push(&mut form, format_args!("<p>{} wants access as {}.</p><ul>", escaped(page.app), escaped(page.user)));
    for scope in page.scopes {
        push(&mut form, format_args!("<li><code>{}</code></li>", escaped(scope)));
    }
    form.push_str("</ul><form method=\"post\" action=\"/identity/connect/authorize\">");
    for (name, value) in page.parameters {
        push(
            &mut form,
            format_args!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value)),
        );
    }
    form.push_str("<fieldset><legend>Organisations</legend>");
    for (at, (tenant, name, connected)) in page.organisations.iter().enumerate() {
        let checked = if at == 0 { " checked" } else { "" };
        let note = if *connected { " (connected)" } else { "" };
        push(
            &mut form,
            format_args!(
                "<p><label><input type=\"checkbox\" name=\"tenant\" value=\"{tenant}\"{checked}> {}{note}</label></p>",
                escaped(name)
            ),
        );
    }
    form.push_str(
        "</fieldset><p><button name=\"decision\" value=\"allow\">Allow access</button> \
         <button name=\"decision\" value=\"cancel\">Cancel</button></p></form>",
    );
    let status = if page.problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    html::page(status, "Xero", "Allow access", &form)
}

/// Shown instead of a redirect, so that no code and no error ever leaves for an address that is not registered.
pub(super) fn error(code: &str, description: &str) -> Response<Bytes> {
    let text = format!("<p><code>{}</code></p><p>{}</p>", escaped(code), escaped(description));
    html::page(StatusCode::BAD_REQUEST, "Xero", "Sorry, something went wrong", &text)
}

fn push(text: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(part);
}
