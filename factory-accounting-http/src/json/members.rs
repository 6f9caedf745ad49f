//! Looking into JSON whose shape is not known beforehand.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

/// A member of an object by name, in any case.
#[must_use]
pub fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let members = value.as_object()?;
    members.get(name).or_else(|| members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// A text member by name, in any case; a blank one counts as absent.
#[must_use]
pub fn text_of<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    member(value, name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

/// Every element of a list that was kept unread, parsed.
///
/// # Errors
/// Where one cannot be read: why, with its position counted from 0. Nothing of the others is given then.
pub fn each<T: DeserializeOwned>(elements: &[Box<RawValue>]) -> Result<Vec<T>, String> {
    elements
        .iter()
        .enumerate()
        .map(|(at, raw)| serde_json::from_str(raw.get()).map_err(|error| format!("element {at}: {error}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_found_in_any_case_and_the_exact_one_first() {
        let value = json!({"message": "lower", "Message": "exact", "Blank": " ", "Number": 1});
        assert_eq!(text_of(&value, "Message"), Some("exact"));
        assert_eq!(text_of(&json!({"mEssage": "odd"}), "Message"), Some("odd"));
        assert_eq!((text_of(&value, "blank"), text_of(&value, "Number"), text_of(&value, "None")), (None, None, None));
        assert_eq!(member(&value, "NUMBER"), Some(&json!(1)));
        assert_eq!(member(&json!([1]), "0"), None);
    }

    #[test]
    fn one_element_that_cannot_be_read_is_named_and_hides_none() {
        let elements: Vec<Box<RawValue>> = serde_json::from_str(r#"[1, 2, "three"]"#).expect("a list");
        assert_eq!(each::<u32>(&elements[..2]), Ok(vec![1, 2]));
        let why = each::<u32>(&elements).expect_err("a text is no number");
        assert!(why.starts_with("element 2: invalid type: string"), "{why}");
    }
}
