package dev.parley.client;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.ErrorEvent;
import dev.parley.chat.v1.Limits;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All that a client sends after its hello: requests from the outbox, as many at a time as the
/// server allows and the stream takes, and signals. Owned by the loop.
final class Outbound {

  private static final Logger log = LoggerFactory.getLogger(Outbound.class);

  /// Requests in flight for a server that does not say how many.
  private static final int DEFAULT_MAX_IN_FLIGHT = 64;

  private final Loop loop;
  private final Executor completions;
  private final OutboxBudget budget;
  private final Outbox outbox;
  private final Receipts receipts = new Receipts();
  private final TypingThrottle typing = new TypingThrottle();
  private final Pings pings;

  /// The stream to send on; null: none that takes requests.
  private @Nullable Connection<ChatRequest, ChatEvent> connection;

  private Limits limits = Limits.getDefaultInstance();
  private @Nullable ParleyException closed;

  Outbound(ClientConfig config, Environment environment, OutboxBudget budget) {
    this.loop = environment.loop();
    this.completions = environment.completions();
    this.budget = budget;
    this.outbox = new Outbox(config.strictOrder());
    this.pings = new Pings(completions);
  }

  Outbox outbox() {
    return outbox;
  }

  // Requests.

  /// Takes a request whose place in the budget is reserved.
  <T> void submit(Pending<T> request) {
    ParleyException why = closed;
    if (why != null) {
      fail(request, why);
      return;
    }
    Pending<?> same = outbox.add(request);
    if (same != null) {
      fail(request, Failures.idInUse(request.id(), "room " + same.room()));
      return;
    }
    pump();
  }

  /// Sends what may be sent.
  void pump() {
    Connection<ChatRequest, ChatEvent> to = connection;
    while (to != null && outbox.inFlight() < maxInFlight() && to.isReady()) {
      Pending<?> request = outbox.next();
      if (request == null) {
        return;
      }
      int maxBytes = limits.getMaxRequestBytes();
      if (maxBytes > 0 && request.bytes() > maxBytes) {
        // Sent, it would end the stream, and the next one, and so on.
        refuse(request, Failures.tooLarge(request.bytes(), maxBytes));
      } else {
        to.send(request.request());
      }
    }
  }

  void answered(Pending<?> request, ChatEvent answer) {
    outbox.remove(request);
    budget.release(request.bytes());
    completions.execute(() -> request.succeed(answer));
    pump();
  }

  /// A request was refused: tries again when the server says when, else gives up.
  void refused(Pending<?> request, ErrorEvent error) {
    ParleyException cause = Failures.of(error);
    if (cause.retryAfter().isEmpty()) {
      refuse(request, cause);
    } else {
      log.debug("request {} of room {} is tried again: {}", request.id(), request.room(), error);
      outbox.refused(request);
      loop.schedule(
          () -> {
            outbox.release(request.room());
            pump();
          },
          cause.retryAfter().get().toNanos());
    }
    pump();
  }

  private void refuse(Pending<?> request, ParleyException cause) {
    outbox.remove(request);
    fail(request, cause);
  }

  private void fail(Pending<?> request, ParleyException cause) {
    budget.release(request.bytes());
    completions.execute(() -> request.fail(cause));
  }

  // Signals.

  void typing(String room, boolean isTyping) {
    Connection<ChatRequest, ChatEvent> to = connection;
    if (to != null && to.isReady() && typing.passes(room, isTyping, loop.nanoTime())) {
      to.send(Requests.typing(room, isTyping));
    }
  }

  void read(String room, long sequence) {
    Connection<ChatRequest, ChatEvent> to = connection;
    if (receipts.advance(room, sequence) && to != null) {
      to.send(Requests.read(room, sequence));
    }
  }

  void ping(CompletableFuture<Duration> future) {
    Connection<ChatRequest, ChatEvent> to = connection;
    if (to == null) {
      pings.fail(future, Failures.notConnected());
      return;
    }
    Long nonce = pings.start(future, loop.nanoTime());
    if (nonce != null) {
      to.send(Requests.ping(nonce));
    }
  }

  void pong(long nonce) {
    pings.pong(nonce, loop.nanoTime());
  }

  void forgetRoom(String room) {
    receipts.forget(room);
  }

  // The stream.

  /// The server has welcomed the client.
  void connected(Connection<ChatRequest, ChatEvent> to, Limits allowed) {
    connection = to;
    limits = allowed;
    typing.reset();
    receipts.forEach((room, sequence) -> to.send(Requests.read(room, sequence)));
    pump();
  }

  /// Nothing new is to go out on the present stream.
  void suspend() {
    connection = null;
  }

  /// The stream is gone.
  void disconnected() {
    connection = null;
    pings.failAll(Failures.notConnected());
    outbox.sendAllAgain();
  }

  /// Takes no more requests.
  void refuseAll(ParleyException cause) {
    closed = cause;
  }

  /// Gives up on all that is unanswered.
  ///
  /// @return how many requests that were
  int failAll(ParleyException cause) {
    List<Pending<?>> unanswered = outbox.clear();
    unanswered.forEach(request -> fail(request, cause));
    pings.failAll(cause);
    return unanswered.size();
  }

  private int maxInFlight() {
    return limits.getMaxInFlight() > 0 ? limits.getMaxInFlight() : DEFAULT_MAX_IN_FLIGHT;
  }
}
