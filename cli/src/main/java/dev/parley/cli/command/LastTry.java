package dev.parley.cli.command;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.client.ChatListener;
import dev.parley.client.ConnectionState;
import dev.parley.client.ConnectionState.Reconnecting;

/// Remembers why the last try to connect failed. Thread-safe.
final class LastTry implements ChatListener {
  private final ChatListener next;
  private volatile String words = "no answer";

  LastTry(ChatListener next) {
    this.next = next;
  }

  /// Why, in words.
  String words() {
    return words;
  }

  @Override
  public void onEvent(ChatEvent event) {
    next.onEvent(event);
  }

  @Override
  public void onState(ConnectionState state) {
    if (state instanceof Reconnecting retry) {
      words = Failures.words(retry.cause());
    }
    next.onState(state);
  }
}
