package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `parley serve` as a child process. Thread-safe.
final class ServerProcess implements AutoCloseable {
  private static final Pattern LISTENS = Pattern.compile("Parley listens on \\S+:(\\d+)");

  /// In the banner, or in a line of the log, where JSON may escape slashes.
  private static final Pattern SERVES_HTTP =
      Pattern.compile("http:\\\\?/\\\\?/([^\\\\/\\s]+:\\d+)\\\\?/v1");

  private static final int START_SECONDS = 60;
  private static final int MAX_LOG_LINES = 10_000;

  private final Process process;
  private final Thread reader;
  private final CountDownLatch listens = new CountDownLatch(1);
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private volatile int port;

  private ServerProcess(Process process) {
    this.process = process;
    reader = Thread.ofPlatform().name("server-log").daemon().start(this::readLog);
  }

  /// Starts a server and waits until it listens.
  ///
  /// @param port 0: a free one
  /// @param options more options of `parley serve`; without one, streams are given little time to
  ///     end
  static ServerProcess start(Path data, int port, String... options) {
    ServerProcess server = launch(data, port, options);
    server.awaitListening();
    return server;
  }

  /// Starts a server without waiting.
  static ServerProcess launch(Path data, int port, String... options) {
    return launch(Map.of(), data, port, options);
  }

  /// Starts a server in a changed environment, without waiting.
  static ServerProcess launch(
      Map<String, String> environment, Path data, int port, String... options) {
    ProcessBuilder builder = ParleyCommand.builder(serve(data, port, options));
    builder.environment().putAll(environment);
    return launch(builder.redirectOutput(ProcessBuilder.Redirect.DISCARD));
  }

  /// Starts a server in a changed environment, with its standard output in a file, and waits until
  /// it listens.
  static ServerProcess start(
      Map<String, String> environment, Path output, Path data, String... options) {
    ProcessBuilder builder = ParleyCommand.builder(serve(data, 0, options));
    builder.environment().putAll(environment);
    ServerProcess server = launch(builder.redirectOutput(output.toFile()));
    server.awaitListening();
    return server;
  }

  /// Starts a server as on a machine with little memory, and waits until it listens.
  static ServerProcess startSmall(Path data) {
    ServerProcess server =
        launch(
            ParleyCommand.smallBuilder(serve(data, 0))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD));
    server.awaitListening();
    return server;
  }

  private static List<String> serve(Path data, int port, String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of("serve", "--listen", "127.0.0.1:" + port, "--data", data.toString()));
    arguments.addAll(List.of(options));
    if (!arguments.contains("--drain-grace")) {
      arguments.addAll(List.of("--drain-grace", "100ms"));
    }
    return arguments;
  }

  private static ServerProcess launch(ProcessBuilder builder) {
    try {
      return new ServerProcess(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A port that is free, and stays so for others: below those that the system gives to outgoing
  /// connections, where a client that tries to reach a dead server could meet itself.
  static int freePort(RandomGenerator random) {
    while (true) {
      int candidate = random.nextInt(20_000, 30_000);
      try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException taken) {
        // the next one, then
      }
    }
  }

  private void readLog() {
    try (BufferedReader lines = process.errorReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (log.size() < MAX_LOG_LINES) {
          log.add(line);
        }
        Matcher matcher = LISTENS.matcher(line);
        if (matcher.find()) {
          port = Integer.parseInt(matcher.group(1));
          listens.countDown();
        }
      }
    } catch (IOException e) {
      log.add("(the log ends here: " + e.getMessage() + ")");
    }
    listens.countDown();
  }

  void awaitListening() {
    try {
      boolean told = listens.await(START_SECONDS, TimeUnit.SECONDS);
      if (!told || port == 0) {
        process.destroyForcibly();
        throw new AssertionError(
            "the server did not start, exit code %d:\n%s".formatted(process.waitFor(), log()));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// HOST:PORT.
  String address() {
    return "127.0.0.1:" + port;
  }

  /// HOST:PORT where HTTP is served, which must be on.
  String httpAddress() {
    Await.until(
        Duration.ofSeconds(START_SECONDS),
        () -> "it tells where HTTP is served:\n" + log(),
        () -> SERVES_HTTP.matcher(log()).find());
    return SERVES_HTTP.matcher(log()).results().findFirst().orElseThrow().group(1);
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// What it has said on standard error so far.
  String log() {
    synchronized (log) {
      return String.join("\n", log);
    }
  }

  /// Those lines of it that are of a level: ERROR, WARN, INFO.
  List<String> log(String level) {
    return log().lines().filter(line -> line.matches("\\S+ " + level + " .*")).toList();
  }

  /// Memory that it has in use, as the system sees it.
  long residentBytes() {
    return memory("VmRSS:");
  }

  /// The most memory that it has ever had in use.
  long peakResidentBytes() {
    return memory("VmHWM:");
  }

  private long memory(String line) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
              .filter(each -> each.startsWith(line))
              .mapToLong(each -> Long.parseLong(each.replaceAll("\\D", "")))
              .sum()
          << 10;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Memory that it has in use when it has thrown away what it does not need.
  long residentBytesAfterCollection() {
    // A busy one would keep room in its heap.
    var _ =
        jcmd(
            """
            VM.set_flag MinHeapFreeRatio 5
            VM.set_flag MaxHeapFreeRatio 5
            GC.run
            System.trim_native_heap\
            """);
    return residentBytes();
  }

  /// What its Java machine answers to commands of `jcmd`, one a line.
  String jcmd(String command) {
    return Processes.run(ParleyCommand.java("jcmd"), Long.toString(process.pid()), command);
  }

  /// Ends it as `kill -9` does, and waits for its death.
  void kill() {
    process.destroyForcibly();
    assertThat(waitFor(10)).isTrue();
  }

  /// Sends a signal: TERM, INT, STOP, CONT.
  void signal(String name) {
    Processes.signal(process.pid(), name);
  }

  /// Stops it wherever it is, until the signal CONT. When this returns, none of its threads is in a
  /// system call: those that were in one, such as `fsync`, have finished it.
  void freeze() {
    signal("STOP");
    Await.until(
        Duration.ofSeconds(30),
        () -> "every thread is stopped",
        () -> threadStates().allMatch(state -> state == 'T'));
  }

  private Stream<Character> threadStates() {
    Path[] threads;
    try (Stream<Path> folder = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
      threads = folder.toArray(Path[]::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Stream.of(threads)
        .map(
            thread -> {
              try {
                String stat = Files.readString(thread.resolve("stat"));
                return stat.charAt(stat.lastIndexOf(')') + 2);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /// Waits for its end.
  ///
  /// @return the exit code
  int exitCode(int seconds) {
    assertThat(waitFor(seconds)).as("ends within %s s:\n%s", seconds, log()).isTrue();
    return process.exitValue();
  }

  /// Stops it as an operator would, and checks that it ends well.
  void stop() {
    signal("TERM");
    assertThat(exitCode(10)).as(log()).isZero();
  }

  private boolean waitFor(int seconds) {
    try {
      boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
      if (ended) {
        reader.join(1_000);
      }
      return ended;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Kills it if it still runs.
  @Override
  public void close() {
    process.destroyForcibly();
    waitFor(10);
  }
}
