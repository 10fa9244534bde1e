package dev.parley.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.error.RefusedException;
import org.junit.jupiter.api.Test;

class HeldTextTest {
  private final HeldText held = new HeldText(2_000);

  @Test
  void promptsGetHalfOfTheRoomAndAnswersAllOfIt() {
    assertThat(held.begin(400)).isTrue();
    assertThat(held.begin(101)).isFalse();
    assertThat(held.isFull()).isFalse();
    assertThat(held.begin(100)).isTrue();
    assertThat(held.isFull()).isTrue();
    assertThat(held.grow(500)).isTrue();
    assertThat(held.grow(1)).isFalse();
    held.release(501);
    assertThat(held.isFull()).isFalse();
    assertThat(held.begin(1)).isTrue();
  }

  @Test
  void aPromptThatIsLongerThanTheRoomIsTakenAlone() {
    assertThat(held.begin(5_000)).isTrue();
    assertThat(held.begin(1)).isFalse();
    held.release(5_000);
    assertThat(held.begin(1)).isTrue();
  }

  @Test
  void nothingMoreIsToBeAskedWhileThereIsNoRoom() throws Exception {
    Answers answers =
        new Answers(new Answers.Work(null, null, null, null, null, null, held, null, null));
    answers.enter("first", "ann");
    assertThat(held.begin(500)).isTrue();
    answers.enter("first", "ann");
    assertThatThrownBy(() -> answers.enter("second", "ann"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("fill the memory");
    held.release(500);
    answers.enter("second", "ann");
    assertThat(answers.size()).isEqualTo(2);
  }
}
