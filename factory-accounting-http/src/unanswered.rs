//! What becomes of a write that was not answered, or not even sent.

use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::planned::Planned;
use factory_accounting_core::provider::{EncodedWrite, RemoteRecord, WriteReport};

use crate::call::ExchangeError;

/// The fates of a write whose answer never came: every member is not applied where it is proven that nothing was sent, and
/// unknown in any other case.
#[must_use]
pub fn without_answer(write: &EncodedWrite, error: &ExchangeError) -> WriteReport {
    match error {
        ExchangeError::NotSent(error) => WriteReport::not_applied(write.members, error),
        ExchangeError::Unknown(error) => WriteReport::unknown(write.members, error),
    }
}

/// The fates of a write that the provider has not encoded itself: nothing is sent.
#[must_use]
pub fn foreign(write: &EncodedWrite) -> WriteReport {
    let message =
        format!("{} of {}: the stored request is not one of this provider's", write.intent.as_str(), write.kind);
    WriteReport::not_applied(write.members, &ProviderError::new(ErrorKind::Internal, message))
}

/// The record as just read, without which no update or void can be made.
///
/// # Errors
/// Where none was given: nothing is sent then.
pub fn base_of(planned: &Planned) -> Result<&RemoteRecord, ProviderError> {
    planned.base.as_deref().ok_or_else(|| {
        let message = format!("{}: an update or void needs the record as just read, and none was given", planned.key);
        ProviderError::new(ErrorKind::Internal, message)
    })
}

#[cfg(test)]
mod tests {
    use factory_accounting_core::model::RecordKind;
    use factory_accounting_core::provider::{Fate, Intent};

    use super::*;

    fn write() -> EncodedWrite {
        EncodedWrite {
            kind: RecordKind::Invoice,
            intent: Intent::Create,
            key: "k-1".to_owned(),
            members: 2,
            target: "POST elsewhere".to_owned(),
            body: "{}".to_owned(),
        }
    }

    #[test]
    fn only_what_is_proven_not_to_have_left_counts_as_not_applied() {
        let error = ProviderError::new(ErrorKind::Unavailable, "no answer");
        let not_sent = without_answer(&write(), &ExchangeError::NotSent(error.clone())).into_fates();
        assert_eq!(not_sent.len(), 2);
        assert!(not_sent.iter().all(|fate| matches!(fate, Fate::NotApplied(told) if *told == error)));
        let unknown = without_answer(&write(), &ExchangeError::Unknown(error.clone())).into_fates();
        assert_eq!(unknown.len(), 2);
        assert!(unknown.iter().all(|fate| matches!(fate, Fate::Unknown(told) if *told == error)));
    }

    #[test]
    fn a_request_of_another_provider_is_not_sent() {
        for fate in foreign(&write()).into_fates() {
            let Fate::NotApplied(error) = fate else { panic!("{fate:?}") };
            assert_eq!(error.to_string(), "create of invoice: the stored request is not one of this provider's");
        }
    }
}
