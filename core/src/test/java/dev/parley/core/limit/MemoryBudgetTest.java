package dev.parley.core.limit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  private final MemoryBudget memory = new MemoryBudget(2_000);

  private MemoryBudget.Share begun(long bytes) {
    return requireNonNull(memory.begin(bytes));
  }

  @Test
  void whatBeginsGetsHalfAndWhatGrowsAll() {
    MemoryBudget.Share first = begun(800);
    assertThat(memory.begin(201)).isNull();
    assertThat(memory.isFull()).isFalse();
    begun(200);
    assertThat(memory.isFull()).isTrue();
    assertThat(first.grow(1_000)).isTrue();
    assertThat(first.grow(1)).isFalse();
    first.close();
    assertThat(memory.isFull()).isFalse();
    begun(1);
  }

  @Test
  void whatIsLargerThanAllIsTakenAlone() {
    MemoryBudget.Share large = begun(5_000);
    assertThat(memory.begin(1)).isNull();
    large.close();
    begun(1);
  }

  @Test
  void aShareGrowsAndShrinksAndKeepsWhatItHasWhereThereIsNoRoom() {
    MemoryBudget.Share share = memory.share();
    MemoryBudget.Share other = memory.share();
    assertThat(share.resize(1_500)).isTrue();
    assertThat(other.resize(501)).isFalse();
    assertThat(share.resize(2_001)).isFalse();
    assertThat(share.resize(1_499)).isTrue();
    assertThat(other.resize(501)).isTrue();
    assertThat(share.resize(1_500)).isFalse();
  }

  @Test
  void whatIsClosedHoldsNothingEvenIfItIsToldToLater() {
    MemoryBudget.Share share = begun(2_000);
    share.close();
    share.close();
    assertThat(share.resize(1_000)).isTrue();
    assertThat(share.grow(1_000)).isTrue();
    assertThat(requireNonNull(memory.begin(1_000)).grow(1_000)).isTrue();
  }

  @Test
  void sharesOfManyThreadsLeaveNothingBehind() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      MemoryBudget.Share share = memory.share();
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int round = 0; round < 10_000; round++) {
                      share.resize(round % 1_500);
                    }
                    share.close();
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(memory.share().resize(2_000)).isTrue();
    assertThat(memory.share().resize(1)).isFalse();
  }
}
