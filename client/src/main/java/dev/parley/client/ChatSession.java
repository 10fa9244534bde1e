package dev.parley.client;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.DrainEvent;
import dev.parley.chat.v1.User;
import dev.parley.chat.v1.UserStatus;
import dev.parley.chat.v1.WelcomeEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one stream alive: connects, resumes, moves when the server drains, ends. Owned by the
/// loop.
final class ChatSession implements Connection.Owner {

  private static final Logger log = LoggerFactory.getLogger(ChatSession.class);

  /// How long a server may take to end a stream that the client has ended.
  private static final Duration END_GRACE = Duration.ofSeconds(5);

  private enum Phase {
    NEW,
    RUNNING,
    /// Waiting for the last answers.
    CLOSING,
    /// Waiting for the stream's end.
    ENDING,
    CLOSED
  }

  /// Where to go when a draining server's stream ends, and not before when.
  private record Move(String target, long notBeforeNanos) {}

  private final ClientConfig config;
  private final Environment environment;
  private final Loop loop;
  private final Channels channels;
  private final CallerMetadata caller;
  private final Outbound outbound;
  private final EventSource events;
  private final Inbound inbound;
  private final CompletableFuture<WelcomeEvent> firstWelcome = new CompletableFuture<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();

  private Phase phase = Phase.NEW;
  private User user;
  private int attempt = 1;
  private @Nullable Connection connection;
  private boolean welcomed;
  private long welcomedAtNanos;
  private @Nullable Move move;
  private @Nullable String redirect;
  private boolean freshChannel;

  ChatSession(
      ClientConfig config, Environment environment, Channels channels, OutboxBudget budget) {
    this.config = config;
    this.environment = environment;
    this.loop = environment.loop();
    this.channels = channels;
    this.caller = new CallerMetadata(config.user().getId());
    this.user = config.user();
    this.outbound = new Outbound(config, environment, budget);
    this.events = new EventSource(config, environment, this::readOn);
    this.inbound = new Inbound(config, this, outbound, events);
  }

  Outbound outbound() {
    return outbound;
  }

  EventSource events() {
    return events;
  }

  /// Completed on the completion executor.
  CompletableFuture<WelcomeEvent> firstWelcome() {
    return firstWelcome;
  }

  /// Completed on the loop, with the number of unanswered requests.
  CompletableFuture<Integer> closed() {
    return closed;
  }

  // Connecting.

  void start() {
    if (phase == Phase.NEW) {
      phase = Phase.RUNNING;
      open();
    }
  }

  private void open() {
    if (phase == Phase.CLOSED) {
      return;
    }
    announce(new ConnectionState.Connecting(attempt));
    Connection opened;
    try {
      opened = new Connection(loop, channels.forAttempt(redirect, freshChannel), this);
    } catch (ParleyException failure) {
      terminate(failure);
      return;
    }
    freshChannel = false;
    welcomed = false;
    connection = opened;
    opened.open(
        caller.headers(),
        Requests.hello(
            user, config.clientName(), config.echo(), config.growing(), inbound.resume()));
    opened.after(config.deadline().toNanos(), () -> expectWelcome(opened));
  }

  private void expectWelcome(Connection opened) {
    if (!welcomed) {
      opened.abort(Failures.noWelcome(config.deadline()));
    }
  }

  /// The server has taken the hello.
  void welcomed(WelcomeEvent welcome) {
    Connection on = connection;
    if (welcomed || on == null) {
      return;
    }
    welcomed = true;
    welcomedAtNanos = loop.nanoTime();
    log.info("{} is connected, session {}", user.getId(), welcome.getSessionId());
    announce(new ConnectionState.Connected(welcome));
    environment.completions().execute(() -> firstWelcome.complete(welcome));
    outbound.connected(on, welcome.getLimits());
    beat(on, Heartbeat.of(Failures.toJava(welcome.getPingInterval())));
  }

  /// The status that the user wants to have, on later streams too.
  void keepStatus(UserStatus status) {
    user = user.toBuilder().setStatus(status).build();
  }

  // Living.

  @Override
  public void onEvent(Connection from, ChatEvent event) {
    inbound.accept(from, event);
    if (!welcomed || !events.isPaused()) {
      from.read();
    }
    endWhenIdle();
  }

  @Override
  public void onReady(Connection from) {
    outbound.pump();
  }

  private void readOn() {
    Connection from = connection;
    if (from != null) {
      from.read();
    }
  }

  private void beat(Connection on, Heartbeat heartbeat) {
    on.after(
        heartbeat.tickNanos(),
        () -> {
          switch (heartbeat.decide(on.silentNanos(), on.quietNanos(), on.isReading())) {
            case WAIT -> {}
            case PING -> on.send(Requests.ping(Pings.HEARTBEAT));
            case GIVE_UP -> {
              on.abort(Failures.silence(Duration.ofNanos(on.silentNanos())));
              return;
            }
          }
          beat(on, heartbeat);
        });
  }

  /// The server is about to go: sends nothing new, and moves after a random part of the time that
  /// the server gives, so that not all of its clients move at once.
  void draining(DrainEvent drain) {
    Connection from = connection;
    if (move != null || from == null) {
      return;
    }
    outbound.suspend();
    long withinNanos = Math.max(0, Failures.toJava(drain.getReconnectWithin()).toNanos());
    long delayNanos = environment.random().nextLong(withinNanos + 1);
    move = new Move(drain.getReconnectTo(), loop.nanoTime() + delayNanos);
    announce(new ConnectionState.Draining(Duration.ofNanos(delayNanos), drain.getReconnectTo()));
    from.after(delayNanos, () -> finish(from));
  }

  private void finish(Connection last) {
    last.halfClose();
    last.after(END_GRACE.toNanos(), () -> last.abort(Failures.noEnd(END_GRACE)));
  }

  // Breaking.

  @Override
  public void onEnd(Connection ended, ParleyException cause) {
    connection = null;
    outbound.disconnected();
    if (phase == Phase.CLOSED) {
      return;
    }
    if (phase == Phase.ENDING || (phase == Phase.CLOSING && outbound.outbox().isEmpty())) {
      terminate(null);
      return;
    }
    Move moving = move;
    move = null;
    if (moving == null && ErrorClass.of(cause.code()) == ErrorClass.FATAL) {
      terminate(cause);
      return;
    }
    boolean stable =
        welcomed && loop.nanoTime() - welcomedAtNanos >= config.backoff().stableAfter().toNanos();
    attempt = stable ? 1 : attempt + 1;
    if (moving != null) {
      redirect = moving.target.isEmpty() ? null : moving.target;
    } else if (!welcomed) {
      redirect = null;
    }
    freshChannel = moving != null || !welcomed;
    long delayNanos =
        moving != null && stable
            ? Math.max(0, moving.notBeforeNanos - loop.nanoTime())
            : backoffNanos(cause);
    log.info(
        "{} connects again in {} ms: {}", user.getId(), delayNanos / 1_000_000, cause.getMessage());
    announce(new ConnectionState.Reconnecting(attempt, Duration.ofNanos(delayNanos), cause));
    loop.schedule(this::open, delayNanos);
  }

  private long backoffNanos(ParleyException cause) {
    long delayNanos = config.backoff().delayNanos(Math.max(1, attempt - 1), environment.random());
    return Math.max(delayNanos, cause.retryAfter().orElse(Duration.ZERO).toNanos());
  }

  // Ending.

  void close(Duration timeout) {
    if (phase == Phase.CLOSED) {
      return;
    }
    outbound.refuseAll(Failures.closed());
    if (phase == Phase.NEW) {
      terminate(null);
      return;
    }
    if (phase == Phase.RUNNING) {
      phase = Phase.CLOSING;
    }
    endWhenIdle();
    if (phase == Phase.CLOSING) {
      loop.schedule(this::end, timeout.toNanos());
    }
  }

  private void endWhenIdle() {
    if (phase == Phase.CLOSING && outbound.outbox().isEmpty()) {
      end();
    }
  }

  private void end() {
    if (phase != Phase.CLOSING) {
      return;
    }
    phase = Phase.ENDING;
    Connection last = connection;
    if (last == null) {
      terminate(null);
    } else if (!welcomed || events.isPaused()) {
      last.abort(Failures.closed());
    } else {
      finish(last);
    }
  }

  private void terminate(@Nullable ParleyException cause) {
    phase = Phase.CLOSED;
    ParleyException why = cause == null ? Failures.closed() : cause;
    log.info("{} is closed: {}", user.getId(), why.getMessage());
    outbound.refuseAll(why);
    int unanswered = outbound.failAll(why);
    channels.close();
    environment.completions().execute(() -> firstWelcome.completeExceptionally(why));
    announce(new ConnectionState.Closed(cause));
    events.complete();
    closed.complete(unanswered);
  }

  private void announce(ConnectionState state) {
    events.state(state);
  }
}
