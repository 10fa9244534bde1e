package dev.parley.client;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one stream alive: connects, connects again after breaks, moves when the server drains,
/// ends. What is said on it is for its kinds to know. Owned by the loop.
///
/// @param <Q> what is sent
/// @param <E> what comes
/// @param <W> what the server says first
abstract class KeptStream<Q, E, W> implements Connection.Owner<Q, E> {

  private static final Logger log = LoggerFactory.getLogger(KeptStream.class);

  /// How long a server may take to end a stream that the client has ended.
  private static final Duration END_GRACE = Duration.ofSeconds(5);

  private enum Phase {
    /// Nobody wants a stream, yet or for a while.
    IDLE,
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
  private final MethodDescriptor<Q, E> method;
  private final CallerMetadata caller;
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();

  private Phase phase = Phase.IDLE;
  private CompletableFuture<W> firstWelcome = new CompletableFuture<>();
  private int attempt = 1;
  private @Nullable Connection<Q, E> connection;
  private Loop.@Nullable Timer reopening;
  private boolean welcomed;
  private long welcomedAtNanos;
  private @Nullable Move move;
  private @Nullable String redirect;
  private boolean freshChannel;

  KeptStream(
      ClientConfig config,
      Environment environment,
      Channels channels,
      MethodDescriptor<Q, E> method) {
    this.config = config;
    this.environment = environment;
    this.loop = environment.loop();
    this.channels = channels;
    this.method = method;
    this.caller = new CallerMetadata(config.user().getId());
  }

  // What kinds of streams say.

  /// What a new stream begins with.
  abstract Q hello();

  /// What makes a silent server say something.
  abstract Q heartbeat();

  /// Something came.
  abstract void take(Connection<Q, E> from, E event);

  /// Whether nothing more should be read for the moment.
  abstract boolean isPaused();

  /// The stream takes requests, again or still.
  abstract void pump();

  /// Nothing new is to go out on the present stream.
  abstract void suspend();

  /// The stream is gone.
  abstract void disconnected();

  /// Whether no request waits for its answer.
  abstract boolean isIdle();

  /// Takes no more requests.
  abstract void refuseAll(ParleyException cause);

  /// Gives up on all that is unanswered.
  ///
  /// @return how many requests that were
  abstract int failAll(ParleyException cause);

  /// Tells the client's user.
  abstract void announce(ConnectionState state);

  /// No events will come any more.
  abstract void ended();

  // Connecting.

  final void start() {
    if (phase == Phase.IDLE) {
      phase = Phase.RUNNING;
      open();
    }
  }

  /// The welcome that [#start] leads to. Completed on the completion executor.
  final CompletableFuture<W> firstWelcome() {
    return firstWelcome;
  }

  /// Completed on the loop, with the number of unanswered requests.
  final CompletableFuture<Integer> closed() {
    return closed;
  }

  /// Has no stream until it is started again.
  final void rest() {
    if (phase != Phase.RUNNING) {
      return;
    }
    phase = Phase.IDLE;
    attempt = 1;
    move = null;
    if (reopening != null) {
      reopening.cancel();
    }
    CompletableFuture<W> unwelcomed = firstWelcome;
    environment.completions().execute(() -> unwelcomed.completeExceptionally(Failures.resting()));
    firstWelcome = new CompletableFuture<>();
    Connection<Q, E> on = connection;
    if (on != null) {
      on.abort(Failures.resting());
    }
  }

  private void open() {
    if (phase == Phase.CLOSED) {
      return;
    }
    announce(new ConnectionState.Connecting(attempt));
    Connection<Q, E> opened;
    try {
      opened = new Connection<>(loop, channels.forAttempt(redirect, freshChannel), method, this);
    } catch (ParleyException failure) {
      terminate(failure);
      return;
    }
    freshChannel = false;
    welcomed = false;
    connection = opened;
    Metadata headers = caller.headers();
    opened.open(headers, hello());
    opened.after(config.deadline().toNanos(), () -> expectWelcome(opened));
  }

  private void expectWelcome(Connection<Q, E> opened) {
    if (!welcomed) {
      opened.abort(Failures.noWelcome(config.deadline()));
    }
  }

  /// The server has taken the hello.
  ///
  /// @return the connection; null: it was taken before
  final @Nullable Connection<Q, E> welcomed(
      W welcome, ConnectionState.Connected state, Duration pingInterval) {
    Connection<Q, E> on = connection;
    if (welcomed || on == null) {
      return null;
    }
    welcomed = true;
    welcomedAtNanos = loop.nanoTime();
    announce(state);
    CompletableFuture<W> first = firstWelcome;
    environment.completions().execute(() -> first.complete(welcome));
    beat(on, Heartbeat.of(pingInterval));
    return on;
  }

  // Living.

  @Override
  public final void onEvent(Connection<Q, E> from, E event) {
    take(from, event);
    if (!welcomed || !isPaused()) {
      from.read();
    }
    endWhenIdle();
  }

  @Override
  public final void onReady(Connection<Q, E> from) {
    pump();
  }

  final void readOn() {
    Connection<Q, E> from = connection;
    if (from != null) {
      from.read();
    }
  }

  private void beat(Connection<Q, E> on, Heartbeat heartbeat) {
    on.after(
        heartbeat.tickNanos(),
        () -> {
          switch (heartbeat.decide(on.silentNanos(), on.quietNanos(), on.isReading())) {
            case WAIT -> {}
            case PING -> on.send(heartbeat());
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
  ///
  /// @param target where to; empty: the same address
  final void draining(Duration within, String target) {
    Connection<Q, E> from = connection;
    if (move != null || from == null) {
      return;
    }
    suspend();
    long delayNanos = environment.random().nextLong(Math.max(0, within.toNanos()) + 1);
    move = new Move(target, loop.nanoTime() + delayNanos);
    announce(new ConnectionState.Draining(Duration.ofNanos(delayNanos), target));
    from.after(delayNanos, () -> finish(from));
  }

  private void finish(Connection<Q, E> last) {
    last.halfClose();
    last.after(END_GRACE.toNanos(), () -> last.abort(Failures.noEnd(END_GRACE)));
  }

  // Breaking.

  @Override
  public final void onEnd(Connection<Q, E> ended, ParleyException cause) {
    connection = null;
    disconnected();
    if (phase == Phase.CLOSED || phase == Phase.IDLE) {
      return;
    }
    if (phase == Phase.ENDING || (phase == Phase.CLOSING && isIdle())) {
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
        "{} connects again in {} ms: {}",
        config.user().getId(),
        delayNanos / 1_000_000,
        cause.getMessage());
    announce(new ConnectionState.Reconnecting(attempt, Duration.ofNanos(delayNanos), cause));
    reopening = loop.schedule(this::open, delayNanos);
  }

  private long backoffNanos(ParleyException cause) {
    long delayNanos = config.backoff().delayNanos(Math.max(1, attempt - 1), environment.random());
    return Math.max(delayNanos, cause.retryAfter().orElse(Duration.ZERO).toNanos());
  }

  // Ending.

  final void close(Duration timeout) {
    if (phase == Phase.CLOSED) {
      return;
    }
    refuseAll(Failures.closed());
    if (phase == Phase.IDLE) {
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
    if (phase == Phase.CLOSING && isIdle()) {
      end();
    }
  }

  private void end() {
    if (phase != Phase.CLOSING) {
      return;
    }
    phase = Phase.ENDING;
    Connection<Q, E> last = connection;
    if (last == null) {
      terminate(null);
    } else if (!welcomed || isPaused()) {
      last.abort(Failures.closed());
    } else {
      finish(last);
    }
  }

  private void terminate(@Nullable ParleyException cause) {
    phase = Phase.CLOSED;
    ParleyException why = cause == null ? Failures.closed() : cause;
    log.info("{} is closed: {}", config.user().getId(), why.getMessage());
    refuseAll(why);
    int unanswered = failAll(why);
    channels.close();
    CompletableFuture<W> first = firstWelcome;
    environment.completions().execute(() -> first.completeExceptionally(why));
    announce(new ConnectionState.Closed(cause));
    ended();
    closed.complete(unanswered);
  }
}
