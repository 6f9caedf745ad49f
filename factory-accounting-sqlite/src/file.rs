//! The file: how it is opened, who writes and who reads.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};

use crate::fault::{Fault, Outcome};
use crate::schema;
use crate::seal::{Sealer, TokenKey};

/// Statements that each connection keeps ready; all verbs together have fewer.
const CACHED_STATEMENTS: usize = 128;

/// Pages of the write-ahead log that are gathered before they go into the file: 16 MB.
const CHECKPOINT_PAGES: u32 = 4_000;

/// How a store is opened.
#[derive(Debug)]
pub struct SqliteOptions {
    place: Place,
    busy_timeout: Duration,
    readers: usize,
    max_pages: Option<u32>,
    sealer: Sealer,
}

/// Where a store is.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    File(PathBuf),
    Memory,
}

impl SqliteOptions {
    /// A file. Its folder must be there; SQLite keeps two more files beside it while it is open.
    #[must_use]
    pub fn file(path: impl AsRef<Path>) -> Self {
        Self {
            place: Place::File(path.as_ref().to_owned()),
            busy_timeout: Duration::from_secs(5),
            readers: 2,
            max_pages: None,
            sealer: Sealer::default(),
        }
    }

    /// Memory that ends with the store's last handle.
    #[must_use]
    pub fn in_memory() -> Self {
        // Each connection to memory has a memory of its own, so that there can be but one.
        Self { place: Place::Memory, readers: 0, ..Self::file("") }
    }

    /// How long to wait for another process before a verb ends with
    /// [`Busy`](factory_accounting_core::store::StoreError::Busy); 5 seconds unless said.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// How many reading verbs can run beside each other and beside a writing one; 2 unless said. None: they take turns with
    /// the writing ones. A store in memory has none.
    #[must_use]
    pub fn readers(mut self, readers: usize) -> Self {
        self.readers = if matches!(self.place, Place::Memory) { 0 } else { readers };
        self
    }

    /// The most pages of 4 KiB that the file may have; beyond them verbs end with
    /// [`Full`](factory_accounting_core::store::StoreError::Full).
    #[must_use]
    pub fn max_pages(mut self, pages: u32) -> Self {
        self.max_pages = Some(pages);
        self
    }

    /// The key under which tokens are sealed.
    #[must_use]
    pub fn token_key(mut self, key: TokenKey) -> Self {
        self.sealer.key = Some(key);
        self
    }

    /// A key under which tokens were sealed before; they are sealed anew with their next refresh.
    #[must_use]
    pub fn older_token_key(mut self, key: TokenKey) -> Self {
        self.sealer.older.push(key);
        self
    }

    /// Keeps tokens in clear where no key is given, and reads those that were. Whoever can read the file then holds the
    /// company's books.
    #[must_use]
    pub fn plaintext_tokens(mut self) -> Self {
        self.sealer.plaintext = true;
        self
    }
}

/// An open store: one connection that writes, some that read.
#[derive(Debug)]
pub(crate) struct File {
    place: Place,
    writer: Mutex<Connection>,
    readers: Vec<Mutex<Connection>>,
    sealer: Sealer,
}

impl File {
    pub(crate) fn open(options: SqliteOptions) -> Outcome<Self> {
        let mut writer = connect(&options)?;
        let owner = schema::owner(&writer)?;
        // Only now that the file is known to be ours is anything in it changed.
        set_up(&writer, &options)?;
        schema::prepare(&mut writer, owner)?;
        let readers = (0..options.readers)
            .map(|_| {
                let reader = connect(&options)?;
                reader.pragma_update(None, "query_only", true)?;
                Ok(Mutex::new(reader))
            })
            .collect::<Outcome<_>>()?;
        Ok(Self { place: options.place, writer: Mutex::new(writer), readers, sealer: options.sealer })
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// Runs a writing verb in one transaction, which is on the disk when it has answered.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
        transact(&mut lock(&self.writer), work)
    }

    /// Runs a writing verb whose transaction need not be on the disk when it has answered: the next one that must be takes
    /// it along. It outlives the process; a machine that loses power first forgets it whole.
    pub(crate) fn write_lazily<T>(&self, work: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
        let mut writer = lock(&self.writer);
        writer.pragma_update(None, "synchronous", "normal")?;
        let written = transact(&mut writer, work);
        writer.pragma_update(None, "synchronous", "full")?;
        written
    }

    /// Runs a reading verb, which sees one state throughout.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
        let mut reader = self.reader();
        let transaction = reader.transaction_with_behavior(TransactionBehavior::Deferred)?;
        work(&transaction)
    }

    /// A reader that is free, or else the first to become so.
    fn reader(&self) -> MutexGuard<'_, Connection> {
        let free = self.readers.iter().find_map(|reader| match reader.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        free.unwrap_or_else(|| lock(self.readers.first().unwrap_or(&self.writer)))
    }
}

fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    // A panic inside a transaction has rolled it back; the connection is whole.
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One transaction, rolled back unless the work succeeds. It begins as a writer, so that it waits its turn rather than
/// failing halfway.
fn transact<T>(writer: &mut Connection, work: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let outcome = work(&transaction)?;
    transaction.commit()?;
    Ok(outcome)
}

fn connect(options: &SqliteOptions) -> Outcome<Connection> {
    let connection = match &options.place {
        Place::Memory => Connection::open_in_memory()?,
        Place::File(path) => Connection::open(path).map_err(|error| named(path, error))?,
    };
    connection.busy_timeout(options.busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    connection.pragma_update(None, "foreign_keys", true)?;
    // What a statement sets aside to take itself back, or sorts, is small and need not go by a file.
    connection.pragma_update(None, "temp_store", "memory")?;
    // Plans may not depend on bound values: else the partial indexes have every cached statement prepared anew whenever a
    // parameter changes, which costs several times the work itself.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

fn set_up(connection: &Connection, options: &SqliteOptions) -> Outcome<()> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    // What a verb has answered is on the disk, but for those that may be forgotten: see `write_lazily`.
    connection.pragma_update(None, "synchronous", "full")?;
    // A queue writes the same pages over and over: the more of it is gathered before it goes into the file, the fewer go.
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    if let Some(pages) = options.max_pages {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(())
}

fn named(path: &Path, error: rusqlite::Error) -> Fault {
    use factory_accounting_core::store::StoreError;
    match Fault::from(error).0 {
        StoreError::Failed(text) if !text.contains(&*path.to_string_lossy()) => {
            Fault(StoreError::Failed(format!("{}: {text}", path.display())))
        }
        other => Fault(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(file: &File) -> i64 {
        lock(&file.writer).query_row("PRAGMA synchronous", [], |row| row.get(0)).expect("a level")
    }

    #[test]
    fn whatever_becomes_of_a_lazy_verb_the_next_one_is_durable() {
        let file = File::open(SqliteOptions::in_memory()).expect("open");
        let seen = file.write_lazily(|db| Ok(db.query_row("PRAGMA synchronous", [], |row| row.get::<_, i64>(0))?));
        assert_eq!((seen.expect("read"), level(&file)), (1, 2));
        let refused: Outcome<()> = file.write_lazily(|_| Err(crate::fault::damaged("row", "refused")));
        assert!(refused.is_err());
        assert_eq!(level(&file), 2);
    }
}
