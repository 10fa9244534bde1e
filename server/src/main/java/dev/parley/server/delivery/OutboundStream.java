package dev.parley.server.delivery;

import dev.parley.core.limit.Limits;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.TopicId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The sending half of one stream. Owned by its event loop.
///
/// What it holds is bounded: what was put in during one turn of the loop, the newest signals
/// ([Limits#MAX_WAITING_SIGNALS]), and a cursor for each topic. It has no queue of entries: a
/// stream that cannot take them is fed from the journal later.
public final class OutboundStream {
  /// Bytes of entries put into one frame when catching up.
  private static final int PAGE_BYTES = 64 << 10;

  private static final int PAGE_ENTRIES = 256;

  private final DeliveryLoop loop;
  private final Sink sink;
  private final WireFormat format;
  private final boolean batches;
  private final List<Frame> pending = new ArrayList<>(2);
  private final ArrayDeque<Subscriber> behind = new ArrayDeque<>();
  private final Map<Feed.SignalKey, List<WireEvent>> waitingSignals = new LinkedHashMap<>();
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

  /// Sends an event at the end of this turn.
  public void send(WireEvent event) {
    send(batches ? event.batch() : event.alone());
  }

  void send(Frame frame) {
    if (closed) {
      return;
    }
    pending.add(frame);
    if (!dirty) {
      dirty = true;
      loop.dirty(this);
    }
  }

  /// Sends a signal now, or, if the stream is not ready, when it is, unless a newer one with the
  /// same key has come by then.
  void signal(Feed.SignalKey key, List<WireEvent> events) {
    if (events.isEmpty() || closed) {
      return;
    }
    if (isReady()) {
      events.forEach(this::send);
      return;
    }
    waitingSignals.remove(key);
    waitingSignals.put(key, events);
    if (waitingSignals.size() > Limits.MAX_WAITING_SIGNALS) {
      waitingSignals.remove(waitingSignals.keySet().iterator().next());
    }
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
    if (isReady()) {
      stalled = false;
    }
    while (isReady() && !reading) {
      if (!waitingSignals.isEmpty()) {
        waitingSignals.values().forEach(events -> events.forEach(this::send));
        waitingSignals.clear();
      }
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
        List<Entry> page = feed.tail.read(next.cursor, feed.last, PAGE_ENTRIES, PAGE_BYTES);
        if (page.isEmpty()) {
          read(next);
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

  private void read(Subscriber subscriber) {
    reading = true;
    loop.read(
        subscriber.feed.topic,
        subscriber.cursor,
        subscriber.feed.last,
        PAGE_ENTRIES,
        PAGE_BYTES,
        page -> {
          reading = false;
          if (!closed && subscriber.index >= 0 && !page.isEmpty()) {
            deliver(subscriber, page);
          }
          pump();
        },
        refusal -> {
          reading = false;
          if (!closed) {
            sink.drop(refusal);
          }
        });
  }

  private void deliver(Subscriber subscriber, List<Entry> page) {
    if (page.getFirst().sequence() != subscriber.cursor + 1) {
      throw new IllegalStateException(
          "%s: read %d after %d"
              .formatted(subscriber.feed.topic, page.getFirst().sequence(), subscriber.cursor));
    }
    new Chunk(subscriber.feed.topic, page).sendTo(this, subscriber.skip());
    subscriber.cursor = page.getLast().sequence();
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
