package dev.parley.bench;

import dev.parley.bench.load.Addresses;
import dev.parley.bench.load.Interrupt;
import dev.parley.bench.load.LoadException;
import dev.parley.bench.load.Pause;
import dev.parley.bench.load.Plan;
import dev.parley.bench.load.RoomCalls;
import dev.parley.bench.load.Run;
import dev.parley.bench.load.Shard;
import dev.parley.bench.measure.Cost;
import dev.parley.bench.measure.Listeners;
import dev.parley.bench.peer.Child;
import dev.parley.bench.peer.Children;
import dev.parley.bench.peer.SelfCommand;
import dev.parley.bench.peer.SpawnedServer;
import dev.parley.bench.report.Medians;
import dev.parley.bench.report.Report;
import dev.parley.bench.report.Texts;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Measurements from the first to the last line: server, rooms, load, comparisons, report. Used
/// once, by one thread.
final class Bench {
  /// Of less there is nothing to tell.
  private static final double MIN_SECONDS = 0.1;

  private final BenchOptions options;
  private final SelfCommand self;
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean terminal;
  private final Pause pause = new Pause();

  Bench(
      BenchOptions options, SelfCommand self, PrintWriter out, PrintWriter err, boolean terminal) {
    this.options = options;
    this.self = self;
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  /// Measures and prints.
  ///
  /// @return whether no promise was broken
  /// @throws LoadException if the load cannot be made
  /// @throws IllegalArgumentException if the options contradict each other
  boolean run() {
    PlanMaker.plan(
        options, new InetSocketAddress(0), name()); // wrong usage shows before anything starts
    if (options.process != null) {
      return Child.run(
          PlanMaker.plan(options, Addresses.parse("--server", options.server()), name()),
          System.in,
          out);
    }
    try (Interrupt _ = Interrupt.cuts(pause)) {
      if (!options.spawn) {
        InetSocketAddress server = Addresses.listening("--server", options.server());
        return repeat(server, options.pid != null ? options.pid : Listeners.local().pid(server));
      }
      String durability = options.durability == null ? "fsync" : options.durability;
      try (SpawnedServer server = SpawnedServer.start(self, durability)) {
        boolean passed = repeat(server.address(), server.pid());
        if (!passed) {
          complain("the server's last words were:\n" + server.lastWords());
        }
        return passed;
      }
    }
  }

  private String name() {
    return options.run != null
        ? options.run
        : "bench-" + UUID.randomUUID().toString().substring(0, 8);
  }

  private boolean repeat(InetSocketAddress server, @Nullable Long pid) {
    List<Report> reports = new ArrayList<>();
    boolean passed = true;
    while (passed && reports.size() < options.repeat && !pause.isCut()) {
      if (options.repeat > 1 && !options.json) {
        print(List.of("", "run %d of %d".formatted(reports.size() + 1, options.repeat), ""));
      }
      Report report = run(PlanMaker.plan(options, server, name()), pid);
      if (report.interrupted() && report.seconds() < MIN_SECONDS) {
        complain("interrupted before anything was measured");
        break;
      }
      print(options.json ? List.of(Texts.json(report)) : Texts.lines(report));
      passed = report.check().passed();
      if (!report.interrupted()) {
        reports.add(report);
      }
    }
    if (reports.size() > 1) {
      print(options.json ? List.of() : List.of(""));
      Medians medians = Medians.of(reports);
      print(options.json ? List.of(Texts.json(medians)) : Texts.lines(medians));
    }
    return passed;
  }

  private void print(List<String> lines) {
    lines.forEach(out::println);
    out.flush();
  }

  private Report run(Plan plan, @Nullable Long pid) {
    makeRooms(plan);
    Umpire umpire = new Umpire(pid, new Progress(err, terminal, plan));
    Shard shard;
    try {
      shard = load(plan, umpire);
    } finally {
      umpire.clear();
      removeRooms(plan);
    }
    Map<String, Cost> costs =
        pause.isCut()
            ? Map.of()
            : Comparisons.measure(options, plan, shard, this::complainUnlessCut);
    return Reports.of(plan, options, shard, umpire, costs, pause.isCut());
  }

  /// What fails after Ctrl-C fails because of it: it reaches the others too.
  private void complainUnlessCut(String words) {
    if (!pause.isCut()) {
      complain(words);
    }
  }

  private void complain(String words) {
    err.println("parley: " + words);
    err.flush();
  }

  private Shard load(Plan plan, Umpire umpire) {
    if (plan.processes() == 1) {
      return new Run(plan, umpire, pause).run();
    }
    try (Children children = Children.start(self, plan)) {
      return children.run(umpire, pause);
    }
  }

  private void makeRooms(Plan plan) {
    if (!options.existing.isEmpty()) {
      return;
    }
    ManagedChannel channel = channel(plan);
    try {
      RoomCalls.create(channel, plan.rooms());
    } catch (StatusRuntimeException e) {
      String server = plan.server().getHostString() + ":" + plan.server().getPort();
      if (e.getStatus().getCode() == Status.Code.UNAVAILABLE) {
        throw LoadException.noAnswer(
            "no server answers at %s: is it running, and is --server right?".formatted(server));
      }
      throw new LoadException(
          "rooms cannot be made on %s: %s (another kind of server? name rooms that it has with --room)"
              .formatted(server, e.getMessage()));
    } finally {
      var _ = channel.shutdownNow();
    }
  }

  /// A server of our own is thrown away as a whole; another's is left as it was.
  private void removeRooms(Plan plan) {
    if (options.spawn || !options.existing.isEmpty()) {
      return;
    }
    ManagedChannel channel = channel(plan);
    try {
      RoomCalls.delete(channel, plan.rooms());
    } catch (StatusRuntimeException e) {
      complain("the rooms of this run could not be removed: " + e.getMessage());
    } finally {
      var _ = channel.shutdownNow();
    }
  }

  private static ManagedChannel channel(Plan plan) {
    return NettyChannelBuilder.forAddress(plan.server()).usePlaintext().build();
  }
}
