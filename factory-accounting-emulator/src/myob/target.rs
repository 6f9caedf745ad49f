//! Which of MYOB's hosts a path was meant for (myob.md 1.1, 1.2, 1.5, 3.9). Paths are matched without case, with or
//! without a closing slash.

use uuid::Uuid;

use super::books::Books;
use super::gateway::is_of_the_file;
use super::presigned::STORE;
use crate::target::segments_under;

/// Where the API begins on every host that has it.
pub(super) const API: &str = "/accountright";

/// Where a call goes.
#[derive(Debug)]
pub(super) enum Target {
    /// `secure.myob.com/oauth2/account/authorize`
    Authorize,
    /// `secure.myob.com/oauth2/v1/authorize`: code exchange and refresh alike.
    Token,
    /// `api.myob.com/accountright/`: the list of company files.
    Files,
    /// `api.myob.com/accountright/Info`
    Info,
    /// `api.myob.com/accountright/{cf}/...`
    File {
        /// The company file; `None` where the segment is no GUID.
        id: Option<Uuid>,
        /// The segments behind it, percent-decoded, in lower case.
        path: Vec<String>,
    },
    /// The store behind a presigned link.
    Attachment {
        /// The company file.
        file: Uuid,
        /// The attachment.
        attachment: Uuid,
    },
    /// No host of MYOB's has it.
    Nowhere,
}

impl Target {
    pub(super) fn of(path: &str) -> Self {
        if let Some(mut segments) = segments_under(path, API) {
            segments.iter_mut().for_each(|segment| *segment = segment.to_lowercase());
            return match segments.first().map(String::as_str) {
                None => Self::Files,
                Some("info") if segments.len() == 1 => Self::Info,
                Some(file) => {
                    let id = Uuid::parse_str(file).ok();
                    segments.remove(0);
                    Self::File { id, path: segments }
                }
            };
        }
        if let Some([file, attachment]) = segments_under(path, STORE).as_deref()
            && let (Ok(file), Ok(attachment)) = (Uuid::parse_str(file), Uuid::parse_str(attachment))
        {
            return Self::Attachment { file, attachment };
        }
        let is = |known: &str| segments_under(path, known).is_some_and(|rest| rest.is_empty());
        if is("/oauth2/account/authorize") {
            Self::Authorize
        } else if is("/oauth2/v1/authorize") {
            Self::Token
        } else {
            Self::Nowhere
        }
    }

    /// The name by which faults and counts know it: the path without ids in lower case, such as `sale/invoice/item`, or
    /// the endpoint.
    pub(super) fn resource(&self) -> String {
        match self {
            Self::Authorize => "authorize".into(),
            Self::Token => "token".into(),
            Self::Files => "companyfiles".into(),
            Self::Info => "info".into(),
            Self::Attachment { .. } => "file".into(),
            Self::Nowhere => "unknown".into(),
            Self::File { path, .. } if path.is_empty() => "companyfile".into(),
            Self::File { path, .. } if !is_of_the_file(path) && Books::verbs(path).is_none() => "unknown".into(),
            Self::File { path, .. } => {
                let words: Vec<&str> =
                    path.iter().map(String::as_str).filter(|segment| Uuid::parse_str(segment).is_err()).collect();
                words.join("/")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_the_hosts_apart_without_regard_to_case() {
        let resource = |path: &str| Target::of(path).resource();
        let file = "/AccountRight/7D3F2A10-8a1c-4a60-9b0e-2c5a90c3b111";
        for (path, expected) in [
            (format!("{file}/Sale/invoice/Item/"), "sale/invoice/item"),
            (
                format!("{file}/Purchase/Bill/Service/{0}/Attachment/{0}", Uuid::nil()),
                "purchase/bill/service/attachment",
            ),
            (format!("{file}/"), "companyfile"),
            ("/accountright".into(), "companyfiles"),
            ("/accountright/INFO".into(), "info"),
            ("/oauth2/account/authorize/".into(), "authorize"),
            ("/oauth2/v1/authorize/".into(), "token"),
            ("/oauth2/v1/authorize/x".into(), "unknown"),
            (format!("/attachments/{0}/{0}", Uuid::nil()), "file"),
            ("/attachments/x/y".into(), "unknown"),
            (format!("{file}/Nonsense"), "unknown"),
            (format!("{file}/CurrentUser"), "currentuser"),
            ("/".into(), "unknown"),
        ] {
            assert_eq!(resource(&path), expected, "{path}");
        }
        let Target::File { id: None, path } = Target::of("/accountright/nonsense/Sale%2FX") else { panic!("no file") };
        assert_eq!(path, ["sale/x"]);
    }
}
