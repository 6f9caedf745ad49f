//! Keys that records are found by, in the fields that MYOB can be asked for.

use uuid::Uuid;

/// Longest number of a card (myob.md 3.1).
pub(crate) const DISPLAY_ID: usize = 15;
/// Figures of a number in older files (myob.md 3.4).
const PADDED: usize = 8;
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

/// A number of figures alone as older files write it: filled up with zeros. `None` where it is as long already, or holds
/// anything else.
pub(crate) fn padded(number: &str) -> Option<String> {
    (is_figures(number) && number.len() < PADDED).then(|| format!("{number:0>PADDED$}"))
}

/// Whether two texts are one number, in whatever case and with however many zeros before it a file writes it.
pub(crate) fn same_number(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    let figures = is_figures(one) && is_figures(other);
    one.eq_ignore_ascii_case(other) || figures && one.trim_start_matches('0') == other.trim_start_matches('0')
}

fn is_figures(number: &str) -> bool {
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
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

    #[test]
    fn a_number_is_one_however_a_file_fills_it_up() {
        assert_eq!(padded("1042").as_deref(), Some("00001042"));
        for none in ["", "12345678", "123456789", "INV-1", "10 42", "4\u{663}"] {
            assert_eq!(padded(none), None, "{none}");
        }
        for (one, other, same) in [
            ("1042", "00001042", true),
            ("00001042", " 1042 ", true),
            ("inv-1", "INV-1", true),
            ("1042", "1043", false),
            ("1042", "10420000", false),
            ("INV-1", "INV-01", false),
            ("0A", "A", false),
        ] {
            assert_eq!(same_number(one, other), same, "{one} {other}");
        }
    }
}
