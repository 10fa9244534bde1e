package dev.parley.client;

import dev.parley.assistant.v1.AssistantServiceGrpc;
import dev.parley.assistant.v1.CreateSessionRequest;
import dev.parley.assistant.v1.CreateSessionResponse;
import dev.parley.assistant.v1.DeleteSessionRequest;
import dev.parley.assistant.v1.GetTranscriptRequest;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.ListSessionsRequest;
import dev.parley.assistant.v1.SearchSessionsRequest;
import dev.parley.assistant.v1.SearchSessionsResponse;
import dev.parley.assistant.v1.ServerStatsRequest;
import dev.parley.assistant.v1.ServerStatsResponse;
import dev.parley.assistant.v1.SessionInfoRequest;
import dev.parley.assistant.v1.SessionInfoResponse;
import dev.parley.assistant.v1.SessionSummary;
import dev.parley.assistant.v1.UpdateSessionRequest;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The calls about sessions beside the stream: blocking, each with the client's deadline.
/// Thread-safe.
final class AssistantCalls {

  private static final int PAGE_SIZE = 1_000;

  private final Channels channels;
  private final CallerMetadata caller;
  private final long deadlineNanos;

  AssistantCalls(ClientConfig config, Channels channels) {
    this.channels = channels;
    this.caller = new CallerMetadata(config.user().getId());
    this.deadlineNanos = config.deadline().toNanos();
  }

  CreateSessionResponse create(CreateSessionRequest request) {
    return Calls.call(() -> service().createSession(request));
  }

  SessionInfoResponse info(String session) {
    SessionInfoRequest request = SessionInfoRequest.newBuilder().setSessionId(session).build();
    return Calls.call(() -> service().getSessionInfo(request));
  }

  List<SessionSummary> sessions() {
    ListSessionsRequest.Builder request = ListSessionsRequest.newBuilder().setPageSize(PAGE_SIZE);
    return Calls.pages(
        token -> service().listSessions(request.setPageToken(token).build()),
        page -> page.getSessionsList(),
        page -> page.getNextPageToken());
  }

  void delete(String session) {
    DeleteSessionRequest request = DeleteSessionRequest.newBuilder().setSessionId(session).build();
    Calls.call(() -> service().deleteSession(request));
  }

  void update(UpdateSessionRequest request) {
    Calls.call(() -> service().updateSession(request));
  }

  GetTranscriptResponse transcript(GetTranscriptRequest request) {
    return Calls.call(() -> service().getTranscript(request));
  }

  SearchSessionsResponse search(SearchSessionsRequest request) {
    return Calls.call(() -> service().searchSessions(request));
  }

  ServerStatsResponse stats() {
    return Calls.call(() -> service().getServerStats(ServerStatsRequest.getDefaultInstance()));
  }

  boolean isServing() {
    HealthCheckResponse health =
        Calls.call(
            () ->
                HealthGrpc.newBlockingStub(channel())
                    .withDeadlineAfter(deadlineNanos, TimeUnit.NANOSECONDS)
                    .check(HealthCheckRequest.getDefaultInstance()));
    return health.getStatus() == HealthCheckResponse.ServingStatus.SERVING;
  }

  private AssistantServiceGrpc.AssistantServiceBlockingStub service() {
    return AssistantServiceGrpc.newBlockingStub(channel())
        .withDeadlineAfter(deadlineNanos, TimeUnit.NANOSECONDS);
  }

  private Channel channel() {
    return ClientInterceptors.intercept(
        channels.current(), MetadataUtils.newAttachHeadersInterceptor(caller.headers()));
  }
}
