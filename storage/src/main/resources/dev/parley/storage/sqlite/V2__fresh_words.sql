-- Texts on their way into the index of words (see WordIndex).
CREATE TABLE fresh (
  position INTEGER NOT NULL PRIMARY KEY, -- of the entry
  text     TEXT    NOT NULL,
  author   TEXT    NOT NULL              -- the token that stands for the id
) STRICT;

PRAGMA user_version = 2;
