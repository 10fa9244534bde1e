package dev.parley.server.session;

import dev.parley.assistant.v1.AssistantServiceGrpc;
import dev.parley.assistant.v1.ChatRequest;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.CreateSessionRequest;
import dev.parley.assistant.v1.GetTranscriptRequest;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.server.Inbox;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// A user with a stream in sessions, on a connection of its own.
final class SessionClient {
  private final ManagedChannel connection;
  private final Inbox<ChatRequest, ChatResponse, ChatResponse> inbox;
  final AssistantServiceGrpc.AssistantServiceBlockingStub calls;

  private SessionClient(
      ManagedChannel connection,
      String user,
      Inbox<ChatRequest, ChatResponse, ChatResponse> inbox) {
    this.connection = connection;
    this.inbox = inbox;
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("parley-user", Metadata.ASCII_STRING_MARSHALLER), user);
    Channel channel =
        ClientInterceptors.intercept(
            connection, MetadataUtils.newAttachHeadersInterceptor(headers));
    calls = AssistantServiceGrpc.newBlockingStub(channel);
    var _ = AssistantServiceGrpc.newStub(channel).chat(inbox);
  }

  static SessionClient of(ManagedChannel connection, String user) {
    return new SessionClient(connection, user, Inbox.of(List::of));
  }

  /// One whose stream takes nothing before [#take].
  static SessionClient slow(ManagedChannel connection, String user) {
    return new SessionClient(connection, user, Inbox.slow(List::of, 0));
  }

  void take(int count) {
    inbox.take(count);
  }

  String create(String model) {
    return calls
        .createSession(CreateSessionRequest.newBuilder().setModelId(model).build())
        .getSessionId();
  }

  void send(ChatRequest.Builder request) {
    inbox.call().onNext(request.build());
  }

  void ask(String session, String id, String text) {
    send(ChatRequest.newBuilder().setSessionId(session).setId(id).setMessage(text));
  }

  void watch(String session, long after) {
    send(
        ChatRequest.newBuilder()
            .setType(ChatRequest.Type.WATCH)
            .setSessionId(session)
            .setAfterSequence(after));
  }

  ChatResponse await(ChatResponse.Type type) {
    return await(response -> response.getType() == type);
  }

  ChatResponse await(Predicate<ChatResponse> wanted) {
    return inbox.await(wanted);
  }

  ChatResponse awaitChunkOrEnd() {
    return inbox.await(
        response -> response.getType() == ChatResponse.Type.CHUNK || isEnd(response));
  }

  ChatResponse awaitEnd() {
    return inbox.await(SessionClient::isEnd);
  }

  static boolean isEnd(ChatResponse response) {
    return response.getType() == ChatResponse.Type.RESPONSE_COMPLETE
        || (response.getType() == ChatResponse.Type.ERROR && response.getSequence() > 0);
  }

  /// Everything that has come so far.
  List<ChatResponse> all() {
    return inbox.all();
  }

  /// What has come so far and has a place in the session.
  List<ChatResponse> placed() {
    return placed(inbox.all());
  }

  static List<ChatResponse> placed(List<ChatResponse> responses) {
    return responses.stream()
        .filter(
            response ->
                switch (response.getType()) {
                  case STATUS,
                      RESPONSE_START,
                      CHUNK,
                      RESPONSE_COMPLETE,
                      SESSION_UPDATE,
                      TURN,
                      REGENERATING ->
                      true;
                  case ERROR -> response.getSequence() > 0;
                  default -> false;
                })
        .toList();
  }

  /// The text of the chunks among some events.
  static String text(List<ChatResponse> events) {
    StringBuilder text = new StringBuilder();
    events.forEach(event -> text.append(event.getChunkText()));
    return text.toString();
  }

  static List<Long> sequences(List<ChatResponse> events) {
    List<Long> sequences = new ArrayList<>();
    events.forEach(event -> sequences.add(event.getSequence()));
    return sequences;
  }

  GetTranscriptResponse transcript(String session) {
    return calls.getTranscript(
        GetTranscriptRequest.newBuilder().setSessionId(session).setMarkdown(true).build());
  }

  /// Has nothing more to say.
  void halfClose() {
    inbox.call().onCompleted();
  }

  /// How its stream ended.
  Status end() {
    return inbox.end().getStatus();
  }

  void disconnect() {
    connection.shutdownNow();
  }
}
