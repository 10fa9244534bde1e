package dev.parley.core.limit;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A part of the memory, for things that begin and then grow, such as answers under way. What
/// begins gets no more than half of it, so that what has begun can grow. Thread-safe.
public final class MemoryBudget {
  private final long maxBytes;
  private final AtomicLong held = new AtomicLong();

  /// @param maxBytes most bytes that all shares hold together
  public MemoryBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /// A part of the memory that this process may take.
  ///
  /// @param part one in so many
  public static MemoryBudget ofHeap(int part) {
    return new MemoryBudget(Runtime.getRuntime().maxMemory() / part);
  }

  /// Most bytes that a share begins with if there are others.
  public long maxFirstBytes() {
    return maxBytes / 2;
  }

  /// Whether nothing can begin.
  public boolean isFull() {
    return held.get() >= maxFirstBytes();
  }

  /// Takes in what begins, however large, if there is nothing else.
  ///
  /// @param bytes what it holds at first
  /// @return null: there is no room for it
  public @Nullable Share begin(long bytes) {
    long before = held.getAndUpdate(now -> begins(now, bytes) ? now + bytes : now);
    return begins(before, bytes) ? new Share(bytes) : null;
  }

  private boolean begins(long before, long bytes) {
    return before == 0 || before + bytes <= maxFirstBytes();
  }

  /// A share that holds nothing yet.
  public Share share() {
    return new Share(0);
  }

  private boolean take(long more) {
    long before = held.getAndUpdate(now -> now + more <= maxBytes ? now + more : now);
    return before + more <= maxBytes;
  }

  /// What one of them holds. Thread-safe.
  public final class Share implements AutoCloseable {
    private long counted;
    private boolean closed;

    private Share(long bytes) {
      counted = bytes;
    }

    /// Holds so many bytes from now on, in place of what it held; after [#close], none.
    ///
    /// @return false: there is no room for them, and it holds what it held
    public synchronized boolean resize(long bytes) {
      if (closed || bytes == counted) {
        return true;
      }
      if (bytes > counted && !take(bytes - counted)) {
        return false;
      }
      if (bytes < counted) {
        held.addAndGet(bytes - counted);
      }
      counted = bytes;
      return true;
    }

    /// Holds so many bytes more.
    ///
    /// @return false: there is no room for them, and it holds what it held
    public synchronized boolean grow(long bytes) {
      return resize(counted + bytes);
    }

    /// Lets all of it go. Doing so again has no effect.
    @Override
    public synchronized void close() {
      closed = true;
      held.addAndGet(-counted);
      counted = 0;
    }
  }
}
