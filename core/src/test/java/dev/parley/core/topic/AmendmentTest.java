package dev.parley.core.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class AmendmentTest {
  private static final byte[] OLD = {1};
  private static final byte[] NEW = {2};

  @Test
  void ofTwoTheLaterCounts() {
    Amendment both = new Amendment(7, NEW, "new").after(new Amendment(7, OLD, "old"));
    assertThat(both).isEqualTo(new Amendment(7, NEW, true, "new"));
    Amendment deleted = new Amendment(7, NEW, null).after(new Amendment(7, OLD, "old"));
    assertThat(deleted).isEqualTo(new Amendment(7, NEW, true, null));
  }

  @Test
  void wordsOfTheEarlierStayWhereTheLaterRewordsNothing() {
    Amendment both = Amendment.ofBody(7, NEW).after(new Amendment(7, OLD, "old"));
    assertThat(both).isEqualTo(new Amendment(7, NEW, true, "old"));
    Amendment neither = Amendment.ofBody(7, NEW).after(Amendment.ofBody(7, OLD));
    assertThat(neither).isEqualTo(new Amendment(7, NEW, false, null));
  }

  @Test
  void whatRewordsNothingHasNoWords() {
    assertThatThrownBy(() -> new Amendment(7, NEW, false, "words"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
