package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The built `parley` command.
final class ParleyCommand {
  private static final Path JAR =
      Path.of(System.getProperty("parley.jar", "../cli/target/parley/parley.jar"))
          .toAbsolutePath()
          .normalize();
  private static final Path TOOLS = Path.of("../tools").toAbsolutePath().normalize();

  private ParleyCommand() {}

  /// What a run of the command that has ended left behind.
  ///
  /// @param code its exit code
  /// @param out standard output
  /// @param err standard error
  record Result(int code, String out, String err) {}

  /// Runs the command to its end.
  static Result run(String... arguments) {
    return run(Map.of(), arguments);
  }

  /// Runs the command to its end, in a changed environment.
  static Result run(Map<String, String> environment, String... arguments) {
    ProcessBuilder builder = builder(List.of(arguments));
    builder.environment().putAll(environment);
    return run(builder);
  }

  private static Result run(ProcessBuilder builder) {
    try {
      Path out = Files.createTempFile("parley-out", ".txt");
      Path err = Files.createTempFile("parley-err", ".txt");
      Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      try {
        process.getOutputStream().close(); // some commands read what is piped in
        assertThat(process.waitFor(60, TimeUnit.SECONDS))
            .as("%s ends within a minute: %s", builder.command(), Files.readString(err))
            .isTrue();
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
      } finally {
        process.destroyForcibly();
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The command as the launcher starts a server, with nothing of Parley's in the environment but
  /// that a server takes a free port and no other, whatever else runs on this machine.
  static ProcessBuilder builder(List<String> arguments) {
    return builder(List.of("@" + TOOLS.resolve("serve.args"), "-Xmx512m"), arguments);
  }

  /// The same, as on a machine with little memory.
  static ProcessBuilder smallBuilder(List<String> arguments) {
    return builder(List.of("@" + TOOLS.resolve("small.args")), arguments);
  }

  private static ProcessBuilder builder(List<String> flags, List<String> arguments) {
    assertThat(JAR).as("the built command; ./mvnw verify builds it first").exists();
    List<String> words =
        new ArrayList<>(
            List.of(
                java("java"),
                "-XX:+UseCompactObjectHeaders",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dfile.encoding=" + StandardCharsets.UTF_8));
    words.addAll(flags);
    words.addAll(List.of("-jar", JAR.toString()));
    words.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().keySet().removeIf(name -> name.startsWith("PARLEY_"));
    builder.environment().put("PARLEY_LISTEN", "127.0.0.1:0");
    builder.environment().put("PARLEY_HTTP", "off");
    return builder;
  }

  /// A program of the JDK that runs this test.
  static String java(String program) {
    return Path.of(System.getProperty("java.home"), "bin", program).toString();
  }
}
