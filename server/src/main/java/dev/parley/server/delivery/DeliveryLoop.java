package dev.parley.server.delivery;

import dev.parley.core.error.Reason;
import dev.parley.core.limit.Limits;
import dev.parley.core.signal.Signal;
import dev.parley.core.time.Clock;
import dev.parley.core.topic.Attachment;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Outlet;
import dev.parley.core.topic.Subscription;
import dev.parley.core.topic.TopicId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The streams of one event loop, and what goes to them.
///
/// The engine's thread queues (the [Outlet] methods); the event loop works the queue off in turns:
/// it takes what waits, gathers it by topic, encodes each topic's part once, and sends each stream
/// one frame. All other methods are for the event loop's thread only.
public final class DeliveryLoop implements Outlet {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryLoop.class);

  /// Items worked off before the event loop may do something else.
  private static final int MAX_ITEMS = 8_192;

  /// Streams flushed before what they have put on the event loop.
  private static final int MAX_FLUSHED_AT_ONCE = 8;

  /// Bytes of the entries in pages that are kept for streams that are behind. Encoded and put
  /// together they take three times as many.
  private static final int MAX_KEPT_BYTES = 2 << 20;

  /// Topics of which the pages of a large commit are kept until the next commit: they take as much
  /// as the commit, encoded.
  private static final int MAX_PAGED_FEEDS = 8;

  private final ScheduledExecutorService eventLoop;
  private final Reads reads;
  private final Clock clock;
  private final Limits.Tunable limits;
  private final MpscUnboundedArrayQueue<Item> queue = new MpscUnboundedArrayQueue<>(1_024);
  private final AtomicBoolean scheduled = new AtomicBoolean();

  private final Map<TopicId, Feed> feeds = new HashMap<>();
  private final Set<OutboundStream> streams = new LinkedHashSet<>();
  private final List<Feed> dirtyFeeds = new ArrayList<>();
  private final ArrayDeque<OutboundStream> dirtyStreams = new ArrayDeque<>();
  private boolean flushing;
  private final Set<OutboundStream> toPump = new LinkedHashSet<>();

  /// What was last fed to streams that are behind, the least recently used first: encoded once for
  /// all that come by the same place.
  private final LinkedHashMap<PageStart, Chunk> pages = new LinkedHashMap<>(16, 0.75f, true);

  private int keptBytes;

  /// Who waits for what is being read from the journal.
  private final Map<PageStart, List<Subscriber>> reading = new HashMap<>();

  private record PageStart(Feed feed, long after) {}

  /// Feeds whose newest commit had several pages, the newest last.
  private final LinkedHashSet<Feed> pagedFeeds = new LinkedHashSet<>();

  private sealed interface Item {
    record Published(TopicId topic, List<Entry> entries) implements Item {}

    record Told(TopicId topic, Signal signal) implements Item {}

    record Evicted(TopicId topic, Decision.Eviction eviction) implements Item {}

    record Answer(Runnable answer) implements Item {}
  }

  /// @param eventLoop the thread that owns the streams
  public DeliveryLoop(
      ScheduledExecutorService eventLoop, Reads reads, Clock clock, Limits.Tunable limits) {
    this.eventLoop = eventLoop;
    this.reads = reads;
    this.clock = clock;
    this.limits = limits;
  }

  // Any thread.

  @Override
  public void publish(TopicId topic, List<Entry> entries) {
    queue.add(new Item.Published(topic, entries));
  }

  @Override
  public void signal(TopicId topic, Signal signal) {
    queue.add(new Item.Told(topic, signal));
  }

  @Override
  public void evict(TopicId topic, Decision.Eviction eviction) {
    queue.add(new Item.Evicted(topic, eviction));
  }

  @Override
  public void execute(Runnable answer) {
    queue.add(new Item.Answer(answer));
    flush();
  }

  @Override
  public void flush() {
    if (!queue.isEmpty() && scheduled.compareAndSet(false, true)) {
      runLater(this::turn);
    }
  }

  private void runLater(Runnable task) {
    try {
      eventLoop.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("an event loop has ended before everything was sent");
    }
  }

  // The event loop's thread.

  private void turn() {
    scheduled.set(false);
    for (int i = 0; i < MAX_ITEMS; i++) {
      Item item = queue.poll();
      if (item == null) {
        break;
      }
      try {
        handle(item);
      } catch (RuntimeException | Error e) {
        LOG.error("an event loop could not do what it was handed", e);
      }
    }
    finish();
    flush();
  }

  private void handle(Item item) {
    switch (item) {
      case Item.Published published ->
          put(published.topic(), feed -> feed.publish(published.entries()));
      case Item.Told told -> put(told.topic(), feed -> feed.signal(told.signal()));
      case Item.Evicted evicted -> evictNow(evicted.topic(), evicted.eviction());
      case Item.Answer answer -> answer.answer().run();
    }
  }

  private void put(TopicId topic, Consumer<Feed> part) {
    Feed feed = feeds.get(topic);
    if (feed != null) {
      guard(feed, () -> part.accept(feed));
      if (!feed.dirty) {
        feed.dirty = true;
        dirtyFeeds.add(feed);
      }
    }
  }

  /// Sends what this turn gathered. To be called at the end of whatever put something in.
  public void finish() {
    for (Feed feed : drain(dirtyFeeds)) {
      guard(feed, () -> flush(feed));
    }
    List<OutboundStream> pumped = drain(toPump);
    flushStreams();
    for (OutboundStream stream : pumped) {
      guard(stream, stream::pump);
    }
  }

  /// Flushes a few streams, and the others after what these have put on the event loop: gRPC writes
  /// to a connection in a task of its own, which finds in the processor's cache what it needs only
  /// if not hundreds of other streams came between.
  private void flushStreams() {
    for (int i = 0; i < MAX_FLUSHED_AT_ONCE && !dirtyStreams.isEmpty(); i++) {
      OutboundStream stream = dirtyStreams.remove();
      guard(stream, stream::flush);
    }
    if (!dirtyStreams.isEmpty() && !flushing) {
      flushing = true;
      runLater(
          () -> {
            flushing = false;
            flushStreams();
          });
    }
  }

  private void flush(Feed feed) {
    if (feed.flush()) {
      pagedFeeds.remove(feed);
      pagedFeeds.add(feed);
      if (pagedFeeds.size() > MAX_PAGED_FEEDS) {
        pagedFeeds.removeFirst().forgetPages();
      }
    }
  }

  /// What is in there, which is not there any more: nothing that fails on the way is met again.
  private static <T> List<T> drain(Collection<T> gathered) {
    List<T> drained = List.copyOf(gathered);
    gathered.clear();
    return drained;
  }

  /// A topic that cannot be delivered costs those who listen to it their streams, so that they come
  /// back and resume, and nobody else anything.
  private static void guard(Feed feed, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      LOG.error("{}: cannot be delivered, its streams end", feed.topic, e);
      List.copyOf(feed.subscribers()).forEach(subscriber -> drop(subscriber.stream));
    }
  }

  /// As for a topic, so for a stream.
  private static void guard(OutboundStream stream, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a stream cannot be sent to, it ends", e);
      drop(stream);
    }
  }

  private static void drop(OutboundStream stream) {
    try {
      stream.sink().drop(Reason.INTERNAL.because("what goes to this stream cannot be sent"));
    } catch (RuntimeException | Error e) {
      LOG.error("a stream cannot be ended either", e);
    }
  }

  void dirty(OutboundStream stream) {
    dirtyStreams.add(stream);
  }

  void pumpLater(OutboundStream stream) {
    toPump.add(stream);
  }

  /// A new stream.
  public OutboundStream open(Sink sink, WireFormat format, boolean batches) {
    OutboundStream stream = new OutboundStream(this, sink, format, batches);
    streams.add(stream);
    return stream;
  }

  /// The end of a stream whose subscribers have been removed.
  public void close(OutboundStream stream) {
    stream.close();
    streams.remove(stream);
    toPump.remove(stream);
  }

  /// Begins to listen, held back until [#release].
  ///
  /// @param own ids of messages that the stream has sent itself and does not want to see; each is
  ///     removed when it comes; null: it wants to see all
  /// @param evicted told why, after the topic was taken from the stream
  public Subscriber subscribe(
      OutboundStream stream,
      TopicId topic,
      Subscription subscription,
      Attachment.Begun begun,
      @Nullable Set<String> own,
      Consumer<String> evicted) {
    Feed feed =
        feeds.computeIfAbsent(topic, id -> new Feed(id, begun.tail(), begun.lastSequence()));
    Subscriber subscriber =
        new Subscriber(stream, feed, subscription, own, begun.lastSequence(), evicted);
    feed.add(subscriber);
    return subscriber;
  }

  /// Lets a subscriber go, from a place in the journal.
  ///
  /// @param after the last sequence that the stream has; at most the journal's end
  public void release(Subscriber subscriber, long after) {
    if (subscriber.index >= 0) {
      subscriber.held = false;
      subscriber.cursor = after;
      subscriber.stream.fallBehind(subscriber);
    }
  }

  /// Ends listening.
  public void unsubscribe(Subscriber subscriber) {
    if (subscriber.index < 0) {
      return;
    }
    subscriber.feed.remove(subscriber);
    subscriber.stream.forget(subscriber);
    if (subscriber.feed.isEmpty()) {
      feeds.remove(subscriber.feed.topic);
      pagedFeeds.remove(subscriber.feed);
    }
  }

  private void evictNow(TopicId topic, Decision.Eviction eviction) {
    Feed feed = feeds.get(topic);
    if (feed == null) {
      return;
    }
    flush(feed);
    for (Subscriber subscriber : List.copyOf(feed.subscribers())) {
      String user = eviction.user();
      if (user == null || user.equals(subscriber.subscription().user().id())) {
        subscriber.takeNewest();
        unsubscribe(subscriber);
        subscriber.evicted(eviction.reason());
      }
    }
  }

  /// The entries after a place, if they are in memory: those that others were fed, or those of the
  /// tail. Pages end at multiples of [OutboundStream#PAGE_ENTRIES] or where they are full, so that
  /// streams that fell behind at different places are soon fed the same ones.
  @Nullable Chunk page(Feed feed, long after) {
    Chunk page = pages.get(new PageStart(feed, after));
    if (page != null && (page.isWhole() || page.last() == feed.last)) {
      return page;
    }
    long end = endOfPage(feed, after);
    List<Entry> entries =
        feed.tail.read(after, end, OutboundStream.PAGE_ENTRIES, OutboundStream.PAGE_BYTES);
    return entries.isEmpty() ? page : keep(feed, entries, end);
  }

  private static long endOfPage(Feed feed, long after) {
    long next = (after / OutboundStream.PAGE_ENTRIES + 1) * OutboundStream.PAGE_ENTRIES;
    return Math.min(next, feed.last);
  }

  private Chunk keep(Feed feed, List<Entry> entries, long end) {
    long last = entries.getLast().sequence();
    boolean whole = last < end || last % OutboundStream.PAGE_ENTRIES == 0;
    Chunk page = new Chunk(feed.topic, entries, whole);
    Chunk replaced = pages.putLast(new PageStart(feed, page.first() - 1), page);
    keptBytes += page.bytes() - (replaced == null ? 0 : replaced.bytes());
    while (keptBytes > MAX_KEPT_BYTES) {
      keptBytes -= pages.pollFirstEntry().getValue().bytes();
    }
    return page;
  }

  /// Reads the entries after a subscriber's cursor from the journal, for all that are there; its
  /// stream is told on this thread.
  void read(Subscriber subscriber) {
    PageStart start = new PageStart(subscriber.feed, subscriber.cursor);
    List<Subscriber> waiting = reading.get(start);
    if (waiting != null) {
      waiting.add(subscriber);
      return;
    }
    reading.put(start, new ArrayList<>(List.of(subscriber)));
    read(start);
  }

  private void read(PageStart start) {
    long end = endOfPage(start.feed(), start.after());
    reads.read(
        reader ->
            reader.read(
                start.feed().topic,
                start.after(),
                end,
                OutboundStream.PAGE_ENTRIES,
                OutboundStream.PAGE_BYTES),
        entries ->
            execute(
                () -> {
                  Chunk page = entries.isEmpty() ? null : keep(start.feed(), entries, end);
                  tell(start, subscriber -> subscriber.stream.fed(subscriber, page));
                }),
        refusal ->
            execute(
                () -> {
                  if (refusal.retryAfter() == null) {
                    tell(start, subscriber -> subscriber.stream.cannotBeFed(refusal));
                  } else {
                    after(refusal.retryAfter().toNanos(), () -> read(start));
                  }
                }));
  }

  private void tell(PageStart start, Consumer<Subscriber> what) {
    List<Subscriber> waiting = reading.remove(start);
    if (waiting != null) {
      waiting.forEach(subscriber -> guard(subscriber.stream, () -> what.accept(subscriber)));
    }
  }

  /// Runs something on the event loop's thread, later.
  public void after(long delayNanos, Runnable task) {
    var unused = eventLoop.schedule(() -> execute(task), delayNanos, TimeUnit.NANOSECONDS);
  }

  /// Drops the streams that have read nothing for too long. To be called now and then.
  public void dropStalled() {
    long now = clock.nanos();
    long limit = limits.stallTimeout().toNanos();
    for (OutboundStream stream : List.copyOf(streams)) {
      if (stream.stalledFor(limit, now)) {
        stream
            .sink()
            .drop(
                Reason.STALLED.because(
                    "nothing was read for %d s (expected: a client that reads)"
                        .formatted(limits.stallTimeout().toSeconds())));
      }
    }
  }
}
