package dev.parley.server.rpc;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Bounds the memory of what has come from peers and could not be taken yet: requests that are not
/// there whole, and those of calls that are not read from. Where all of it is too much, the peer is
/// cut off that has held the most for the longest time without ending a request, again and again
/// until there is room. Thread-safe.
final class InboundMemory {
  private static final Logger LOG = LoggerFactory.getLogger(InboundMemory.class);

  /// What a piece takes beside itself, in objects.
  private static final int PIECE_BYTES = 256;

  /// What a peer may hold without being counted: about what its connection takes in other ways.
  private static final int FREE_BYTES = 64 << 10;

  /// Bytes by which the share of a peer grows and shrinks.
  private static final int STEP_BYTES = 16 << 10;

  private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

  private final MemoryBudget memory;
  private final Clock clock;
  private final Set<Peer> holders = ConcurrentHashMap.newKeySet();
  private long quietUntilNanos;
  private int cutOff;

  /// @param memory for all that peers hold
  InboundMemory(MemoryBudget memory, Clock clock) {
    this.memory = memory;
    this.clock = clock;
    quietUntilNanos = clock.nanos();
  }

  private synchronized void cutOffWorst() {
    long now = clock.nanos();
    Peer worst = null;
    double most = -1;
    for (Peer peer : holders) {
      double weight = peer.weight(now);
      if (weight > most) {
        worst = peer;
        most = weight;
      }
    }
    if (worst != null) {
      cutOff++;
      worst.cutOff();
      tell(now);
    }
  }

  private void tell(long now) {
    if (now - quietUntilNanos >= 0) {
      quietUntilNanos = now + QUIET_NANOS;
      LOG.info(
          "requests that do not end take too much memory: {} connections were closed until now, of"
              + " those who held the most (told once a minute)",
          cutOff);
    }
  }

  /// What one peer holds. For one thread, except that others may cut it off.
  final class Peer {
    private final Runnable close;
    private final MemoryBudget.Share share = memory.share();
    private long held;
    private volatile long counted;
    private volatile long sinceNanos;
    private volatile boolean isCutOff;

    /// @param close closes its connection; any thread
    Peer(Runnable close) {
      this.close = close;
    }

    /// A call of this peer.
    Call call() {
      return new Call();
    }

    private double weight(long now) {
      return (double) counted * (now - sinceNanos + TimeUnit.MILLISECONDS.toNanos(1));
    }

    /// Counts what is held by now. Where there is no room for it, others are cut off, at last this
    /// one.
    void settle() {
      long now =
          held <= FREE_BYTES ? 0 : (held - FREE_BYTES) / STEP_BYTES * STEP_BYTES + STEP_BYTES;
      if (now == counted || isCutOff) {
        return;
      }
      if (counted == 0) {
        sinceNanos = clock.nanos();
        holders.add(this);
      } else if (now == 0) {
        holders.remove(this);
      }
      counted = now;
      while (!share.resize(now)) {
        cutOffWorst();
      }
    }

    private void hold(long more) {
      held += more;
    }

    private void cutOff() {
      gone();
      close.run();
    }

    /// Its connection has ended, or is about to.
    void gone() {
      isCutOff = true;
      holders.remove(this);
      share.close();
    }

    /// What one call holds. For the same thread.
    final class Call {
      private long bytes;
      private long pieces;

      /// A piece has come.
      void came(int length) {
        bytes += length;
        pieces++;
        hold(length + PIECE_BYTES);
      }

      /// A request has come whole, and is taken.
      ///
      /// @param length bytes on the wire, with what frames it
      void taken(long length) {
        sinceNanos = clock.nanos();
        let(Math.min(length, bytes));
        settle();
      }

      /// The call has ended.
      void ended() {
        let(bytes);
        settle();
      }

      /// How many pieces went with it is not known; each that is left has a byte at least.
      private void let(long length) {
        bytes -= length;
        long left = Math.min(pieces, bytes);
        hold(-length - (pieces - left) * PIECE_BYTES);
        pieces = left;
      }
    }
  }
}
