package dev.parley.bench.peer;

import dev.parley.bench.load.LoadException;
import dev.parley.bench.measure.Cost;
import dev.parley.bench.measure.Work;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Measures what the work costs at least: a server that does nothing but the system calls, under
/// the same load. In C where there is a compiler, else in Java.
public final class Limit {
  private static final Pattern PORT = Pattern.compile("^port (\\d+)$");
  private static final int BUILD_SECONDS = 60;

  private Limit() {}

  /// Does the work.
  ///
  /// @throws LoadException if it cannot be done
  public static Cost measure(Work work) {
    try {
      Path directory = Files.createTempDirectory("parley-limit-");
      Path program = directory.resolve("limit");
      try {
        return build(program) ? inC(program, work) : inJava(work);
      } finally {
        Files.deleteIfExists(program);
        Files.deleteIfExists(directory);
      }
    } catch (IOException e) {
      throw new LoadException("the limit cannot be measured: " + e.getMessage());
    }
  }

  /// Makes the program in C.
  ///
  /// @return whether there is a compiler that can
  static boolean build(Path program) throws IOException {
    Path source = Files.createTempFile("parley-limit-", ".c");
    try (InputStream resource = Limit.class.getResourceAsStream("limit.c")) {
      if (resource == null) {
        throw new LoadException("limit.c is missing in this build");
      }
      Files.copy(resource, source, StandardCopyOption.REPLACE_EXISTING);
      return compile(source, program);
    } finally {
      Files.delete(source);
    }
  }

  private static boolean compile(Path source, Path program) {
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
    try (PeerProcess server = start(program, work.eventBytes(), NatsLoad.subscriptionIds(work))) {
      return NatsLoad.measure("sockets in C", server.address(), server::cpuSeconds, work);
    }
  }

  /// Starts the program in C.
  static PeerProcess start(Path program, int frameBytes, int subscriptions) throws IOException {
    List<String> command =
        List.of(program.toString(), Integer.toString(frameBytes), Integer.toString(subscriptions));
    return PeerProcess.start("the limit", command, PORT);
  }

  static Cost inJava(Work work) throws IOException {
    try (JavaLimit server = JavaLimit.start(work.eventBytes())) {
      return NatsLoad.measure("sockets in Java", server.address(), server::cpuSeconds, work);
    }
  }
}
