package dev.parley.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How much of the heap Java may keep free: as little as its command line says while the process is
/// quiet, and as much as it does by itself while the process is busy.
///
/// Java fits the heap to what lives in it at the end of each marking. What suits a thousand
/// connections that only listen leaves them no room as soon as they talk: the heap is full again at
/// once, and marked anew every second. Used by one thread.
final class HeapRoom {
  /// Whether it is wanted: `true` where the options of Java are chosen for it.
  private static final String WANTED = "parley.heap-room";

  private static final Logger LOG = LoggerFactory.getLogger(HeapRoom.class);

  /// Shorter than the time without a collection after which memory is given back
  /// (`-XX:G1PeriodicGCInterval`), so that by then it is known to be quiet.
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /// Collections within an interval from which on the process is busy. A periodic one counts as
  /// three: a pause for what is young, and two of the marking.
  private static final int BUSY = 5;

  /// Collections up to which a busy one is quiet again: with room they are fewer.
  private static final int QUIET = 2;

  private static final String LEAST = "MinHeapFreeRatio";
  private static final String MOST = "MaxHeapFreeRatio";

  // Java's own.
  private static final int ROOMY_LEAST = 40;
  private static final int ROOMY_MOST = 70;

  private final HotSpotDiagnosticMXBean java;
  private final LongSupplier collections;
  private final int quietLeast;
  private final int quietMost;
  private boolean busy;
  private long seen;

  /// @param collections so far
  HeapRoom(HotSpotDiagnosticMXBean java, LongSupplier collections) {
    this.java = java;
    this.collections = collections;
    quietLeast = percent(LEAST);
    quietMost = percent(MOST);
    seen = collections.getAsLong();
  }

  /// Looks after this process from now on, on a thread of its own, if that is wanted.
  static void keepIfWanted() {
    if (Boolean.getBoolean(WANTED)) {
      Thread.ofPlatform().daemon().name("parley-heap").start(HeapRoom::keep);
    }
  }

  private static void keep() {
    try {
      Thread.sleep(INTERVAL); // to start is more urgent
      List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
      HeapRoom room =
          new HeapRoom(
              ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class),
              () ->
                  collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionCount).sum());
      while (true) {
        Thread.sleep(INTERVAL);
        room.look();
      }
    } catch (InterruptedException _) {
      // nobody interrupts it
    } catch (RuntimeException e) {
      LOG.warn("the heap stays as small as it is: {}", e.toString());
    }
  }

  /// To be called once in each interval.
  void look() {
    long all = collections.getAsLong();
    long since = all - seen;
    seen = all;
    // At no moment may the least be more than the most, hence the two orders.
    if (!busy && since >= BUSY) {
      busy = true;
      set(MOST, Math.max(quietMost, ROOMY_MOST));
      set(LEAST, Math.max(quietLeast, ROOMY_LEAST));
    } else if (busy && since <= QUIET) {
      busy = false;
      set(LEAST, quietLeast);
      set(MOST, quietMost);
    }
  }

  private int percent(String option) {
    return Integer.parseInt(java.getVMOption(option).getValue());
  }

  private void set(String option, int percent) {
    java.setVMOption(option, Integer.toString(percent));
  }
}
