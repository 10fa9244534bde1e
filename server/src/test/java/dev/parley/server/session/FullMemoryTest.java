package dev.parley.server.session;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.MemoryBudget;
import org.junit.jupiter.api.Test;

class FullMemoryTest {
  private final MemoryBudget memory = new MemoryBudget(2_000);

  @Test
  void nothingMoreIsToBeAskedWhileThereIsNoRoom() throws Exception {
    Answers answers =
        new Answers(new Answers.Work(null, null, null, null, null, null, memory, null, null));
    answers.enter("first", "ann");
    MemoryBudget.Share held = requireNonNull(memory.begin(1_000));
    answers.enter("first", "ann");
    assertThatThrownBy(() -> answers.enter("second", "ann"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("fill the memory");
    held.close();
    answers.enter("second", "ann");
    assertThat(answers.size()).isEqualTo(2);
  }
}
