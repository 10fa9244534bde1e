package dev.parley.core.user;

/// How a user wants to be seen while online.
public enum Status {
  ONLINE,
  AWAY,
  BUSY
}
