package dev.parley.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads from `/proc` what a process on this machine has used. Immutable, thread-safe.
public final class ProcessMeter {
  /// Clock ticks a second in `/proc`, the same on every Linux that Java runs on.
  private static final double TICKS_PER_SECOND = 100;

  private static final int KIB_BITS = 10;
  private static final int USER_TICKS = 11;
  private static final int SYSTEM_TICKS = 12;

  private final Path directory;

  /// What a process has used.
  ///
  /// @param cpuSeconds processor time since it started
  /// @param rssBytes memory that it has now
  /// @param rssPeakBytes the most that it ever had
  /// @param threads threads that it has now
  public record Usage(double cpuSeconds, long rssBytes, long rssPeakBytes, int threads) {}

  /// @param pid the process
  public ProcessMeter(long pid) {
    directory = Path.of("/proc", Long.toString(pid));
  }

  /// What it has used until now; null: it cannot be read, so the process is not there, or this is
  /// no Linux.
  public @Nullable Usage usage() {
    try {
      String stat = Files.readString(directory.resolve("stat"));
      // The name before it may hold anything, so fields are counted from its end.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      double ticks =
          Double.parseDouble(fields[USER_TICKS]) + Double.parseDouble(fields[SYSTEM_TICKS]);
      List<String> status = Files.readAllLines(directory.resolve("status"));
      return new Usage(
          ticks / TICKS_PER_SECOND,
          number(status, "VmRSS:") << KIB_BITS,
          number(status, "VmHWM:") << KIB_BITS,
          (int) number(status, "Threads:"));
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  private static long number(List<String> status, String name) {
    return status.stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}
