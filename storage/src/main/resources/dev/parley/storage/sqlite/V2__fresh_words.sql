-- Texts on their way into the index of words (see WordIndex). id counts up by the length of each
-- text, from the start again whenever the table was emptied: the greatest one tells how much it is.
CREATE TABLE fresh (
  id       INTEGER NOT NULL PRIMARY KEY,
  position INTEGER NOT NULL, -- of the entry
  text     TEXT    NOT NULL,
  author   TEXT    NOT NULL  -- the token that stands for the id
) STRICT;

PRAGMA user_version = 2;
