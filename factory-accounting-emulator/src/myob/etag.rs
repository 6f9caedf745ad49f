//! Answers that the caller has already: `If-None-Match` and 304 (myob.md 5).

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::myob::call::Reply;

/// A successful read with a tag, or 304 without a body where the caller holds that tag. A single entity is tagged by
/// its row version; any other body, such as a list, by what it says.
pub(super) fn answered(method: &Method, asked: &HeaderMap, mut reply: Reply) -> Reply {
    if *method != Method::GET || reply.status != StatusCode::OK || reply.body.is_empty() {
        return reply;
    }
    let tag = match reply.headers.get(header::ETAG) {
        Some(tag) => tag.clone(),
        None => {
            let Ok(tag) = HeaderValue::from_str(&format!("\"{:016x}\"", fingerprint(&reply.body))) else {
                return reply;
            };
            reply.headers.insert(header::ETAG, tag.clone());
            tag
        }
    };
    if asked.get_all(header::IF_NONE_MATCH).iter().any(|held| holds(held, &tag)) {
        let mut unchanged = Reply::empty(StatusCode::NOT_MODIFIED);
        unchanged.headers.insert(header::ETAG, tag);
        return unchanged;
    }
    reply
}

fn holds(held: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(held), Ok(tag)) = (held.to_str(), tag.to_str()) else { return false };
    held.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
}

/// FNV-1a.
fn fingerprint(body: &[u8]) -> u64 {
    body.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(held: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(held));
        headers
    }

    #[test]
    fn a_known_row_version_is_not_sent_again() {
        let reply = || Reply::tagged("{}", "-42");
        for (held, status) in
            [("\"-42\"", 304), ("W/\"-42\"", 304), ("\"1\", \"-42\"", 304), ("*", 304), ("\"42\"", 200)]
        {
            let answer = answered(&Method::GET, &asked(held), reply());
            assert_eq!(answer.status.as_u16(), status, "{held}");
            assert_eq!(answer.body.is_empty(), status == 304, "{held}");
            assert_eq!(answer.headers[header::ETAG], "\"-42\"");
        }
        assert_eq!(answered(&Method::PUT, &asked("*"), reply()).status, StatusCode::OK, "writes are never unchanged");
    }

    #[test]
    fn a_list_is_tagged_by_what_it_says() {
        let list = |body: &'static str| answered(&Method::GET, &HeaderMap::new(), Reply::json(StatusCode::OK, body));
        let tag = |body| list(body).headers[header::ETAG].clone();
        assert_eq!(tag("[1]"), tag("[1]"));
        assert_ne!(tag("[1]"), tag("[2]"));
    }
}
