package dev.parley.storage.sqlite;

import dev.parley.core.topic.Append;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is in the log of commits and not in the tables yet, and how it gets there: many commits in
/// one transaction, so that a page which each of them touches is written once.
///
/// A thread of its own does so when there is enough, or after a while. Whoever wants to read what
/// is not there yet does it himself first, as does who adds faster than it gets there. So a read
/// sees all that was committed before it, and what waits is bounded.
///
/// Where the tables cannot be written, what waits stays in the log, and readers see it all the
/// same: they read in a transaction that writes it and is taken back.
///
/// Thread-safe, but commits come from one thread.
final class Backlog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);

  /// How much waits at most, where it comes faster than it is carried over.
  private static final long MAX_LIMITS = 3;

  /// How long a commit waits for others.
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /// How long to wait after a failure.
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Tables tables;
  private final CommitLog log;
  private final long limit;
  private final long patienceNanos;
  private final Thread thread;

  /// Held by who writes the tables; fair, or the thread would have it again and again.
  private final ReentrantLock writing = new ReentrantLock(true);

  // Guarded by this.
  private Memtable active = new Memtable();

  /// What nothing is added to any more, oldest first.
  private final ArrayDeque<Memtable> sealed = new ArrayDeque<>();

  private long applied;
  private long last;
  private long dueNanos;
  private boolean closed;

  /// Set under the lock for writing.
  private volatile boolean ended;

  private volatile boolean failing;
  private volatile boolean roomy;

  /// @param applied number of the last commit that is in the tables
  Backlog(Tables tables, CommitLog log, StorageLimits limits, long applied) {
    this.tables = tables;
    this.log = log;
    limit = limits.unappliedBytes();
    patienceNanos = limits.readerWait().toNanos();
    this.applied = applied;
    last = applied;
    roomy = hasRoom();
    thread = Thread.ofPlatform().daemon().name("parley-tables").unstarted(this::run);
  }

  /// Has a thread carry over what is added.
  void start() {
    thread.start();
  }

  /// Something that reads tables; where, is another's business.
  interface Source {
    <T extends @Nullable Object> T read(Transactions.Work<T> work) throws JournalException;
  }

  /// Adds a commit that is in the log.
  ///
  /// @param size of it there, in bytes
  synchronized void add(Commit commit, int size) {
    boolean first = active.isEmpty();
    active.add(commit, size);
    last = commit.number();
    if (first) {
      dueNanos = System.nanoTime() + PATIENCE_NANOS;
    }
    boolean full = active.bytes() >= limit;
    if (full) {
      seal();
    }
    if (first || full) {
      notifyAll();
    }
  }

  private synchronized void seal() {
    sealed.add(active);
    active = new Memtable();
  }

  /// What is not in the tables for certain, oldest first. To be asked for before the tables are
  /// read.
  synchronized List<Memtable> layers() {
    List<Memtable> layers = new ArrayList<>(sealed);
    if (!active.isEmpty()) {
      layers.add(active);
    }
    return layers;
  }

  /// Number of the last commit that is in the tables, durably.
  synchronized long applied() {
    return applied;
  }

  /// Number of the last commit that was added.
  synchronized long last() {
    return last;
  }

  /// Whether commits may go into the log. Not so while the tables cannot be written, nor where they
  /// could soon be too large: what is acknowledged has to find its place in them.
  boolean takesMore() {
    return limit > 0 && roomy && !failing;
  }

  /// Waits until there is room for another commit.
  void awaitRoom() throws JournalException {
    if (bytes() > MAX_LIMITS * limit) {
      lock();
      try {
        while (bytes() > MAX_LIMITS * limit) {
          applyNext();
        }
      } finally {
        writing.unlock();
      }
    }
  }

  private synchronized long bytes() {
    return active.bytes() + sealed.stream().mapToLong(Memtable::bytes).sum();
  }

  /// Reads tables, in which is then all that concerns a topic and was added before.
  <T extends @Nullable Object> T read(Source source, TopicId topic, Transactions.Work<T> work)
      throws JournalException {
    return read(source, memtable -> memtable.concerns(topic), work);
  }

  /// Reads tables, in which is then all that was added before.
  <T extends @Nullable Object> T read(Source source, Transactions.Work<T> work)
      throws JournalException {
    return read(source, _ -> true, work);
  }

  /// Reads tables, in which is then what was added before, up to the last of it that concerns the
  /// reader.
  <T extends @Nullable Object> T read(
      Source source, Predicate<Memtable> concerned, Transactions.Work<T> work)
      throws JournalException {
    Memtable newest = newest(concerned);
    return newest == null || isSettled(newest) ? source.read(work) : preview(work);
  }

  /// Whether it is in the tables, if they can be written.
  private boolean isSettled(Memtable memtable) {
    try {
      if (!failing) {
        settle(memtable);
        return true;
      }
    } catch (JournalException e) {
      LOG.debug("the tables cannot be written", e);
    }
    return !waits(memtable);
  }

  private synchronized @Nullable Memtable newest(Predicate<Memtable> concerned) {
    List<Memtable> layers = layers();
    return layers.reversed().stream().filter(concerned).findFirst().orElse(null);
  }

  private <T extends @Nullable Object> T preview(Transactions.Work<T> work)
      throws JournalException {
    lock();
    try {
      List<Commit> waiting = new ArrayList<>();
      synchronized (this) {
        layers().forEach(layer -> waiting.addAll(layer.commits()));
      }
      return tables.preview(waiting, work);
    } finally {
      writing.unlock();
    }
  }

  /// Writes a commit that is not in the log, after all that was added before.
  void writeNext(List<Append> appends, List<Profile> profiles) throws JournalException {
    lock();
    try {
      settle();
      long number = last() + 1;
      tables.writeNext(new Commit(number, appends, profiles));
      catchUp(number);
      failing = false;
      roomy = hasRoom();
    } finally {
      writing.unlock();
    }
  }

  /// The tables have commits up to a number, which did not come from here.
  synchronized void catchUp(long number) {
    last = Math.max(last, number);
    if (layers().isEmpty()) {
      applied = Math.max(applied, number);
    }
  }

  /// See [dev.parley.core.topic.Journal#probe].
  void probe() throws JournalException {
    lock();
    try {
      settle();
      tables.probe();
      failing = false;
      roomy = hasRoom();
    } finally {
      writing.unlock();
    }
  }

  /// See [dev.parley.core.topic.Journal#reap]. Also where what waits cannot be carried over, since
  /// it may be what makes room for it; nothing of it is about a topic that is erased in the tables.
  boolean reap(int maxRows) throws JournalException {
    lock();
    try {
      try {
        settle();
      } catch (JournalException e) {
        LOG.debug("what waits is not in the tables yet", e);
      }
      return tables.reap(maxRows);
    } finally {
      writing.unlock();
    }
  }

  /// Waits for its turn to write the tables, but not for ever.
  private void lock() throws JournalException {
    try {
      if (!writing.tryLock(patienceNanos, TimeUnit.NANOSECONDS)) {
        throw broken(
            "the tables were written for longer than %d s: try again"
                .formatted(TimeUnit.NANOSECONDS.toSeconds(patienceNanos)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw broken("interrupted while waiting for the tables");
    }
    if (ended) {
      writing.unlock();
      throw broken("the store is closed");
    }
  }

  private static JournalException broken(String message) {
    return new JournalException(JournalException.Cause.BROKEN, message, null);
  }

  /// Carries over all that was added before.
  private void settle() throws JournalException {
    Memtable newest = newest(_ -> true);
    if (newest != null) {
      settle(newest);
    }
  }

  private void settle(Memtable memtable) throws JournalException {
    lock();
    try {
      while (waits(memtable)) {
        applyNext();
      }
    } finally {
      writing.unlock();
    }
  }

  private synchronized boolean waits(Memtable memtable) {
    return memtable == active || sealed.contains(memtable);
  }

  /// Writing is locked.
  private void applyNext() throws JournalException {
    Memtable next = next();
    try {
      tables.write(next.commits());
    } catch (JournalException e) {
      failing = true;
      throw e;
    }
    synchronized (this) {
      sealed.remove();
      applied = next.last();
    }
    failing = false;
    roomy = hasRoom();
  }

  private synchronized Memtable next() {
    if (sealed.isEmpty()) {
      seal();
    }
    return sealed.element();
  }

  /// Whether what is added until the next look at it has room for certain: what waits at most, in
  /// the file and in its log.
  private boolean hasRoom() {
    try {
      return limit > 0 && tables.room() > 2 * (MAX_LIMITS + 1) * limit;
    } catch (JournalException e) {
      LOG.debug("how much room there is cannot be told", e);
      return false;
    }
  }

  private void run() {
    boolean told = false;
    while (true) {
      try {
        Memtable due = due();
        if (due == null) {
          return;
        }
        settle(due);
        told = false;
        forgetWhenIdle();
      } catch (InterruptedException e) {
        return;
      } catch (JournalException | RuntimeException | Error e) {
        if (!told && !ended) {
          LOG.warn(
              "the newest messages stay in their log until they can be carried over: {}",
              e.getMessage());
          told = true;
        }
        pause();
      }
    }
  }

  /// Waits for something to carry over; null: the store is being closed.
  private synchronized @Nullable Memtable due() throws InterruptedException {
    while (!closed) {
      long nanos = dueNanos - System.nanoTime();
      if (!sealed.isEmpty()) {
        return sealed.element();
      } else if (active.isEmpty()) {
        wait();
      } else if (nanos <= 0) {
        return active;
      } else {
        TimeUnit.NANOSECONDS.timedWait(this, nanos);
      }
    }
    return null;
  }

  private void forgetWhenIdle() {
    long done;
    synchronized (this) {
      done = layers().isEmpty() ? applied : 0;
    }
    try {
      log.forget(done);
    } catch (JournalException e) {
      LOG.debug("the next commit forgets it", e);
    }
  }

  private synchronized void pause() {
    try {
      if (!closed) {
        TimeUnit.NANOSECONDS.timedWait(this, RETRY_NANOS);
      }
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  /// Ends the thread and carries over what waits. What is asked later is refused.
  ///
  /// @throws JournalException if that fails: it stays in the log
  @Override
  public void close() throws JournalException {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    writing.lock();
    try {
      settle();
    } finally {
      ended = true;
      writing.unlock();
    }
  }
}
