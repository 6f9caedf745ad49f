//! Names of parties and jobs, both ways.
//!
//! A display name is unique over customers, jobs, vendors and employees, the inactive ones included (qbo.md 5.0). A party
//! whose name is taken goes out with an addition that tells the two apart and that can be taken off again: it says the role
//! of a vendor and the host's id of a customer. The name itself stays beside it as company name, and the key that the party
//! travels under in its notes.

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::model::RecordKind;

use crate::map::QUICKBOOKS;

/// Longest display name (qbo.md 5.3).
pub(crate) const DISPLAY_NAME: usize = 500;
/// Longest company name, and name on cheques (qbo.md 5.3).
pub(crate) const COMPANY_NAME: usize = 100;
/// Separates levels of names, or cannot be kept (qbo.md 5.0).
pub(crate) const FORBIDDEN: &[char] = &[':', '\t', '\n', '\r'];
/// Stands before the key in the notes of a record that was made from here.
const KEY_PREFIX: &str = "Ref ";

/// What tells a party from its namesakes.
fn addition(kind: RecordKind, key: &str) -> String {
    match kind {
        RecordKind::Supplier => " (supplier)".to_owned(),
        // A key is the letter of the role before the host's id, or before a digest of it.
        _ => format!(" ({})", key.trim_start_matches(|c: char| c.is_ascii_uppercase()).trim_start_matches('-')),
    }
}

/// The display name of a party; `distinct` tells it from a namesake.
pub(crate) fn display_name(kind: RecordKind, name: &str, key: &str, distinct: bool) -> Result<String, ProviderError> {
    let name = checked("name", name)?;
    let display = if distinct { format!("{name}{}", addition(kind, key)) } else { name.to_owned() };
    QUICKBOOKS.within("name", Some(&display), DISPLAY_NAME)?;
    Ok(display)
}

/// The display name of a job: its number keeps it apart from all others.
pub(crate) fn job_name(number: &str, name: &str) -> Result<String, ProviderError> {
    let (number, name) = (checked("number", number)?, checked("name", name)?);
    let display = format!("{number} {name}").trim_end().to_owned();
    QUICKBOOKS.within("name", Some(&display), DISPLAY_NAME)?;
    Ok(display)
}

/// The name of a party without the addition that tells it from its namesakes. Nothing is taken off that is not explained
/// by the company name beside it or by the key in its notes: people write parentheses too.
pub(crate) fn true_name<'a>(kind: RecordKind, display: &'a str, company: Option<&str>, notes: Option<&str>) -> &'a str {
    let Some(key) = notes.and_then(key_in) else { return display };
    let Some(name) = display.strip_suffix(addition(kind, key).as_str()) else { return display };
    let told = company.map(str::trim).filter(|company| !company.is_empty());
    // A name too long for a company name stands nowhere but in the display name.
    if told.is_none_or(|company| company == name) { name } else { display }
}

/// The company name beside a display name, where it can hold the name.
pub(crate) fn company_name(name: &str) -> Option<String> {
    let name = name.trim();
    (name.chars().count() <= COMPANY_NAME).then(|| name.to_owned())
}

/// The notes of a record made from here: what it is found by.
pub(crate) fn notes(key: &str) -> String {
    format!("{KEY_PREFIX}{key}")
}

/// The key in a record's notes, wherever people have written around it.
pub(crate) fn key_in(notes: &str) -> Option<&str> {
    notes.lines().find_map(|line| {
        let key = line.trim().strip_prefix(KEY_PREFIX)?.trim();
        (!key.is_empty() && !key.contains(char::is_whitespace)).then_some(key)
    })
}

fn checked<'a>(path: &str, name: &'a str) -> Result<&'a str, ProviderError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(QUICKBOOKS.refused(path, "is empty: QuickBooks needs a name"));
    }
    match name.chars().find(|character| FORBIDDEN.contains(character)) {
        Some(found) => {
            Err(QUICKBOOKS.refused(path, format!("holds {found:?}, which QuickBooks refuses in names: leave it out")))
        }
        None => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn display(kind: RecordKind, name: &str, key: &str) -> String {
        display_name(kind, name, key, true).expect("a name")
    }

    #[test]
    fn r9_an_addition_is_deterministic_and_comes_off_again() {
        for (kind, name, key, expected) in [
            (RecordKind::Customer, "Acme Ltd", "C-1042", "Acme Ltd (1042)"),
            (RecordKind::Customer, " Acme (NZ) ", "C-CUST.9", "Acme (NZ) (CUST.9)"),
            (RecordKind::Customer, "Acme Ltd", "C#9f86d081884c7d65", "Acme Ltd (#9f86d081884c7d65)"),
            (RecordKind::Supplier, "Bolt Co", "S-7", "Bolt Co (supplier)"),
        ] {
            let shown = display(kind, name, key);
            assert_eq!(shown, expected);
            let company = company_name(name);
            assert_eq!(true_name(kind, &shown, company.as_deref(), Some(&notes(key))), name.trim());
        }
        let long = "n".repeat(101);
        let shown = display(RecordKind::Supplier, &long, "S-7");
        assert_eq!(company_name(&long), None);
        assert_eq!(true_name(RecordKind::Supplier, &shown, None, Some("Ref S-7")), long);
    }

    #[test]
    fn nothing_comes_off_that_the_rule_does_not_explain() {
        let kept = |kind, display: &str, company, notes| assert_eq!(true_name(kind, display, company, notes), display);
        kept(RecordKind::Supplier, "Bolt Co (supplier)", Some("Bolt Co"), None);
        kept(RecordKind::Supplier, "Bolt Co (supplier)", Some("Bolt Co (supplier)"), Some("Ref S-7"));
        kept(RecordKind::Customer, "Acme (17)", Some("Acme"), Some("Ref C-18"));
        kept(RecordKind::Customer, "Acme", Some("Acme"), Some("Ref C-18"));
    }

    #[test]
    fn a_key_is_found_among_what_people_write() {
        assert_eq!(key_in("Ref C-17"), Some("C-17"));
        assert_eq!(key_in("pays late\r\n Ref C-17 \nring first"), Some("C-17"));
        for notes in ["", "Ref ", "Ref our talk of May", "Reference C-17", "see Ref C-17"] {
            assert_eq!(key_in(notes), None, "{notes:?}");
        }
    }

    #[test]
    fn names_that_quickbooks_refuses_are_refused_with_their_field() {
        for (number, name, path) in [("J:1", "Hopper", "number"), ("J-1", "a\tb", "name"), ("J-1", " ", "name")] {
            let error = job_name(number, name).expect_err("refused");
            assert_eq!(error.issues()[0].path, path);
        }
        assert_eq!(job_name("PRJ-042", "Hopper rebuild").expect("a name"), "PRJ-042 Hopper rebuild");
        assert!(display_name(RecordKind::Customer, &"n".repeat(500), "C-1", false).is_ok());
        assert!(display_name(RecordKind::Customer, &"n".repeat(500), "C-1", true).is_err());
    }
}
