package dev.parley.testkit.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.TopicId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class MemoryJournalFaultsTest {
  private static final TopicId ROOM = new TopicId("room", "general");

  private final MemoryJournal journal = new MemoryJournal();

  private void say(long last) throws JournalException {
    journal.commit(List.of(AppendBuilder.append(ROOM, last).say("ann", "hi").build()), List.of());
  }

  private void assertFails(long last, JournalException.Cause kind) {
    assertThatThrownBy(() -> say(last))
        .isInstanceOfSatisfying(JournalException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  @Test
  void faultsAreUsedUpOneByOne() throws Exception {
    journal.failNextCommit(JournalException.Cause.FULL);
    journal.failNextCommit(JournalException.Cause.BROKEN);

    assertFails(0, JournalException.Cause.FULL);
    assertFails(0, JournalException.Cause.BROKEN);
    assertThat(journal.head(ROOM)).isNull();
    say(0);
    assertThat(journal.commits()).isEqualTo(1);
  }

  @Test
  void commitThatFailsAfterwardsWasCarriedOut() {
    journal.failNextCommitAfterwards(JournalException.Cause.BROKEN);

    assertFails(0, JournalException.Cause.BROKEN);
    assertThat(journal.head(ROOM).lastSequence()).isEqualTo(1);
  }

  @Test
  void outageLastsUntilItIsOver() throws Exception {
    journal.failCommits(JournalException.Cause.READ_ONLY);
    assertFails(0, JournalException.Cause.READ_ONLY);
    assertThatThrownBy(journal::probe).isInstanceOf(JournalException.class);

    journal.failCommits(null);
    journal.probe();
    say(0);
  }

  @Test
  void stalledCommitShowsNothingUntilItGoesOn() throws Exception {
    CompletableFuture<Void> commit;
    try (MemoryJournal.Stall stall = journal.stallCommits()) {
      commit =
          CompletableFuture.runAsync(
              () -> {
                try {
                  say(0);
                } catch (JournalException e) {
                  throw new AssertionError(e);
                }
              });
      stall.awaitCommit();
      assertThat(journal.head(ROOM)).isNull();
    }
    commit.join();
    assertThat(journal.head(ROOM).lastSequence()).isEqualTo(1);
  }
}
