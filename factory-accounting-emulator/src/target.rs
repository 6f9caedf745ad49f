//! Taking addresses and forms apart.

use url::form_urlencoded;

/// Path segments behind a prefix, percent-decoded once each (xero.md 4.13); `None` when the path is not under the
/// prefix, whose case does not matter (xero.md 0.3). A closing slash adds no segment.
pub(crate) fn segments_under(path: &str, prefix: &str) -> Option<Vec<String>> {
    let (head, rest) = path.split_at_checked(prefix.len())?;
    if !head.eq_ignore_ascii_case(prefix) {
        return None;
    }
    let rest = match rest.strip_prefix('/') {
        Some(rest) => rest,
        None if rest.is_empty() => rest,
        None => return None,
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.is_empty() {
        return Some(Vec::new());
    }
    Some(rest.split('/').map(percent_decoded).collect())
}

/// Name and value pairs of a query or form, decoded, in order.
pub(crate) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// First value of an exactly spelt name.
pub(crate) fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Percent-decoding alone: a plus sign stays one.
pub(crate) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%').then(|| hex_pair(bytes.get(at + 1..at + 3)?)).flatten();
        decoded.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let [high, low] = pair else { return None };
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart_without_regard_to_case_and_decoded_once() {
        let under = |path: &str| segments_under(path, "/api.xro/2.0");
        assert_eq!(under("/API.XRO/2.0/Invoices/INV%2D1/").unwrap(), ["Invoices", "INV-1"]);
        assert_eq!(under("/api.xro/2.0/a%2520b+c").unwrap(), ["a%20b+c"]);
        assert_eq!(under("/api.xro/2.0/50%").unwrap(), ["50%"]);
        assert_eq!(under("/api.xro/2.0").unwrap(), Vec::<String>::new());
        assert_eq!(under("/api.xro/2.00"), None);
        assert_eq!(under("/api.xro/2.0é"), None);
        assert_eq!(under("/"), None);
    }
}
