package dev.parley.bench.peer;

import dev.parley.bench.load.LoadException;
import dev.parley.bench.measure.Cost;
import dev.parley.bench.measure.Work;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// Measures what delivering costs at least: the system calls, and nothing else. In C where there is
/// a compiler, else in Java.
public final class Limit {
  private static final int BUILD_SECONDS = 60;
  private static final int SPARE_SECONDS = 60;

  private Limit() {}

  /// Does the work.
  ///
  /// @throws LoadException if it cannot be done
  public static Cost measure(Work work) {
    try {
      Path directory = Files.createTempDirectory("parley-limit-");
      Path source = directory.resolve("limit.c");
      Path program = directory.resolve("limit");
      try (InputStream resource = Limit.class.getResourceAsStream("limit.c")) {
        if (resource == null) {
          throw new LoadException("limit.c is missing in this build");
        }
        Files.copy(resource, source);
        return build(source, program) ? inC(program, work) : new JavaLimit(work).measure();
      } finally {
        Files.deleteIfExists(program);
        Files.deleteIfExists(source);
        Files.deleteIfExists(directory);
      }
    } catch (IOException e) {
      throw new LoadException("the limit cannot be measured: " + e.getMessage());
    }
  }

  private static boolean build(Path source, Path program) {
    for (String compiler : List.of("gcc", "cc", "clang")) {
      try {
        Process build =
            new ProcessBuilder(compiler, "-O2", "-o", program.toString(), source.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (build.waitFor(BUILD_SECONDS, TimeUnit.SECONDS) && build.exitValue() == 0) {
          return true;
        }
      } catch (IOException _) {
        // not installed; try the next
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LoadException("interrupted");
      }
    }
    return false;
  }

  private static Cost inC(Path program, Work work) throws IOException {
    Process limit =
        new ProcessBuilder(
                program.toString(),
                Integer.toString(work.connections()),
                Integer.toString(work.eventsPerWrite()),
                Integer.toString(work.eventBytes()),
                String.format(Locale.ROOT, "%.6f", work.writesPerSecond()),
                String.format(Locale.ROOT, "%.3f", work.seconds()))
            .redirectErrorStream(true)
            .start();
    try {
      if (!limit.waitFor((long) work.seconds() + SPARE_SECONDS, TimeUnit.SECONDS)) {
        throw new LoadException("the limit does not come to an end");
      }
      return cost(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoadException("interrupted");
    } finally {
      limit.descendants().forEach(ProcessHandle::destroyForcibly);
      limit.destroyForcibly();
    }
  }

  private static Cost cost(Process limit) throws IOException {
    String said =
        new String(limit.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    if (limit.exitValue() != 0) {
      throw new LoadException("the limit cannot be measured: " + said);
    }
    String[] words = said.split(" ", -1);
    return new Cost("sockets in C", Long.parseLong(words[0]), Double.parseDouble(words[1]));
  }
}
