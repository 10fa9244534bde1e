package dev.parley.client;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.RoomJoinedEvent;
import java.util.concurrent.CompletableFuture;

final class Outgoing {
  Outgoing(ClientConfig config, Environment environment, ChatSession session) {}

  CompletableFuture<AckEvent> acked(ChatRequest request) {
    throw new UnsupportedOperationException();
  }

  CompletableFuture<AckEvent> ackedBlocking(ChatRequest request) throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  CompletableFuture<RoomJoinedEvent> joined(ChatRequest request) {
    throw new UnsupportedOperationException();
  }
}
