//! The pages that a person sees: plain forms that a browser and a program can both answer.

use std::fmt::{Arguments, Write as _};

use bytes::Bytes;
use http::{Response, StatusCode};

use crate::answer::typed;

/// A page of an emulated package.
pub(crate) fn page(status: StatusCode, package: &str, title: &str, content: &str) -> Response<Bytes> {
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} | emulated {package}</title></head>\
         <body><main><h1>{title}</h1>{content}</main></body></html>\n"
    );
    typed(status, "text/html; charset=utf-8", page)
}

/// Text that is safe in content and in a quoted attribute.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// Adds a part to a page.
pub(crate) fn push(content: &mut String, part: Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = content.write_fmt(part);
}
