package dev.parley.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/// Addresses as options have them, and whether somebody is there. Keeps nothing.
public final class Addresses {
  private static final int CONNECT_MILLIS = 10_000;

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

  /// The same where somebody listens.
  ///
  /// @throws LoadException if nobody does
  public static InetSocketAddress listening(String option, String text) {
    InetSocketAddress address = parse(option, text);
    try (Socket connection = new Socket()) {
      connection.connect(address, CONNECT_MILLIS);
      return address;
    } catch (IOException _) {
      throw LoadException.noAnswer(
          "no server answers at %s: is it running, and is %s right?".formatted(text, option));
    }
  }
}
