package dev.parley.core.topic;

import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.limit.Limits;
import dev.parley.core.time.Clock;
import dev.parley.core.user.Present;
import dev.parley.core.user.Profile;
import dev.parley.core.user.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// All topics of a process, and the one thread that owns them.
///
/// The public methods are a handle: thread-safe, never blocking, they queue a request. One *turn*
/// of the thread takes what waits (bounded), decides it, commits it as one batch, and publishes it.
/// While a commit waits for the disk the next batch gathers; that is the whole of the group commit.
///
/// Callbacks run on the engine's thread, in the order of the queue, after the commit of what they
/// tell. They must not block; callbacks meant for a stream hand over to its [Outlet].
///
/// What rules, codecs, outlets and callbacks throw harms what it concerns and nothing else. An
/// [Error], or a failure of the engine itself, is its end: nobody can tell what state it is in.
/// Then all who wait, and all who come, are refused, and [#death] tells why. Who was refused so may
/// find later that his command was carried out.
///
/// Bounds: where [Limits.Tunable#maxQueuedCommands] requests wait, or [Limits#MAX_QUEUED_BYTES],
/// further ones are refused; but what ends something or comes from each stream once at a time is
/// taken, and bounded by the streams.
public final class Engine implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Engine.class.getName());
  private static final Duration OVERLOAD_DELAY = Duration.ofMillis(200);
  private static final Refusal DEAD = Reason.INTERNAL.because("the engine has stopped");
  private static final Refusal STOPPING = Reason.DRAINING.because("the server is stopping");
  private static final long MAX_CLOSE_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long PROBE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long REAP_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long GATHER_NANOS = 100_000;
  private static final long MAX_SLEEP_NANOS = Duration.ofSeconds(10).toNanos();

  private final Kinds kinds;
  private final Journal journal;
  private final Clock clock;
  private final Limits.Tunable limits;
  private final Topics topics;
  private final ConcurrentLinkedQueue<Request> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queued = new AtomicInteger();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final Set<Outlet> woken = new HashSet<>();

  /// Taken from the queue for the next batch. Some were beyond the bound of the last one.
  private final List<Request> waiting = new ArrayList<>();

  /// Null: none is under way.
  private @Nullable Batch batch;

  private final Thread thread;

  private volatile boolean sleeping;
  private volatile boolean closing;
  private volatile long closingNanos;
  private volatile @Nullable Refusal failure;
  private volatile @Nullable Throwable death;

  /// As of the last turn.
  private volatile int topicsInMemory;

  private final AtomicLong journaled = new AtomicLong();
  private int lastTaken;
  private boolean reapable = true;
  private boolean reapedWell = true;
  private long probeNanos;
  private long reapNanos;

  /// An engine that is not running yet: [#start] it, or call [#turn] by hand.
  public Engine(Kinds kinds, Journal journal, Clock clock, Limits.Tunable limits) {
    this.kinds = kinds;
    this.journal = journal;
    this.clock = clock;
    this.limits = limits;
    topics = new Topics(kinds, journal, limits);
    reapNanos = clock.nanos();
    thread = Thread.ofPlatform().name("parley-engine").unstarted(this::run);
  }

  /// Starts the thread.
  public void start() {
    thread.start();
  }

  /// Has a command decided. Refused at once, on the caller's thread, when too many wait.
  public void submit(TopicId topic, Object command, Consumer<Outcome> answer) {
    enqueue(new Request.Command(topic, command, kinds.weigh(topic, command), answer));
  }

  /// Has a command decided that, if accepted, begins a subscription. It must be ended by [#detach]
  /// with the same instance. Ending it again, or one that was refused or evicted, does nothing, so
  /// a stream that ends may detach whatever it tried to attach. Refused at once, on the caller's
  /// thread, when too many wait.
  public void attach(
      TopicId topic,
      Object command,
      Subscription subscription,
      Status status,
      Consumer<Attachment> answer) {
    enqueue(new Request.Attach(topic, command, subscription, status, answer));
  }

  /// Ends a subscription.
  public void detach(TopicId topic, Subscription subscription, Departure departure) {
    enqueue(new Request.Detach(topic, subscription, departure));
  }

  /// Has a user seen in another way in those of some topics that he listens to. Nobody asks for it
  /// again before it is done, which bounds it.
  public void status(List<TopicId> topics, String user, Status status, Runnable done) {
    enqueue(new Request.SetStatus(topics, user, status, done));
  }

  /// Tells who listens to a topic, by id.
  ///
  /// @param after only ids greater than this
  /// @param answer gets how many listen in all, and the page
  /// @param refused told why not; at once, on the caller's thread, when too many requests wait
  public void present(
      TopicId topic, String after, int limit, PresentAnswer answer, Consumer<Refusal> refused) {
    enqueue(
        new Request.WhoIsHere(
            topic, after, limit, here -> answer.accept(here.online(), here.users()), refused));
  }

  /// Tells how many listen to each of several topics; of those with none, nothing.
  ///
  /// @param refused told why not; at once, on the caller's thread, when too many requests wait
  public void online(
      List<TopicId> topics, Consumer<Map<TopicId, Integer>> answer, Consumer<Refusal> refused) {
    enqueue(new Request.HowMany(topics, answer, refused));
  }

  /// Gets who listens.
  @FunctionalInterface
  public interface PresentAnswer {
    /// Takes the answer.
    ///
    /// @param online how many in all
    void accept(int online, List<Present> users);
  }

  /// Stores how a user wants to be shown. Lost in a crash right after; told again with the next
  /// stream.
  public void save(Profile profile) {
    enqueue(new Request.Save(profile));
  }

  /// Why commits fail at the moment; null: they work.
  public @Nullable Refusal failure() {
    return failure;
  }

  /// What ended the engine before it was closed; null: nothing did. Then [#failure] is set too.
  public @Nullable Throwable death() {
    return death;
  }

  /// Requests that wait and may be refused.
  public int queued() {
    return queued.get();
  }

  /// Topics that are in memory.
  public int topics() {
    return topicsInMemory;
  }

  /// Entries that were committed since the start.
  public long journaled() {
    return journaled.get();
  }

  /// Works off what is queued, refuses what is left of it after a few seconds, then ends the
  /// thread. What is submitted later is never answered, so whoever submits must have stopped
  /// before.
  @Override
  public void close() {
    closingNanos = clock.nanos();
    closing = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void enqueue(Request request) {
    if (death != null) {
      refuse(request, DEAD);
      return;
    }
    if (request.refusable()) {
      int requests = queued.get();
      long bytes = queuedBytes.get();
      if (requests >= limits.maxQueuedCommands() || bytes >= Limits.MAX_QUEUED_BYTES) {
        request.refuse(
            Reason.OVERLOADED
                .because("%d requests wait already, of %d bytes".formatted(requests, bytes))
                .retryAfter(OVERLOAD_DELAY));
        return;
      }
      queued.incrementAndGet();
      queuedBytes.addAndGet(request.bytes());
    }
    queue.add(request);
    if (death != null) {
      refuseQueued(DEAD);
    } else if (sleeping) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    try {
      while (!closing || !idle()) {
        if (closing && clock.nanos() - closingNanos > MAX_CLOSE_NANOS) {
          waiting.forEach(request -> refuse(request, STOPPING));
          refuseQueued(STOPPING);
          break;
        }
        gather();
        long sleepNanos = turn();
        sleeping = true;
        if (queue.isEmpty() && !closing && sleepNanos > 0) {
          LockSupport.parkNanos(this, sleepNanos);
        }
        sleeping = false;
      }
    } catch (RuntimeException | Error e) {
      die(e);
    }
  }

  /// Where requests come faster than turns, but a turn takes little (nothing is synced), most turns
  /// would be for a few of them, and each costs a commit, and a frame for every listener. So a turn
  /// waits a moment for as many as the last one had. One that comes alone is never kept waiting.
  private void gather() {
    if (lastTaken > 1 && queued.get() < lastTaken && waiting.isEmpty() && !closing) {
      LockSupport.parkNanos(this, GATHER_NANOS);
    }
  }

  /// From here on whoever queues a request answers it.
  private void die(Throwable cause) {
    failure = DEAD;
    death = cause;
    try {
      LOG.log(System.Logger.Level.ERROR, "the engine has stopped", cause);
    } finally {
      (batch == null ? waiting : batch.unanswered()).forEach(request -> refuse(request, DEAD));
      refuseQueued(DEAD);
    }
  }

  private void refuseQueued(Refusal why) {
    for (Request request = queue.poll(); request != null; request = queue.poll()) {
      refuse(request, why);
    }
  }

  private static void refuse(Request request, Refusal why) {
    try {
      request.refuse(why);
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "a refusal was not taken", e);
    }
  }

  /// Takes what waits, within the batch's bound, through to its answers; then does what is due.
  ///
  /// @return for how long there is nothing to do, in nanoseconds, unless something is queued
  public long turn() {
    take();
    if (!waiting.isEmpty()) {
      run(new Batch(journal, topics, clock, List.copyOf(waiting), limits.maxBatchBytes()));
    }
    long now = clock.nanos();
    tellWhatIsDue(now);
    if (failure != null && probeNanos - now <= 0) {
      probe();
    }
    if (reapable && mayReap(now)) {
      reap(now);
    }
    woken.forEach(Engine::flush);
    woken.clear();
    return sleepNanos(now);
  }

  private void run(Batch next) {
    batch = next;
    fails(next.run(failure));
    waiting.clear();
    waiting.addAll(next.unanswered());
    batch = null;
    reapable |= next.erasedSome();
    topics.used(next.topics(), clock.nanos());
    topicsInMemory = topics.size();
    journaled.addAndGet(next.journaled());
    woken.addAll(next.outlets());
  }

  /// An outlet that fails harms those behind it and nobody else.
  private static void flush(Outlet outlet) {
    try {
      outlet.flush();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "an outlet was not woken", e);
    }
  }

  private void take() {
    int refusable = 0;
    long bytes = 0;
    while (waiting.size() < limits.maxBatchCommands()) {
      Request next = queue.poll();
      if (next == null) {
        break;
      }
      waiting.add(next);
      refusable += next.refusable() ? 1 : 0;
      bytes += next.bytes();
    }
    queued.addAndGet(-refusable);
    lastTaken = refusable;
    queuedBytes.addAndGet(-bytes);
  }

  private void tellWhatIsDue(long now) {
    for (var topic = topics.takeDue(now); topic != null; topic = topics.takeDue(now)) {
      topic.listeners.tellPresence(now, clock.epochMicros());
      woken.addAll(topic.listeners.outlets());
      topics.used(List.of(topic), now);
    }
  }

  private void fails(@Nullable Refusal why) {
    if (why != null && failure == null) {
      probeNanos = clock.nanos() + PROBE_NANOS;
    }
    failure = why;
  }

  private void probe() {
    probeNanos = clock.nanos() + PROBE_NANOS;
    try {
      journal.probe();
      failure = null;
      LOG.log(System.Logger.Level.INFO, "storage works again");
    } catch (JournalException e) {
      StorageLog.tell(LOG, "storage still fails", e, true);
      fails(JournalRefusals.of(e));
    }
  }

  /// At once where nobody waits for it, else a slice now and then; now and then too where the last
  /// one failed. Also while nothing can be stored: it may be what makes room.
  private boolean mayReap(long now) {
    return reapNanos - now <= 0 || (reapedWell && idle());
  }

  private boolean idle() {
    return waiting.isEmpty() && queue.isEmpty();
  }

  private void reap(long now) {
    reapNanos = now + REAP_NANOS;
    try {
      reapable = journal.reap(Limits.MAX_REAPED);
      reapedWell = true;
    } catch (JournalException e) {
      StorageLog.tell(
          LOG, "cannot remove what deleted topics left behind", e, failure != null || !reapedWell);
      reapedWell = false;
    }
  }

  private long sleepNanos(long now) {
    if (!waiting.isEmpty() || (reapable && reapedWell)) {
      return 0;
    }
    long sleep = topics.untilDue(now, MAX_SLEEP_NANOS);
    return failure != null || reapable ? Math.min(sleep, PROBE_NANOS) : sleep;
  }
}
