-- Number of the last commit of the log that is in the tables (see Backlog).
INSERT INTO setting (name, value) VALUES ('applied', 0);

PRAGMA user_version = 3;
