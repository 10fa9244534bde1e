package dev.parley.bench.gateway;

import java.util.Locale;
import java.util.Set;

/// Asks in one protocol. Everything happens on one event loop, which is also where it is to be
/// called.
interface Asker extends AutoCloseable {
  /// Who hears an answer.
  interface Ear {
    /// More of its text.
    ///
    /// @param nowNanos when it came, as [System#nanoTime]
    void hear(String text, long nowNanos);

    /// The end; nothing is told afterwards.
    void ended(Told told);
  }

  /// How one who has asked can go away.
  enum Leaving {
    /// By a frame that cancels the question.
    FRAME,
    /// By ending the stream.
    STREAM,
    /// By closing the socket.
    CONNECTION;

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// A question that was asked.
  interface Asked {
    /// Goes away. Whether its ear is told anything more is the gateway's affair.
    void leave(Leaving how);
  }

  /// Asks.
  ///
  /// @param question its number
  /// @param model who is asked, in the gateway's words
  Asked ask(int question, String model, Ear ear);

  /// How one can go away in this protocol.
  Set<Leaving> ways();

  /// Connections that are open.
  int connections();

  /// Closes them all.
  @Override
  void close();
}
