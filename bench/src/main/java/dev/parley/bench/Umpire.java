package dev.parley.bench;

import dev.parley.bench.load.Referee;
import dev.parley.bench.measure.ProcessMeter;
import dev.parley.bench.measure.ProcessMeter.Usage;
import dev.parley.bench.measure.Tally;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The referee of a run in one process: reads what the server has used at each moment, and shows
/// progress. Owned by the thread that runs.
final class Umpire implements Referee {
  private final long pid;
  private final @Nullable ProcessMeter server;
  private final Progress progress;
  private final Map<Moment, Usage> usages = new EnumMap<>(Moment.class);

  /// @param pid the server's process; null: unknown
  Umpire(@Nullable Long pid, Progress progress) {
    this.pid = pid == null ? 0 : pid;
    server = pid == null ? null : new ProcessMeter(pid);
    this.progress = progress;
  }

  @Override
  public void at(Moment moment) {
    Usage usage = server == null ? null : server.usage();
    if (usage != null) {
      usages.put(moment, usage);
    }
    progress.at(moment);
  }

  @Override
  public Map<String, Long> ends(Map<String, Long> mine) {
    return mine;
  }

  @Override
  public void progress(Tally tally) {
    progress.show(tally);
  }

  /// The server's process; 0: unknown.
  long pid() {
    return pid;
  }

  /// What the server had used at a moment; null: unknown.
  @Nullable Usage usage(Moment moment) {
    return usages.get(moment);
  }

  void clear() {
    progress.clear();
  }
}
