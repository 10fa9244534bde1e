package dev.parley.bench.gateway;

import java.util.Locale;

/// A way to the provider.
enum LaneKind {
  /// None between: what the others are compared with.
  DIRECT,
  /// Parley, by `StreamChat`.
  GRPC,
  /// Parley, by its door for OpenAI's clients.
  HTTP,
  /// Another gateway that speaks OpenAI's protocol.
  THROUGH;

  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return key();
  }
}
