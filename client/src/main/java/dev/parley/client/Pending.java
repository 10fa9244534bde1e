package dev.parley.client;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.RoomJoinedEvent;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// A request that waits for its answer. Mutable fields are owned by the loop.
///
/// @param <T> what the future gives
final class Pending<T> {

  private final ChatRequest request;
  private final int bytes;
  private final Function<ChatEvent, T> answer;
  private final CompletableFuture<T> future = new CompletableFuture<>();

  /// Place among all requests of the client; set by the outbox.
  long order;

  /// Whether it is on its way.
  boolean sent;

  /// Whether it was ever on its way, on this stream or an earlier one.
  boolean onceSent;

  private Pending(ChatRequest request, Function<ChatEvent, T> answer) {
    this.request = request;
    this.bytes = request.getSerializedSize();
    this.answer = answer;
  }

  /// One that is answered by an ack.
  static Pending<AckEvent> acked(ChatRequest request) {
    return new Pending<>(request, ChatEvent::getAck);
  }

  /// One that is answered by `room_joined`.
  static Pending<RoomJoinedEvent> joined(ChatRequest request) {
    return new Pending<>(request, ChatEvent::getRoomJoined);
  }

  ChatRequest request() {
    return request;
  }

  String id() {
    return request.getId();
  }

  String room() {
    return request.getRoomId();
  }

  /// Size of the request on the wire.
  int bytes() {
    return bytes;
  }

  CompletableFuture<T> future() {
    return future;
  }

  /// Whether it says something, rather than does something: what comes back as a `message`.
  boolean isMessage() {
    return request.getActionCase() == ChatRequest.ActionCase.ACTION_NOT_SET;
  }

  void succeed(ChatEvent event) {
    future.complete(answer.apply(event));
  }

  void fail(RuntimeException cause) {
    future.completeExceptionally(cause);
  }
}
