//! Names, numbers and addresses as they compare: what people write differently and mean alike is one key (R9, R37). Keys are
//! evidence, never identity: what is tied is tied by id.

/// Legal forms as they are written, longest first, and the one way each is compared in. Spellings of one form are one; two
/// forms stay two, for "Hale Ltd" and "Hale Pty Ltd" may well be two companies.
const LEGAL_FORMS: &[(&[&str], &str)] = &[
    (&["proprietary", "limited"], "pty ltd"),
    (&["proprietary", "ltd"], "pty ltd"),
    (&["pty", "limited"], "pty ltd"),
    (&["pty", "ltd"], "pty ltd"),
    (&["public", "limited", "company"], "plc"),
    (&["limited", "liability", "company"], "llc"),
    (&["limited", "liability", "partnership"], "llp"),
    (&["no", "liability"], "nl"),
    (&["incorporated"], "inc"),
    (&["corporation"], "corp"),
    (&["proprietary"], "pty"),
    (&["limited"], "ltd"),
    (&["company"], "co"),
    (&["inc"], "inc"),
    (&["corp"], "corp"),
    (&["gmbh"], "gmbh"),
    (&["plc"], "plc"),
    (&["llc"], "llc"),
    (&["llp"], "llp"),
    (&["ltd"], "ltd"),
    (&["pty"], "pty"),
    (&["co"], "co"),
    (&["ag"], "ag"),
    (&["nl"], "nl"),
];

/// Digits of a phone number that are compared: the last ones, for the country's and the trunk's come and go.
const PHONE_DIGITS: usize = 8;

/// Fewer digits than these are an extension or a slip, and would tie strangers.
const FEWEST_PHONE_DIGITS: usize = 6;

/// A name without case, diacritics, punctuation and surplus spaces, its legal form in one spelling: `O'Brien & Søns
/// Limited` and `obrien and sons LTD.` are one. `None` where nothing is left to compare.
#[must_use]
pub fn name_key(name: &str) -> Option<String> {
    let words = words_of(name);
    let (stem, form) = split_form(&words);
    let mut key = stem.join(" ");
    if let Some(form) = form {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(form);
    }
    (!key.is_empty()).then_some(key)
}

/// [`name_key`] without the legal form: weaker evidence, for people leave it out. The whole key where a name is nothing but
/// a legal form.
#[must_use]
pub fn name_stem(name: &str) -> Option<String> {
    let words = words_of(name);
    let (stem, _) = split_form(&words);
    if stem.is_empty() { name_key(name) } else { Some(stem.join(" ")) }
}

/// The digits of a phone number that do not depend on where it is dialled from: `+64 9 123 4567` and `(09) 123-4567` are one.
/// An extension does not count. `None` where there are too few digits to mean anything.
#[must_use]
pub fn phone_key(phone: &str) -> Option<String> {
    let mut digits = String::new();
    for letter in phone.chars() {
        if let Some(digit) = letter.to_digit(10) {
            digits.extend(char::from_digit(digit, 10));
        } else if letter.is_alphabetic() && digits.len() >= FEWEST_PHONE_DIGITS {
            break;
        }
    }
    let national = digits.trim_start_matches('0');
    let key = &national[national.len().saturating_sub(PHONE_DIGITS)..];
    (key.len() >= FEWEST_PHONE_DIGITS).then(|| key.to_owned())
}

/// An e-mail address in lower case. `None` where it is none.
#[must_use]
pub fn email_key(email: &str) -> Option<String> {
    let key = email.trim().to_lowercase();
    let (user, domain) = key.rsplit_once('@')?;
    (!user.is_empty() && !domain.is_empty()).then_some(key)
}

/// Letters and digits of a registration number for tax, in lower case. `None` where there are none.
#[must_use]
pub fn tax_number_key(number: &str) -> Option<String> {
    let key: String = number.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    (!key.is_empty()).then_some(key)
}

/// The words that a text is found by, in lower case and without diacritics, in order.
#[must_use]
pub fn search_words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in text.chars() {
        fold(letter, &mut |folded| match words.last_mut() {
            Some(word) if folded.is_alphanumeric() => word.push(folded),
            Some(word) if !word.is_empty() => words.push(String::new()),
            _ => {}
        });
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The words of a name: marks inside words fall out, all others part them, and "&" is a word.
fn words_of(name: &str) -> Vec<String> {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '\'' | '’' | '‘' | '`' | '´' | '.' => {}
            '&' | '+' => plain.push_str(" and "),
            other => plain.push(other),
        }
    }
    search_words(&plain)
}

fn split_form(words: &[String]) -> (&[String], Option<&'static str>) {
    let form = LEGAL_FORMS.iter().find(|(spelling, _)| {
        words.len() >= spelling.len() && words[words.len() - spelling.len()..].iter().eq(spelling.iter())
    });
    match form {
        Some((spelling, form)) => (&words[..words.len() - spelling.len()], Some(form)),
        None => (words, None),
    }
}

/// A letter in lower case and without its diacritics. Latin letters that stand for two become two; marks that stand on their
/// own, as a decomposed text has them, fall out.
fn fold(letter: char, each: &mut impl FnMut(char)) {
    for lower in letter.to_lowercase() {
        match plain(lower) {
            Some(letters) => letters.chars().for_each(&mut *each),
            None => each(lower),
        }
    }
}

/// The plain letters of an accented lower-case one; `None` where it is plain already.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        '\u{300}'..='\u{36f}' => "",
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ'..='ặ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ỉ' | 'ị' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ọ'..='ợ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ụ'..='ự' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' | 'ỳ'..='ỹ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(key: impl Fn(&str) -> Option<String>, spellings: &[&str]) {
        let keys: Vec<_> = spellings.iter().map(|spelling| key(spelling)).collect();
        assert!(keys.iter().all(|other| other.is_some() && *other == keys[0]), "{spellings:?} are {keys:?}");
    }

    #[test]
    fn r37_names_are_compared_without_case_spaces_punctuation_and_diacritics() {
        same(name_key, &["Hale Joinery Ltd", "HALE  JOINERY LIMITED", " hale joinery, ltd. ", "Hāle Joinery Ltd"]);
        same(name_key, &["O'Brien & Søns", "OBrien and Sons", "O’BRIEN + SONS", "O\u{2019}Brien & Sons"]);
        same(name_key, &["Café Zoë", "Cafe\u{301} Zoe\u{308}", "cafe zoe"]);
        same(name_key, &["J.B. Hi-Fi", "JB Hi Fi"]);
        same(name_key, &["Straße GmbH", "STRASSE GMBH"]);
    }

    #[test]
    fn r9_spellings_of_a_legal_form_are_one_and_two_forms_are_two() {
        same(name_key, &["Hale Pty Ltd", "Hale Pty. Limited", "Hale Proprietary Limited", "HALE PTY LTD"]);
        same(name_key, &["Hale Inc.", "Hale Incorporated"]);
        assert_ne!(name_key("Hale Ltd"), name_key("Hale Pty Ltd"));
        assert_ne!(name_key("Hale Ltd"), name_key("Hale"));
        same(name_stem, &["Hale Ltd", "Hale Pty Ltd", "Hale", "hale co"]);
        // A form in the middle, or alone, is part of the name.
        assert_eq!(name_stem("Limited Editions").as_deref(), Some("limited editions"));
        assert_eq!(name_stem("The Company").as_deref(), Some("the"));
        assert_eq!(name_stem("Limited").as_deref(), Some("ltd"));
    }

    #[test]
    fn r9_phones_are_compared_wherever_they_are_dialled_from() {
        same(phone_key, &["+64 9 123 4567", "(09) 123-4567", "0064 9 1234567", "09 123 4567 ext 12"]);
        same(phone_key, &["+61 412 345 678", "0412 345 678", "0412-345-678"]);
        assert_eq!(phone_key("ext 12"), None);
        assert_eq!(phone_key("n/a"), None);
    }

    #[test]
    fn r9_emails_and_tax_numbers_are_compared_without_case_and_spaces() {
        same(email_key, &["Info@Hale.co.nz", " info@hale.CO.NZ "]);
        assert_eq!(email_key("info"), None);
        same(tax_number_key, &["51 824 753 556", "51824753556", "51-824-753-556"]);
        same(tax_number_key, &["GB 123 4567 89", "gb123456789"]);
        assert_eq!(tax_number_key(" - "), None);
    }

    #[test]
    fn f27_a_text_is_found_by_its_words() {
        assert_eq!(search_words("Zoë O'Brien <zoe@hale.co.nz>"), ["zoe", "o", "brien", "zoe", "hale", "co", "nz"]);
        assert!(search_words(" - ").is_empty());
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(text in "\\PC{0,40}") {
            if let Some(key) = name_key(&text) {
                prop_assert_eq!(name_key(&key), Some(key));
            }
            if let Some(key) = phone_key(&text) {
                prop_assert_eq!(phone_key(&key), Some(key));
            }
            for word in search_words(&text) {
                prop_assert_eq!(search_words(&word), vec![word.clone()]);
            }
        }
    }
}
