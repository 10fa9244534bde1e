package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.assistant.v1.AssistantServiceGrpc;
import dev.parley.assistant.v1.ChatRequest;
import dev.parley.assistant.v1.ChatResponse;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A connection with one stream in sessions: keeps what it was told of each, in order, and checks
/// that there is neither gap nor repeat. Thread-safe.
final class SessionWatcher implements AutoCloseable, StreamObserver<ChatResponse> {
  private final ManagedChannel channel;
  private final StreamObserver<ChatRequest> requests;
  private final Map<String, List<ChatResponse>> told;
  final AssistantServiceGrpc.AssistantServiceBlockingStub calls;
  private long chars;

  /// @param told what the connection before was told, to be continued
  SessionWatcher(String address, String user, Map<String, List<ChatResponse>> told) {
    this.told = new TreeMap<>();
    told.forEach((session, events) -> this.told.put(session, new ArrayList<>(events)));
    channel = ManagedChannelBuilder.forTarget(address).usePlaintext().build();
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("parley-user", Metadata.ASCII_STRING_MARSHALLER), user);
    Channel named =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    calls = AssistantServiceGrpc.newBlockingStub(named);
    requests = AssistantServiceGrpc.newStub(named).chat(this);
  }

  void ask(String session, String id, String text) {
    requests.onNext(
        ChatRequest.newBuilder().setSessionId(session).setId(id).setMessage(text).build());
  }

  /// Watches on after what was told.
  void resume(String session) {
    requests.onNext(
        ChatRequest.newBuilder()
            .setType(ChatRequest.Type.WATCH)
            .setSessionId(session)
            .setAfterSequence(last(session))
            .build());
  }

  private synchronized long last(String session) {
    List<ChatResponse> events = told.getOrDefault(session, List.of());
    return events.isEmpty() ? 0 : events.getLast().getSequence();
  }

  @Override
  public synchronized void onNext(ChatResponse response) {
    boolean placed =
        switch (response.getType()) {
          case STATUS, RESPONSE_START, CHUNK, RESPONSE_COMPLETE, SESSION_UPDATE, TURN -> true;
          case ERROR -> response.getSequence() > 0;
          default -> false;
        };
    if (placed) {
      told.computeIfAbsent(response.getSessionId(), _ -> new ArrayList<>()).add(response);
      chars += response.getChunkText().length();
    }
  }

  @Override
  public void onError(Throwable e) {}

  @Override
  public void onCompleted() {}

  /// How many characters of answers this connection was told.
  synchronized long chars() {
    return chars;
  }

  /// Whether a message was told.
  ///
  /// @param id as its client named it
  synchronized boolean sees(String session, String id) {
    return told.getOrDefault(session, List.of()).stream()
        .anyMatch(event -> event.getMessageId().equals(id));
  }

  /// What was told of each session by this connection and those before it.
  synchronized Map<String, List<ChatResponse>> told() {
    Map<String, List<ChatResponse>> copy = new TreeMap<>();
    told.forEach((session, events) -> copy.put(session, List.copyOf(events)));
    return copy;
  }

  /// The text of all chunks of a session, whose events have neither gap nor repeat.
  static String text(List<ChatResponse> events) {
    StringBuilder text = new StringBuilder();
    long last = 0;
    for (ChatResponse event : events) {
      assertThat(last == 0 || event.getSequence() == last + 1)
          .as("%d after %d", event.getSequence(), last)
          .isTrue();
      last = event.getSequence();
      text.append(event.getChunkText());
    }
    return text.toString();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
