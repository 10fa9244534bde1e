package dev.parley.bench.peer;

import dev.parley.bench.load.LoadException;
import dev.parley.bench.measure.ProcessMeter;
import dev.parley.bench.measure.ProcessMeter.Usage;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Another server in a process of its own, which tells its port when it has started.
final class PeerProcess implements AutoCloseable {
  private static final int START_SECONDS = 20;

  private final String name;
  private final Process process;
  private final CompletableFuture<Integer> port = new CompletableFuture<>();

  private PeerProcess(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /// Starts it.
  ///
  /// @param port finds the port, as its first group, in what the server prints
  static PeerProcess start(String name, List<String> command, Pattern port) throws IOException {
    PeerProcess peer =
        new PeerProcess(name, new ProcessBuilder(command).redirectErrorStream(true).start());
    Thread.ofPlatform().name(name + "-log").daemon().start(() -> peer.readLog(port));
    return peer;
  }

  private void readLog(Pattern listens) {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher found = listens.matcher(line);
        if (found.find()) {
          port.complete(Integer.parseInt(found.group(1)));
        }
      }
    } catch (IOException _) {
      // the same as the end
    }
    port.completeExceptionally(new IOException("it ended"));
  }

  /// Waits for the port.
  InetSocketAddress address() {
    try {
      return new InetSocketAddress(
          InetAddress.getLoopbackAddress(), port.get(START_SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      throw new LoadException(name + " did not start");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoadException("interrupted");
    }
  }

  /// Processor time since it started.
  double cpuSeconds() {
    Usage usage = new ProcessMeter(process.pid()).usage();
    if (usage == null) {
      throw new LoadException(name + " ended, or its processor time cannot be read here");
    }
    return usage.cpuSeconds();
  }

  @Override
  public void close() {
    process.destroy();
  }
}
