package dev.parley.bench.gateway;

import dev.parley.bench.check.Faults;
import dev.parley.bench.provider.Behaviour;
import dev.parley.bench.provider.DeltaText;
import dev.parley.bench.provider.Script;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/// So many answers at once through one lane: each question is asked anew when its answer has ended.
/// Owned by the event loop.
final class Load {
  /// Parts of the golden ratio: however many streams there are, and whatever the pace, no two begin
  /// together.
  private static final double GOLDEN = 0.618_033_988_749_894_9;

  private final LaneKind lane;
  private final Asker asker;
  private final String model;
  private final Script script;
  private final EventLoop loop;
  private final IntSupplier questions;
  private final Faults faults;
  private final Times times = new Times();
  private boolean stopping;
  private boolean measuring;
  private int underWay;
  private long deltas;
  private long answers;

  /// @param model prefix of the models' names
  /// @param questions numbers for questions
  Load(
      LaneKind lane,
      Asker asker,
      String model,
      Script script,
      EventLoop loop,
      IntSupplier questions,
      Faults faults) {
    this.lane = lane;
    this.asker = asker;
    this.model = model + Behaviour.OK.model();
    this.script = script;
    this.loop = loop;
    this.questions = questions;
    this.faults = faults;
  }

  Asker asker() {
    return asker;
  }

  /// Starts, spread over the time that an answer takes.
  void start(int streams) {
    stopping = false;
    for (int i = 0; i < streams; i++) {
      long delayNanos = (long) (i * GOLDEN % 1 * script.answerNanos());
      var _ = loop.schedule(this::ask, delayNanos, TimeUnit.NANOSECONDS);
    }
  }

  /// From now on, whether what comes is measured.
  void measure(boolean on) {
    measuring = on;
  }

  /// Asks nothing more.
  void stop() {
    stopping = true;
  }

  int underWay() {
    return underWay;
  }

  /// Deltas that came while it was measured.
  long deltas() {
    return deltas;
  }

  /// Answers that ended properly while it was measured.
  long answers() {
    return answers;
  }

  Times times() {
    return times;
  }

  private void ask() {
    if (!stopping) {
      underWay++;
      int question = questions.getAsInt();
      Answer answer = new Answer(question);
      var _ = asker.ask(question, model, answer);
    }
  }

  private final class Answer implements Asker.Ear {
    private final AnswerCheck check;
    private final long askedNanos = System.nanoTime();
    private long lastNanos;

    Answer(int question) {
      check = new AnswerCheck(lane.key(), question, faults);
    }

    @Override
    public void hear(String text, long nowNanos) {
      check.text(text, delta -> came(delta, nowNanos));
    }

    private void came(DeltaText delta, long nowNanos) {
      if (measuring) {
        deltas++;
        long way = nowNanos - delta.sentNanos();
        times.record(Times.Kind.WAY, way);
        if (delta.index() == 0) {
          times.record(Times.Kind.FIRST_WAY, way);
          times.record(Times.Kind.FIRST, nowNanos - askedNanos);
        } else {
          times.record(Times.Kind.GAP, nowNanos - lastNanos);
        }
      }
      lastNanos = nowNanos;
    }

    @Override
    public void ended(Told told) {
      check.ended(told, script.deltas());
      underWay--;
      if (told.kind() == Told.Kind.COMPLETE) {
        answers += measuring ? 1 : 0;
        // Not within the call that told of the end, which may have more to tell.
        loop.execute(Load.this::ask);
      }
      // After a fault the run fails anyway: one stream less, instead of a storm of questions.
    }
  }
}
