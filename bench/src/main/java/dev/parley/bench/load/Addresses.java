package dev.parley.bench.load;

import java.net.InetSocketAddress;

/// Addresses as options have them. Pure functions, but for the looking up of names.
public final class Addresses {
  private Addresses() {}

  /// An address.
  ///
  /// @param option the option's name, for words
  /// @param text `HOST:PORT`
  /// @throws IllegalArgumentException if it is none, or the host is unknown
  public static InetSocketAddress parse(String option, String text) {
    int colon = text.lastIndexOf(':');
    try {
      InetSocketAddress address =
          new InetSocketAddress(
              text.substring(0, Math.max(0, colon)).replaceAll("^\\[|]$", ""),
              Integer.parseInt(text.substring(colon + 1)));
      if (colon > 0 && !address.isUnresolved()) {
        return address;
      }
    } catch (IllegalArgumentException _) {
      // said below
    }
    throw new IllegalArgumentException("%s: \"%s\" (expected: HOST:PORT)".formatted(option, text));
  }
}
