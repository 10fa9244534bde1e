package dev.parley.client;

import dev.parley.assistant.v1.AssistantServiceGrpc;
import dev.parley.assistant.v1.ChatRequest;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.chat.v1.WelcomeEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The stream in sessions with models: watches, resumes, asks again. Owned by the loop.
///
/// Requests go out in order, those of one session one at a time, so that one that must be tried
/// again is not overtaken; and again with their ids on the next connection if they were not
/// answered: the server asks the same one once.
final class AssistantStream extends KeptStream<ChatRequest, ChatResponse, ChatResponse> {

  private static final Logger log = LoggerFactory.getLogger(AssistantStream.class);

  private static final String HELLO = "hello";
  private static final String PING = "ping-";
  private static final String WATCH = "watch-";

  /// Sessions watched at once; as many as a server lets one stream watch by default.
  static final int MAX_WATCHED = 1_000;

  /// A request that waits for its answer.
  private static final class Asked {
    final ChatRequest request;
    final CompletableFuture<ChatResponse> answer;
    boolean sent;

    Asked(ChatRequest request, CompletableFuture<ChatResponse> answer) {
      this.request = request;
      this.answer = answer;
    }
  }

  private final Loop loop;
  private final Executor completions;
  private final OutboxBudget budget;
  private final AssistantListener listener;
  private final EventBuffer events;
  private final Pings pings;
  private final Map<String, Asked> outbox = new LinkedHashMap<>();
  private final Map<String, SessionCursor> watched = new LinkedHashMap<>();
  private long lastWatch;

  /// The stream to send on; null: none that takes requests.
  private @Nullable Connection<ChatRequest, ChatResponse> connection;

  private @Nullable ParleyException closed;

  AssistantStream(
      ClientConfig config,
      Environment environment,
      Channels channels,
      OutboxBudget budget,
      AssistantListener listener) {
    super(config, environment, channels, AssistantServiceGrpc.getChatMethod());
    this.loop = environment.loop();
    this.completions = environment.completions();
    this.budget = budget;
    this.listener = listener;
    this.events = new EventBuffer(config, environment, this::readOn);
    this.pings = new Pings(completions);
    events.allow(Long.MAX_VALUE);
  }

  // What is asked for.

  /// Takes a request whose place in the budget is reserved.
  void submit(ChatRequest request, CompletableFuture<ChatResponse> answer) {
    Asked asked = new Asked(request, answer);
    ParleyException why = closed;
    if (why != null) {
      fail(asked, why);
    } else if (outbox.containsKey(request.getId())) {
      fail(asked, Failures.idInUse(request.getId(), "session " + request.getSessionId()));
    } else {
      outbox.put(request.getId(), asked);
      pump();
    }
  }

  /// Watches a session, instead of from where it is watched now.
  void watch(SessionCursor cursor) {
    ParleyException why = closed;
    SessionCursor before = watched.get(cursor.session());
    if (why == null && before == null && watched.size() >= MAX_WATCHED) {
      why =
          Failures.busy("%,d sessions are watched (expected: at most that)".formatted(MAX_WATCHED));
    }
    if (why != null) {
      failWatch(cursor, why);
      return;
    }
    if (before != null) {
      failWatch(before, Failures.watchedAnew(cursor.session()));
    }
    watched.put(cursor.session(), cursor);
    if (connection != null) {
      connection.send(wish(cursor));
    }
  }

  private ChatRequest wish(SessionCursor cursor) {
    return cursor.wish(WATCH + ++lastWatch);
  }

  void unwatch(String session) {
    SessionCursor cursor = watched.remove(session);
    if (cursor == null) {
      return;
    }
    failWatch(cursor, Failures.watchedAnew(session));
    if (connection != null) {
      connection.send(
          ChatRequest.newBuilder().setType(ChatRequest.Type.UNWATCH).setSessionId(session).build());
    }
  }

  void ping(CompletableFuture<Duration> roundTrip) {
    Connection<ChatRequest, ChatResponse> to = connection;
    if (to == null) {
      pings.fail(roundTrip, Failures.notConnected());
      return;
    }
    Long nonce = pings.start(roundTrip, loop.nanoTime());
    if (nonce != null) {
      to.send(ping(PING + nonce));
    }
  }

  private static ChatRequest ping(String id) {
    return ChatRequest.newBuilder().setType(ChatRequest.Type.PING).setId(id).build();
  }

  // The stream.

  @Override
  ChatRequest hello() {
    return ping(HELLO);
  }

  @Override
  ChatRequest heartbeat() {
    return ping(PING + Pings.HEARTBEAT);
  }

  private void welcomed(ChatResponse pong) {
    Connection<ChatRequest, ChatResponse> on =
        welcomed(
            pong,
            new ConnectionState.Connected(WelcomeEvent.getDefaultInstance()),
            Heartbeat.DEFAULT_INTERVAL);
    if (on != null) {
      connection = on;
      // Before what is asked, so that nothing of its answers is missed.
      watched.values().forEach(cursor -> on.send(wish(cursor)));
      pump();
    }
  }

  @Override
  void pump() {
    Connection<ChatRequest, ChatResponse> to = connection;
    Set<String> unanswered = new HashSet<>();
    for (Asked asked : outbox.values()) {
      if (to == null || !to.isReady()) {
        return;
      }
      if (unanswered.add(asked.request.getSessionId()) && !asked.sent) {
        asked.sent = true;
        to.send(asked.request);
      }
    }
  }

  @Override
  void take(Connection<ChatRequest, ChatResponse> from, ChatResponse event) {
    if (event.getSequence() > 0 && isPlaced(event)) {
      placed(from, event);
      return;
    }
    switch (event.getType()) {
      case PONG -> pong(event);
      case ACK -> acked(event);
      case ERROR -> refused(event);
      case WATCHING -> watching(from, event);
      case CAUGHT_UP -> caughtUp(from, event);
      case CLOSED -> {
        SessionCursor cursor = watched.remove(event.getSessionId());
        if (cursor != null) {
          tell(event);
        }
      }
      case DRAIN -> draining(Failures.toJava(event.getRetryAfter()), "");
      default -> {
        if (watched.containsKey(event.getSessionId())) {
          tell(event);
        }
      }
    }
  }

  /// Answers name places too, which they do not have.
  private static boolean isPlaced(ChatResponse event) {
    return switch (event.getType()) {
      case ACK, WATCHING, CAUGHT_UP, PONG, CLOSED, DRAIN, TYPING, TYPING_STOPPED -> false;
      default -> true; // also of a kind that this client does not know
    };
  }

  private void placed(Connection<ChatRequest, ChatResponse> from, ChatResponse event) {
    SessionCursor cursor = watched.get(event.getSessionId());
    if (cursor == null) {
      return;
    }
    long expected = cursor.last() + 1;
    switch (cursor.accept(event.getSequence())) {
      case DELIVER -> tell(event);
      case REPEAT -> {}
      case GAP -> gap(from, cursor, expected, event.getSequence());
    }
  }

  private void watching(Connection<ChatRequest, ChatResponse> from, ChatResponse event) {
    SessionCursor cursor = watched.get(event.getSessionId());
    if (cursor == null && event.getRequestId().isEmpty()) {
      // Who asks in a session watches it.
      cursor = new SessionCursor(event.getSessionId(), null);
      watched.put(event.getSessionId(), cursor);
    } else if (cursor == null || !cursor.isWish(event.getRequestId())) {
      return;
    }
    long expected = cursor.last();
    if (!cursor.begins(event)) {
      gap(from, cursor, expected + 1, event.getSequence() + 1);
      return;
    }
    tell(event);
    CompletableFuture<ChatResponse> waiting = cursor.takeWaiting();
    if (waiting != null) {
      completions.execute(() -> waiting.complete(event));
    }
  }

  private void caughtUp(Connection<ChatRequest, ChatResponse> from, ChatResponse event) {
    SessionCursor cursor = watched.get(event.getSessionId());
    if (cursor != null && !cursor.hasSeen(event.getSequence())) {
      gap(from, cursor, cursor.last() + 1, event.getSequence() + 1);
    } else if (cursor != null) {
      tell(event);
    }
  }

  private void pong(ChatResponse event) {
    String id = event.getRequestId();
    if (id.equals(HELLO)) {
      welcomed(event);
    } else if (id.startsWith(PING)) {
      pings.pong(Long.parseLong(id.substring(PING.length())), loop.nanoTime());
    }
  }

  private void acked(ChatResponse event) {
    Asked asked = outbox.remove(event.getRequestId());
    if (asked != null) {
      budget.release(asked.request.getSerializedSize());
      completions.execute(() -> asked.answer.complete(event));
      pump();
    }
  }

  // Refusals.

  private void refused(ChatResponse event) {
    ParleyException cause = Failures.of(event);
    Asked asked = outbox.get(event.getRequestId());
    if (event.getReason().equals("DRAINING")) {
      if (asked != null) {
        asked.sent = false;
      }
      draining(cause.retryAfter().orElse(Duration.ZERO), "");
    } else if (asked == null) {
      watchRefused(event, cause);
    } else if (cause.retryAfter().isPresent()) {
      loop.schedule(() -> again(asked), cause.retryAfter().get().toNanos());
    } else {
      outbox.remove(event.getRequestId());
      fail(asked, cause);
      pump();
    }
  }

  private void again(Asked asked) {
    if (outbox.get(asked.request.getId()) == asked) {
      asked.sent = false;
      pump();
    }
  }

  private void watchRefused(ChatResponse event, ParleyException cause) {
    SessionCursor cursor = watched.get(event.getSessionId());
    if (cursor == null || !cursor.isWish(event.getRequestId())) {
      log.debug("refused, and nobody waits for it: {}", cause.getMessage());
      return;
    }
    if (cause.retryAfter().isPresent()) {
      loop.schedule(() -> wishAgain(cursor, event), cause.retryAfter().get().toNanos());
      return;
    }
    watched.remove(cursor.session());
    if (!failWatch(cursor, cause)) {
      tell(event);
    }
  }

  private void wishAgain(SessionCursor cursor, ChatResponse refusal) {
    if (connection != null
        && watched.get(cursor.session()) == cursor
        && cursor.isWish(refusal.getRequestId())) {
      connection.send(wish(cursor));
    }
  }

  /// @return whether somebody waited for it
  private boolean failWatch(SessionCursor cursor, ParleyException cause) {
    CompletableFuture<ChatResponse> waiting = cursor.takeWaiting();
    if (waiting != null) {
      completions.execute(() -> waiting.completeExceptionally(cause));
    }
    return waiting != null;
  }

  private void fail(Asked asked, ParleyException cause) {
    budget.release(asked.request.getSerializedSize());
    completions.execute(() -> asked.answer.completeExceptionally(cause));
  }

  private static void gap(
      Connection<ChatRequest, ChatResponse> from, SessionCursor cursor, long expected, long got) {
    ParleyException violation =
        Failures.violation(
            "gap in session %s: sequence %d (expected: %d)"
                .formatted(cursor.session(), got, expected));
    log.error("{}; resuming from the last good sequence", violation.getMessage());
    from.abort(violation);
  }

  // Its life.

  @Override
  boolean isPaused() {
    return events.isPaused();
  }

  @Override
  void suspend() {
    connection = null;
  }

  @Override
  void disconnected() {
    connection = null;
    pings.failAll(Failures.notConnected());
    outbox.values().forEach(asked -> asked.sent = false);
  }

  @Override
  boolean isIdle() {
    return outbox.isEmpty();
  }

  @Override
  void refuseAll(ParleyException cause) {
    closed = cause;
  }

  @Override
  int failAll(ParleyException cause) {
    List<Asked> unanswered = new ArrayList<>(outbox.values());
    outbox.clear();
    unanswered.forEach(asked -> fail(asked, cause));
    watched.values().forEach(cursor -> failWatch(cursor, cause));
    watched.clear();
    pings.failAll(cause);
    return unanswered.size();
  }

  @Override
  void announce(ConnectionState state) {
    events.add(() -> listener.onState(state));
  }

  @Override
  void ended() {
    // The last state that was announced tells it.
  }

  private void tell(ChatResponse event) {
    events.add(() -> listener.onEvent(event));
  }
}
