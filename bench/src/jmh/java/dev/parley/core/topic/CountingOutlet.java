package dev.parley.core.topic;

import dev.parley.core.signal.Signal;
import java.util.List;

/// An outlet that counts what it is handed, and drops it.
final class CountingOutlet implements Outlet {
  long entries;

  @Override
  public void publish(TopicId topic, List<Entry> published) {
    entries += published.size();
  }

  @Override
  public void signal(TopicId topic, Signal signal) {}

  @Override
  public void evict(TopicId topic, Decision.Eviction eviction) {}

  @Override
  public void execute(Runnable answer) {
    answer.run();
  }

  @Override
  public void flush() {}
}
