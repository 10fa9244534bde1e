package dev.parley.cli.output;

/// Numbers of things, in words. Pure functions.
public final class Counts {
  private Counts() {}

  /// `1 room`, `2 rooms`.
  public static String of(long count, String thing) {
    return "%,d %s%s".formatted(count, thing, count == 1 ? "" : "s");
  }
}
