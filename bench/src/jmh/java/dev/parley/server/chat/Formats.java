package dev.parley.server.chat;

import dev.parley.server.delivery.WireFormat;

/// The formats of streams, for benchmarks of other packages.
public final class Formats {
  private Formats() {}

  /// That of native clients.
  public static WireFormat nativeFormat() {
    return new NativeFormat();
  }
}
