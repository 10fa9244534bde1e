package dev.parley.server.config;

import org.jspecify.annotations.Nullable;

/// What is no credential, though it stands where one should. Pure functions.
final class Secrets {
  private Secrets() {}

  /// What is wrong with it, with a place for where it is from; null: nothing that can be seen.
  static @Nullable String problem(String secret) {
    if (!secret.chars().allMatch(c -> c > ' ' && c <= '~')) {
      return "holds spaces, or what is not printable ASCII%s (expected: the credential alone; a"
          + " comment stands in a line of its own)";
    }
    if (secret.startsWith("$")) {
      return "begins with $%s (expected: env:NAME for what an environment variable holds)";
    }
    if (secret.startsWith("\"") || secret.startsWith("'")) {
      return "stands in quotes%s (expected: the credential without them)";
    }
    return null;
  }
}
