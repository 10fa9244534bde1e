package dev.parley.client;

import dev.parley.assistant.v1.ChatRequest;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.CreateSessionRequest;
import dev.parley.assistant.v1.CreateSessionResponse;
import dev.parley.assistant.v1.GetTranscriptRequest;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.SearchSessionsRequest;
import dev.parley.assistant.v1.SearchSessionsResponse;
import dev.parley.assistant.v1.ServerStatsResponse;
import dev.parley.assistant.v1.SessionInfoResponse;
import dev.parley.assistant.v1.SessionSummary;
import dev.parley.assistant.v1.UpdateSessionRequest;
import dev.parley.model.v1.Provider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A user's conversations with models, in sessions that the server keeps. Thread-safe.
///
///     AssistantListener printer = new AssistantListener() {
///       @Override public void onEvent(ChatResponse event) {
///         System.out.print(event.getChunkText());
///       }
///     };
///     var server = ParleyClient.builder("localhost:50051");
///     try (var client = server.user("ada").buildAssistant(printer)) {
///       client.connect().join();
///       String session = client.create(CreateSessionRequest.getDefaultInstance()).getSessionId();
///       client.watch(session).join();
///       client.ask(session, "Why is the sky blue?").join();
///       …
///     }
///
/// One stream, kept alive from [#connect()] to [#close()], but while [#disconnect()] says
/// otherwise: after any break the client connects again with jittered back-off, watches each
/// session on after the last event that it had, and sends again what was not acknowledged, with the
/// same ids. So no piece of an answer is lost or told twice, and nothing is asked twice; the server
/// goes on with an answer meanwhile.
///
/// Requests that return a [CompletableFuture] travel on the stream. They wait in a bounded outbox
/// while there is no connection, and are answered in any case: with the acknowledgement, with a
/// [ParleyException] if refused, with an [OutboxFullException] at once if the outbox is full.
/// Futures complete on a thread of the client's; what depends on one may block, but holds up the
/// completion of others.
///
/// Requests that return their result plainly are calls of their own beside the stream, and block:
/// they need no `connect`, have the deadline of [ClientBuilder#deadline], and throw
/// [ParleyException].
public final class AssistantClient implements AutoCloseable {

  /// The longest message that a server takes, in bytes of UTF-8.
  public static final int MAX_MESSAGE_BYTES = 65_536;

  private static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final Loop loop;
  private final OutboxBudget budget;
  private final AssistantStream stream;
  private final AssistantCalls calls;
  private final Calls others;

  AssistantClient(ClientConfig config, Environment environment, AssistantListener listener) {
    Channels channels = Channels.of(config);
    loop = environment.loop();
    budget = new OutboxBudget(config.outboxMessages(), config.outboxBytes());
    stream = new AssistantStream(config, environment, channels, budget, listener);
    calls = new AssistantCalls(config, channels);
    others = new Calls(config, channels, loop::nanoTime);
  }

  /// Opens the stream and keeps it alive until [#disconnect()] or [#close()]. Calling it again
  /// changes nothing.
  ///
  /// @return completed when there is a connection; it fails only when no further try is made: for a
  ///     reason that trying again would not mend, or because of `disconnect` or `close`
  public CompletableFuture<@Nullable Void> connect() {
    CompletableFuture<@Nullable Void> connected = new CompletableFuture<>();
    loop.execute(
        () -> {
          stream.start();
          var _ =
              stream
                  .firstWelcome()
                  .whenComplete(
                      (_, failure) -> {
                        if (failure == null) {
                          connected.complete(null);
                        } else {
                          connected.completeExceptionally(failure);
                        }
                      });
        });
    return connected;
  }

  /// Ends the stream until [#connect()] is called again. What is watched is watched on from there
  /// then, and what is not acknowledged is sent again.
  public void disconnect() {
    loop.execute(stream::rest);
  }

  // Sessions on the stream.

  /// Watches a session from just before the answer that is under way, else from now: its events
  /// follow until [#unwatch].
  ///
  /// @return the `WATCHING` that begins them, which holds the session as it is
  public CompletableFuture<ChatResponse> watch(String session) {
    return watch(new CompletableFuture<>(), waiting -> new SessionCursor(session, waiting));
  }

  /// The same from after a place on, such as the `last_sequence` of a transcript.
  ///
  /// @param sequence the last one that is known, 0 or more
  /// @param epoch of the store that it is of, as the transcript or a `WATCHING` told; 0: not known
  public CompletableFuture<ChatResponse> watch(String session, long sequence, long epoch) {
    return watch(
        new CompletableFuture<>(),
        waiting -> new SessionCursor(session, waiting).after(sequence, epoch));
  }

  private CompletableFuture<ChatResponse> watch(
      CompletableFuture<ChatResponse> waiting,
      Function<CompletableFuture<ChatResponse>, SessionCursor> cursor) {
    loop.execute(() -> stream.watch(cursor.apply(waiting)));
    return waiting;
  }

  /// Wants no more events of a session.
  public void unwatch(String session) {
    loop.execute(() -> stream.unwatch(session));
  }

  /// Says something, which the model answers when what was said before is answered. Who asks in a
  /// session watches it. What is longer than [#MAX_MESSAGE_BYTES] is refused here, since a
  /// server ends the stream for too large a frame, however often it comes.
  ///
  /// @return the `ACK`: from then on the turn is on the server's disk, as `sequence`
  public CompletableFuture<ChatResponse> ask(String session, String text) {
    return submit(request(ChatRequest.Type.MESSAGE, session).setMessage(text));
  }

  /// Wants another answer to the newest turn, in place of the one it has.
  ///
  /// @param turn the sequence of the turn that is meant; refused if it is not the newest. 0: the
  ///     newest
  public CompletableFuture<ChatResponse> regenerate(String session, long turn) {
    return submit(request(ChatRequest.Type.REGENERATE, session).setTurnSequence(turn));
  }

  /// Ends an answer; what has come of it is kept.
  ///
  /// @param turn the sequence of the turn whose answer it is; 0: the one that is under way when
  ///     this arrives, which after a break of the connection may be a later one
  public CompletableFuture<ChatResponse> stop(String session, long turn) {
    return submit(request(ChatRequest.Type.STOP, session).setTurnSequence(turn));
  }

  /// Measures the way to the server and back.
  ///
  /// @return the round trip; fails where there is no connection, or when it breaks
  public CompletableFuture<Duration> ping() {
    CompletableFuture<Duration> roundTrip = new CompletableFuture<>();
    loop.execute(() -> stream.ping(roundTrip));
    return roundTrip;
  }

  private static ChatRequest.Builder request(ChatRequest.Type type, String session) {
    return ChatRequest.newBuilder().setType(type).setSessionId(session).setId(Ids.next());
  }

  private CompletableFuture<ChatResponse> submit(ChatRequest.Builder builder) {
    ChatRequest request = builder.build();
    CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
    int bytes = request.getMessageBytes().size();
    if (bytes > MAX_MESSAGE_BYTES) {
      answer.completeExceptionally(
          Failures.tooLong("message", bytes, MAX_MESSAGE_BYTES, request.getId()));
      return answer;
    }
    try {
      budget.reserve(request.getSerializedSize());
    } catch (OutboxFullException full) {
      answer.completeExceptionally(full);
      return answer;
    }
    loop.execute(() -> stream.submit(request, answer));
    return answer;
  }

  // Calls beside the stream.

  /// Makes a session, or forks one.
  public CreateSessionResponse create(CreateSessionRequest request) {
    return calls.create(request);
  }

  /// What is known of a session.
  public SessionInfoResponse info(String session) {
    return calls.info(session);
  }

  /// The user's sessions, those made last first.
  public List<SessionSummary> sessions() {
    return calls.sessions();
  }

  /// Ends a session, and removes all that was said.
  public void delete(String session) {
    calls.delete(session);
  }

  /// Changes title, model or instructions of a session, from the next answer on.
  public void update(UpdateSessionRequest request) {
    calls.update(request);
  }

  /// A page of what was said in a session, oldest first.
  public GetTranscriptResponse transcript(GetTranscriptRequest request) {
    return calls.transcript(request);
  }

  /// A page of what was said in the user's sessions, by its words.
  public SearchSessionsResponse search(SearchSessionsRequest request) {
    return calls.search(request);
  }

  /// Figures of the server since it started.
  public ServerStatsResponse stats() {
    return calls.stats();
  }

  /// Whether the server says that all is well with it.
  public boolean isServing() {
    return calls.isServing();
  }

  /// The providers of models that the server knows, and what each says it has. Blocks until all
  /// have answered.
  public List<Provider> providers() {
    return others.providers();
  }

  // The end.

  /// Waits until all requests are acknowledged, at most the time given, then ends the stream.
  /// Answers that are under way go on.
  ///
  /// @return how many requests were not acknowledged
  public int close(Duration timeout) {
    loop.execute(() -> stream.close(timeout));
    return stream.closed().join();
  }

  /// As [#close(Duration)] with 10 s.
  ///
  /// @throws ParleyException if requests were not acknowledged; the message says how many
  @Override
  public void close() {
    int unanswered = close(DEFAULT_CLOSE_TIMEOUT);
    if (unanswered > 0) {
      throw Failures.unanswered(unanswered);
    }
  }
}
