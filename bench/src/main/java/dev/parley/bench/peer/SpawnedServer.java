package dev.parley.bench.peer;

import dev.parley.bench.load.LoadException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A server of our own for one run: another process, on a free port, with its data in a directory
/// that is removed afterwards. Thread-safe.
public final class SpawnedServer implements AutoCloseable {
  private static final Pattern LISTENS = Pattern.compile("Parley listens on \\S+:(\\d+)");
  private static final Pattern HTTP = Pattern.compile("http://(\\S+:\\d+)/v1");
  private static final int START_SECONDS = 60;
  private static final int STOP_SECONDS = 15;
  private static final int LAST_LINES = 20;

  private final Process process;
  private final Path directory;
  private final ArrayDeque<String> lastLines = new ArrayDeque<>();
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final CompletableFuture<String> http = new CompletableFuture<>();

  private SpawnedServer(Process process, Path directory) {
    this.process = process;
    this.directory = directory;
    Thread.ofPlatform().name("server-log").daemon().start(this::readLog);
  }

  /// Starts one and waits until it listens.
  ///
  /// @param durability as for `parley serve`
  /// @throws LoadException if it does not start
  public static SpawnedServer start(SelfCommand self, String durability) {
    return start(self, durability, List.of(), List.of("--http", "off"));
  }

  /// The same with more settings.
  ///
  /// @param configuration lines of a file for `--config`
  /// @param more arguments of `parley serve`
  public static SpawnedServer start(
      SelfCommand self, String durability, List<String> configuration, List<String> more) {
    try {
      Path directory = Files.createTempDirectory("parley-bench-");
      Path file = Files.write(directory.resolve("parley.conf"), configuration);
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "serve",
                  "--config",
                  file.toString(),
                  "--listen",
                  "127.0.0.1:0",
                  "--data",
                  directory.resolve("data").toString(),
                  "--durability",
                  durability,
                  "--drain-grace",
                  "0s",
                  "--log-level",
                  "warn"));
      arguments.addAll(more);
      Process process =
          new ProcessBuilder(self.with(arguments))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      SpawnedServer server = new SpawnedServer(process, directory);
      server.awaitPort();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), awaitPort());
  }

  /// Where it serves OpenAI's protocol, as `HOST:PORT`. Only for a server that was told to.
  public String http() {
    return await(http);
  }

  /// Its process.
  public long pid() {
    return process.pid();
  }

  private int awaitPort() {
    return await(port);
  }

  private <T> T await(CompletableFuture<T> told) {
    try {
      return told.get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      close();
      throw new LoadException("the server did not start:\n" + lastWords());
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new LoadException("interrupted while the server started");
    }
  }

  private void readLog() {
    try (BufferedReader lines = process.errorReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        keep(line);
        Matcher listens = LISTENS.matcher(line);
        if (listens.find()) {
          port.complete(Integer.parseInt(listens.group(1)));
        }
        Matcher door = HTTP.matcher(line);
        if (door.find()) {
          http.complete(door.group(1));
        }
      }
    } catch (IOException e) {
      keep(e.toString());
    }
    port.completeExceptionally(new IOException("it ended"));
    http.completeExceptionally(new IOException("it ended"));
  }

  private synchronized void keep(String line) {
    lastLines.add(line);
    if (lastLines.size() > LAST_LINES) {
      lastLines.remove();
    }
  }

  /// The last lines of its log.
  public synchronized String lastWords() {
    return String.join("\n", lastLines);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      keep(directory + " could not be removed: " + e);
    }
  }
}
