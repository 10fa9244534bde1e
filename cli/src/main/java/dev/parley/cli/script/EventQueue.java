package dev.parley.cli.script;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.cli.command.Failures;
import dev.parley.client.ChatListener;
import dev.parley.client.ConnectionState;
import dev.parley.client.ConnectionState.Closed;
import dev.parley.client.ConnectionState.Connected;
import dev.parley.client.ConnectionState.Connecting;
import dev.parley.client.ConnectionState.Draining;
import dev.parley.client.ConnectionState.Reconnecting;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// Hands a client's events to one thread that takes them. Thread-safe.
///
/// When [#MAX_WAITING] events wait, the client's thread waits too, and then, at last, the server:
/// nothing is dropped.
final class EventQueue implements ChatListener, AutoCloseable {
  private static final int MAX_WAITING = 256;

  private final BlockingQueue<Next> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private volatile boolean closed;
  private boolean connectedBefore;

  /// What there is to take.
  sealed interface Next {}

  record Happened(ChatEvent event) implements Next {}

  /// Something for people to know.
  record Told(String words) implements Next {}

  /// Nothing more comes.
  record Ended(@Nullable Throwable cause) implements Next {}

  /// The next, in order; waits for it.
  Next take() throws InterruptedException {
    return waiting.take();
  }

  @Override
  public void onEvent(ChatEvent event) {
    put(new Happened(event));
  }

  @Override
  public void onState(ConnectionState state) {
    switch (state) {
      case Connected _ -> {
        if (connectedBefore) {
          put(new Told("connected again"));
        }
        connectedBefore = true;
      }
      case Reconnecting retry -> {
        if (connectedBefore && retry.attempt() <= 1) {
          put(new Told("connection lost (" + Failures.shortly(retry.cause()) + "); trying again"));
        }
      }
      case Closed end -> put(new Ended(end.cause()));
      case Connecting _, Draining _ -> {}
    }
  }

  /// Ends it from here: what waits is still to be taken.
  void end(Throwable cause) {
    put(new Ended(cause));
  }

  private void put(Next next) {
    try {
      if (!closed) {
        waiting.put(next);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Throws away what comes from now on.
  @Override
  public void close() {
    closed = true;
    waiting.clear();
  }
}
