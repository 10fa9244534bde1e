package dev.parley.client;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.WelcomeEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

final class ChatSession {
  ChatSession(ClientConfig config, Environment environment, Channels channels) {}

  CompletableFuture<WelcomeEvent> connect() {
    throw new UnsupportedOperationException();
  }

  Flow.Publisher<ChatEvent> events() {
    throw new UnsupportedOperationException();
  }

  void typing(String room, boolean isTyping) {
    throw new UnsupportedOperationException();
  }

  void read(String room, long sequence) {
    throw new UnsupportedOperationException();
  }

  CompletableFuture<Duration> ping() {
    throw new UnsupportedOperationException();
  }

  CompletableFuture<Integer> close(Duration timeout) {
    throw new UnsupportedOperationException();
  }
}
