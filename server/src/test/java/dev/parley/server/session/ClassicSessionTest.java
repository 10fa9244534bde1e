package dev.parley.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.classic.assistant.ChatRequest;
import dev.parley.classic.assistant.ChatResponse;
import dev.parley.classic.assistant.ChatServiceGrpc;
import dev.parley.classic.assistant.CreateSessionRequest;
import dev.parley.classic.assistant.CreateSessionResponse;
import dev.parley.classic.assistant.DeleteSessionRequest;
import dev.parley.classic.assistant.ListSessionsRequest;
import dev.parley.classic.assistant.ServerStatsRequest;
import dev.parley.classic.assistant.SessionInfoRequest;
import dev.parley.classic.assistant.SessionInfoResponse;
import dev.parley.classic.assistant.SessionSummary;
import dev.parley.server.Inbox;
import dev.parley.server.ServerExtension;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A client of the interface without a package, which says nothing of who it is.
@Timeout(60)
class ClassicSessionTest {
  @RegisterExtension
  final ServerExtension server = new ServerExtension().withLines("provider.simulated.pace = 1ms\n");

  @Test
  void aConversationIsToldInTheInterfacesOrderAndNothingElseIs() {
    ManagedChannel channel = server.connect();
    ChatServiceGrpc.ChatServiceBlockingStub calls = ChatServiceGrpc.newBlockingStub(channel);
    CreateSessionResponse created = calls.createSession(CreateSessionRequest.getDefaultInstance());
    assertThat(created.getSuccess()).isTrue();
    assertThat(created.getModel()).isEqualTo("simulated/simulated");
    String session = created.getSessionId();
    Inbox<ChatRequest, ChatResponse, ChatResponse> inbox = Inbox.of(List::of);
    var chat = ChatServiceGrpc.newStub(channel).chat(inbox);
    for (int turn = 1; turn <= 2; turn++) {
      int before = inbox.all().size();
      chat.onNext(
          ChatRequest.newBuilder()
              .setType(ChatRequest.Type.MESSAGE)
              .setSessionId(session)
              .setMessage("Explain quantum computing")
              .setTimestamp("2026-01-01T00:00:00")
              .build());
      ChatResponse end =
          inbox.await(response -> response.getType() == ChatResponse.Type.RESPONSE_COMPLETE);
      List<ChatResponse> events = inbox.all().subList(before, inbox.all().size());
      List<ChatResponse> chunks =
          events.stream().filter(event -> event.getType() == ChatResponse.Type.CHUNK).toList();
      List<ChatResponse.Type> expected =
          new ArrayList<>(List.of(ChatResponse.Type.STATUS, ChatResponse.Type.RESPONSE_START));
      chunks.forEach(chunk -> expected.add(chunk.getType()));
      expected.add(ChatResponse.Type.RESPONSE_COMPLETE);
      assertThat(events).extracting(ChatResponse::getType).isEqualTo(expected);
      assertThat(events).extracting(ChatResponse::getSessionId).containsOnly(session);
      assertThat(events.getFirst().getContextMessages()).isEqualTo(2 * turn - 1);
      assertThat(chunks.getFirst().getChunkNumber()).isEqualTo(1);
      assertThat(end.getTotalChunks()).isEqualTo(chunks.size()).isPositive();
      assertThat(end.getContextMessages()).isEqualTo(2 * turn);
      assertThat(end.getMessageCount()).isEqualTo(2 * turn);
      assertThat(end.getProcessingTime()).isPositive();
      StringBuilder text = new StringBuilder();
      chunks.forEach(chunk -> text.append(chunk.getChunkText()));
      assertThat(text.toString()).startsWith("You said: Explain quantum computing");
    }

    chat.onNext(
        ChatRequest.newBuilder()
            .setType(ChatRequest.Type.TYPING_START)
            .setSessionId(session)
            .build());
    chat.onNext(ChatRequest.newBuilder().setType(ChatRequest.Type.PING).build());
    assertThat(inbox.await(response -> true).getType()).isEqualTo(ChatResponse.Type.PONG);
    chat.onNext(ChatRequest.newBuilder().setSessionId("none").setMessage("hello").build());
    ChatResponse error = inbox.await(response -> response.getType() == ChatResponse.Type.ERROR);
    assertThat(error.getErrorMessage()).isEqualTo("session not found: \"none\"");
    chat.onCompleted();
    assertThat(inbox.end().getStatus().isOk()).isTrue();
  }

  @Test
  void aClientThatClosesItsSideAfterAskingGetsTheWholeAnswer() {
    ManagedChannel channel = server.connect();
    String session =
        ChatServiceGrpc.newBlockingStub(channel)
            .createSession(CreateSessionRequest.getDefaultInstance())
            .getSessionId();
    Inbox<ChatRequest, ChatResponse, ChatResponse> inbox = Inbox.of(List::of);
    var chat = ChatServiceGrpc.newStub(channel).chat(inbox);
    chat.onNext(ChatRequest.newBuilder().setSessionId(session).setMessage("hello").build());
    chat.onCompleted();
    assertThat(inbox.end().getStatus().isOk()).isTrue();
    List<ChatResponse> events = inbox.all();
    assertThat(events)
        .extracting(ChatResponse::getType)
        .startsWith(ChatResponse.Type.STATUS, ChatResponse.Type.RESPONSE_START)
        .endsWith(ChatResponse.Type.RESPONSE_COMPLETE);
    assertThat(events.getLast().getTotalChunks()).isEqualTo(events.size() - 3).isPositive();
  }

  @Test
  void sessionsAreFoundByTheAddressAndDeleted() {
    ChatServiceGrpc.ChatServiceBlockingStub calls =
        ChatServiceGrpc.newBlockingStub(server.connect());
    String session = calls.createSession(CreateSessionRequest.getDefaultInstance()).getSessionId();
    ChatServiceGrpc.ChatServiceBlockingStub again =
        ChatServiceGrpc.newBlockingStub(server.connect());
    SessionInfoResponse info =
        again.getSessionInfo(SessionInfoRequest.newBuilder().setSessionId(session).build());
    assertThat(info.getSuccess()).isTrue();
    assertThat(info.getMessageCount()).isZero();
    assertThat(info.getCreatedAt()).isNotEmpty();
    var list = again.listSessions(ListSessionsRequest.getDefaultInstance());
    assertThat(list.getActiveSessions()).isEqualTo(1);
    assertThat(list.getSessions(0).getSessionId()).isEqualTo(session);
    assertThat(again.getServerStats(ServerStatsRequest.getDefaultInstance()).getFramework())
        .isEqualTo("Parley");
    assertThat(
            again
                .deleteSession(DeleteSessionRequest.newBuilder().setSessionId(session).build())
                .getSuccess())
        .isTrue();
    assertThatThrownBy(
            () ->
                again.getSessionInfo(SessionInfoRequest.newBuilder().setSessionId(session).build()))
        .hasMessageContaining("NOT_FOUND");
  }

  @Test
  void metadataTellTheUserBeforeTheAddressDoes() {
    ChatServiceGrpc.ChatServiceBlockingStub ann = by("ann");
    String session = ann.createSession(CreateSessionRequest.getDefaultInstance()).getSessionId();
    assertThat(ids(by("ann"))).containsExactly(session);
    assertThat(ids(by("ben"))).isEmpty();
    assertThat(ids(ChatServiceGrpc.newBlockingStub(server.connect()))).isEmpty();
  }

  private ChatServiceGrpc.ChatServiceBlockingStub by(String user) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("parley-user", Metadata.ASCII_STRING_MARSHALLER), user);
    return ChatServiceGrpc.newBlockingStub(server.connect())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static List<String> ids(ChatServiceGrpc.ChatServiceBlockingStub calls) {
    return calls.listSessions(ListSessionsRequest.getDefaultInstance()).getSessionsList().stream()
        .map(SessionSummary::getSessionId)
        .toList();
  }
}
