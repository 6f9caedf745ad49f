//! Settings as text: formats and faults.

use serde_json::json;

use super::{all_chosen, read};
use crate::settings::{Format, Settings, SettingsError, UnlinkedProducts};

fn refused(text: &str) -> String {
    let error = Settings::read(text).expect_err("refused").to_string();
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

#[test]
fn what_was_written_is_read_again() {
    for settings in [Settings::default(), all_chosen()] {
        let text = serde_json::to_string(&settings).expect("text");
        assert!(text.starts_with(&format!("{{\"format\":{}", Format::NUMBER)), "{text}");
        assert_eq!(Settings::read(&text), Ok(settings.clone()));
        assert_eq!(serde_json::from_str::<Settings>(&text).expect("by serde alone"), settings);
    }
}

#[test]
fn a_newer_format_names_both() {
    assert_eq!(
        refused(r#"{"format":7,"colour":"red"}"#),
        "settings have format 7, and this version reads formats up to 2: use the version of factory-accounting that wrote them, or a newer one"
    );
    assert!(serde_json::from_str::<Settings>(r#"{"format":7}"#).is_err());
}

#[test]
fn an_older_format_keeps_its_meaning() {
    let of = |form| read(form).items.unlinked_products;
    // Where products were not sent, lines named no item.
    assert_eq!(of(json!({ "switched_off": ["product"] })), UnlinkedProducts::NoItem);
    assert_eq!(of(json!({ "format": 1, "switched_off": ["product"], "items": {} })), UnlinkedProducts::NoItem);
    // Where they were sent, their document waited for them.
    assert_eq!(of(json!({ "format": 1, "switched_off": ["quote"] })), UnlinkedProducts::Ask);
    // What is said already, and what is of today, stands.
    let said = json!({ "switched_off": ["product"], "items": { "unlinked_products": "default_item" } });
    assert_eq!(of(said), UnlinkedProducts::DefaultItem);
    assert_eq!(of(json!({ "format": 2, "switched_off": ["product"] })), UnlinkedProducts::Ask);
}

#[test]
fn a_fault_names_its_place_and_what_was_meant() {
    assert_eq!(refused(r#"{"acounts":{}}"#), "settings: acounts is no setting: is accounts meant?");
    assert_eq!(
        refused(r#"{"services":{"design":{"acount":"200"}}}"#),
        "settings: services.design.acount is no setting: is services.design.account meant?"
    );
    assert_eq!(refused(r#"{"numbers":{"customer":"host"}}"#), "settings: numbers.customer is no setting: leave it out");
    assert_eq!(
        refused(r#"{"taxes":{"GST 12.5":{"sale":"OUT"}}}"#),
        r#"settings: taxes["GST 12.5"].sale is no setting: is taxes["GST 12.5"].sales meant?"#
    );
    assert!(refused(r#"{"customers":"sometimes"}"#).starts_with("settings: customers: is \"sometimes\": give one of"));
    assert!(refused(r#"{"format":"two"}"#).starts_with("settings: format: is \"two\""));
    assert!(refused(r#"{"format":0}"#).starts_with("settings: format: is 0"));
    assert!(refused("[]").contains("a JSON object"));
    assert!(refused("{").starts_with("settings cannot be read: EOF"));
    assert!(matches!(Settings::read(r#"{"items":3}"#), Err(SettingsError::WrongValue { path, .. }) if path == "items"));
}
