//! Where a request goes below a base, and the same as text that a store keeps.

use http::Method;
use url::Url;

/// Stands in for the base while a target is text.
const NOWHERE: &str = "https://nowhere.invalid/";

/// What the text of a [`target`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Method.
    pub method: Method,
    /// Path segments, decoded.
    pub segments: Vec<String>,
    /// Query parameters, decoded.
    pub query: Vec<(String, String)>,
}

/// A base that cannot carry a path, such as `mailto:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it takes no path")]
pub struct UnusableBase;

/// The URL of path segments and query parameters below a base, each encoded.
///
/// # Errors
/// Where the base cannot carry a path.
pub fn below(base: &Url, segments: &[String], query: &[(String, String)]) -> Result<Url, UnusableBase> {
    let mut url = base.clone();
    url.path_segments_mut().map_err(|()| UnusableBase)?.pop_if_empty().extend(segments);
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// A target as text that [`read_target`] reads again: method and relative URL. It names no host, so that it outlives a
/// change of the configuration.
#[must_use]
pub fn target(method: &Method, segments: &[String], query: &[(String, String)]) -> String {
    let url = Url::parse(NOWHERE).ok().and_then(|base| below(&base, segments, query).ok());
    let relative = url.as_ref().map_or("", |url| url.as_str().trim_start_matches(NOWHERE));
    format!("{method} {relative}")
}

/// Reads the text of a [`target`]; `None` for a text that is none.
#[must_use]
pub fn read_target(text: &str) -> Option<Target> {
    let (method, relative) = text.split_once(' ')?;
    let url = Url::parse(NOWHERE).ok()?.join(relative).ok()?;
    let segments = url.path_segments()?.map(decoded).collect::<Option<Vec<_>>>()?;
    let query = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    Some(Target { method: method.parse().ok()?, segments, query })
}

fn decoded(segment: &str) -> Option<String> {
    // A form with one nameless value decodes a percent-encoded text, apart from `+` and `&`, which paths keep as they are.
    let form = segment.replace('+', "%2B").replace('&', "%26");
    let text = url::form_urlencoded::parse(format!("={form}").as_bytes()).next().map(|(_, value)| value.into_owned());
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_survives_as_text_whatever_its_parts_hold() {
        let segments = ["things", "a/b c+d%&=é"].map(str::to_owned);
        let query = [("where", "name==\"O'Brien & Söhne\""), ("key", "k&1 é'%")];
        let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let text = target(&Method::PUT, &segments, &query);
        assert!(text.starts_with("PUT things/a%2Fb%20c+d%25&=%C3%A9?where=name"), "{text}");
        assert_eq!(
            read_target(&text),
            Some(Target { method: Method::PUT, segments: segments.to_vec(), query: query.to_vec() })
        );
        for text in ["", "POST", "POST ", "POST a//b", "\n /a"] {
            assert_eq!(read_target(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_url_keeps_the_path_of_its_base() {
        for base in ["http://localhost:9/api/2.0", "http://localhost:9/api/2.0/"] {
            let url = below(&Url::parse(base).expect("a base"), &["things".to_owned()], &[]).expect("a URL");
            assert_eq!(url.as_str(), "http://localhost:9/api/2.0/things");
        }
        assert_eq!(below(&Url::parse("mailto:x@y.example").expect("a URL"), &[], &[]), Err(UnusableBase));
    }
}
