package dev.parley.core.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class TailTest {
  private static final int MUCH = 1 << 30;
  private static final int WEIGHT = 128;

  private static Entry entry(long sequence, int bytes) {
    return new Entry(sequence, 1, "a", null, 0, new byte[bytes]);
  }

  private static List<Long> read(Tail tail, long after, long upTo) {
    return tail.read(after, upTo, MUCH, MUCH).stream().map(Entry::sequence).toList();
  }

  private static Tail filled(int maxEntries, int maxBytes, int count) {
    Tail tail = new Tail(maxEntries, maxBytes);
    for (int i = 1; i <= count; i++) {
      tail.add(entry(i, 0));
    }
    return tail;
  }

  @Test
  void readsWhatWasAddedUpToWhereItIsAskedTo() {
    Tail tail = filled(64, MUCH, 5);
    assertThat(read(tail, 0, 5)).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(read(tail, 2, 4)).containsExactly(3L, 4L);
    assertThat(read(tail, 5, 5)).isEmpty();
    assertThat(read(tail, 5, 99)).isEmpty();
    assertThat(tail.read(0, 5, 2, MUCH)).hasSize(2);
  }

  @Test
  void countsBackwardsWhatIsInMemoryAndKnowsWhenItIsNot() {
    Tail tail = filled(4, MUCH, 6);
    assertThat(tail.count(2, 6, MUCH, _ -> true, _ -> true)).isEqualTo(4);
    assertThat(tail.count(1, 6, MUCH, _ -> true, _ -> true)).isEqualTo(-1);
    assertThat(tail.count(0, 6, 3, _ -> true, entry -> entry.sequence() != 5)).isEqualTo(2);
    assertThat(tail.count(3, 6, 1, entry -> entry.sequence() < 6, _ -> true)).isEqualTo(1);
    assertThat(tail.count(6, 6, MUCH, _ -> true, _ -> true)).isZero();
  }

  @Test
  void readsAtLeastOneEntryWhateverItsSize() {
    Tail tail = new Tail(64, MUCH);
    tail.add(entry(1, 1_000));
    tail.add(entry(2, 1_000));
    assertThat(tail.read(0, 2, MUCH, 1)).hasSize(1);
    assertThat(tail.read(0, 2, MUCH, 2_000)).hasSize(2);
  }

  @Test
  void keepsTheNewestEntriesWhateverTheirNumber() {
    for (int max : List.of(1, 2, 3, 16, 20, 32)) {
      Tail tail = filled(max, MUCH, 100);
      assertThat(read(tail, 99 - max, 100)).as("max %d", max).isEmpty();
      assertThat(read(tail, 100 - max, 100)).as("max %d", max).hasSize(max);
    }
  }

  @Test
  void keepsTheNewestEntryWhateverItsSize() {
    Tail tail = filled(64, 4 * WEIGHT, 10);
    assertThat(read(tail, 6, 10)).hasSize(4);
    tail.add(entry(11, 10_000));
    assertThat(read(tail, 9, 11)).isEmpty();
    assertThat(read(tail, 10, 11)).containsExactly(11L);
  }

  @Test
  void rewritingKeepsThePlaceAndTheBound() {
    Tail tail = filled(64, 4 * WEIGHT, 4);
    tail.amend(new Amendment(3, new byte[1], null));
    assertThat(tail.read(2, 3, 1, MUCH).getFirst().body()).hasSize(1);
    assertThat(read(tail, 0, 4)).isEmpty();
    assertThat(read(tail, 1, 4)).hasSize(3);
    tail.amend(new Amendment(1, new byte[1], null));
    tail.amend(new Amendment(5, new byte[1], null));
    assertThat(read(tail, 1, 5)).hasSize(3);
  }

  @Test
  void gapOrClearingForgetsWhatWasBefore() {
    Tail tail = filled(64, MUCH, 3);
    tail.add(entry(10, 0));
    assertThat(read(tail, 0, 10)).isEmpty();
    assertThat(read(tail, 9, 10)).containsExactly(10L);
    tail.clear();
    assertThat(read(tail, 9, 10)).isEmpty();
    assertThat(tail.bytes()).isZero();
    tail.add(entry(11, 0));
    assertThat(read(tail, 10, 11)).containsExactly(11L);
  }

  record Step(String kind, int bytes, int back) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of("add", "add", "add", "add", "amend", "gap", "clear"),
            Arbitraries.of(0, 1, 100, 1_000),
            Arbitraries.integers().between(0, 40))
        .as(Step::new)
        .list()
        .ofMaxSize(120);
  }

  @Property(tries = 500)
  void isTheEndOfAListWithinItsBounds(
      @ForAll("steps") List<Step> steps, @ForAll @IntRange(min = 1, max = 40) int maxEntries) {
    int maxBytes = 3_000;
    Tail tail = new Tail(maxEntries, maxBytes);
    List<Entry> model = new ArrayList<>();
    long last = 0;
    for (Step step : steps) {
      switch (step.kind()) {
        case "add", "gap" -> {
          if (step.kind().equals("gap")) {
            last += 2;
            model.clear();
          }
          last++;
          Entry entry = entry(last, step.bytes());
          tail.add(entry);
          model.add(entry);
        }
        case "amend" -> {
          long sequence = last - step.back();
          Amendment amendment = new Amendment(sequence, new byte[step.bytes()], null);
          tail.amend(amendment);
          model.replaceAll(e -> e.sequence() == sequence ? amendment.appliedTo(e) : e);
        }
        default -> {
          tail.clear();
          model.clear();
        }
      }
      while (model.size() > 1 && (model.size() > maxEntries || weight(model) > maxBytes)) {
        model.removeFirst();
      }
      assertThat(tail.bytes()).isEqualTo(weight(model));
      long before = last - model.size();
      assertThat(tail.read(before, last, MUCH, MUCH)).isEqualTo(model);
      assertThat(tail.read(before - 1, last, MUCH, MUCH)).isEmpty();
    }
  }

  private static long weight(List<Entry> entries) {
    return entries.stream().mapToLong(entry -> entry.body().length + WEIGHT).sum();
  }

  /// Readers are overtaken by the writer all the time: the tail is far shorter than what they read.
  @Test
  void overtakenReadersMissAndNeverReadWrongly() throws Exception {
    int entries = 200_000;
    Tail tail = new Tail(64, MUCH);
    AtomicLong durable = new AtomicLong();
    Callable<Long> reader =
        () -> {
          long found = 0;
          for (long upTo = durable.get(); upTo < entries; upTo = durable.get()) {
            long after = Math.max(0, upTo - 1 - found % 80);
            long expected = after + 1;
            for (Entry entry : tail.read(after, upTo, 100, MUCH)) {
              assertThat(entry.sequence()).isEqualTo(expected);
              assertThat(entry.body()[0]).isEqualTo((byte) expected);
              assertThat(entry.sequence()).isLessThanOrEqualTo(upTo);
              expected++;
            }
            found += 1 + expected - after;
          }
          return found;
        };
    try (ExecutorService readers = Executors.newFixedThreadPool(2)) {
      List<Future<Long>> running = List.of(readers.submit(reader), readers.submit(reader));
      for (long sequence = 1; sequence <= entries; sequence++) {
        tail.add(new Entry(sequence, 1, "a", null, 0, new byte[] {(byte) sequence}));
        if (sequence % 7 == 0) {
          tail.amend(new Amendment(sequence - 3, new byte[] {(byte) (sequence - 3)}, null));
        }
        if (sequence % 50_000 == 0) {
          tail.clear();
        }
        durable.set(sequence);
      }
      for (Future<Long> each : running) {
        each.get();
      }
    }
    assertThat(read(tail, entries, entries)).isEmpty();
  }
}
