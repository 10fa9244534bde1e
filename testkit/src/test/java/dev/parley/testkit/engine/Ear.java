package dev.parley.testkit.engine;

import dev.parley.core.presence.PresenceSignal;
import dev.parley.core.signal.Signal;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Outlet;
import dev.parley.core.topic.TopicId;
import java.util.ArrayList;
import java.util.List;

/// An outlet that remembers what it is handed.
final class Ear implements Outlet {
  private final List<String> log;
  final List<Entry> entries = new ArrayList<>();
  final List<Signal> signals = new ArrayList<>();
  final List<Decision.Eviction> evictions = new ArrayList<>();
  int flushes;
  boolean broken;

  Ear() {
    this(new ArrayList<>());
  }

  /// @param log where it notes what it gets, in order
  Ear(List<String> log) {
    this.log = log;
  }

  List<Long> sequences() {
    return entries.stream().map(Entry::sequence).toList();
  }

  /// What it heard of people coming and going, such as `+alice` and `-bob`; and forgets it.
  List<String> presence() {
    List<String> heard = new ArrayList<>();
    for (Signal signal : signals) {
      switch (signal) {
        case PresenceSignal.Joined joined -> heard.add("+" + joined.who().user().id());
        case PresenceSignal.Left left -> heard.add("-" + left.user().id());
        case PresenceSignal.StatusChanged changed ->
            heard.add(changed.who().user().id() + " " + changed.who().status());
        default -> {}
      }
    }
    signals.clear();
    return heard;
  }

  @Override
  public void publish(TopicId topic, List<Entry> published) {
    fail();
    log.add("published");
    entries.addAll(published);
  }

  @Override
  public void signal(TopicId topic, Signal signal) {
    fail();
    log.add("signalled");
    signals.add(signal);
  }

  @Override
  public void evict(TopicId topic, Decision.Eviction eviction) {
    fail();
    log.add("evicted");
    evictions.add(eviction);
  }

  private void fail() {
    if (broken) {
      throw new IllegalStateException("broken on purpose");
    }
  }

  @Override
  public void execute(Runnable answer) {
    answer.run();
  }

  @Override
  public void flush() {
    fail();
    flushes++;
  }
}
