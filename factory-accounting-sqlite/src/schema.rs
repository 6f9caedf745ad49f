//! The tables, their version, and how a file comes to have them.

use factory_accounting_core::store::StoreError;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use crate::fault::{Fault, Outcome};

/// "facc": marks a file that is a store and nothing else.
pub(crate) const APPLICATION_ID: i32 = 0x6661_6363;

/// The version that the first migration makes. Those before it were never released.
const FIRST: i64 = 5;

/// Each brings the tables from one version to the next; the first makes them. Never change one that has been released.
const MIGRATIONS: &[&str] = &[include_str!("schema.sql")];

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A store of its own, or about to become one.
    Store,
    /// A host's, with the store's tables in it.
    Host,
}

/// The version of the tables that this library reads and writes.
#[must_use]
pub fn supported_version() -> i64 {
    version_of(MIGRATIONS)
}

fn version_of(migrations: &[&str]) -> i64 {
    i64::try_from(migrations.len()).map_or(i64::MAX, |migrations| FIRST - 1 + migrations)
}

/// The SQL that makes the newest tables in an empty database, for hosts that keep their schema in files of their own.
/// A host that can run Rust at that point uses [`migrate_in`] instead.
#[must_use]
pub fn schema() -> String {
    let mut sql = String::from("CREATE TABLE fa_schema (version INTEGER NOT NULL);\n");
    for migration in MIGRATIONS {
        sql.push_str(migration);
    }
    sql.push_str(&format!("INSERT INTO fa_schema VALUES ({});\n", supported_version()));
    sql
}

/// Brings the store's tables in a host's own database to the version of this library, within the host's transaction. All of
/// them are named `fa_*`; nothing else is touched, neither `application_id` nor `user_version`.
///
/// # Errors
/// [`StoreError::Format`] where the tables are newer than this library.
pub fn migrate_in(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    migrate(transaction, MIGRATIONS).map_err(|fault| fault.0)
}

/// Makes sure that the tables have the version of this library.
pub(crate) fn check(connection: &Connection) -> Outcome<()> {
    match version(connection)? {
        Some(found) if found == supported_version() => Ok(()),
        found => Err(mismatch(found.unwrap_or(0))),
    }
}

/// Looks at a file without changing it.
///
/// # Errors
/// [`StoreError::Format`] where it belongs to another program or to a newer version of this library.
pub(crate) fn owner(connection: &Connection) -> Outcome<Owner> {
    let number = |pragma: &str| connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0));
    let (application, stamped) = (number("application_id")?, number("user_version")?);
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let version = version(connection)?;
    if let Some(found) = version.filter(|found| *found > supported_version()) {
        return Err(mismatch(found));
    }
    if application == i64::from(APPLICATION_ID) {
        return if stamped > supported_version() { Err(mismatch(stamped)) } else { Ok(Owner::Store) };
    }
    match version {
        Some(_) => Ok(Owner::Host),
        None if tables == 0 && application == 0 && stamped == 0 => Ok(Owner::Store),
        None => Err(Fault(StoreError::Format {
            found: application,
            supported: i64::from(APPLICATION_ID),
            remedy: "the file belongs to another program; choose a path of its own, or add the tables to it with migrate_in",
        })),
    }
}

/// Brings a file to the version of this library, and marks it if it is the store's own.
pub(crate) fn prepare(connection: &mut Connection, owner: Owner) -> Outcome<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    migrate(&transaction, MIGRATIONS)?;
    if owner == Owner::Store {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", supported_version())?;
    }
    Ok(transaction.commit()?)
}

fn migrate(connection: &Connection, migrations: &[&str]) -> Outcome<()> {
    let supported = version_of(migrations);
    let found = version(connection)?;
    if found.is_none() {
        connection
            .execute_batch("CREATE TABLE fa_schema (version INTEGER NOT NULL); INSERT INTO fa_schema VALUES (0)")?;
    }
    let found = found.unwrap_or(0);
    let done = match found {
        0 => 0,
        FIRST.. if found <= supported => usize::try_from(found - FIRST + 1).unwrap_or(usize::MAX),
        _ => return Err(mismatch(found)),
    };
    for migration in migrations.iter().skip(done) {
        connection.execute_batch(migration)?;
    }
    if found < supported {
        connection.execute("UPDATE fa_schema SET version = ?1", [supported])?;
    }
    Ok(())
}

fn version(connection: &Connection) -> Outcome<Option<i64>> {
    let present: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'fa_schema')",
        [],
        |row| row.get(0),
    )?;
    if !present {
        return Ok(None);
    }
    Ok(connection.query_row("SELECT version FROM fa_schema", [], |row| row.get(0)).optional()?)
}

fn mismatch(found: i64) -> Fault {
    let remedy = match found {
        0 => "open it once with SqliteStore, or run migrate_in",
        _ if found > supported_version() => "use the version of factory-accounting that wrote it, or a newer one",
        ..FIRST => "it comes from before the first release; begin a new file",
        _ => "open it once with SqliteStore, or run migrate_in",
    };
    Fault(StoreError::Format { found, supported: supported_version(), remedy })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(connection: &Connection) -> Vec<String> {
        let mut statement =
            connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").expect("sql");
        statement.query_map([], |row| row.get(0)).expect("query").collect::<Result<_, _>>().expect("names")
    }

    #[test]
    fn migrations_run_once_each_and_in_order() {
        let connection = Connection::open_in_memory().expect("memory");
        let first = "CREATE TABLE fa_a (x)";
        migrate(&connection, &[first]).expect("version 1");
        migrate(&connection, &[first]).expect("nothing to do");
        migrate(&connection, &[first, "ALTER TABLE fa_a RENAME TO fa_b", "CREATE TABLE fa_c (x)"]).expect("version 3");
        assert_eq!(version(&connection).expect("version"), Some(FIRST + 2));
        assert_eq!(tables(&connection), ["fa_b", "fa_c", "fa_schema"]);
    }

    #[test]
    fn a_migration_that_fails_leaves_the_earlier_version_whole() {
        let mut connection = Connection::open_in_memory().expect("memory");
        migrate(&connection, &["CREATE TABLE fa_a (x)"]).expect("version 1");
        let transaction = connection.transaction().expect("transaction");
        migrate(&transaction, &["CREATE TABLE fa_a (x)", "CREATE TABLE fa_b (x)", "this is no sql"])
            .expect_err("refused");
        drop(transaction);
        assert_eq!(version(&connection).expect("version"), Some(FIRST));
        assert_eq!(tables(&connection), ["fa_a", "fa_schema"]);
    }

    #[test]
    fn what_was_never_released_is_not_taken_for_the_first_version() {
        let connection = Connection::open_in_memory().expect("memory");
        connection
            .execute_batch("CREATE TABLE fa_schema (version INTEGER NOT NULL); INSERT INTO fa_schema VALUES (1)")
            .expect("a file of old");
        let Err(Fault(refused)) = migrate(&connection, MIGRATIONS) else { panic!("it was taken") };
        assert!(matches!(refused, StoreError::Format { found: 1, .. }), "{refused:?}");
        assert!(refused.to_string().contains("begin a new file"), "{refused}");
    }

    #[test]
    fn the_schema_text_makes_what_the_migrations_make() {
        let (by_text, mut by_steps) =
            (Connection::open_in_memory().expect("memory"), Connection::open_in_memory().expect("memory"));
        by_text.execute_batch(&schema()).expect("schema");
        prepare(&mut by_steps, Owner::Host).expect("migrations");
        assert_eq!(tables(&by_text), tables(&by_steps));
        check(&by_text).expect("the supported version");
        assert_eq!(owner(&by_text).expect("owner"), Owner::Host);
    }
}
