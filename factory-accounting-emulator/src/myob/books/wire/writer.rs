//! JSON text from left to right; absent members are explicit nulls (myob.md 3.4).

use rust_decimal::Decimal;
use std::fmt::Write as _;

/// Builds one JSON text.
#[derive(Debug, Default)]
pub(in crate::myob::books) struct Writer {
    text: String,
}

impl Writer {
    pub(in crate::myob::books) fn finish(self) -> String {
        self.text
    }

    /// A comma is due unless something has just been opened.
    pub(in crate::myob::books) fn separate(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.text.push(',');
        }
    }

    pub(in crate::myob::books) fn name(&mut self, name: &str) {
        self.separate();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
    }

    pub(in crate::myob::books) fn string(&mut self, value: &str) {
        self.text.push('"');
        for character in value.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                control if control < '\u{20}' => {
                    // Writing into a String cannot fail.
                    let _ = write!(self.text, "\\u{:04x}", u32::from(control));
                }
                other => self.text.push(other),
            }
        }
        self.text.push('"');
    }

    /// An object as the next value.
    pub(in crate::myob::books) fn object(&mut self, body: impl FnOnce(&mut Self)) {
        self.text.push('{');
        body(self);
        self.text.push('}');
    }

    /// A list of values.
    pub(in crate::myob::books) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) {
        self.text.push('[');
        for item in items {
            self.separate();
            each(self, item);
        }
        self.text.push(']');
    }

    pub(in crate::myob::books) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.string(value);
    }

    pub(in crate::myob::books) fn null(&mut self) {
        self.text.push_str("null");
    }

    pub(in crate::myob::books) fn flag(&mut self, value: bool) {
        self.text.push_str(if value { "true" } else { "false" });
    }

    /// `67.10` as money has it, `4.25` or `12` as prices and quantities have it.
    pub(in crate::myob::books) fn decimal(&mut self, value: Decimal) {
        let _ = write!(self.text, "{value}");
    }

    /// Digits or JSON that is whole already.
    pub(in crate::myob::books) fn raw(&mut self, value: impl std::fmt::Display) {
        let _ = write!(self.text, "{value}");
    }
}
