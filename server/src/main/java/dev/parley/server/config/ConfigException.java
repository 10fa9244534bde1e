package dev.parley.server.config;

/// Settings that cannot be used. The message names them, where they came from, and what was
/// expected, a line for each.
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }
}
