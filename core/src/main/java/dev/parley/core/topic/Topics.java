package dev.parley.core.topic;

import dev.parley.core.limit.Limits;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The topics that are in memory: all that have listeners, and of the others the ones used last,
/// those apart of which more is about to come ([Rules#isBusy]), lest each of it reads them anew.
/// Keeps the memory of all tails together within its bound, by forgetting those used longest ago.
/// Owned by the engine's thread.
final class Topics {
  private final Kinds kinds;
  private final Journal journal;
  private final Limits.Tunable limits;
  private final Map<TopicId, LiveTopic<?, ?, ?>> live = new HashMap<>();
  private final LinkedHashMap<TopicId, LiveTopic<?, ?, ?>> byUse = new LinkedHashMap<>();
  private final LinkedHashMap<TopicId, LiveTopic<?, ?, ?>> idle = new LinkedHashMap<>();
  private final LinkedHashMap<TopicId, LiveTopic<?, ?, ?>> busy = new LinkedHashMap<>();
  private final Map<TopicId, Long> tailBytes = new HashMap<>();
  private final Set<TopicId> unloadable = new HashSet<>();
  private final Timers timers = new Timers();
  private long tailBytesInAll;

  Topics(Kinds kinds, Journal journal, Limits.Tunable limits) {
    this.kinds = kinds;
    this.journal = journal;
    this.limits = limits;
  }

  /// The topic, loaded if need be.
  LiveTopic<?, ?, ?> get(TopicId id) throws JournalException {
    LiveTopic<?, ?, ?> topic = live.get(id);
    if (topic == null) {
      topic = kinds.topic(id, limits);
      topic.load(journal);
      live.put(id, topic);
      unloadable.remove(id);
    }
    return topic;
  }

  /// Notes that a topic could not be loaded; whether that is news.
  boolean failsAnew(TopicId id) {
    if (unloadable.size() >= limits.maxIdleTopics()) {
      unloadable.clear();
    }
    return unloadable.add(id);
  }

  /// The topic, if it is in memory.
  @Nullable LiveTopic<?, ?, ?> find(TopicId id) {
    return live.get(id);
  }

  /// A topic that has something to tell now; null: there is none. To be followed by [#used].
  @Nullable LiveTopic<?, ?, ?> takeDue(long nowNanos) {
    return timers.takeDue(nowNanos);
  }

  /// How long until [#takeDue] finds something, at most a bound.
  long untilDue(long nowNanos, long maxNanos) {
    return timers.untilNext(nowNanos, maxNanos);
  }

  /// Notes that topics were used, and forgets what is beyond the bounds.
  void used(Collection<LiveTopic<?, ?, ?>> topics, long nowNanos) {
    for (LiveTopic<?, ?, ?> topic : topics) {
      byUse.putLast(topic.id, topic);
      measure(topic);
      timers.set(topic, topic.listeners.nextNanos(nowNanos));
      idle.remove(topic.id);
      busy.remove(topic.id);
      if (topic.listeners.none()) {
        keep(topic);
      }
    }
    while (idle.size() > limits.maxIdleTopics()) {
      forget(idle.firstEntry().getValue());
    }
    while (busy.size() > Limits.MAX_BUSY_TOPICS) {
      forget(busy.firstEntry().getValue());
    }
    shrinkTails();
  }

  private void keep(LiveTopic<?, ?, ?> topic) {
    if (!topic.stored()) {
      forget(topic);
    } else if (topic.busy()) {
      busy.put(topic.id, topic);
    } else {
      idle.put(topic.id, topic);
    }
  }

  private void measure(LiveTopic<?, ?, ?> topic) {
    long bytes = topic.tail.bytes();
    Long before = tailBytes.put(topic.id, bytes);
    tailBytesInAll += bytes - (before == null ? 0 : before);
  }

  private void shrinkTails() {
    Iterator<LiveTopic<?, ?, ?>> oldest = byUse.values().iterator();
    while (tailBytesInAll > limits.maxTailBytesInAll() && oldest.hasNext()) {
      LiveTopic<?, ?, ?> topic = oldest.next();
      topic.tail.clear();
      measure(topic);
      oldest.remove();
    }
  }

  private void forget(LiveTopic<?, ?, ?> topic) {
    live.remove(topic.id);
    idle.remove(topic.id);
    busy.remove(topic.id);
    byUse.remove(topic.id);
    timers.set(topic, Timers.NEVER);
    Long bytes = tailBytes.remove(topic.id);
    tailBytesInAll -= bytes == null ? 0 : bytes;
  }
}
