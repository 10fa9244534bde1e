package dev.parley.server.delivery;

import dev.parley.core.signal.Signal;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.TopicId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a topic's entries and signals look to one kind of client. Pure and shared: what is equal for
/// many streams is encoded once.
public interface WireFormat {
  /// The format whose events for entries these are, if they are another's: then they are encoded
  /// once for both.
  default WireFormat ofEntries() {
    return this;
  }

  /// The event for an entry; null if this kind of client never sees such.
  @Nullable WireEvent event(TopicId topic, Entry entry);

  /// The events for a signal; empty if this kind of client never sees such.
  List<WireEvent> events(TopicId topic, Signal signal);

  /// What a stream is told when it has got everything up to the journal's end as it was when the
  /// stream entered; null if this kind of client is not told.
  @Nullable WireEvent caughtUp(TopicId topic, long sequence);

  /// What a stream is told when a topic is taken from it; null if this kind of client is not told.
  @Nullable WireEvent closed(TopicId topic, String reason);
}
