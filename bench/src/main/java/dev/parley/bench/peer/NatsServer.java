package dev.parley.bench.peer;

import dev.parley.bench.load.LoadException;
import dev.parley.bench.measure.Cost;
import dev.parley.bench.measure.ProcessMeter;
import dev.parley.bench.measure.ProcessMeter.Usage;
import dev.parley.bench.measure.Work;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A `nats-server` of our own, put to the work that Parley had: the same rooms, members and texts,
/// in its plain protocol, without persistence.
public final class NatsServer implements AutoCloseable {
  private static final Pattern LISTENS = Pattern.compile("client connections on \\S+:(\\d+)");
  private static final int START_SECONDS = 20;
  private static final double WARMUP_SECONDS = 1;

  private final Process process;
  private final CompletableFuture<Integer> port = new CompletableFuture<>();

  private NatsServer(Process process) {
    this.process = process;
    Thread.ofPlatform().name("nats-log").daemon().start(this::readLog);
  }

  /// Does the work.
  ///
  /// @throws LoadException if there is no `nats-server`, or it does not do it
  public static Cost measure(Work work) {
    Path program = find("nats-server");
    if (program == null) {
      throw new LoadException("--with-nats: there is no nats-server on the PATH");
    }
    try (NatsServer server = start(program);
        NatsLoad load = NatsLoad.connect(server.address(), work)) {
      load.run(WARMUP_SECONDS);
      ProcessMeter meter = new ProcessMeter(server.process.pid());
      Usage before = meter.usage();
      long delivered = load.delivered();
      load.run(work.seconds());
      Usage after = meter.usage();
      if (before == null || after == null) {
        throw new LoadException("nats-server ended, or its processor time cannot be read here");
      }
      return new Cost(
          "nats-server, nothing kept",
          load.delivered() - delivered,
          after.cpuSeconds() - before.cpuSeconds());
    } catch (IOException e) {
      throw new LoadException("nats-server cannot be measured: " + e.getMessage());
    }
  }

  private static @Nullable Path find(String name) {
    String path = System.getenv("PATH");
    for (String directory : (path == null ? "" : path).split(File.pathSeparator, -1)) {
      Path program = Path.of(directory, name);
      if (Files.isExecutable(program)) {
        return program;
      }
    }
    return null;
  }

  private static NatsServer start(Path program) throws IOException {
    return new NatsServer(
        new ProcessBuilder(program.toString(), "-a", "127.0.0.1", "-p", "-1")
            .redirectErrorStream(true)
            .start());
  }

  private InetSocketAddress address() {
    try {
      return new InetSocketAddress(
          InetAddress.getLoopbackAddress(), port.get(START_SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      throw new LoadException("nats-server did not start");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoadException("interrupted");
    }
  }

  private void readLog() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher listens = LISTENS.matcher(line);
        if (listens.find()) {
          port.complete(Integer.parseInt(listens.group(1)));
        }
      }
    } catch (IOException _) {
      // the same as the end
    }
    port.completeExceptionally(new IOException("it ended"));
  }

  @Override
  public void close() {
    process.destroy();
  }
}
