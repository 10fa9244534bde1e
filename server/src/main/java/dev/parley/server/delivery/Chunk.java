package dev.parley.server.delivery;

import dev.parley.core.topic.Entry;
import dev.parley.core.topic.TopicId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Successive entries of one topic on their way to the streams of one event loop: encoded at most
/// once for each format, and put together at most once. Owned by the event loop.
final class Chunk {
  private final TopicId topic;
  private final List<Entry> entries;
  private final boolean whole;
  private final Map<WireFormat, @Nullable WireEvent[]> events = new HashMap<>(2);
  private final Map<WireFormat, Frame> batches = new HashMap<>(2);

  /// @param whole whether it ends here though more may be published
  Chunk(TopicId topic, List<Entry> entries, boolean whole) {
    this.topic = topic;
    this.entries = entries;
    this.whole = whole;
  }

  /// Length of the entries' bodies.
  int bytes() {
    return entries.stream().mapToInt(entry -> entry.body().length).sum();
  }

  /// Whether it ends here though more may have been published since.
  boolean isWhole() {
    return whole;
  }

  long first() {
    return entries.getFirst().sequence();
  }

  long last() {
    return entries.getLast().sequence();
  }

  /// Hands a stream what it is to see of this.
  ///
  /// @param skip entries that the stream does not want; null: it wants all
  void sendTo(OutboundStream stream, @Nullable Predicate<Entry> skip) {
    WireFormat format = stream.format().ofEntries();
    if (stream.batches() && skip == null) {
      Frame batch = batches.computeIfAbsent(format, this::batch);
      if (batch.length() > 0) {
        stream.send(batch);
      }
      return;
    }
    @Nullable WireEvent[] all = events.computeIfAbsent(format, this::encode);
    for (int i = 0; i < all.length; i++) {
      WireEvent event = all[i];
      if (event != null && (skip == null || !skip.test(entries.get(i)))) {
        stream.send(event);
      }
    }
  }

  private @Nullable WireEvent[] encode(WireFormat format) {
    @Nullable WireEvent[] encoded = new WireEvent[entries.size()];
    for (int i = 0; i < encoded.length; i++) {
      encoded[i] = format.event(topic, entries.get(i));
    }
    return encoded;
  }

  /// One array for all, so that each stream costs one copy.
  private Frame batch(WireFormat format) {
    List<byte[]> elements = new ArrayList<>(entries.size());
    int length = 0;
    for (WireEvent event : events.computeIfAbsent(format, this::encode)) {
      if (event != null) {
        elements.add(event.element());
        length += event.element().length;
      }
    }
    byte[] bytes = new byte[length];
    int next = 0;
    for (byte[] element : elements) {
      System.arraycopy(element, 0, bytes, next, element.length);
      next += element.length;
    }
    return new Frame(bytes, 0, length);
  }
}
