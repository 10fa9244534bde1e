package dev.parley.client;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The channel that a client uses now. Thread-safe.
///
/// A try to connect after a failed one gets a new channel: an old one waits for its own back-off,
/// up to two minutes, and until then fails each call with yesterday's error.
final class Channels {

  /// Largest event, in bytes; the server's batches are far smaller.
  private static final int MAX_INBOUND_BYTES = 16 << 20;

  private final String target;
  private final ChannelFactory factory;
  private final @Nullable ManagedChannel shared;
  private @Nullable ManagedChannel current;
  private String currentTarget;
  private boolean closed;

  private Channels(String target, ChannelFactory factory, @Nullable ManagedChannel shared) {
    this.target = target;
    this.currentTarget = target;
    this.factory = factory;
    this.shared = shared;
  }

  static Channels of(ClientConfig config) {
    return new Channels(config.target(), config.channels(), config.sharedChannel());
  }

  /// A channel in plain text unless changed, with HTTP/2 keepalive.
  static ManagedChannel standard(String target, UnaryOperator<ManagedChannelBuilder<?>> change) {
    ManagedChannelBuilder<?> builder =
        ManagedChannelBuilder.forTarget(target)
            .usePlaintext()
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .maxInboundMessageSize(MAX_INBOUND_BYTES)
            .intercept(new FewTries());
    return change.apply(builder).build();
  }

  /// The channel for calls beside the stream.
  ///
  /// @throws ParleyException if none can be made
  synchronized ManagedChannel current() {
    if (shared != null) {
      return shared;
    }
    ManagedChannel channel = current;
    if (channel == null) {
      if (closed) {
        throw Failures.closed();
      }
      try {
        channel = factory.create(currentTarget);
      } catch (RuntimeException failure) {
        throw Failures.noChannel(failure);
      }
      current = channel;
    }
    return channel;
  }

  /// The channel for a try to connect.
  ///
  /// @param redirect where a draining server sent this client; null: to its own target
  /// @param anew the last try on the current channel failed
  synchronized ManagedChannel forAttempt(@Nullable String redirect, boolean anew) {
    if (shared != null) {
      shared.resetConnectBackoff();
      return shared;
    }
    String wanted = redirect == null ? target : redirect;
    if (anew || !wanted.equals(currentTarget)) {
      retire();
      currentTarget = wanted;
    }
    return current();
  }

  /// Lets calls in progress end, and takes no more.
  synchronized void close() {
    closed = true;
    retire();
  }

  private void retire() {
    ManagedChannel channel = current;
    if (channel != null) {
      channel.shutdown();
      current = null;
    }
  }
}
