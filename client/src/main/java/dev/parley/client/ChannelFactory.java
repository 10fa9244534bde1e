package dev.parley.client;

import io.grpc.ManagedChannel;

/// Makes the channels of a client, which shuts them down itself. Called again for each new try to
/// connect, so that none waits for an older channel's own back-off. Thread-safe.
@FunctionalInterface
public interface ChannelFactory {

  /// A new channel.
  ///
  /// @param target HOST:PORT: the client's own, or where a draining server sends it
  ManagedChannel create(String target);
}
