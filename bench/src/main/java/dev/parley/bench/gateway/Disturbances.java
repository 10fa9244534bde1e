package dev.parley.bench.gateway;

import dev.parley.bench.check.Faults;
import dev.parley.bench.load.Pause;
import dev.parley.bench.measure.Quantiles;
import dev.parley.bench.provider.Behaviour;
import dev.parley.bench.provider.Journal;
import dev.parley.bench.provider.Script;
import dev.parley.bench.provider.Visit;
import io.netty.channel.EventLoop;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// What a lane makes of those who leave, and of a provider that fails. Used by one thread, which
/// waits; what it starts lives on the event loop.
final class Disturbances {
  /// Answers that are made to fail in each way.
  private static final int FAILURES = 3;

  /// Deltas after which somebody leaves in mid-stream.
  private static final int MIDSTREAM_DELTAS = 2;

  private static final double POLL_SECONDS = 0.001;
  private static final double START_SECONDS = 10;
  private static final long HIGHEST_NANOS = 60_000_000_000L;
  private static final int DIGITS = 3;

  private static final List<Behaviour> FAILING =
      List.of(
          Behaviour.CUT,
          Behaviour.STALL,
          Behaviour.ERROR,
          Behaviour.BROKEN,
          Behaviour.BUSY,
          Behaviour.FAIL);

  private final LaneKind lane;
  private final Supplier<Asker> askers;
  private final String model;
  private final Script script;
  private final EventLoop loop;
  private final Journal journal;
  private final IntSupplier questions;
  private final Faults faults;
  private final Pause pause;
  private final double patienceSeconds;

  /// @param askers each with connections of its own
  /// @param model prefix of the models' names
  /// @param patienceSeconds how long to wait for something that may never happen
  Disturbances(
      LaneKind lane,
      Supplier<Asker> askers,
      String model,
      Script script,
      EventLoop loop,
      Journal journal,
      IntSupplier questions,
      Faults faults,
      Pause pause,
      double patienceSeconds) {
    this.lane = lane;
    this.askers = askers;
    this.model = model;
    this.script = script;
    this.loop = loop;
    this.journal = journal;
    this.questions = questions;
    this.faults = faults;
    this.pause = pause;
    this.patienceSeconds = patienceSeconds;
  }

  /// Lets clients leave, in each way that the protocol has, before the first token and in
  /// mid-stream.
  ///
  /// @param times how many, one after the other
  /// @return by the way, and when
  Map<String, GatewayReport.Gone> gone(int times) {
    Map<String, GatewayReport.Gone> all = new LinkedHashMap<>();
    Asker probe = askers.get();
    for (Asker.Leaving how : Asker.Leaving.values()) {
      if (probe.ways().contains(how)) {
        // One that would come to its end by itself might, before anybody noticed.
        all.put(how.key(), gone(how, Behaviour.STALL, times));
        all.put(how.key() + "BeforeFirstToken", gone(how, Behaviour.SILENT, times));
      }
    }
    return all;
  }

  private GatewayReport.Gone gone(Asker.Leaving how, Behaviour behaviour, int times) {
    Histogram noticed = new Histogram(1_000, HIGHEST_NANOS, DIGITS);
    int unnoticed = 0;
    for (int i = 0; i < times && !pause.isCut(); i++) {
      Patient patient = new Patient(behaviour);
      patient.ask();
      Visit visit = patient.visit();
      int first = behaviour == Behaviour.SILENT ? 0 : Math.min(MIDSTREAM_DELTAS, script.half());
      boolean begun = visit != null && await(START_SECONDS, () -> patient.deltas() >= first);
      if (visit == null || !begun) {
        patient.close();
        if (!pause.isCut()) {
          faults.add("%s: nobody answers: %s".formatted(lane, patient.told()));
        }
        break;
      }
      long left = patient.leave(how);
      if (await(patienceSeconds, () -> visit.end() != null)) {
        if (visit.end() == Visit.End.ABORTED) {
          noticed.recordValue(Math.clamp(visit.endedNanos() - left, 0, HIGHEST_NANOS));
        } else {
          unnoticed++; // it was read to its end
        }
      } else {
        unnoticed++;
      }
      patient.close();
    }
    return new GatewayReport.Gone(Quantiles.of(noticed), unnoticed);
  }

  /// Lets the provider fail in each way.
  ///
  /// @param judged whether anything else than an error is a violation
  /// @return by [Behaviour#model]
  Map<String, GatewayReport.Failure> failures(boolean judged) {
    Map<Behaviour, List<Patient>> all = new LinkedHashMap<>();
    for (Behaviour behaviour : FAILING) {
      List<Patient> patients =
          Stream.generate(() -> new Patient(behaviour)).limit(FAILURES).toList();
      patients.forEach(Patient::ask);
      all.put(behaviour, patients);
    }
    boolean _ =
        await(
            patienceSeconds,
            () -> all.values().stream().flatMap(List::stream).allMatch(p -> p.told() != null));
    Map<String, GatewayReport.Failure> failures = new LinkedHashMap<>();
    all.forEach(
        (behaviour, patients) -> failures.put(behaviour.model(), failure(patients, judged)));
    return failures;
  }

  private GatewayReport.Failure failure(List<Patient> patients, boolean judged) {
    int deltas = Integer.MAX_VALUE;
    int written = 0;
    Told first = new Told(Told.Kind.NOTHING, "");
    for (Patient patient : patients) {
      Told told = patient.told();
      Visit visit = journal.of(patient.question);
      // After an event that is broken there are others, which nobody needs to believe.
      int wrote = visit == null ? 0 : Math.min(visit.written(), script.half());
      if (judged && !pause.isCut()) {
        patient.judge(told, wrote);
      }
      first = told == null ? first : told;
      deltas = Math.min(deltas, patient.deltas());
      written = Math.max(written, wrote);
      patient.close();
    }
    return new GatewayReport.Failure(
        first.kind().name().toLowerCase(Locale.ROOT), first.words(), deltas, written);
  }

  private boolean await(double seconds, BooleanSupplier holds) {
    long deadline = System.nanoTime() + (long) (seconds * 1e9);
    while (!holds.getAsBoolean()) {
      if (pause.isCut() || System.nanoTime() - deadline > 0) {
        return false;
      }
      pause.seconds(POLL_SECONDS);
    }
    return true;
  }

  /// One who asks, on connections of his own.
  private final class Patient implements Asker.Ear {
    private final int question = questions.getAsInt();
    private final Behaviour behaviour;
    private final Asker asker = askers.get();
    private final AnswerCheck check = new AnswerCheck(lane.key(), question, faults);
    private final CompletableFuture<Asker.Asked> asked = new CompletableFuture<>();
    private volatile int deltas;
    private volatile @Nullable Told told;

    Patient(Behaviour behaviour) {
      this.behaviour = behaviour;
    }

    void ask() {
      loop.execute(() -> asked.complete(asker.ask(question, model + behaviour.model(), this)));
    }

    /// What the provider knows of it, once the question has come there; null: it does not come.
    @Nullable Visit visit() {
      boolean _ = await(START_SECONDS, () -> journal.of(question) != null || told != null);
      return journal.of(question);
    }

    /// Goes away.
    ///
    /// @return when
    long leave(Asker.Leaving how) {
      return CompletableFuture.supplyAsync(
              () -> {
                long now = System.nanoTime();
                asked.join().leave(how);
                return now;
              },
              loop)
          .join();
    }

    void close() {
      CompletableFuture.runAsync(asker::close, loop).join();
    }

    /// How long to wait for a provider that says nothing is the gateway's own affair.
    void judge(@Nullable Told end, int written) {
      if (end != null || behaviour != Behaviour.STALL) {
        check.failed(end == null ? new Told(Told.Kind.NOTHING, "") : end, written);
      }
    }

    int deltas() {
      return deltas;
    }

    @Nullable Told told() {
      return told;
    }

    @Override
    public void hear(String text, long nowNanos) {
      check.text(text, _ -> {});
      deltas = check.deltas();
    }

    @Override
    public void ended(Told end) {
      told = end;
    }
  }
}
