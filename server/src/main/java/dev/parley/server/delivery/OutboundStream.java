package dev.parley.server.delivery;

import dev.parley.core.error.Refusal;
import dev.parley.core.limit.Limits;
import dev.parley.core.topic.TopicId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The sending half of one stream. Owned by its event loop.
///
/// What it holds is bounded: what was put in during one turn of the loop, the newest signals
/// ([Limits#MAX_WAITING_SIGNALS], [Limits#MAX_WAITING_SIGNAL_BYTES]), and a cursor for each topic.
/// It has no queue of entries: a stream that cannot take them is fed from the journal later.
public final class OutboundStream {
  /// Bytes of entries put into one frame, one entry more than that not counted; where a stream has
  /// been sent that many in one turn, the rest waits for it in the journal.
  static final int PAGE_BYTES = 64 << 10;

  /// Bytes put in by a turn, and perhaps by the next ones before it is flushed, with which a stream
  /// is taken to be as busy as gRPC takes it to be with as many that have not left.
  private static final int READY_BYTES = 32 << 10;

  /// Most entries of a page.
  static final int PAGE_ENTRIES = 256;

  private final DeliveryLoop loop;
  private final Sink sink;
  private final WireFormat format;
  private final boolean batches;
  private final List<Frame> pending = new ArrayList<>(2);
  private final ArrayDeque<Subscriber> behind = new ArrayDeque<>(1);
  private final LinkedHashMap<Feed.SignalKey, Feed.Told> waitingSignals = new LinkedHashMap<>();
  private int waitingSignalBytes;
  private int pendingBytes;
  private boolean dirty;
  private boolean reading;
  private boolean closed;
  private long stalledSinceNanos;
  private boolean stalled;

  OutboundStream(DeliveryLoop loop, Sink sink, WireFormat format, boolean batches) {
    this.loop = loop;
    this.sink = sink;
    this.format = format;
    this.batches = batches;
  }

  WireFormat format() {
    return format;
  }

  boolean batches() {
    return batches;
  }

  /// Whether it can take more without piling up.
  public boolean isReady() {
    return !closed && sink.isReady();
  }

  /// Whether it can, with what this turn has for it already.
  boolean takesMore() {
    return pendingBytes < READY_BYTES && isReady();
  }

  /// Sends an event at the end of this turn.
  public void send(WireEvent event) {
    send(batches ? event.batch() : event.alone());
  }

  void send(Frame frame) {
    if (closed) {
      return;
    }
    pending.add(frame);
    pendingBytes += frame.length();
    if (!dirty) {
      dirty = true;
      loop.dirty(this);
    }
  }

  /// Sends a signal now, or, if the stream is not ready, when it is, unless a newer one with the
  /// same key has come by then.
  void signal(Feed.SignalKey key, Feed.Told told) {
    if (told.events().isEmpty() || closed) {
      return;
    }
    if (isReady()) {
      told.events().forEach(this::send);
      return;
    }
    Feed.Told older = waitingSignals.putLast(key, told);
    waitingSignalBytes += told.bytes() - (older == null ? 0 : older.bytes());
    while (waitingSignals.size() > 1
        && (waitingSignals.size() > Limits.MAX_WAITING_SIGNALS
            || waitingSignalBytes > Limits.MAX_WAITING_SIGNAL_BYTES)) {
      waitingSignalBytes -= waitingSignals.pollFirstEntry().getValue().bytes();
    }
  }

  private void sendWaitingSignals() {
    waitingSignals.values().forEach(told -> told.events().forEach(this::send));
    waitingSignals.clear();
    waitingSignalBytes = 0;
  }

  /// Whether there is nothing in the journal that it has yet to get.
  public boolean isCaughtUp() {
    return behind.isEmpty() && !reading && !closed;
  }

  /// Tells the client that a topic was taken from it.
  public void tellClosed(TopicId topic, String reason) {
    WireEvent told = format.closed(topic, reason);
    if (told != null) {
      send(told);
    }
  }

  /// Puts what was sent in this turn on its way.
  public void flush() {
    dirty = false;
    pendingBytes = 0;
    if (pending.isEmpty() || closed) {
      pending.clear();
      return;
    }
    if (batches || pending.size() == 1) {
      Frame whole = pending.size() == 1 ? pending.getFirst() : Frame.concat(pending);
      pending.clear();
      sink.send(whole);
    } else {
      List<Frame> frames = List.copyOf(pending);
      pending.clear();
      frames.forEach(sink::send);
    }
  }

  void fallBehind(Subscriber subscriber) {
    subscriber.live = false;
    behind.add(subscriber);
    loop.pumpLater(this);
  }

  void forget(Subscriber subscriber) {
    behind.remove(subscriber);
  }

  /// Has [#pump] called at the end of this turn.
  public void pumpLater() {
    loop.pumpLater(this);
  }

  /// Feeds those of its subscribers that are behind, as far as the stream can take it, and tells
  /// the sink if there is nothing left.
  public void pump() {
    flush(); // or it would look ready for a page more
    if (isReady()) {
      stalled = false;
    }
    while (isReady() && !reading) {
      sendWaitingSignals();
      Subscriber next = behind.peek();
      if (next == null) {
        break;
      }
      Feed feed = next.feed;
      if (next.cursor >= feed.last) {
        behind.remove();
        next.live = true;
        caughtUp(next);
      } else {
        Chunk page = feed.page(next.cursor);
        if (page == null) {
          page = loop.page(feed, next.cursor);
        }
        if (page == null) {
          reading = true;
          loop.read(next);
        } else {
          deliver(next, page);
        }
      }
      flush();
    }
    flush();
    if (isCaughtUp()) {
      sink.caughtUp();
    }
  }

  /// Takes what was read from the journal.
  ///
  /// @param page null: there was nothing
  void fed(Subscriber subscriber, @Nullable Chunk page) {
    reading = false;
    if (!closed && subscriber.index >= 0 && page != null) {
      deliver(subscriber, page);
      flush(); // or it would look ready, and be sent the next page too
    }
    pump();
  }

  /// Ends because the journal cannot be read.
  void cannotBeFed(Refusal refusal) {
    reading = false;
    if (!closed) {
      sink.drop(refusal);
    }
  }

  private void deliver(Subscriber subscriber, Chunk page) {
    if (page.first() != subscriber.cursor + 1) {
      throw new IllegalStateException(
          "%s: read %d after %d".formatted(subscriber.feed.topic, page.first(), subscriber.cursor));
    }
    page.sendTo(this, subscriber.skip());
    subscriber.cursor = page.last();
    if (subscriber.caughtUpAt >= 0 && subscriber.cursor >= subscriber.caughtUpAt) {
      caughtUp(subscriber);
    }
    behind.remove(subscriber);
    behind.add(subscriber);
  }

  private void caughtUp(Subscriber subscriber) {
    if (subscriber.caughtUpAt < 0) {
      return;
    }
    WireEvent told = format.caughtUp(subscriber.feed.topic, subscriber.caughtUpAt);
    subscriber.caughtUpAt = -1;
    if (told != null) {
      send(told);
    }
  }

  /// Whether it has been unable to take anything, though there was something, for a time.
  boolean stalledFor(long nanos, long nowNanos) {
    boolean waits = !isReady() && !closed;
    if (!waits) {
      stalled = false;
      return false;
    }
    if (!stalled) {
      stalled = true;
      stalledSinceNanos = nowNanos;
    }
    return nowNanos - stalledSinceNanos >= nanos;
  }

  Sink sink() {
    return sink;
  }

  void close() {
    closed = true;
    pending.clear();
    behind.clear();
    waitingSignals.clear();
  }
}
