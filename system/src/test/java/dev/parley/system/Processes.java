package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Small programs of the system.
final class Processes {
  private Processes() {}

  /// Sends a signal to a process.
  static void signal(long pid, String name) {
    run("kill", "-" + name, Long.toString(pid));
  }

  /// Whether those who are started from here ignore SIGINT: who is started in the background by
  /// some shells does, and so do all whom he starts.
  static boolean ignoreInterrupts() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("SigIgn:"))
          .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Runs a program that must succeed.
  ///
  /// @return its output
  static String run(String... words) {
    Output output = attempt(words);
    assertThat(output.code()).as("%s: %s", List.of(words), output.text()).isZero();
    return output.text();
  }

  /// How a program ended.
  ///
  /// @param code exit code; -1: there is no such program
  /// @param text both outputs
  record Output(int code, String text) {}

  /// Runs a program that may fail.
  static Output attempt(String... words) {
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(List.of(words) + " does not end");
      }
      return new Output(process.exitValue(), text);
    } catch (IOException e) {
      if (e.getMessage().contains("No such file")) {
        return new Output(-1, e.getMessage());
      }
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
