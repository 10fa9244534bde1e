package dev.parley.bench.load;

import dev.parley.bench.check.Faults;
import dev.parley.bench.load.Referee.Moment;
import dev.parley.bench.measure.Counts;
import dev.parley.bench.measure.Latencies;
import dev.parley.bench.measure.Latency;
import dev.parley.bench.measure.Tally;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// One process's part of a run, from the first connection to the last check. Used once, by one
/// thread.
public final class Run {
  private static final double NANOS = 1e9;

  /// How long nothing may arrive in the end of a run that is cut: twice this is less than
  /// [Interrupt] waits.
  private static final Duration CUT_PATIENCE = Duration.ofSeconds(15);

  private final Plan plan;
  private final Referee referee;
  private final Pause pause;
  private final Counts counts = new Counts();
  private final Verdict verdict = new Verdict();

  /// @param pause cuts warm-up and measuring short
  public Run(Plan plan, Referee referee, Pause pause) {
    this.plan = plan;
    this.referee = referee;
    this.pause = pause;
  }

  /// Does everything.
  ///
  /// @throws LoadException if the load cannot be made
  public Shard run() {
    referee.at(Moment.BEGIN);
    try (Population population = new Population(plan, counts, verdict)) {
      Disturbance disturbance = Disturbance.of(plan, population);
      population.connect();
      referee.at(Moment.CONNECTED);
      disturbance.prepare();
      send(population);
      hold(plan.warmupSeconds());

      referee.at(Moment.MEASURE);
      population.lanes().forEach(Run::forgetWarmup);
      Tally before = counts.tally();
      double cpuBefore = cpuSeconds();
      long began = System.nanoTime();
      disturbance.begin();
      hold(plan.seconds());
      Tally tally = counts.tally().since(before);
      double seconds = (System.nanoTime() - began) / NANOS;
      double cpu = cpuSeconds() - cpuBefore;
      // After this moment the roll call of another process may arrive here.
      Latencies idle = plan.workload() == Workload.IDLE ? latencies(population) : new Latencies();
      referee.at(Moment.STOP);
      long readSlowly = readSlowly(population);

      population.senders().forEach(sender -> sender.lane().execute(sender::stop));
      disturbance.end();
      awaitAcks(population);
      Map<String, Long> ends = referee.ends(ends(population));
      awaitArrivals(population, ends);
      population.links().forEach(link -> check(link, ends));
      referee.at(Moment.SETTLED);
      return shard(
          population,
          tally,
          seconds,
          cpu,
          latencies(population, idle),
          readSlowly(population) - readSlowly);
    }
  }

  /// How far those who read slowly have come, all together.
  private static long readSlowly(Population population) {
    return population.lanes().stream()
        .mapToLong(
            lane ->
                lane.call(
                    () ->
                        population.slowLinks().stream()
                            .filter(link -> link.lane() == lane)
                            .flatMap(link -> link.subscribers.stream())
                            .flatMap(subscriber -> subscriber.seats.stream())
                            .mapToLong(seat -> seat.reader.last())
                            .sum()))
        .sum();
  }

  private void send(Population population) {
    List<Sender> senders = population.senders();
    for (int i = 0; i < senders.size(); i++) {
      Sender sender = senders.get(i);
      double phase = (double) i / senders.size();
      if (plan.rate() > 0) {
        sender.lane().execute(() -> sender.sendAtRate(plan.ratePerSender(), phase));
      } else if (plan.inFlight() > 0) {
        sender.lane().execute(() -> sender.sendInWindow(plan.inFlight()));
      }
    }
  }

  private void hold(double seconds) {
    double left = seconds;
    while (left > 0 && !pause.isCut()) {
      double step = Math.min(1, left);
      pause.seconds(step);
      left -= step;
      referee.progress(counts.tally());
    }
  }

  private static void forgetWarmup(Lane lane) {
    lane.<Boolean>call(
        () -> {
          lane.latencies.reset(Latency.DELIVERY);
          lane.latencies.reset(Latency.ACK);
          lane.latencies.reset(Latency.RESUME);
          return true;
        });
  }

  private static Latencies latencies(Population population) {
    Latencies all = new Latencies();
    population
        .lanes()
        .forEach(
            lane ->
                lane.<Boolean>call(
                    () -> {
                      all.add(lane.latencies);
                      return true;
                    }));
    return all;
  }

  /// The times of all that was sent, also of what arrived only after the measuring: without those,
  /// a server that hangs at the end would seem fast. In `idle` the roll call comes after the
  /// measuring, so there the times are those that were taken before it.
  ///
  /// @param idle the times of `idle` when the measuring ended
  private Latencies latencies(Population population, Latencies idle) {
    Latencies settled = latencies(population);
    if (plan.workload() == Workload.IDLE) {
      settled.replace(Latency.DELIVERY, idle);
      settled.replace(Latency.ACK, idle);
    }
    return settled;
  }

  private static double cpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos()
        / NANOS;
  }

  private void awaitAcks(Population population) {
    awaitProgress(
        () ->
            population.senders().stream()
                .allMatch(sender -> sender.lane().call(sender::isSettled)));
    long unanswered =
        population.senders().stream()
            .filter(sender -> !sender.lane().call(sender::isSettled))
            .count();
    Tally all = counts.tally();
    if (all.sent() > 0 && all.acknowledged() == 0) {
      verdict.violations().add("nothing was acknowledged");
    }
    if (unanswered > 0) {
      verdict.violations().add(unanswered + " senders wait in vain for acks");
    }
  }

  /// Waits, as long as something still arrives; once the run is cut, less patiently.
  private void awaitProgress(BooleanSupplier done) {
    Tally seen = counts.tally();
    long since = System.nanoTime();
    while (!done.getAsBoolean() && System.nanoTime() - since < patienceNanos()) {
      Pause.millis(20);
      Tally now = counts.tally();
      if (!now.equals(seen)) {
        seen = now;
        since = System.nanoTime();
      }
    }
  }

  private long patienceNanos() {
    long patience = plan.patience().toNanos();
    return pause.isCut() ? Math.min(patience, CUT_PATIENCE.toNanos()) : patience;
  }

  private Map<String, Long> ends(Population population) {
    Map<String, Long> ends = new TreeMap<>();
    for (RoomTraffic room : population.rooms()) {
      ends.put(
          room.id,
          plan.protocol() == Protocol.NATIVE
              ? room.ledger.lastAcknowledged()
              : room.acknowledged.get());
    }
    return ends;
  }

  private void awaitArrivals(Population population, Map<String, Long> ends) {
    awaitProgress(
        () ->
            population.links().stream()
                .allMatch(link -> link.lane().call(() -> hasArrived(link, ends))));
  }

  private static boolean hasArrived(Link link, Map<String, Long> ends) {
    return link.subscribers.stream()
        .flatMap(subscriber -> subscriber.seats.stream())
        .allMatch(seat -> seat.reader.hasReached(ends.getOrDefault(seat.room.id, 0L)));
  }

  private static void check(Link link, Map<String, Long> ends) {
    link.lane()
        .<Boolean>call(
            () -> {
              link.subscribers.stream()
                  .flatMap(subscriber -> subscriber.seats.stream())
                  .forEach(seat -> seat.reader.ends(ends.getOrDefault(seat.room.id, 0L)));
              return true;
            });
  }

  private Shard shard(
      Population population,
      Tally tally,
      double seconds,
      double cpu,
      Latencies latencies,
      long caughtUp) {
    Map<String, Map<String, Long>> digests = new TreeMap<>();
    if (plan.processes() > 1) {
      population.rooms().forEach(room -> digests.put(room.id, room.ledger.digests()));
    }
    Faults violations = verdict.violations();
    Faults refusals = verdict.refusals();
    long subscriptions =
        population.links().stream()
            .flatMap(link -> link.subscribers.stream())
            .mapToLong(subscriber -> subscriber.seats.size())
            .sum();
    return new Shard(
        seconds,
        tally,
        latencies.encoded(),
        cpu,
        caughtUp,
        subscriptions,
        counts.tally().deliveries(),
        violations.count(),
        violations.first(),
        refusals.count(),
        refusals.first(),
        digests);
  }
}
