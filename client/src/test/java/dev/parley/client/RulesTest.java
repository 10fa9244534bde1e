package dev.parley.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.client.RoomCursor.Verdict;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/// The pure parts.
class RulesTest {

  @Property
  void backoffStaysWithinItsBounds(
      @ForAll @IntRange(min = 1, max = 1_000) int failures, @ForAll long seed) {
    Backoff backoff = Backoff.DEFAULT;
    long delay = backoff.delayNanos(failures, new SplittableRandom(seed));
    assertThat(delay).isBetween(0L, backoff.cap().toNanos());
    if (failures < 7) {
      assertThat(delay).isLessThanOrEqualTo(backoff.base().toNanos() << (failures - 1));
    }
  }

  @Test
  void backoffSpreadsClientsOverTheWholeBound() {
    SplittableRandom random = new SplittableRandom(1);
    Integer[] tenths = new Integer[10];
    Arrays.fill(tenths, 0);
    for (int i = 0; i < 10_000; i++) {
      long delay = Backoff.DEFAULT.delayNanos(20, random);
      tenths[(int) Math.min(9, delay / Duration.ofSeconds(3).toNanos())]++;
    }
    assertThat(tenths).allSatisfy(n -> assertThat(n).isBetween(850, 1_150));
  }

  @Property
  void cursorDeliversEachEntryOnceWhateverIsRepeated(
      @ForAll List<@IntRange(min = 1, max = 30) Integer> sequences) {
    RoomCursor cursor = new RoomCursor(1, 0);
    long delivered = 0;
    for (int sequence : sequences) {
      Verdict verdict = cursor.accept(sequence, false, 0);
      Verdict expected =
          sequence <= delivered
              ? Verdict.REPEAT
              : sequence == delivered + 1 ? Verdict.DELIVER : Verdict.GAP;
      assertThat(verdict).isEqualTo(expected);
      delivered += verdict == Verdict.DELIVER ? 1 : 0;
      assertThat(cursor.resumeAfter()).isEqualTo(delivered);
    }
  }

  @Test
  void ackAheadOfEventsIsPassedOver() {
    RoomCursor cursor = new RoomCursor(1, 5);
    assertThat(cursor.acked(7, 0)).isEqualTo(Verdict.REPEAT);
    assertThat(cursor.resumeAfter()).isEqualTo(5);
    assertThat(cursor.accept(6, false, 0)).isEqualTo(Verdict.DELIVER);
    assertThat(cursor.resumeAfter()).isEqualTo(7);
    assertThat(cursor.accept(8, false, 0)).isEqualTo(Verdict.DELIVER);
  }

  @Test
  void holeHoldsTheResumePositionUntilItsAck() {
    RoomCursor cursor = new RoomCursor(1, 5);
    assertThat(cursor.accept(7, false, 1)).isEqualTo(Verdict.DELIVER);
    assertThat(cursor.resumeAfter()).isEqualTo(5);
    assertThat(cursor.acked(6, 0)).isEqualTo(Verdict.REPEAT);
    assertThat(cursor.resumeAfter()).isEqualTo(7);
    assertThat(cursor.accept(9, false, 0)).isEqualTo(Verdict.GAP);
  }

  @Test
  void heartbeatAsksBeforeItGivesUp() {
    Heartbeat heartbeat = Heartbeat.of(Duration.ofSeconds(25));
    assertThat(decide(heartbeat, 29, 29, true)).isEqualTo(Heartbeat.Action.WAIT);
    assertThat(decide(heartbeat, 30, 30, true)).isEqualTo(Heartbeat.Action.PING);
    assertThat(decide(heartbeat, 34, 4, true)).isEqualTo(Heartbeat.Action.WAIT);
    assertThat(decide(heartbeat, 40, 1, true)).isEqualTo(Heartbeat.Action.GIVE_UP);
    assertThat(decide(heartbeat, 400, 13, false)).isEqualTo(Heartbeat.Action.PING);
    assertThat(decide(heartbeat, 400, 5, false)).isEqualTo(Heartbeat.Action.WAIT);
  }

  private static Heartbeat.Action decide(
      Heartbeat heartbeat, long silentSeconds, long quietSeconds, boolean reading) {
    return heartbeat.decide(
        Duration.ofSeconds(silentSeconds).toNanos(),
        Duration.ofSeconds(quietSeconds).toNanos(),
        reading);
  }
}
