//! What a provider refuses before anything is sent, told alike for every package.

use crate::code::Code;
use crate::error::{ErrorKind, Issue, ProviderError};

/// Stands where the package would have its own code: it was not the package that refused it.
const BEFORE_SENDING: &str = "RefusedBeforeSending";

/// Refusals in the name of one package, which its encoding returns for what must not be sent.
#[derive(Clone, Copy, Debug)]
pub struct Refusals {
    package: &'static str,
    code: Option<Code>,
}

impl Refusals {
    /// Refusals for a package, by the name that people know it under.
    #[must_use]
    pub const fn of(package: &'static str) -> Self {
        Self { package, code: None }
    }

    /// Says which question [`refused`](Self::refused) is to a person, where that is more telling than its kind.
    #[must_use]
    pub const fn with_code(self, code: Code) -> Self {
        Self { code: Some(code), ..self }
    }

    /// Refuses a member of the host's record: its path, and what is wrong with it and would be right.
    pub fn refused(&self, path: impl Into<String>, message: impl Into<String>) -> ProviderError {
        let error =
            ProviderError::new(ErrorKind::Validation, format!("cannot be written to {} as it is", self.package))
                .with_package_code(BEFORE_SENDING)
                .with_issues([Issue::new(path, message)]);
        match self.code {
            Some(code) => error.with_code(code),
            None => error,
        }
    }

    /// Refuses what the package has no form for.
    pub fn unsupported(&self, path: impl Into<String>, message: impl Into<String>) -> ProviderError {
        ProviderError::new(ErrorKind::Unsupported, format!("{} cannot hold this", self.package))
            .with_package_code(BEFORE_SENDING)
            .with_issues([Issue::new(path, message)])
    }

    /// Refuses a text of more characters than the package keeps.
    ///
    /// # Errors
    /// [`refused`](Self::refused) with both lengths; an absent text is never too long.
    pub fn within(&self, path: &str, text: Option<&str>, most: usize) -> Result<(), ProviderError> {
        let length = text.map_or(0, |text| text.chars().count());
        if length <= most {
            return Ok(());
        }
        Err(self.refused(path, format!("has {length} characters, {} keeps {most}: shorten it", self.package)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEDGER: Refusals = Refusals::of("Ledger");

    #[test]
    fn a_refusal_names_package_field_and_remedy() {
        let told = LEDGER.refused("lines[0].quantity", "is negative: credit it").to_string();
        assert_eq!(told, "cannot be written to Ledger as it is; lines[0].quantity: is negative: credit it");
        assert_eq!(
            LEDGER.unsupported("title", "leave it out").to_string(),
            "Ledger cannot hold this; title: leave it out"
        );
    }

    #[test]
    fn only_a_refused_member_asks_the_question_of_the_package() {
        let coded = LEDGER.with_code(Code::Invalid);
        assert_eq!((LEDGER.refused("", "no").code(), coded.refused("", "no").code()), (None, Some(Code::Invalid)));
        assert_eq!(coded.unsupported("", "no").code(), None);
    }

    #[test]
    fn a_text_is_measured_in_characters() {
        assert!(LEDGER.within("name", Some("ééé"), 3).is_ok() && LEDGER.within("name", None, 0).is_ok());
        let told = LEDGER.within("name", Some("éééé"), 3).expect_err("too long").to_string();
        assert!(told.ends_with("name: has 4 characters, Ledger keeps 3: shorten it"), "{told}");
    }
}
