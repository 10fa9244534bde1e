package dev.parley.server.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.Limits;
import dev.parley.server.assistant.RoomUse.Bound;
import dev.parley.server.config.AssistantSettings;
import org.junit.jupiter.api.Test;

class RoomUseTest {
  private static final long SECOND = 1_000_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long DAY = 24 * 60 * MINUTE;

  private final RoomUse use = new RoomUse();

  private static AssistantSettings settings(int questions, long tokens) {
    return new AssistantSettings("helper", "simulated", "", questions, tokens);
  }

  @Test
  void soManyQuestionsAreAnsweredInAMinuteAndMoreInTheNext() {
    AssistantSettings two = settings(2, 0);
    assertThat(use.begin(two, DAY)).isNull();
    use.end(1, DAY);
    assertThat(use.begin(two, DAY + 59 * SECOND)).isNull();
    use.end(1, DAY + 59 * SECOND);
    assertThat(use.begin(two, DAY + 59 * SECOND)).contains("2 questions a minute");
    assertThat(use.begin(two, DAY + MINUTE)).isNull();
  }

  @Test
  void whenTheDaysTokensAreUsedUpTheNextDayBringsNewOnes() {
    AssistantSettings thousand = settings(100, 1_000);
    assertThat(use.begin(thousand, DAY)).isNull();
    use.end(999, DAY);
    assertThat(use.begin(thousand, DAY)).isNull();
    use.end(500, DAY);
    assertThat(use.begin(thousand, 2 * DAY - 1)).contains("1000 tokens for today");
    assertThat(use.begin(thousand, 2 * DAY)).isNull();
  }

  @Test
  void withoutALimitTokensAreNotCounted() {
    assertThat(use.begin(settings(100, 0), DAY)).isNull();
    use.end(Long.MAX_VALUE / 2, DAY);
    assertThat(use.begin(settings(100, 0), DAY)).isNull();
  }

  @Test
  void soManyAnswersAreWrittenAtOnce() {
    AssistantSettings many = settings(100, 0);
    for (int i = 0; i < Limits.MAX_ANSWERS_IN_ROOM; i++) {
      assertThat(use.begin(many, DAY)).isNull();
    }
    assertThat(use.begin(many, DAY)).contains("writing 4 answers");
    use.end(1, DAY);
    assertThat(use.begin(many, DAY)).isNull();
  }

  @Test
  void aRefusalIsToldOnceAMinute() {
    assertThat(use.mayTell(Bound.ROOM, DAY)).isTrue();
    assertThat(use.mayTell(Bound.ROOM, DAY + 59 * SECOND)).isFalse();
    assertThat(use.mayTell(Bound.ROOM, DAY + MINUTE)).isTrue();
  }

  @Test
  void thatTheServerIsBusyDoesNotKeepTheRoomsOwnRefusalFromBeingTold() {
    assertThat(use.mayTell(Bound.SERVER, DAY)).isTrue();
    assertThat(use.mayTell(Bound.ASKER, DAY)).isTrue();
    assertThat(use.mayTell(Bound.ROOM, DAY)).isTrue();
    assertThat(use.mayTell(Bound.SERVER, DAY)).isFalse();
  }
}
