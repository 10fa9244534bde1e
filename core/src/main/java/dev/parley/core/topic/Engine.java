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
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
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
public final class Engine implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Engine.class.getName());
  private static final Duration OVERLOAD_DELAY = Duration.ofMillis(200);
  private static final long PROBE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long MAX_SLEEP_NANOS = Duration.ofSeconds(10).toNanos();

  private final Journal journal;
  private final Clock clock;
  private final Limits.Tunable limits;
  private final Topics topics;
  private final ConcurrentLinkedQueue<Request> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queued = new AtomicInteger();
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private final Set<Outlet> woken = new HashSet<>();
  private final Thread thread;

  private volatile boolean sleeping;
  private volatile boolean closing;
  private volatile @Nullable Refusal failure;
  private boolean reapable = true;
  private long probeNanos;

  private record Timer(long nanos, LiveTopic<?, ?, ?> topic) implements Comparable<Timer> {
    @Override
    public int compareTo(Timer other) {
      return Long.compare(nanos - other.nanos, 0);
    }
  }

  /// An engine that is not running yet: [#start] it, or call [#turn] by hand.
  public Engine(Kinds kinds, Journal journal, Clock clock, Limits.Tunable limits) {
    this.journal = journal;
    this.clock = clock;
    this.limits = limits;
    topics = new Topics(kinds, journal, limits);
    thread = Thread.ofPlatform().name("parley-engine").unstarted(this::run);
  }

  /// Starts the thread.
  public void start() {
    thread.start();
  }

  /// Has a command decided. Refused at once, on the caller's thread, when too many wait.
  public void submit(TopicId topic, Object command, Consumer<Outcome> answer) {
    if (queued.get() >= limits.maxQueuedCommands()) {
      answer.accept(
          new Outcome.Refused(
              Reason.OVERLOADED
                  .because("%d commands wait already".formatted(limits.maxQueuedCommands()))
                  .retryAfter(OVERLOAD_DELAY)));
      return;
    }
    enqueue(new Request.Command(topic, command, answer));
  }

  /// Has a command decided that, if accepted, begins a subscription. It must be ended by
  /// [#detach], once.
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

  /// Has a user seen in another way in a topic.
  public void status(TopicId topic, String user, Status status) {
    enqueue(new Request.SetStatus(topic, user, status));
  }

  /// Tells who listens to a topic, by id.
  ///
  /// @param after only ids greater than this
  /// @param answer gets how many listen in all, and the page
  public void present(TopicId topic, String after, int limit, PresentAnswer answer) {
    enqueue(
        new Request.WhoIsHere(
            topic, after, limit, here -> answer.accept(here.online(), here.users())));
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

  /// Works off what is queued, then ends the thread. What is submitted later is never answered, so
  /// whoever submits must have stopped before.
  @Override
  public void close() {
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
    queued.incrementAndGet();
    queue.add(request);
    if (sleeping) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    try {
      while (!closing || !queue.isEmpty()) {
        long sleepNanos = turn();
        sleeping = true;
        if (queue.isEmpty() && !closing && sleepNanos > 0) {
          LockSupport.parkNanos(this, sleepNanos);
        }
        sleeping = false;
      }
    } catch (Error e) {
      failure = Reason.INTERNAL.because("the engine has stopped: " + e);
      LOG.log(System.Logger.Level.ERROR, "the engine has stopped", e);
      throw e;
    }
  }

  /// Takes what waits, within the batch's bound, through to its answers; then does what is due.
  ///
  /// @return for how long there is nothing to do, in nanoseconds, unless something is queued
  public long turn() {
    List<Request> requests = new ArrayList<>();
    for (Request next = queue.poll(); next != null; next = queue.poll()) {
      requests.add(next);
      if (requests.size() >= limits.maxBatchCommands()) {
        break;
      }
    }
    if (!requests.isEmpty()) {
      queued.addAndGet(-requests.size());
      Batch batch = new Batch(journal, topics, clock, requests);
      failure = batch.run(failure);
      reapable |= batch.erasedSome();
      topics.used(batch.topics());
      batch.topics().forEach(this::schedule);
      woken.addAll(batch.outlets());
    }
    long sleepNanos = tick();
    woken.forEach(Outlet::flush);
    woken.clear();
    return sleepNanos;
  }

  private long tick() {
    long now = clock.nanos();
    for (Timer due = timers.peek(); due != null && due.nanos - now <= 0; due = timers.peek()) {
      timers.poll();
      LiveTopic<?, ?, ?> topic = due.topic;
      if (topic.timerNanos == due.nanos) {
        topic.timerNanos = Long.MAX_VALUE;
        topic.tellPresence(now, clock.epochMicros());
        woken.addAll(topic.outlets());
        schedule(topic);
        topics.used(List.of(topic));
      }
    }
    if (failure != null && probeNanos - now <= 0) {
      probe(now);
    }
    if (reapable && failure == null && queue.isEmpty()) {
      reap();
      return reapable ? 0 : MAX_SLEEP_NANOS;
    }
    Timer next = timers.peek();
    long sleep = next == null ? MAX_SLEEP_NANOS : Math.max(0, next.nanos - now);
    return failure != null ? Math.min(sleep, PROBE_NANOS) : sleep;
  }

  private void schedule(LiveTopic<?, ?, ?> topic) {
    long next = topic.roster.nextNanos(clock.nanos());
    if (next != Long.MAX_VALUE
        && (topic.timerNanos == Long.MAX_VALUE || next - topic.timerNanos < 0)) {
      topic.timerNanos = next;
      timers.add(new Timer(next, topic));
    }
  }

  private void probe(long now) {
    probeNanos = now + PROBE_NANOS;
    try {
      journal.probe();
      failure = null;
      LOG.log(System.Logger.Level.INFO, "storage works again");
    } catch (JournalException e) {
      failure = JournalRefusals.of(e);
    }
  }

  private void reap() {
    try {
      reapable = journal.reap(Limits.MAX_REAPED);
    } catch (JournalException e) {
      reapable = false;
      failure = JournalRefusals.of(e);
      LOG.log(System.Logger.Level.ERROR, "cannot remove what deleted topics left behind", e);
    }
  }
}
