//! Texts and codes within a package's limits: the same every time, and different where the texts are (R36).

use crate::capability::Characters;

/// Hex digits that tell shortened texts apart.
const MARK: usize = 8;

/// The text itself where it fits; else its beginning and a mark that follows from the whole of it.
pub(super) fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let head: String = text.chars().take(limit.saturating_sub(MARK + 2)).collect();
    let whole = format!("{} #{}", head.trim_end(), mark(text));
    whole.chars().take(limit).collect()
}

/// A code that follows from an identity and begins with what can be read of a text: letters, digits and hyphens, with a mark
/// at its end, so that it never meets a code that somebody has thought of.
pub(super) fn code_of(text: &str, identity: &str, limit: usize, characters: Characters) -> String {
    let allowed = |letter: char| letter.is_alphanumeric() && characters.hold(letter);
    let words: Vec<&str> = text.split(|letter| !allowed(letter)).filter(|word| !word.is_empty()).collect();
    let mark = mark(identity);
    // Some letters have no capital of their own set: that of "ÿ" is beyond ISO 8859-1.
    let capitals = words.join("-").to_uppercase();
    let head = capitals.chars().filter(|letter| characters.hold(*letter)).take(limit.saturating_sub(MARK + 1));
    let head: String = head.collect();
    let code = match head.trim_end_matches('-') {
        "" => mark,
        head => format!("{head}-{mark}"),
    };
    code.chars().take(limit).collect()
}

fn mark(text: &str) -> String {
    crate::digest(text.as_bytes()).chars().take(MARK).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn r36_codes_are_within_limit_and_characters_and_differ_where_texts_do(
            one in "\\PC{1,60}", other in "\\PC{1,60}", limit in 12_usize..40,
        ) {
            for characters in [Characters::Any, Characters::PrintableAscii, Characters::Latin1] {
                let code = |text: &str| code_of(text, text, limit, characters);
                prop_assert!(code(&one).chars().count() <= limit);
                prop_assert_eq!(characters.odd_in(&code(&one)), None);
                prop_assert_eq!(code(&one), code(&one));
                prop_assert_eq!(code(&one) == code(&other), one == other);
            }
            prop_assert!(shortened(&one, limit).chars().count() <= limit);
            prop_assert_eq!(shortened(&one, limit) == shortened(&other, limit), one == other);
        }
    }

    #[test]
    fn r36_what_is_shortened_can_still_be_read() {
        assert_eq!(shortened("Oak top", 20), "Oak top");
        assert_eq!(shortened("Oak top, oiled and waxed", 20), "Oak top, o #b6d07dd2");
        assert_eq!(code_of("Oak top: café Nº 4", "x", 30, Characters::PrintableAscii), "OAK-TOP-CAF-N-4-2d711642");
        assert_eq!(code_of("木", "x", 30, Characters::PrintableAscii), "2d711642");
        assert_eq!(code_of("Café ÿ", "x", 30, Characters::Latin1), "CAF\u{c9}-2d711642");
    }
}
