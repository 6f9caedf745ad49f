//! The page on which a person lets an app into companies of theirs, in each package's words.

use std::fmt::Display;

use bytes::Bytes;
use http::{Response, StatusCode};

use crate::html::{self, escaped, push};

/// The field that says whether the person allows it: `allow` or `cancel`.
const DECISION: &str = "decision";

/// What a package calls things on its pages.
pub(crate) struct Wording {
    pub(crate) package: &'static str,
    pub(crate) title: &'static str,
    /// Title of the page that stands where no form can.
    pub(crate) failed: &'static str,
    /// Where the form goes.
    pub(crate) action: &'static str,
    /// Above the companies.
    pub(crate) legend: &'static str,
    pub(crate) pick: Pick,
    /// The field that names the companies picked.
    pub(crate) field: &'static str,
    /// On the button that allows it.
    pub(crate) allow: &'static str,
}

/// How many companies can be picked.
#[derive(Clone, Copy)]
pub(crate) enum Pick {
    One,
    Several,
}

/// What a consent page shows.
pub(crate) struct ConsentPage<'a, Id> {
    pub(crate) app: &'a str,
    /// Who is signed in, where the page says so.
    pub(crate) user: Option<&'a str>,
    pub(crate) scopes: &'a [String],
    /// Id, name, whether it is connected already.
    pub(crate) companies: &'a [(Id, &'a str, bool)],
    /// The fields of the request. Those that are not the form's own are sent back with the answer.
    pub(crate) fields: &'a [(String, String)],
    /// What was wrong with the last answer.
    pub(crate) problem: Option<&'a str>,
}

impl Wording {
    /// Lists the companies, the first of them picked.
    pub(crate) fn consent<Id: Display>(&self, page: &ConsentPage<'_, Id>) -> Response<Bytes> {
        let mut form = String::new();
        if let Some(problem) = page.problem {
            push(&mut form, format_args!("<p role=\"alert\">{}</p>", escaped(problem)));
        }
        let user = page.user.map(|user| format!(" as {}", escaped(user))).unwrap_or_default();
        push(&mut form, format_args!("<p>{} wants access{user}.</p><ul>", escaped(page.app)));
        for scope in page.scopes {
            push(&mut form, format_args!("<li><code>{}</code></li>", escaped(scope)));
        }
        push(&mut form, format_args!("</ul><form method=\"post\" action=\"{}\">", self.action));
        for (name, value) in page.fields.iter().filter(|(name, _)| name != self.field && name != DECISION) {
            let (name, value) = (escaped(name), escaped(value));
            push(&mut form, format_args!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"));
        }
        self.list(&mut form, page.companies);
        push(
            &mut form,
            format_args!(
                "<p><button name=\"{DECISION}\" value=\"allow\">{}</button> \
                 <button name=\"{DECISION}\" value=\"cancel\">Cancel</button></p></form>",
                self.allow
            ),
        );
        let status = if page.problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        html::page(status, self.package, self.title, &form)
    }

    fn list<Id: Display>(&self, form: &mut String, companies: &[(Id, &str, bool)]) {
        let input = match self.pick {
            Pick::One => "radio",
            Pick::Several => "checkbox",
        };
        push(form, format_args!("<fieldset><legend>{}</legend>", self.legend));
        for (at, (id, name, connected)) in companies.iter().enumerate() {
            let checked = if at == 0 { " checked" } else { "" };
            let note = if *connected { " (connected)" } else { "" };
            push(
                form,
                format_args!(
                    "<p><label><input type=\"{input}\" name=\"{}\" value=\"{id}\"{checked}> {}{note}</label></p>",
                    self.field,
                    escaped(name)
                ),
            );
        }
        form.push_str("</fieldset>");
    }

    /// Shown instead of a redirect, so that no code and no error ever leaves for an address that is not registered.
    pub(crate) fn error(&self, code: &str, description: &str) -> Response<Bytes> {
        let text = format!("<p><code>{}</code></p><p>{}</p>", escaped(code), escaped(description));
        html::page(StatusCode::BAD_REQUEST, self.package, self.failed, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDING: Wording = Wording {
        package: "Ledger",
        title: "Allow",
        failed: "Failed",
        action: "/allow",
        legend: "Company",
        pick: Pick::One,
        field: "company",
        allow: "Yes",
    };

    fn shown(fields: &[(&str, &str)], problem: Option<&str>) -> (StatusCode, String) {
        let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let companies = [(7, "Oak & Sons", false), (8, "Pine", true)];
        let page =
            ConsentPage { app: "<App>", user: None, scopes: &[], companies: &companies, fields: &fields, problem };
        let (head, body) = WORDING.consent(&page).into_parts();
        (head.status, String::from_utf8_lossy(&body).into_owned())
    }

    #[test]
    fn what_came_from_outside_is_escaped_and_the_first_company_is_picked() {
        let (status, page) = shown(&[("state", "\"><script>")], None);
        assert_eq!(status, StatusCode::OK);
        assert!(!page.contains("<script>") && page.contains("&lt;App&gt; wants access."), "{page}");
        assert!(page.contains("name=\"company\" value=\"7\" checked> Oak &amp; Sons</label>"), "{page}");
        assert!(page.contains("value=\"8\"> Pine (connected)</label>"), "{page}");
    }

    #[test]
    fn an_answer_that_was_wrong_is_asked_for_again_without_it() {
        let (status, page) = shown(&[("state", "s"), ("company", "9"), ("decision", "allow")], Some("pick one"));
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(
            page.contains("<p role=\"alert\">pick one</p>") && page.contains("name=\"state\" value=\"s\""),
            "{page}"
        );
        assert!(!page.contains("value=\"9\"") && !page.contains("type=\"hidden\" name=\"decision\""), "{page}");
    }
}
