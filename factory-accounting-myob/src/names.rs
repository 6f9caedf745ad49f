//! Keys that records are found by, in the fields that MYOB can be asked for.

use uuid::Uuid;

/// Longest number of a card (myob.md 3.1).
pub(crate) const DISPLAY_ID: usize = 15;
/// Stands before the key in the description of a job that was made from here.
const KEY_PREFIX: &str = "Ref ";

/// The number of a card that is made from here: the key itself where a card number can hold it, else a digest of it.
pub(crate) fn display_id(external_key: &str) -> String {
    let plain = external_key.bytes().all(|byte| byte.is_ascii_graphic());
    if plain && !external_key.is_empty() && external_key.len() <= DISPLAY_ID {
        return external_key.to_owned();
    }
    let digest = Uuid::new_v5(&Uuid::NAMESPACE_URL, external_key.as_bytes()).simple().to_string();
    format!("F{}", digest.get(..DISPLAY_ID - 1).unwrap_or(&digest))
}

/// The description of a job that is made from here. Its number is the one that people know, and may be taken by a job of
/// somebody else's.
pub(crate) fn job_note(external_key: &str) -> String {
    format!("{KEY_PREFIX}{external_key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_fits_is_the_number_and_any_other_is_told_by_a_digest() {
        assert_eq!(display_id("C-1042"), "C-1042");
        let long = display_id("C-1042-of-the-northern-branch");
        assert_eq!((long.len(), long.starts_with('F')), (DISPLAY_ID, true));
        assert_eq!(long, display_id("C-1042-of-the-northern-branch"));
        assert_ne!(long, display_id("C-1042-of-the-southern-branch"));
        for odd in ["", "C 1042", "C-é"] {
            assert!(display_id(odd).starts_with('F'), "{odd}");
        }
    }
}
