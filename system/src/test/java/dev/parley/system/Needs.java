package dev.parley.system;

import org.junit.jupiter.api.Assumptions;

/// What tests need of a machine beside a JDK.
final class Needs {
  /// Where this environment variable is set, nothing may be missing.
  private static final String REQUIRE_ALL = "REQUIRE_ALL_TESTS";

  private Needs() {}

  /// Skips the test, and says so.
  ///
  /// @param what is missing
  /// @param enable what to do about it
  /// @return what fails the test, where everything is required
  static AssertionError missing(String what, String enable) {
    String reason = "%s; to enable: %s".formatted(what, enable);
    if (!System.getenv().getOrDefault(REQUIRE_ALL, "").isEmpty()) {
      return new AssertionError("%s (%s is set)".formatted(reason, REQUIRE_ALL));
    }
    System.out.println("SKIPPED: " + reason);
    return Assumptions.abort(reason);
  }
}
