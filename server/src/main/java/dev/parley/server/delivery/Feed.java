package dev.parley.server.delivery;

import dev.parley.core.signal.Signal;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Tail;
import dev.parley.core.topic.TopicId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One topic on one event loop: who listens here, and what has been published but not yet handed to
/// them. Owned by the event loop.
final class Feed {
  final TopicId topic;
  final Tail tail;
  private final List<Subscriber> subscribers = new ArrayList<>();
  private final List<Entry> published = new ArrayList<>();
  private final LinkedHashMap<Object, Signal> signals = new LinkedHashMap<>();

  /// Pages of the newest commit, if it had several, for those who take them one by one: encoded
  /// once for all.
  private List<Chunk> pages = List.of();

  /// End of the journal, as far as it has been published here.
  long last;

  boolean dirty;

  Feed(TopicId topic, Tail tail, long last) {
    this.topic = topic;
    this.tail = tail;
    this.last = last;
  }

  boolean isEmpty() {
    return subscribers.isEmpty();
  }

  List<Subscriber> subscribers() {
    return subscribers;
  }

  void add(Subscriber subscriber) {
    subscriber.index = subscribers.size();
    subscribers.add(subscriber);
  }

  /// Removes in O(1), by putting the last one into its place; safe while going backwards.
  void remove(Subscriber subscriber) {
    Subscriber moved = subscribers.removeLast();
    if (moved != subscriber) {
      subscribers.set(subscriber.index, moved);
      moved.index = subscriber.index;
    }
    subscriber.index = -1;
  }

  void publish(List<Entry> entries) {
    if (entries.getFirst().sequence() != last + 1) {
      throw new IllegalStateException(
          "%s: published %d after %d".formatted(topic, entries.getFirst().sequence(), last));
    }
    last = entries.getLast().sequence();
    published.addAll(entries);
  }

  void signal(Signal signal) {
    signals.putLast(signal.key(), signal);
  }

  /// Hands everything published to those who listen.
  ///
  /// @return whether there are several pages now, which are kept until [#forgetPages]
  boolean flush() {
    dirty = false;
    if (!published.isEmpty()) {
      List<Chunk> chunks = split(List.copyOf(published));
      published.clear();
      pages = chunks.size() > 1 ? chunks : List.of();
      for (Chunk chunk : chunks) {
        for (int i = subscribers.size() - 1; i >= 0; i--) {
          deliver(chunk, subscribers.get(i));
        }
      }
    }
    if (!signals.isEmpty()) {
      List<Signal> told = List.copyOf(signals.values());
      signals.clear();
      told.forEach(this::tell);
    }
    return !pages.isEmpty();
  }

  /// The page that begins after a sequence; null: it is to be read.
  @Nullable Chunk page(long after) {
    for (Chunk page : pages) {
      if (page.first() == after + 1) {
        return page;
      }
    }
    return null;
  }

  void forgetPages() {
    pages = List.of();
  }

  private List<Chunk> split(List<Entry> entries) {
    List<Chunk> chunks = new ArrayList<>(1);
    for (int from = 0; from < entries.size(); ) {
      int to = endOfPage(entries, from);
      chunks.add(new Chunk(topic, entries.subList(from, to), true));
      from = to;
    }
    return chunks;
  }

  /// A commit may be megabytes, and each stream holds a copy of what it is sent: so no more at once
  /// than when catching up.
  private static int endOfPage(List<Entry> entries, int from) {
    int to = from;
    for (int bytes = 0; to < entries.size() && bytes < OutboundStream.PAGE_BYTES; to++) {
      bytes += entries.get(to).body().length;
    }
    return to;
  }

  private static void deliver(Chunk chunk, Subscriber subscriber) {
    if (!subscriber.live || subscriber.cursor >= chunk.last()) {
      return;
    }
    OutboundStream stream = subscriber.stream;
    if (stream.takesMore() && subscriber.cursor == chunk.first() - 1) {
      chunk.sendTo(stream, subscriber.skip());
      subscriber.cursor = chunk.last();
    } else {
      stream.fallBehind(subscriber);
    }
  }

  private void tell(Signal signal) {
    Map<WireFormat, Told> encoded = new LinkedHashMap<>(2);
    SignalKey key = new SignalKey(topic, signal.key());
    String except = signal.exceptUser();
    for (int i = subscribers.size() - 1; i >= 0; i--) {
      Subscriber subscriber = subscribers.get(i);
      if (!subscriber.held && !subscriber.subscription().user().id().equals(except)) {
        OutboundStream stream = subscriber.stream;
        stream.signal(
            key,
            encoded.computeIfAbsent(
                stream.format(), format -> Told.of(format.events(topic, signal))));
      }
    }
  }

  /// A signal as one format has it.
  ///
  /// @param bytes length of all events
  record Told(List<WireEvent> events, int bytes) {
    static Told of(List<WireEvent> events) {
      return new Told(events, events.stream().mapToInt(event -> event.element().length).sum());
    }
  }

  /// What a signal replaces while it waits.
  record SignalKey(TopicId topic, Object key) {}
}
