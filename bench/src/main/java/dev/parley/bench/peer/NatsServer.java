package dev.parley.bench.peer;

import dev.parley.bench.load.LoadException;
import dev.parley.bench.measure.Cost;
import dev.parley.bench.measure.Work;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A `nats-server` of our own, put to the work that Parley had: the same rooms, members and texts,
/// in its plain protocol, without persistence.
public final class NatsServer {
  private static final Pattern LISTENS = Pattern.compile("client connections on \\S+:(\\d+)");

  private NatsServer() {}

  /// Does the work.
  ///
  /// @throws LoadException if there is no `nats-server`, or it does not do it
  public static Cost measure(Work work) {
    String path = System.getenv("PATH");
    return measure(work, path == null ? "" : path);
  }

  /// @param path where programs are looked for, as `PATH` has it
  static Cost measure(Work work, String path) {
    Path program = find("nats-server", path);
    if (program == null) {
      throw new LoadException("--with-nats: there is no nats-server on the PATH");
    }
    List<String> command = List.of(program.toString(), "-a", "127.0.0.1", "-p", "-1");
    try (PeerProcess server = PeerProcess.start("nats-server", command, LISTENS)) {
      return NatsLoad.measure(
          "nats-server, nothing kept", server.address(), server::cpuSeconds, work);
    } catch (IOException e) {
      throw new LoadException("nats-server cannot be measured: " + e.getMessage());
    }
  }

  private static @Nullable Path find(String name, String path) {
    for (String directory : path.split(File.pathSeparator, -1)) {
      Path program = Path.of(directory, name);
      if (Files.isExecutable(program)) {
        return program;
      }
    }
    return null;
  }
}
