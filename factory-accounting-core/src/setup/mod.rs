//! Setting a connection up: settings checked against what the package can do and what its lists hold, and the same settings
//! as a form that a host renders without knowing the package (F2, F46, F104).

mod check;
mod form;
#[cfg(test)]
mod tests;

pub use check::{check, fits};
pub use form::{Choice, Field, FieldKind, Form, FormSection, Header, Rows, form};
