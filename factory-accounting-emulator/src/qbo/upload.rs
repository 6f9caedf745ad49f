//! Files on their way in: multipart bodies with CRLF or bare LF, contents raw or in base64 (qbo.md 5.22).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode, header};

use crate::qbo::books::{Books, Fault};
use crate::qbo::call::Reply;
use crate::qbo::switches::Switches;

/// The largest call, files and metadata together.
const LARGEST: usize = 100 * 1024 * 1024;

const METADATA: &str = "file_metadata";
const CONTENT: &str = "file_content";

/// One part of a multipart body.
#[derive(Debug, Default)]
struct Part<'a> {
    name: String,
    file_name: String,
    content_type: String,
    base64: bool,
    content: &'a [u8],
}

/// Answers `POST /upload`: one entry for each file, in the order of the files.
pub(crate) fn answer(
    headers: &HeaderMap,
    body: &Bytes,
    books: &mut Books,
    now: DateTime<Utc>,
    switches: &Switches,
) -> Result<Reply, Fault> {
    if body.len() > LARGEST {
        return Err(Fault::of(6030, format!("the upload has {} bytes, the limit is {LARGEST}", body.len())));
    }
    let boundary = boundary_of(headers)
        .ok_or_else(|| Fault::of(500, "Operation upload without multipart/form-data and boundary is not supported."))?;
    let parts = parts_of(body, &boundary).ok_or_else(|| unreadable("no part between the boundaries"))?;
    let answers = paired(&parts)?
        .into_iter()
        .map(|(metadata, content)| match attached(metadata, content, books, now, switches) {
            Ok(json) => format!("{{\"Attachable\":{json}}}"),
            Err(fault) => format!("{{\"Fault\":{}}}", fault.inner_json()),
        })
        .collect::<Vec<_>>()
        .join(",");
    let time = Books::server_time(now);
    Ok(Reply::json(StatusCode::OK, format!("{{\"AttachableResponse\":[{answers}],\"time\":\"{time}\"}}")))
}

fn unreadable(problem: &str) -> Fault {
    Fault::of(2010, format!("failed to read the multipart body: {problem}"))
}

/// Each file with the metadata of its suffix.
fn paired<'p, 'a>(parts: &'p [Part<'a>]) -> Result<Vec<(Option<&'p Part<'a>>, &'p Part<'a>)>, Fault> {
    let stranger = parts.iter().find(|part| !part.name.starts_with(METADATA) && !part.name.starts_with(CONTENT));
    if let Some(part) = stranger {
        return Err(unreadable(&format!("part \"{}\" is neither {METADATA}_n nor {CONTENT}_n", part.name)));
    }
    let pairs: Vec<_> = parts
        .iter()
        .filter_map(|part| Some((part.name.strip_prefix(CONTENT)?, part)))
        .map(|(suffix, content)| {
            let metadata = parts.iter().find(|part| part.name.strip_prefix(METADATA) == Some(suffix));
            (metadata, content)
        })
        .collect();
    let lonely = parts
        .iter()
        .filter_map(|part| part.name.strip_prefix(METADATA))
        .find(|suffix| pairs.iter().all(|(_, content)| content.name.strip_prefix(CONTENT) != Some(*suffix)));
    match lonely {
        Some(suffix) => Err(unreadable(&format!("{METADATA}{suffix} has no {CONTENT}{suffix}"))),
        None if pairs.is_empty() => Err(unreadable("there is no file")),
        None => Ok(pairs),
    }
}

fn attached(
    metadata: Option<&Part<'_>>,
    content: &Part<'_>,
    books: &mut Books,
    now: DateTime<Utc>,
    switches: &Switches,
) -> Result<String, Fault> {
    let metadata = metadata.map(decoded).transpose()?;
    let bytes = decoded(content)?;
    books.attach(metadata.as_deref(), &bytes, &content.content_type, &content.file_name, now, switches)
}

/// The bytes of a part, which may travel in base64.
fn decoded(part: &Part<'_>) -> Result<Vec<u8>, Fault> {
    if !part.base64 {
        return Ok(part.content.to_vec());
    }
    let bare: Vec<u8> = part.content.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(bare).map_err(|_| Fault::of(6041, format!("part {} is announced as base64 and is none", part.name)))
}

/// The boundary parameter of the content type.
fn boundary_of(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let (kind, parameters) = kind.split_once(';')?;
    let boundary = parameter(parameters, "boundary")?;
    (kind.trim().eq_ignore_ascii_case("multipart/form-data") && !boundary.is_empty()).then_some(boundary)
}

/// A parameter of a header's value, quoted or bare.
fn parameter(parameters: &str, name: &str) -> Option<String> {
    let mut rest = parameters.trim_start_matches([';', ' ', '\t']);
    while let Some((key, tail)) = rest.split_once('=') {
        let (value, after) = match tail.strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let end = tail.find(';').unwrap_or(tail.len());
                (tail[..end].trim().to_owned(), &tail[end..])
            }
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after.trim_start_matches([';', ' ', '\t']);
    }
    None
}

/// The text up to the closing quote, and what follows it.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

/// The parts of a body. Lines end as the first one does: in CRLF, or in LF alone, which scripts send.
fn parts_of<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let delimiters = delimiters_of(body, boundary.as_bytes());
    let first = delimiters.first()?;
    let ending: &[u8] = if body[..first.after].ends_with(b"\r\n") { b"\r\n" } else { b"\n" };
    let parts = delimiters
        .iter()
        .zip(delimiters.iter().skip(1))
        .filter(|(start, _)| !start.closes)
        .map(|(start, end)| {
            let inner = body.get(start.after..end.at).unwrap_or_default();
            part_of(inner.strip_suffix(ending).unwrap_or(inner))
        })
        .collect::<Vec<_>>();
    (!parts.is_empty()).then_some(parts)
}

/// One line that is a boundary.
struct Delimiter {
    at: usize,
    /// Where the next line begins.
    after: usize,
    /// Whether it is the last one.
    closes: bool,
}

fn delimiters_of(body: &[u8], boundary: &[u8]) -> Vec<Delimiter> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < body.len() {
        let after = body[at..].iter().position(|&byte| byte == b'\n').map_or(body.len(), |end| at + end + 1);
        let line = body[at..after].trim_ascii_end();
        if let Some(rest) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary))
            && matches!(rest, b"" | b"--")
        {
            found.push(Delimiter { at, after, closes: !rest.is_empty() });
        }
        at = after;
    }
    found
}

fn part_of(inner: &[u8]) -> Part<'_> {
    let mut part = Part::default();
    let mut rest = inner;
    while !rest.is_empty() {
        let end = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |end| end + 1);
        let (line, after) = rest.split_at(end);
        rest = after;
        let line = String::from_utf8_lossy(line.trim_ascii()).into_owned();
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "content-disposition" => {
                let parameters = value.split_once(';').map(|(_, parameters)| parameters).unwrap_or_default();
                part.name = parameter(parameters, "name").unwrap_or_default();
                part.file_name = parameter(parameters, "filename").unwrap_or_default();
            }
            "content-type" => part.content_type = value.to_owned(),
            "content-transfer-encoding" => part.base64 = value.eq_ignore_ascii_case("base64"),
            _ => {}
        }
    }
    part.content = rest;
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "--XyZ\nContent-Disposition: form-data; name=\"file_metadata_01\"; filename=\"attachment.json\"\n\
        Content-Type: application/json; charset=UTF-8\n\n{\"FileName\":\"dwg \\\"7\\\".pdf\"}\n--XyZ\n\
        Content-Disposition: form-data; filename=\"dwg \\\"7\\\".pdf\"; name=file_content_01\n\
        Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0x\nLjQK\n--XyZ--\n";

    fn read(body: &[u8]) -> Vec<Part<'_>> {
        parts_of(body, "XyZ").expect("parts")
    }

    #[test]
    fn line_endings_make_no_difference() {
        for body in [BODY.to_owned(), BODY.replace('\n', "\r\n"), format!("preamble\r\n{}", BODY.replace('\n', "\r\n"))]
        {
            let parts = read(body.as_bytes());
            assert_eq!(parts.len(), 2);
            assert_eq!((parts[0].name.as_str(), parts[0].base64), ("file_metadata_01", false));
            assert_eq!(parts[0].content, br#"{"FileName":"dwg \"7\".pdf"}"#);
            assert_eq!((parts[1].name.as_str(), parts[1].file_name.as_str()), ("file_content_01", "dwg \"7\".pdf"));
            assert_eq!(parts[1].content_type, "application/pdf");
            assert_eq!(decoded(&parts[1]).expect("base64"), b"%PDF-1.4\n");
            assert_eq!(paired(&parts).expect("pairs").len(), 1);
        }
    }

    #[test]
    fn raw_bytes_arrive_as_they_are() {
        let raw: &[u8] = b"\x00\xff\r\n--XyZzy\r\n\r";
        let mut body = b"--XyZ\r\nContent-Disposition: form-data; name=\"file_content_0\"\r\n\r\n".to_vec();
        body.extend_from_slice(raw);
        body.extend_from_slice(b"\r\n--XyZ--");
        let parts = read(&body);
        assert_eq!(decoded(&parts[0]).expect("bytes"), raw);
    }

    #[test]
    fn a_file_may_come_without_metadata_and_metadata_never_without_its_file() {
        let named = |names: &[&str]| -> Vec<Part<'static>> {
            names.iter().map(|&name| Part { name: name.to_owned(), ..Part::default() }).collect()
        };
        let pairs =
            |names: &[&str]| paired(&named(names)).map(|pairs| pairs.iter().map(|p| p.0.is_some()).collect::<Vec<_>>());
        assert_eq!(pairs(&["file_content_02", "file_content_01", "file_metadata_01"]), Ok(vec![false, true]));
        assert_eq!(pairs(&["file_metadata_01"]).unwrap_err().code(), 2010);
        assert_eq!(pairs(&["picture"]).unwrap_err().code(), 2010);
        assert_eq!(pairs(&[]).unwrap_err().code(), 2010);
    }

    #[test]
    fn what_is_announced_as_base64_must_be_it() {
        let part = Part { base64: true, content: b"b'JVBERi0xLjQK'", ..Part::default() };
        assert_eq!(decoded(&part).unwrap_err().code(), 6041);
    }

    #[test]
    fn no_bytes_make_the_reader_fail() {
        for body in [&b""[..], b"--XyZ", b"--XyZ--", b"--XyZ\n", b"--XyZ\n--XyZ", b"\n\n--XyZ\n:\n\n--XyZ--", b"\xff"] {
            if let Some(parts) = parts_of(body, "XyZ") {
                assert!(paired(&parts).is_err());
            }
        }
        assert_eq!(parameter("; a=\"b\\", "a").as_deref(), Some("b"));
        assert_eq!(parameter("a", "a"), None);
    }
}
