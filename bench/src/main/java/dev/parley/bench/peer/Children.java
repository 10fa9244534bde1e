package dev.parley.bench.peer;

import dev.parley.bench.load.LoadException;
import dev.parley.bench.load.Pause;
import dev.parley.bench.load.Plan;
import dev.parley.bench.load.Protocol;
import dev.parley.bench.load.Referee;
import dev.parley.bench.load.Shard;
import dev.parley.bench.load.Workload;
import dev.parley.bench.measure.Tally;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/// The processes that share a run, and their meetings. Owned by one thread.
public final class Children implements AutoCloseable {
  private static final String GONE = "gone";

  private final Plan plan;
  private final List<Process> processes = new ArrayList<>();
  private final List<PrintWriter> ears = new ArrayList<>();
  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
  private final Tally[] tallies;
  private final Map<String, Long> ends = new TreeMap<>();
  private final List<Shard> shards = new ArrayList<>();
  private final boolean[] done;
  private int arrived;

  private record Heard(int child, String line) {}

  private Children(Plan plan) {
    this.plan = plan;
    done = new boolean[plan.processes()];
    tallies = new Tally[plan.processes()];
    Arrays.fill(tallies, Tally.ZERO);
  }

  /// Starts all of them.
  public static Children start(SelfCommand self, Plan plan) {
    Children children = new Children(plan);
    try {
      for (int i = 0; i < plan.processes(); i++) {
        children.add(i, new ProcessBuilder(self.with(arguments(plan, i))));
      }
      return children;
    } catch (IOException e) {
      children.close();
      throw new UncheckedIOException(e);
    }
  }

  private void add(int number, ProcessBuilder builder) throws IOException {
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    ears.add(new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true));
    Thread.ofPlatform().name("bench-child-" + number).daemon().start(() -> listen(number, process));
  }

  private void listen(int number, Process process) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        heard.add(new Heard(number, line));
      }
    } catch (IOException _) {
      // the same as the end
    }
    heard.add(new Heard(number, GONE));
  }

  /// Brings them through the run.
  ///
  /// @param umpire told of the moments and of progress, as by a run in this process
  /// @param pause if it is cut, theirs are
  /// @return what they found together
  /// @throws LoadException if one of them fails
  public Shard run(Referee umpire, Pause pause) {
    boolean cut = false;
    while (shards.size() < processes.size()) {
      if (pause.isCut() && !cut) {
        cut = true;
        tell(Lines.CUT);
      }
      Heard next = next();
      if (next != null) {
        handle(next.child(), next.line(), umpire);
      }
    }
    return Shard.merge(shards);
  }

  private @Nullable Heard next() {
    try {
      return heard.poll(100, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoadException("interrupted");
    }
  }

  private void handle(int child, String line, Referee umpire) {
    if (line.startsWith(Lines.AT)) {
      if (allHaveArrived()) {
        umpire.at(Referee.Moment.valueOf(line.substring(Lines.AT.length())));
        tell(Lines.GO);
      }
    } else if (line.startsWith(Lines.ENDS)) {
      Map<String, Long> theirs =
          Lines.value(Lines.ENDS, line, new TypeReference<Map<String, Long>>() {});
      theirs.forEach(
          (room, end) ->
              ends.merge(room, end, plan.protocol() == Protocol.NATIVE ? Math::max : Long::sum));
      if (allHaveArrived()) {
        tell(Lines.of(Lines.ENDS, ends));
      }
    } else if (line.startsWith(Lines.PROGRESS)) {
      tallies[child] = Lines.value(Lines.PROGRESS, line, new TypeReference<>() {});
      if (child == 0) {
        Tally sum = Tally.ZERO;
        for (Tally tally : tallies) {
          sum = sum.plus(tally);
        }
        umpire.progress(sum);
      }
    } else if (line.startsWith(Lines.SHARD)) {
      shards.add(Lines.value(Lines.SHARD, line, new TypeReference<>() {}));
      done[child] = true;
    } else if (line.startsWith(Lines.FAILED)) {
      throw new LoadException(line.substring(Lines.FAILED.length()));
    } else if (line.equals(GONE) && !done[child]) {
      throw new LoadException("process %d of the load ended before its time".formatted(child));
    }
  }

  private boolean allHaveArrived() {
    arrived++;
    if (arrived < processes.size()) {
      return false;
    }
    arrived = 0;
    return true;
  }

  private void tell(String line) {
    ears.forEach(ear -> ear.println(line));
  }

  private static List<String> arguments(Plan plan, int process) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "bench",
                plan.workload().toString(),
                "--protocol=" + plan.protocol(),
                "--server=%s:%d".formatted(plan.server().getHostString(), plan.server().getPort()),
                "--run=" + plan.run(),
                "--room=" + String.join(",", plan.rooms()),
                "--members=" + plan.members(),
                "--streams-per-connection=" + plan.streamsPerConnection(),
                "--senders=" + plan.sendersPerRoom(),
                "--size=" + plan.textBytes(),
                "--warmup=" + plan.warmupSeconds(),
                "--seconds=" + plan.seconds(),
                "--patience=%dms".formatted(plan.patience().toMillis()),
                "--threads=" + plan.threads(),
                "--process=" + process,
                "--processes=" + plan.processes()));
    if (plan.rate() > 0) {
      arguments.add("--rate=" + plan.rate());
    } else if (plan.inFlight() > 0) {
      arguments.add("--in-flight=" + plan.inFlight());
    }
    if (plan.workload() == Workload.SLOW) {
      arguments.add("--slow-readers=" + plan.slowPercent());
    }
    return arguments;
  }

  @Override
  public void close() {
    processes.forEach(Process::destroy);
  }
}
