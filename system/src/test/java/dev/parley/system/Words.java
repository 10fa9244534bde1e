package dev.parley.system;

/// Texts that follow from a message's id, so that a text that was mixed up or cut is noticed.
final class Words {
  private static final int MAX_BYTES = 2_000;

  private Words() {}

  /// Mostly short, some long.
  static String of(String id) {
    int hash = id.hashCode() * 31 & 0xffff;
    int bytes = hash % 8 == 0 ? hash % MAX_BYTES : hash % 100;
    return "This is " + id + " " + "x".repeat(bytes) + ".";
  }
}
