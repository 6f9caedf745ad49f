//! Where requests go: paths and query parameters. Nothing is pasted into a URL: segments and values are encoded by the
//! `url` crate (R36), and no host that MYOB names is ever believed (myob.md 1.5).

use factory_accounting_http::{Target, UnusableBase, below, read_target, target};
use http::Method;
use url::Url;

use crate::remote_id::{Collection, is_uid};

/// A call of the API: method, path below the company file, query parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    /// Whether it lies beside the company files rather than in one.
    outside: bool,
    segments: Vec<String>,
    query: Vec<(String, String)>,
}

impl Endpoint {
    /// A path in the company file.
    pub(crate) fn at(method: Method, path: &str) -> Self {
        let segments = path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
        Self { method, outside: false, segments, query: Vec::new() }
    }

    /// The company file itself.
    pub(crate) fn root() -> Self {
        Self::at(Method::GET, "")
    }

    /// The routes of the API.
    pub(crate) fn info() -> Self {
        Self { outside: true, ..Self::at(Method::GET, "Info") }
    }

    /// The company.
    pub(crate) fn company() -> Self {
        Self::at(Method::GET, "Company")
    }

    /// How the company works.
    pub(crate) fn preferences() -> Self {
        Self::at(Method::GET, "Company/Preferences")
    }

    /// Reads a record.
    pub(crate) fn get(collection: Collection, uid: &str) -> Self {
        Self::at(Method::GET, collection.wire()).below(uid).lean(collection)
    }

    /// Creates a record, and answers with it (myob.md 4).
    pub(crate) fn post(collection: Collection) -> Self {
        Self::at(Method::POST, collection.wire()).with("returnBody", "true").lean(collection)
    }

    /// Replaces a record, and answers with it.
    pub(crate) fn put(collection: Collection, uid: &str) -> Self {
        Self::at(Method::PUT, collection.wire()).below(uid).with("returnBody", "true").lean(collection)
    }

    /// Deletes a record.
    pub(crate) fn delete(collection: Collection, uid: &str) -> Self {
        Self::at(Method::DELETE, collection.wire()).below(uid)
    }

    /// The files of a record.
    pub(crate) fn attachments(method: Method, collection: Collection, uid: &str) -> Self {
        Self::at(method, collection.wire()).below(uid).below("Attachment")
    }

    /// Appends a path segment.
    pub(crate) fn below(mut self, segment: &str) -> Self {
        self.segments.push(segment.to_owned());
        self
    }

    /// Adds a query parameter.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// Answers without addresses are smaller and sooner there (myob.md 4). Money keeps them: its links name no layout, so
    /// that only the address tells which document is meant.
    pub(crate) fn lean(self, collection: Collection) -> Self {
        if collection.links_blindly() { self } else { self.without_uris() }
    }

    pub(crate) fn without_uris(self) -> Self {
        self.with("generateUris", "false")
    }

    /// The collection that the path names.
    pub(crate) fn collection(&self) -> Option<Collection> {
        // The longest path that is one: documents have their layout behind their kind.
        [3, 2].into_iter().find_map(|length| Collection::of_path(&self.segments.get(..length)?.join("/")))
    }

    /// The record that the path names.
    pub(crate) fn uid(&self) -> Option<&str> {
        self.segments.iter().map(String::as_str).find(|segment| is_uid(segment))
    }

    /// What the path is called when nobody knows why it is refused.
    pub(crate) fn path(&self) -> String {
        self.segments.join("/")
    }

    /// The next page of this list by the address that MYOB gives for it: its path must be this one's, and its host is not
    /// believed (myob.md 5). `None` for an address that leads elsewhere, or to this very page.
    pub(crate) fn next(&self, link: &str) -> Option<Self> {
        let url = Url::parse(NOWHERE).ok()?.join(link).ok()?;
        let path = url.path().trim_matches('/').to_ascii_lowercase();
        let same = path == self.path().to_ascii_lowercase()
            || path.ends_with(&format!("/{}", self.path().to_ascii_lowercase()));
        let mut next = self.clone();
        next.query = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        for (name, value) in &self.query {
            // A page in another order, or of other rows, is no next one.
            if name != "$skip" && !next.query.iter().any(|(held, _)| held.eq_ignore_ascii_case(name)) {
                next = next.with(name, value.as_str());
            }
        }
        let sorted = |endpoint: &Self| {
            let mut query = endpoint.query.clone();
            query.sort_unstable();
            query
        };
        (same && url.query().is_some() && sorted(&next) != sorted(self)).then_some(next)
    }

    /// The URL below the base and the company file.
    pub(crate) fn url(&self, base: &Url, file: &Url) -> Result<Url, UnusableBase> {
        below(if self.outside { base } else { file }, &self.segments, &self.query)
    }

    /// As text that [`parse`](Self::parse) reads again: method and relative URL. It names neither host nor company file, so
    /// that it outlives a change of the configuration.
    pub(crate) fn target(&self) -> String {
        target(&self.method, &self.segments, &self.query)
    }

    /// Reads the text of [`target`](Self::target).
    pub(crate) fn parse(target: &str) -> Option<Self> {
        let Target { method, segments, query } = read_target(target)?;
        Some(Self { method, outside: false, segments, query })
    }
}

/// Stands in for the host of a next page, which is not believed.
const NOWHERE: &str = "https://myob.invalid/";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odata::{Query, Union};
    use crate::remote_id::Layout;

    const UID: &str = "3f6c0a52-1b7e-4d0a-9a57-0c2f6f3c9e11";

    #[test]
    fn a_target_survives_as_text() {
        let invoice = Collection::Invoice(Layout::Item);
        for (endpoint, expected) in [
            (Endpoint::post(invoice), "POST Sale/Invoice/Item?returnBody=true&generateUris=false".to_owned()),
            (Endpoint::delete(invoice, UID), format!("DELETE Sale/Invoice/Item/{UID}")),
            (
                Endpoint::put(Collection::Customer, UID),
                format!("PUT Contact/Customer/{UID}?returnBody=true&generateUris=false"),
            ),
        ] {
            assert_eq!(endpoint.target(), expected);
            let read = Endpoint::parse(&expected).expect("a target");
            assert_eq!((&read, read.collection()), (&endpoint, endpoint.collection()));
        }
        assert_eq!(Endpoint::delete(invoice, UID).uid(), Some(UID));
        assert_eq!(Endpoint::delete(invoice, UID).collection(), Some(invoice));
        for text in ["", "POST", "POST ", "POST a//b"] {
            assert_eq!(Endpoint::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_lies_in_the_file_and_what_lies_beside_it() {
        let base = Url::parse("http://localhost:9/accountright/").expect("a base");
        let file = base.join(UID).expect("a URL");
        let url = |endpoint: Endpoint| endpoint.url(&base, &file).expect("a URL").to_string();
        assert_eq!(url(Endpoint::root()), format!("http://localhost:9/accountright/{UID}"));
        assert_eq!(url(Endpoint::info()), "http://localhost:9/accountright/Info");
        assert_eq!(url(Endpoint::preferences()), format!("http://localhost:9/accountright/{UID}/Company/Preferences"));
        let odd = Url::parse("mailto:x@y.test").expect("a URL");
        assert_eq!(Endpoint::root().url(&odd, &odd), Err(UnusableBase));
    }

    #[test]
    fn r49_the_host_of_a_next_page_is_not_believed_and_its_path_must_be_the_lists() {
        let list = Query::over(Union::Invoices).endpoint();
        let next = |link: &str| list.next(link).map(|next| next.target());
        assert_eq!(
            next(&format!("https://evil.example/accountright/{UID}/Sale/Invoice/?$top=1000&$skip=1000")).as_deref(),
            Some("GET Sale/Invoice?%24top=1000&%24skip=1000&%24orderby=UID&generateUris=false")
        );
        for elsewhere in ["https://evil.example/Contact/Customer?$skip=1", "/Sale/Invoice", "", "https://"] {
            assert_eq!(next(elsewhere), None, "{elsewhere}");
        }
        let itself = list.target().replace("GET ", "/");
        assert_eq!(next(&itself), None, "a page that leads to itself");
        assert_eq!(next("/Sale/Invoice?$top=1000&$orderby=UID"), None, "the same in another order");
    }
}
