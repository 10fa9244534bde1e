package dev.parley.cli.command;

import dev.parley.assistant.v1.ChatResponse;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.client.AssistantListener;
import dev.parley.client.ChatListener;
import dev.parley.client.ConnectionState;
import dev.parley.client.ConnectionState.Reconnecting;

/// Remembers why the last try to connect failed. Thread-safe.
final class LastTry {
  private volatile String words = "no answer";

  /// Why, in words.
  String words() {
    return words;
  }

  /// A listener that passes on what it is told.
  ChatListener before(ChatListener next) {
    return new ChatListener() {
      @Override
      public void onEvent(ChatEvent event) {
        next.onEvent(event);
      }

      @Override
      public void onState(ConnectionState state) {
        remember(state);
        next.onState(state);
      }
    };
  }

  /// The same in sessions with models.
  AssistantListener before(AssistantListener next) {
    return new AssistantListener() {
      @Override
      public void onEvent(ChatResponse event) {
        next.onEvent(event);
      }

      @Override
      public void onState(ConnectionState state) {
        remember(state);
        next.onState(state);
      }
    };
  }

  private void remember(ConnectionState state) {
    if (state instanceof Reconnecting retry) {
      words = Failures.words(retry.cause());
    }
  }
}
