//! Writing answers: members in the shape's order, absent ones left out, decimals by their digits (qbo.md 2).

use rust_decimal::Decimal;
use std::fmt::Write as _;

/// Builds one JSON text from left to right.
#[derive(Debug, Default)]
pub(in crate::qbo::books) struct Writer {
    text: String,
}

impl Writer {
    pub(in crate::qbo::books) fn finish(self) -> String {
        self.text
    }

    /// A comma is due unless something has just been opened.
    fn separate(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.text.push(',');
        }
    }

    fn name(&mut self, name: &str) {
        self.separate();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
    }

    fn string(&mut self, value: &str) {
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
    pub(in crate::qbo::books) fn object(&mut self, body: impl FnOnce(&mut Self)) {
        self.separate();
        self.text.push('{');
        body(self);
        self.text.push('}');
    }

    /// A member that is an object.
    pub(in crate::qbo::books) fn member(&mut self, name: &str, body: impl FnOnce(&mut Self)) {
        self.name(name);
        self.object(body);
    }

    /// A member that is a list of objects.
    pub(in crate::qbo::books) fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut body: impl FnMut(&mut Self, T),
    ) {
        self.name(name);
        self.text.push('[');
        for item in items {
            self.object(|out| body(out, item));
        }
        self.text.push(']');
    }

    pub(in crate::qbo::books) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.string(value);
    }

    pub(in crate::qbo::books) fn flag(&mut self, name: &str, value: bool) {
        self.name(name);
        self.text.push_str(if value { "true" } else { "false" });
    }

    /// JSON text that is whole already.
    pub(in crate::qbo::books) fn raw(&mut self, name: &str, value: &str) {
        self.name(name);
        self.text.push_str(value);
    }

    /// JSON text as the next element of a list.
    pub(in crate::qbo::books) fn raw_list<T: AsRef<str>>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        self.name(name);
        self.text.push('[');
        for value in values {
            self.separate();
            self.text.push_str(value.as_ref());
        }
        self.text.push(']');
    }

    pub(in crate::qbo::books) fn count(&mut self, name: &str, value: usize) {
        self.name(name);
        let _ = write!(self.text, "{value}");
    }

    /// `1183`, `3592.39`: trailing zeros are not written (qbo.md 5.13).
    pub(in crate::qbo::books) fn decimal(&mut self, name: &str, value: Decimal) {
        self.name(name);
        let _ = write!(self.text, "{}", value.normalize());
    }
}
