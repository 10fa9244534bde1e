package dev.parley.bench.session;

import dev.parley.bench.load.Addresses;
import dev.parley.bench.load.Interrupt;
import dev.parley.bench.load.LoadException;
import dev.parley.bench.load.Pause;
import dev.parley.bench.peer.SelfCommand;
import dev.parley.bench.peer.SpawnedServer;
import dev.parley.bench.report.StatusLine;
import dev.parley.bench.report.Texts;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A measurement from the first to the last line: server, run, report. Used once, by one thread.
final class SessionsBench {
  private final SessionsOptions options;
  private final SelfCommand self;
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean terminal;
  private final Pause pause = new Pause();

  SessionsBench(
      SessionsOptions options,
      SelfCommand self,
      PrintWriter out,
      PrintWriter err,
      boolean terminal) {
    this.options = options;
    this.self = self;
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  /// Measures and prints.
  ///
  /// @return whether nothing was wrong
  /// @throws LoadException if the load cannot be made
  boolean run() {
    try (Interrupt _ = Interrupt.cuts(pause)) {
      String address = options.server;
      if (address != null) {
        return run(Addresses.listening("--server", address), options.pid, null);
      }
      String durability = options.durability == null ? "fsync" : options.durability;
      String pace = "provider.simulated.pace = %dms".formatted(options.pace.toMillis());
      try (SpawnedServer server =
          SpawnedServer.start(self, durability, List.of(pace), List.of("--http", "off"))) {
        boolean passed = run(server.address(), server.pid(), durability);
        if (!passed) {
          err.println("parley: the server's last words were:\n" + server.lastWords());
          err.flush();
        }
        return passed;
      }
    }
  }

  private boolean run(InetSocketAddress server, @Nullable Long pid, @Nullable String durability) {
    SessionsReport report;
    StatusLine status = new StatusLine(err, terminal);
    try (SessionsRun run = new SessionsRun(options, server, pid, durability, pause, status)) {
      report = run.run();
    } finally {
      status.clear();
    }
    (options.json ? List.of(Texts.line(report)) : report.lines()).forEach(out::println);
    out.flush();
    return report.check().passed();
  }
}
