package dev.parley.server.config;

/// A setting that cannot be used. The message names it, where it came from, and what was expected.
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }
}
