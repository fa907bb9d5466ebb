-- The record of one vote: what was printed, scanned, measured, decided and counted by hand.
--
-- Three rules are kept by the database itself, not only by the program that writes it:
--   * what was recorded stays: rows are added, never altered or removed;
--   * what the machine measured and what people decided stand in different tables;
--   * every row names the ledger row that was written together with it, so that a
--     ledger whose last rows were torn off leaves rows pointing at nothing.
-- "INSERT OR REPLACE" removes rows without firing delete triggers, hence the *_once triggers.

CREATE TABLE meta (
    one            INTEGER PRIMARY KEY CHECK (one = 1),
    schema_version INTEGER NOT NULL,
    created        TEXT NOT NULL,
    election       TEXT NOT NULL,  -- fingerprint of the definition; '' until first pinned
    reviewers      INTEGER NOT NULL CHECK (reviewers IN (1, 2)),
    ledger_rows    INTEGER NOT NULL CHECK (ledger_rows >= 0),
    ledger_head    TEXT NOT NULL CHECK (length(ledger_head) = 64)
) STRICT;

CREATE TABLE ledger (
    seq     INTEGER PRIMARY KEY CHECK (seq >= 1),
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL CHECK (length(actor) > 0),
    event   TEXT NOT NULL CHECK (length(event) > 0),
    payload TEXT NOT NULL CHECK (json_valid(payload)),
    prev    TEXT NOT NULL CHECK (length(prev) = 64),
    hash    TEXT NOT NULL UNIQUE CHECK (length(hash) = 64)
) STRICT;

-- One run of the printer. Only the day is kept: with the hour, a run of a few replacement
-- ballots could be told apart by whoever remembers who came for one.
CREATE TABLE prints (
    id         INTEGER PRIMARY KEY,
    group_id   TEXT NOT NULL CHECK (length(group_id) > 0),
    layout     TEXT NOT NULL,
    count      INTEGER NOT NULL CHECK (count > 0),
    day        TEXT NOT NULL CHECK (length(day) = 10),
    ledger_seq INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;

-- Kept in the order of the serials alone (no rowid), so that the order of printing,
-- and with it the order in which papers were handed out, cannot be read from the file.
CREATE TABLE ballots_printed (
    serial   TEXT PRIMARY KEY CHECK (length(serial) >= 4),
    group_id TEXT NOT NULL,
    print_id INTEGER NOT NULL REFERENCES prints (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX ballots_by_print ON ballots_printed (print_id);

-- The board's own figures as they stand; their history is in the ledger.
CREATE TABLE hand_counts (
    group_id   TEXT PRIMARY KEY CHECK (length(group_id) > 0),
    issued     INTEGER CHECK (issued >= 0),
    unused     INTEGER CHECK (unused >= 0),
    spoiled    INTEGER CHECK (spoiled >= 0),
    mailed     INTEGER CHECK (mailed >= 0),
    late       INTEGER CHECK (late >= 0),
    collected  INTEGER CHECK (collected >= 0),
    ledger_seq INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE files (
    sha256     TEXT PRIMARY KEY CHECK (length(sha256) = 64),
    name       TEXT NOT NULL,
    size       INTEGER NOT NULL CHECK (size >= 0),
    pages      INTEGER NOT NULL CHECK (pages >= 0),
    first_seen TEXT NOT NULL,
    ledger_seq INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE pages (
    id          INTEGER PRIMARY KEY,
    file_sha256 TEXT NOT NULL REFERENCES files (sha256),
    page        INTEGER NOT NULL CHECK (page >= 1),
    UNIQUE (file_sha256, page)
) STRICT;

-- What the machine made of a page under one state of its settings. The image belongs to
-- the reading: its registration is in pixels of exactly that image.
CREATE TABLE readings (
    id           INTEGER PRIMARY KEY,
    page_id      INTEGER NOT NULL REFERENCES pages (id),
    settings     TEXT NOT NULL,
    version      TEXT NOT NULL,
    image_sha256 TEXT NOT NULL,
    suffix       TEXT NOT NULL,  -- '' where no image is kept
    status       TEXT NOT NULL CHECK (status IN (
                     'read', 'blank', 'no-code', 'foreign', 'bad-signature',
                     'wrong-layout', 'code-conflict', 'unreadable')),
    serial       TEXT,
    group_id     TEXT,
    page         INTEGER CHECK (page >= 1),
    detail       TEXT NOT NULL,
    registration TEXT CHECK (registration IS NULL OR json_valid(registration)),
    grades       TEXT NOT NULL CHECK (json_valid(grades)),  -- of the scan as such; ask nobody
    seal         TEXT CHECK (seal IN ('stamped', 'bare', 'unclear', 'absent')),
    digest       TEXT NOT NULL CHECK (length(digest) = 64),
    ledger_seq   INTEGER NOT NULL REFERENCES ledger (seq),
    UNIQUE (page_id, settings),
    CHECK (status <> 'read'
           OR (serial IS NOT NULL AND group_id IS NOT NULL AND page IS NOT NULL)),
    CHECK (suffix = '' OR length(image_sha256) = 64)
) STRICT;

CREATE INDEX readings_by_page ON readings (page_id, id);
CREATE INDEX readings_by_ballot ON readings (serial, page, id) WHERE status = 'read';
CREATE INDEX readings_by_ledger ON readings (ledger_seq, id);

CREATE TABLE marks (
    reading_id INTEGER NOT NULL REFERENCES readings (id),
    ordinal    INTEGER NOT NULL CHECK (ordinal >= 0),
    contest    TEXT NOT NULL,
    option     TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('marked', 'empty', 'uncertain')),
    score      REAL NOT NULL,
    expected_x REAL NOT NULL,
    expected_y REAL NOT NULL,
    expected_w REAL NOT NULL,
    expected_h REAL NOT NULL,
    found_x    REAL NOT NULL,
    found_y    REAL NOT NULL,
    found_w    REAL NOT NULL,
    found_h    REAL NOT NULL,
    note       TEXT NOT NULL,
    match      REAL NOT NULL CHECK (match BETWEEN 0 AND 1),
    PRIMARY KEY (reading_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE findings (
    reading_id INTEGER NOT NULL REFERENCES readings (id),
    ordinal    INTEGER NOT NULL CHECK (ordinal >= 0),
    code       TEXT NOT NULL CHECK (code IN (
                   'annotation', 'name-struck', 'damaged', 'registration', 'quality')),
    contest    TEXT,
    x          REAL,
    y          REAL,
    w          REAL,
    h          REAL,
    size_mm    REAL NOT NULL,
    detail     TEXT NOT NULL,
    PRIMARY KEY (reading_id, ordinal),
    CHECK ((x IS NULL) = (y IS NULL) AND (x IS NULL) = (w IS NULL) AND (x IS NULL) = (h IS NULL))
) STRICT, WITHOUT ROWID;

-- What people said. An opinion stands until the same person withdraws it with a row of its
-- own. "basis" names the page rows that lay before the person: when another scan of the same
-- ballot arrives, opinions given without it no longer count.
CREATE TABLE decisions (
    id         INTEGER PRIMARY KEY,
    subject    TEXT NOT NULL CHECK (subject IN ('paper', 'page')),
    subject_id TEXT NOT NULL CHECK (length(subject_id) > 0),  -- serial, or id of the page row
    basis      TEXT NOT NULL,
    person     TEXT NOT NULL CHECK (length(person) > 0),
    person_key TEXT NOT NULL CHECK (length(person_key) > 0),  -- caseless, one space between words
    at         TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('opinion', 'withdrawal')),
    before     TEXT NOT NULL CHECK (json_valid(before)),      -- what the machine had said
    after      TEXT CHECK (after IS NULL OR json_valid(after)),
    reason     TEXT NOT NULL,
    ledger_seq INTEGER NOT NULL REFERENCES ledger (seq),
    CHECK ((kind = 'opinion') = (after IS NOT NULL))
) STRICT;

CREATE INDEX decisions_by_subject ON decisions (subject, subject_id, basis, person_key, id);

-- The reading that holds for each page: the latest one.
CREATE VIEW current_readings AS
SELECT r.* FROM readings AS r
WHERE NOT EXISTS (SELECT 1 FROM readings AS n WHERE n.page_id = r.page_id AND n.id > r.id);

-- The opinions that stand: per person, subject and basis the last row, if not a withdrawal.
CREATE VIEW standing_opinions AS
SELECT d.* FROM decisions AS d
WHERE d.kind = 'opinion' AND NOT EXISTS (
    SELECT 1 FROM decisions AS n
    WHERE n.subject = d.subject AND n.subject_id = d.subject_id AND n.basis = d.basis
      AND n.person_key = d.person_key AND n.id > d.id);

-- The two-person rule, first half: nobody counts twice.
CREATE TRIGGER decisions_one_voice BEFORE INSERT ON decisions
WHEN NEW.kind = 'opinion' AND EXISTS (
    SELECT 1 FROM standing_opinions AS s
    WHERE s.subject = NEW.subject AND s.subject_id = NEW.subject_id AND s.basis = NEW.basis
      AND s.person_key = NEW.person_key)
BEGIN SELECT RAISE(ABORT, 'decisions: one person, one standing opinion'); END;

CREATE TRIGGER decisions_withdraw_own BEFORE INSERT ON decisions
WHEN NEW.kind = 'withdrawal' AND NOT EXISTS (
    SELECT 1 FROM standing_opinions AS s
    WHERE s.subject = NEW.subject AND s.subject_id = NEW.subject_id AND s.basis = NEW.basis
      AND s.person_key = NEW.person_key)
BEGIN SELECT RAISE(ABORT, 'decisions: nothing to withdraw'); END;

-- The ledger only grows, one row after the other, and meta keeps its length and head.
CREATE TRIGGER ledger_follows BEFORE INSERT ON ledger
WHEN NEW.seq <> (SELECT ledger_rows + 1 FROM meta)
  OR NEW.prev <> (SELECT ledger_head FROM meta)
BEGIN SELECT RAISE(ABORT, 'ledger: a row must follow the last one'); END;

CREATE TRIGGER ledger_heads AFTER INSERT ON ledger
BEGIN UPDATE meta SET ledger_rows = NEW.seq, ledger_head = NEW.hash; END;

CREATE TRIGGER meta_pinned BEFORE UPDATE OF election ON meta
WHEN OLD.election <> '' AND NEW.election <> OLD.election
BEGIN SELECT RAISE(ABORT, 'meta: the definition is pinned'); END;
CREATE TRIGGER meta_fixed BEFORE UPDATE OF one, schema_version, created ON meta
BEGIN SELECT RAISE(ABORT, 'meta: these fields are fixed'); END;
CREATE TRIGGER meta_kept BEFORE DELETE ON meta
BEGIN SELECT RAISE(ABORT, 'meta: rows are kept'); END;
CREATE TRIGGER meta_once BEFORE INSERT ON meta
WHEN EXISTS (SELECT 1 FROM meta)
BEGIN SELECT RAISE(ABORT, 'meta: there is one row'); END;

CREATE TRIGGER ledger_fixed BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'ledger: rows are fixed'); END;
CREATE TRIGGER ledger_kept BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'ledger: rows are kept'); END;
CREATE TRIGGER ledger_once BEFORE INSERT ON ledger
WHEN EXISTS (SELECT 1 FROM ledger WHERE hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'ledger: rows are fixed'); END;

CREATE TRIGGER prints_fixed BEFORE UPDATE ON prints
BEGIN SELECT RAISE(ABORT, 'prints: rows are fixed'); END;
CREATE TRIGGER prints_kept BEFORE DELETE ON prints
BEGIN SELECT RAISE(ABORT, 'prints: rows are kept'); END;
CREATE TRIGGER prints_once BEFORE INSERT ON prints
WHEN EXISTS (SELECT 1 FROM prints WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'prints: rows are fixed'); END;

CREATE TRIGGER ballots_printed_fixed BEFORE UPDATE ON ballots_printed
BEGIN SELECT RAISE(ABORT, 'ballots_printed: rows are fixed'); END;
CREATE TRIGGER ballots_printed_kept BEFORE DELETE ON ballots_printed
BEGIN SELECT RAISE(ABORT, 'ballots_printed: rows are kept'); END;
CREATE TRIGGER ballots_printed_once BEFORE INSERT ON ballots_printed
WHEN EXISTS (SELECT 1 FROM ballots_printed WHERE serial = NEW.serial)
BEGIN SELECT RAISE(ABORT, 'ballots_printed: this serial exists'); END;

CREATE TRIGGER hand_counts_kept BEFORE DELETE ON hand_counts
BEGIN SELECT RAISE(ABORT, 'hand_counts: rows are kept'); END;

CREATE TRIGGER files_fixed BEFORE UPDATE ON files
BEGIN SELECT RAISE(ABORT, 'files: rows are fixed'); END;
CREATE TRIGGER files_kept BEFORE DELETE ON files
BEGIN SELECT RAISE(ABORT, 'files: rows are kept'); END;
CREATE TRIGGER files_once BEFORE INSERT ON files
WHEN EXISTS (SELECT 1 FROM files WHERE sha256 = NEW.sha256)
BEGIN SELECT RAISE(ABORT, 'files: rows are fixed'); END;

CREATE TRIGGER pages_fixed BEFORE UPDATE ON pages
BEGIN SELECT RAISE(ABORT, 'pages: rows are fixed'); END;
CREATE TRIGGER pages_kept BEFORE DELETE ON pages
BEGIN SELECT RAISE(ABORT, 'pages: rows are kept'); END;
CREATE TRIGGER pages_once BEFORE INSERT ON pages
WHEN EXISTS (SELECT 1 FROM pages WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM pages WHERE file_sha256 = NEW.file_sha256 AND page = NEW.page)
BEGIN SELECT RAISE(ABORT, 'pages: rows are fixed'); END;

CREATE TRIGGER readings_fixed BEFORE UPDATE ON readings
BEGIN SELECT RAISE(ABORT, 'readings: rows are fixed'); END;
CREATE TRIGGER readings_kept BEFORE DELETE ON readings
BEGIN SELECT RAISE(ABORT, 'readings: rows are kept'); END;
CREATE TRIGGER readings_once BEFORE INSERT ON readings
WHEN EXISTS (SELECT 1 FROM readings WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM readings WHERE page_id = NEW.page_id AND settings = NEW.settings)
BEGIN SELECT RAISE(ABORT, 'readings: rows are fixed'); END;

CREATE TRIGGER marks_fixed BEFORE UPDATE ON marks
BEGIN SELECT RAISE(ABORT, 'marks: rows are fixed'); END;
CREATE TRIGGER marks_kept BEFORE DELETE ON marks
BEGIN SELECT RAISE(ABORT, 'marks: rows are kept'); END;
CREATE TRIGGER marks_once BEFORE INSERT ON marks
WHEN EXISTS (SELECT 1 FROM marks WHERE reading_id = NEW.reading_id AND ordinal = NEW.ordinal)
BEGIN SELECT RAISE(ABORT, 'marks: rows are fixed'); END;

CREATE TRIGGER findings_fixed BEFORE UPDATE ON findings
BEGIN SELECT RAISE(ABORT, 'findings: rows are fixed'); END;
CREATE TRIGGER findings_kept BEFORE DELETE ON findings
BEGIN SELECT RAISE(ABORT, 'findings: rows are kept'); END;
CREATE TRIGGER findings_once BEFORE INSERT ON findings
WHEN EXISTS (SELECT 1 FROM findings WHERE reading_id = NEW.reading_id AND ordinal = NEW.ordinal)
BEGIN SELECT RAISE(ABORT, 'findings: rows are fixed'); END;

CREATE TRIGGER decisions_fixed BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions: rows are fixed'); END;
CREATE TRIGGER decisions_kept BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions: rows are kept'); END;
CREATE TRIGGER decisions_once BEFORE INSERT ON decisions
WHEN EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'decisions: rows are fixed'); END;
