-- Tables of factory-accounting, all named fa_*. Decimals and JSON are TEXT, instants are milliseconds since 1970 UTC.

CREATE TABLE fa_connection (
    connection   TEXT PRIMARY KEY NOT NULL,
    organisation TEXT,
    state        TEXT NOT NULL,
    -- The lease: who may act for the connection until when, and the fence.
    worker       TEXT,
    lease_until  INTEGER,
    epoch        INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE fa_operation (
    -- Never given twice, and in order of arrival: no row is ever deleted.
    id           INTEGER PRIMARY KEY NOT NULL,
    connection   TEXT NOT NULL,
    kind         TEXT NOT NULL,
    local        TEXT NOT NULL,
    revision     INTEGER NOT NULL,
    -- Counts the rows of one revision: a skipped or dropped one may come again.
    repetition   INTEGER NOT NULL DEFAULT 0,
    goal         TEXT NOT NULL,
    name         TEXT NOT NULL,
    fingerprint  TEXT NOT NULL,
    parent_kind  TEXT,
    parent_local TEXT,
    net          TEXT,
    -- Spelt out, for a list after IN is built into a table of its own by every statement that checks it.
    state        TEXT NOT NULL CHECK (
        state = 'queued' OR state = 'held' OR state = 'sending' OR state = 'parked' OR state = 'done'
    ),
    attempt      INTEGER,
    parked       TEXT,
    until_kind   TEXT,
    until_local  TEXT,
    outcome      TEXT,
    generation   INTEGER NOT NULL,
    not_before   INTEGER NOT NULL,
    claims       INTEGER NOT NULL,
    failures     INTEGER NOT NULL,
    -- Kind of the last of them.
    last_failure TEXT,
    -- Sendings anew in a row.
    resent       INTEGER NOT NULL DEFAULT 0,
    last_error   TEXT,
    -- How many rows of fa_wait hold it back; kept by triggers.
    blocked      INTEGER NOT NULL DEFAULT 0,
    -- The newest link when it was claimed last.
    links_seen   INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    decisions    TEXT,
    -- What the plan that it applies was made from; absent where it was pushed without one.
    expects      TEXT,
    -- Two workers, two processes, two hosts: still one row per revision.
    UNIQUE (connection, kind, local, revision, repetition)
);

-- A claim reads this one from the left and never sees what is done, blocked or parked. What is being sent is found by its
-- attempt, and need not be moved about in here while it is on its way.
CREATE INDEX fa_operation_waiting ON fa_operation (connection, state, blocked, id, not_before, kind)
    WHERE state <> 'done' AND state <> 'sending';
-- What has just arrived is due at once and has no place here.
CREATE INDEX fa_operation_later ON fa_operation (connection, not_before)
    WHERE state = 'queued' AND blocked = 0 AND not_before > 0;
CREATE INDEX fa_operation_sleeper ON fa_operation (connection, until_kind, until_local) WHERE until_kind IS NOT NULL;
CREATE INDEX fa_operation_parent ON fa_operation (connection, parent_kind, parent_local) WHERE parent_kind IS NOT NULL;
CREATE INDEX fa_operation_name ON fa_operation (connection, kind, name);

-- The records of operations. They never change, and apart from them the rows that move with every step are short.
CREATE TABLE fa_record (
    operation INTEGER PRIMARY KEY NOT NULL REFERENCES fa_operation (id),
    record    TEXT NOT NULL
);

-- Which operation waits for which.
CREATE TABLE fa_wait (
    waiter  INTEGER NOT NULL REFERENCES fa_operation (id),
    awaited INTEGER NOT NULL REFERENCES fa_operation (id),
    PRIMARY KEY (waiter, awaited)
) WITHOUT ROWID;

CREATE INDEX fa_wait_awaited ON fa_wait (awaited);

CREATE TRIGGER fa_wait_begins AFTER INSERT ON fa_wait BEGIN
    UPDATE fa_operation SET blocked = blocked + 1 WHERE id = NEW.waiter;
END;

CREATE TRIGGER fa_wait_ends AFTER DELETE ON fa_wait BEGIN
    UPDATE fa_operation SET blocked = blocked - 1 WHERE id = OLD.waiter;
END;

-- How many operations are done, so that nobody has to count a million rows. Kept by the library: a trigger on
-- fa_operation would have every statement that moves one keep a journal of its own.
CREATE TABLE fa_tally (
    connection TEXT NOT NULL,
    label      TEXT NOT NULL,
    kind       TEXT NOT NULL,
    number     INTEGER NOT NULL,
    PRIMARY KEY (connection, label, kind)
) WITHOUT ROWID;

-- Sendings whose fate is not settled; the request goes with the row.
CREATE TABLE fa_attempt (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL,
    begun_at   INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    tries      INTEGER NOT NULL,
    -- The request, byte for byte.
    kind       TEXT NOT NULL,
    intent     TEXT NOT NULL,
    key        TEXT NOT NULL,
    target     TEXT NOT NULL,
    body       TEXT NOT NULL,
    -- Ids of the members' operations, as a JSON array in the order of the request.
    operations TEXT NOT NULL,
    -- What was planned for each, as a JSON text sequence (RFC 7464): JSON within JSON would be escaped and read twice.
    planned    TEXT NOT NULL
);

CREATE INDEX fa_attempt_due ON fa_attempt (connection, not_before);

CREATE TABLE fa_link (
    -- Grows with every storing, so that a claim knows which links it has seen.
    stored     INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL,
    kind       TEXT NOT NULL,
    local      TEXT NOT NULL,
    remote     TEXT NOT NULL,
    exclusive  INTEGER NOT NULL,
    -- The package record cannot be named by others any more.
    broken     INTEGER NOT NULL,
    link       TEXT NOT NULL,
    UNIQUE (connection, kind, local)
);

-- The remote id goes first: it tells rows apart at a glance, and has no neighbours to lie beside.
CREATE UNIQUE INDEX fa_link_exclusive ON fa_link (remote, connection, kind) WHERE exclusive = 1;
CREATE INDEX fa_link_shared ON fa_link (remote, connection) WHERE exclusive = 0;
CREATE INDEX fa_link_broken ON fa_link (connection, kind, local) WHERE broken = 1;

-- Links that have ended, in the order of their ends.
CREATE TABLE fa_past_link (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL,
    kind       TEXT NOT NULL,
    local      TEXT NOT NULL,
    past       TEXT NOT NULL
);

CREATE INDEX fa_past_link_of ON fa_past_link (connection, kind, local);

-- How far people have come with setting up a connection.
CREATE TABLE fa_onboarding (
    connection TEXT PRIMARY KEY NOT NULL,
    onboarding TEXT NOT NULL
);

CREATE TABLE fa_settings (
    connection TEXT NOT NULL,
    version    INTEGER NOT NULL,
    saved_at   INTEGER NOT NULL,
    settings   TEXT NOT NULL,
    PRIMARY KEY (connection, version)
);

-- How far each of the package's lists has been read. The columns of a reading are NULL while none is under way.
CREATE TABLE fa_list (
    connection       TEXT NOT NULL,
    list             TEXT NOT NULL,
    read_at          INTEGER,
    as_of            INTEGER,
    complete_as_of   INTEGER,
    reading_begun_at INTEGER,
    reading_complete INTEGER,
    reading_page     INTEGER,
    readings         INTEGER NOT NULL,
    PRIMARY KEY (connection, list)
) WITHOUT ROWID;

-- Entries of all lists but that of parties.
CREATE TABLE fa_entry (
    connection TEXT NOT NULL,
    list       TEXT NOT NULL,
    remote     TEXT NOT NULL,
    entry      TEXT NOT NULL,
    -- Number of the reading that found it last.
    found      INTEGER NOT NULL,
    gone_at    INTEGER,
    PRIMARY KEY (connection, list, remote)
);

-- A short number for each connection whose parties are kept: it begins the words that they are found by, so that a search
-- looks at one connection's only.
CREATE TABLE fa_party_scope (
    id         INTEGER PRIMARY KEY NOT NULL,
    connection TEXT NOT NULL UNIQUE
);

-- The package's parties, as far as they are found, sorted, compared and filtered by.
CREATE TABLE fa_party (
    id          INTEGER PRIMARY KEY NOT NULL,
    connection  TEXT NOT NULL,
    remote      TEXT NOT NULL,
    found       INTEGER NOT NULL,
    gone_at     INTEGER,
    active      INTEGER NOT NULL,
    is_customer INTEGER NOT NULL,
    is_supplier INTEGER NOT NULL,
    name        TEXT NOT NULL,
    email       TEXT NOT NULL,
    updated     INTEGER NOT NULL,
    name_key    TEXT,
    email_key   TEXT,
    phone_key   TEXT,
    tax_key     TEXT,
    -- Each behind a blank.
    words       TEXT NOT NULL,
    -- What it is to the host in either role, as an ordinal; NULL for what is gone.
    customer    INTEGER,
    supplier    INTEGER,
    UNIQUE (connection, remote)
);

CREATE INDEX fa_party_by_name ON fa_party (connection, name, remote, customer, supplier);
CREATE INDEX fa_party_by_email ON fa_party (connection, email, remote, customer, supplier);
CREATE INDEX fa_party_by_updated ON fa_party (connection, updated, remote, customer, supplier);
CREATE INDEX fa_party_by_customer ON fa_party (connection, customer, name, remote, is_customer);
CREATE INDEX fa_party_by_supplier ON fa_party (connection, supplier, name, remote, is_supplier);
CREATE INDEX fa_party_name_key ON fa_party (connection, name_key) WHERE name_key IS NOT NULL;
CREATE INDEX fa_party_email_key ON fa_party (connection, email_key) WHERE email_key IS NOT NULL;
CREATE INDEX fa_party_phone_key ON fa_party (connection, phone_key) WHERE phone_key IS NOT NULL;
CREATE INDEX fa_party_tax_key ON fa_party (connection, tax_key) WHERE tax_key IS NOT NULL;

-- The parties themselves, apart, so that the rows that are searched are short.
CREATE TABLE fa_party_entry (
    party INTEGER PRIMARY KEY NOT NULL REFERENCES fa_party (id),
    entry TEXT NOT NULL
);

-- The words that parties are found by, each behind its connection's five letters; the first one to six letters of a word
-- have lists of their own.
CREATE VIRTUAL TABLE fa_party_word USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, prefix = '6 7 8 9 10 11',
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
);

-- The host's own customers and suppliers.
CREATE TABLE fa_known (
    connection TEXT NOT NULL,
    role       TEXT NOT NULL,
    local      TEXT NOT NULL,
    party      TEXT NOT NULL,
    active     INTEGER NOT NULL,
    name_key   TEXT,
    email_key  TEXT,
    phone_key  TEXT,
    tax_key    TEXT,
    PRIMARY KEY (connection, role, local)
);

CREATE INDEX fa_known_name ON fa_known (connection, role, name_key, local) WHERE active = 1 AND name_key IS NOT NULL;
CREATE INDEX fa_known_email ON fa_known (connection, role, email_key, local) WHERE active = 1 AND email_key IS NOT NULL;
CREATE INDEX fa_known_phone ON fa_known (connection, role, phone_key, local) WHERE active = 1 AND phone_key IS NOT NULL;
CREATE INDEX fa_known_tax ON fa_known (connection, role, tax_key, local) WHERE active = 1 AND tax_key IS NOT NULL;

-- The last import of each role. What was selected never changes and may be long; how far it is changes with every step.
CREATE TABLE fa_import (
    connection TEXT NOT NULL,
    role       TEXT NOT NULL,
    selection  TEXT NOT NULL,
    begun_at   INTEGER NOT NULL,
    progress   TEXT NOT NULL,
    PRIMARY KEY (connection, role)
);

CREATE TABLE fa_import_note (
    connection TEXT NOT NULL,
    role       TEXT NOT NULL,
    remote     TEXT NOT NULL,
    note       TEXT NOT NULL,
    PRIMARY KEY (connection, role, remote)
) WITHOUT ROWID;

CREATE TABLE fa_organisation (
    connection   TEXT PRIMARY KEY NOT NULL,
    read_at      INTEGER NOT NULL,
    organisation TEXT NOT NULL
);

CREATE TABLE fa_cursor (
    connection TEXT NOT NULL,
    feed       TEXT NOT NULL,
    cursor     TEXT NOT NULL,
    PRIMARY KEY (connection, feed)
) WITHOUT ROWID;

-- Where hosts on any driver put operations in their own transaction; the next claim takes them over.
CREATE TABLE fa_inbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL,
    operation  TEXT NOT NULL,
    -- Why it was not taken over; such a row stays until a person has looked.
    refused    TEXT
);

CREATE INDEX fa_inbox_waiting ON fa_inbox (connection, id) WHERE refused IS NULL;

-- Tokens, sealed. A row without a body keeps the version of tokens that were forgotten.
CREATE TABLE fa_token (
    connection  TEXT PRIMARY KEY NOT NULL,
    version     INTEGER NOT NULL DEFAULT 0,
    body        BLOB,
    worker      TEXT,
    lease_until INTEGER
);

-- Numbers that the host gives: how far those of one kind and prefix have been given. The prefix is folded to small letters.
CREATE TABLE fa_number_run (
    id         INTEGER PRIMARY KEY NOT NULL,
    connection TEXT NOT NULL,
    kind       TEXT NOT NULL,
    prefix     TEXT NOT NULL,
    -- The first value given, and the first that was not.
    first      INTEGER NOT NULL,
    next       INTEGER NOT NULL,
    UNIQUE (connection, kind, prefix)
);

-- Blocks that devices have leased. A row stays when what is left of it is taken back.
CREATE TABLE fa_number_block (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    connection   TEXT NOT NULL,
    device       TEXT NOT NULL,
    request      TEXT NOT NULL,
    run          INTEGER NOT NULL REFERENCES fa_number_run (id),
    -- As it stands on documents.
    prefix       TEXT NOT NULL,
    width        INTEGER NOT NULL,
    first        INTEGER NOT NULL,
    last         INTEGER NOT NULL,
    leased_at    INTEGER NOT NULL,
    -- How many of its numbers documents have, and how many of these count no more.
    used         INTEGER NOT NULL DEFAULT 0,
    voided       INTEGER NOT NULL DEFAULT 0,
    reclaimed_at INTEGER,
    reclaimed_by TEXT,
    -- Asked again after a lost answer: still one block.
    UNIQUE (connection, device, request)
);

-- What is not taken back is with one device only.
CREATE UNIQUE INDEX fa_number_block_held ON fa_number_block (run, first) WHERE reclaimed_at IS NULL;
CREATE INDEX fa_number_block_place ON fa_number_block (run, first, last);

-- Which document has which number: never two.
CREATE TABLE fa_number_use (
    run       INTEGER NOT NULL REFERENCES fa_number_run (id),
    value     INTEGER NOT NULL,
    local     TEXT NOT NULL,
    block     INTEGER NOT NULL REFERENCES fa_number_block (id),
    used_at   INTEGER NOT NULL,
    voided_at INTEGER,
    PRIMARY KEY (run, value)
) WITHOUT ROWID;

CREATE INDEX fa_number_use_document ON fa_number_use (run, local);

-- What was taken back and waits for the next lease.
CREATE TABLE fa_number_free (
    run   INTEGER NOT NULL REFERENCES fa_number_run (id),
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL,
    -- Of whose taking back it is.
    block INTEGER NOT NULL REFERENCES fa_number_block (id),
    PRIMARY KEY (run, first)
) WITHOUT ROWID;

-- Devices that were declared gone.
CREATE TABLE fa_number_device (
    connection TEXT NOT NULL,
    device     TEXT NOT NULL,
    gone_at    INTEGER NOT NULL,
    gone_by    TEXT NOT NULL,
    PRIMARY KEY (connection, device)
) WITHOUT ROWID;
