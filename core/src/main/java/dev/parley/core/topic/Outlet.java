package dev.parley.core.topic;

import dev.parley.core.signal.Signal;
import java.util.List;

/// Port: where a topic's entries and signals go on to a group of streams, in practice those of one
/// event loop. The engine calls from its thread and never waits: what it hands over is queued, in
/// order, and worked off by the outlet's own thread.
///
/// The queue is bounded by what the engine may have decided: each item is the answer to a command
/// that was within its stream's bound, or the shared list of one commit's entries of one topic.
public interface Outlet {
  /// Entries that one commit brought to a topic, in sequence; handed over once for each commit
  /// while there is a subscription of this outlet to the topic.
  void publish(TopicId topic, List<Entry> entries);

  /// Something to tell those who listen to a topic.
  void signal(TopicId topic, Signal signal);

  /// A user's streams, or all, leave a topic.
  void evict(TopicId topic, Decision.Eviction eviction);

  /// An answer to run on the outlet's thread; wakes it by itself.
  void execute(Runnable answer);

  /// Everything of this turn has been handed over: time to wake the thread.
  void flush();
}
