//! JSON text from left to right, members in the order in which they are written.

use std::fmt::{Display, Write as _};

/// Builds one JSON text.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    text: String,
}

impl Writer {
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// A comma is due unless something has just been opened or named.
    fn separate(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.text.push(',');
        }
    }

    /// The name of a member, whose value is what is written next.
    pub(crate) fn name(&mut self, name: &str) {
        self.separate();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
    }

    /// A string as the next value.
    pub(crate) fn string(&mut self, value: &str) {
        self.separate();
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

    /// What is JSON as it is displayed, as the next value: a number, a boolean, text that is whole already.
    pub(crate) fn value(&mut self, value: impl Display) {
        self.separate();
        let _ = write!(self.text, "{value}");
    }

    /// An object as the next value.
    pub(crate) fn object(&mut self, body: impl FnOnce(&mut Self)) {
        self.separate();
        self.text.push('{');
        body(self);
        self.text.push('}');
    }

    /// A list as the next value; `each` writes one value.
    pub(crate) fn values<T>(&mut self, items: impl IntoIterator<Item = T>, mut each: impl FnMut(&mut Self, T)) {
        self.separate();
        self.text.push('[');
        for item in items {
            each(self, item);
        }
        self.text.push(']');
    }

    /// A member that is an object.
    pub(crate) fn member(&mut self, name: &str, body: impl FnOnce(&mut Self)) {
        self.name(name);
        self.object(body);
    }

    /// A member that is a list of objects.
    pub(crate) fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut body: impl FnMut(&mut Self, T),
    ) {
        self.name(name);
        self.values(items, |out, item| out.object(|out| body(out, item)));
    }

    /// A member that is a string.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.string(value);
    }

    /// A member that is JSON as it is displayed.
    pub(crate) fn raw(&mut self, name: &str, value: impl Display) {
        self.name(name);
        self.value(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_stand_between_members_and_between_values() {
        let mut out = Writer::default();
        out.object(|out| {
            out.text("A", "1,");
            out.member("B", |_| {});
            out.list("C", [1, 2], |out, n| out.raw("N", n));
            out.name("D");
            out.values(["x", "y"], |out, text| out.string(text));
            out.name("E");
            out.values([true, false], Writer::value);
            out.name("F");
            out.values([(); 2], |out, ()| out.values([0; 0], Writer::value));
        });
        let whole = r#"{"A":"1,","B":{},"C":[{"N":1},{"N":2}],"D":["x","y"],"E":[true,false],"F":[[],[]]}"#;
        assert_eq!(out.finish(), whole);
    }

    #[test]
    fn quotes_and_control_characters_are_escaped() {
        let mut out = Writer::default();
        out.string("a\"b\\c\u{1}\n\r\té");
        assert_eq!(out.finish(), r#""a\"b\\c\u0001\n\r\té""#);
    }
}
