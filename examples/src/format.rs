//! The JSON Schema of one line of the record format (docs/format.md), generated from the model's types.

use factory_accounting::model::Record;
use serde_json::Value;

/// The schema, as docs/format.schema.json holds it.
#[must_use]
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Record).to_value();
    if let Some(members) = schema.as_object_mut() {
        members.insert("title".to_owned(), "One line of factory-accounting's record format".into());
    }
    schema
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;
    use crate::book::{Book, ORDER_BOOK};

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/format.schema.json");

    #[test]
    fn the_format_file_is_what_the_types_say() {
        let expected = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
        if env::var_os("FA_REGENERATE").is_some() {
            fs::write(FILE, &expected).unwrap();
        }
        let found = fs::read_to_string(FILE).unwrap_or_default();
        assert!(found == expected, "docs/format.schema.json is stale: run with FA_REGENERATE=1");
    }

    #[test]
    fn every_line_of_the_order_book_fits_the_schema_and_comes_back_as_it_was() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        for line in ORDER_BOOK.lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            if let Err(error) = validator.validate(&value) {
                panic!("{error} at {}: {line}", error.instance_path());
            }
            let record = Record::parse(line).unwrap();
            let again = serde_json::to_string(&record).unwrap();
            assert_eq!(Record::parse(&again).unwrap(), record, "{line}");
        }
    }

    #[test]
    fn the_schema_refuses_what_the_reader_refuses_for_its_shape() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let text = include_str!("../data/bad-lines.jsonl");
        let lines = text.lines().filter(|line| !line.is_empty());
        for (line, read) in lines.zip(Book::new(text.as_bytes())) {
            let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
            // Whether NZX is a currency and February has a thirtieth is beyond a pattern.
            let beyond_shape = line.contains("NZX") || line.contains("2026-02-30");
            assert_eq!(validator.is_valid(&value), read.unwrap().is_ok() || beyond_shape, "{line}");
        }
    }

    #[test]
    fn every_member_of_the_schema_is_described_in_the_document() {
        let document = include_str!("../../docs/format.md");
        let mut missing = Vec::new();
        each_property(&schema(), &mut |name| {
            if !document.contains(&format!("`{name}`")) && !document.contains(&format!("\"{name}\"")) {
                missing.push(name.to_owned());
            }
        });
        assert_eq!(missing, Vec::<String>::new(), "docs/format.md does not say what these are");
    }

    fn each_property(schema: &Value, told: &mut impl FnMut(&str)) {
        match schema {
            Value::Object(members) => {
                if let Some(Value::Object(properties)) = members.get("properties") {
                    properties.keys().for_each(|name| told(name));
                }
                members.values().for_each(|value| each_property(value, told));
            }
            Value::Array(items) => items.iter().for_each(|value| each_property(value, told)),
            _ => {}
        }
    }
}
