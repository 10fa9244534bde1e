-- Facts about the store as a whole: its epoch.
CREATE TABLE setting (
  name  TEXT    NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Filled and emptied again to learn whether commits work.
CREATE TABLE probe (
  id     INTEGER NOT NULL PRIMARY KEY,
  filler BLOB    NOT NULL
) STRICT;

CREATE TABLE topic (
  id            INTEGER NOT NULL PRIMARY KEY,
  kind          TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  last_sequence INTEGER NOT NULL,
  created_at    INTEGER NOT NULL, -- microseconds since 1970 UTC
  listed        INTEGER NOT NULL,
  erased        INTEGER NOT NULL, -- 0: alive; 1: erased, with something left to reap; 2: reaped
  members       INTEGER NOT NULL, -- rows in member
  UNIQUE (kind, name)
) STRICT;

CREATE INDEX topic_listed ON topic (kind, name) WHERE listed = 1 AND erased = 0;
CREATE INDEX topic_to_reap ON topic (id) WHERE erased = 1;

-- Apart from topic, so that counting a sequence up does not rewrite it.
CREATE TABLE snapshot (
  topic    INTEGER NOT NULL PRIMARY KEY,
  sequence INTEGER NOT NULL,
  state    BLOB    NOT NULL
) STRICT;

CREATE TABLE entry (
  position INTEGER NOT NULL PRIMARY KEY, -- topic << 36 | sequence
  topic    INTEGER AS (position >> 36) VIRTUAL,
  type     INTEGER NOT NULL,
  content  INTEGER NOT NULL, -- 1: something said; 0: a change
  author   TEXT    NOT NULL,
  key      TEXT,
  parent   TEXT,
  at       INTEGER NOT NULL, -- microseconds since 1970 UTC
  body     BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX entry_key ON entry (topic, key, author) WHERE key IS NOT NULL;
CREATE INDEX entry_parent ON entry (topic, parent) WHERE parent IS NOT NULL;
CREATE INDEX entry_content ON entry (position, author) WHERE content = 1;

-- rowid is entry.position, so a topic is a range of rowids and newest first is their order. The
-- author is one token that stands for the id (see WordIndex).
CREATE VIRTUAL TABLE words USING fts5 (
  text, author, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

-- kind and name repeat those of the topic: they are the order in which a user's topics are listed.
CREATE TABLE member (
  topic         INTEGER NOT NULL,
  user          TEXT    NOT NULL,
  kind          TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  role          INTEGER NOT NULL, -- 0: member, 1: moderator, 2: owner
  joined_at     INTEGER NOT NULL, -- microseconds since 1970 UTC
  read_sequence INTEGER NOT NULL,
  PRIMARY KEY (topic, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX member_user ON member (user, kind, name);

CREATE TABLE profile (
  id           TEXT NOT NULL PRIMARY KEY,
  username     TEXT NOT NULL,
  display_name TEXT NOT NULL,
  avatar_url   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What Migrations compares with its own number; every migration sets it to its version.
PRAGMA user_version = 1;
