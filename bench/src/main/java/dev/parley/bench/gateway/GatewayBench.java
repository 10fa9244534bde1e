package dev.parley.bench.gateway;

import dev.parley.bench.load.Addresses;
import dev.parley.bench.load.Interrupt;
import dev.parley.bench.load.LoadException;
import dev.parley.bench.load.Pause;
import dev.parley.bench.peer.SelfCommand;
import dev.parley.bench.peer.SpawnedServer;
import dev.parley.bench.provider.FakeProvider;
import dev.parley.bench.report.Medians;
import dev.parley.bench.report.StatusLine;
import dev.parley.bench.report.Texts;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Measurements from the first to the last line: provider, server, runs, reports. Used once, by one
/// thread.
final class GatewayBench {
  private final GatewayOptions options;
  private final SelfCommand self;
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean terminal;
  private final Pause pause = new Pause();

  GatewayBench(
      GatewayOptions options,
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
  /// @throws IllegalArgumentException if the options contradict each other
  boolean run() {
    InetSocketAddress address = Addresses.parse("--provider", options.provider);
    var _ = options.lanes();
    try (Interrupt _ = Interrupt.cuts(pause);
        FakeProvider provider = start(address)) {
      if (!options.spawn) {
        return repeat(
            provider,
            options.server == null ? null : Addresses.listening("--server", options.server),
            options.http == null ? null : Addresses.listening("--http", options.http),
            options.pid);
      }
      try (SpawnedServer server =
          SpawnedServer.start(
              self, "memory", configuration(provider), List.of("--http", "127.0.0.1:0"))) {
        boolean passed =
            repeat(
                provider, server.address(), Addresses.parse("--http", server.http()), server.pid());
        if (!passed) {
          err.println("parley: the server's last words were:\n" + server.lastWords());
          err.flush();
        }
        return passed;
      }
    }
  }

  private FakeProvider start(InetSocketAddress address) {
    try {
      return FakeProvider.start(address, options.script());
    } catch (IOException e) {
      throw new LoadException(e.getMessage() + ": choose another --provider");
    }
  }

  private static List<String> configuration(FakeProvider provider) {
    String url = "http://127.0.0.1:" + provider.address().getPort();
    return List.of(
        "provider.fake.kind = compatible",
        "provider.fake.token-timeout = 2s",
        "provider.fake.circuit-breaker = off",
        "provider.fake-replicate.circuit-breaker = off",
        "provider.fake.base-url = " + url,
        "provider.fake-replicate.kind = replicate",
        "provider.fake-replicate.base-url = " + url,
        "provider.fake-replicate.key = none");
  }

  private boolean repeat(
      FakeProvider provider,
      @Nullable InetSocketAddress server,
      @Nullable InetSocketAddress http,
      @Nullable Long pid) {
    List<Map<String, Double>> figures = new ArrayList<>();
    boolean passed = true;
    for (int i = 0; passed && i < options.repeat && !pause.isCut(); i++) {
      GatewayReport report;
      StatusLine status = new StatusLine(err, terminal);
      try (GatewayRun run = new GatewayRun(options, provider, server, http, pid, pause, status)) {
        report = run.run();
      } finally {
        status.clear();
      }
      print(options.json ? List.of(Texts.line(report)) : GatewayTexts.lines(report));
      passed = report.check().passed();
      if (!report.interrupted()) {
        figures.add(report.figures());
      }
    }
    if (figures.size() > 1) {
      Medians medians = Medians.ofFigures(figures);
      print(options.json ? List.of(Texts.json(medians)) : Texts.lines(medians));
    }
    return passed;
  }

  private void print(List<String> lines) {
    lines.forEach(out::println);
    out.flush();
  }
}
