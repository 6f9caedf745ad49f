//! From SQLite's errors to the store's.

use factory_accounting_core::store::StoreError;
use rusqlite::ErrorCode;

/// What a step inside a transaction ends with; `?` takes both SQLite's errors and the store's.
pub(crate) type Outcome<T> = Result<T, Fault>;

/// A [`StoreError`] on its way out.
#[derive(Debug)]
pub(crate) struct Fault(pub(crate) StoreError);

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self(error)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        Self(match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy(text),
            Some(ErrorCode::DiskFull) => StoreError::Full(text),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                StoreError::Damaged(format!("{text}: restore the file from a backup"))
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                StoreError::Failed(format!("{text}: give the process write access to the file and its folder"))
            }
            Some(ErrorCode::CannotOpen) => {
                StoreError::Failed(format!("{text}: check that the folder exists and may be written to"))
            }
            _ => match error {
                rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..) => StoreError::Damaged(text),
                _ => StoreError::Failed(text),
            },
        })
    }
}

/// Something stored that cannot be read.
pub(crate) fn damaged(what: &str, reason: impl std::fmt::Display) -> Fault {
    Fault(StoreError::Damaged(format!("{what} cannot be read: {reason}")))
}
