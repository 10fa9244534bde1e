package dev.parley.testkit.engine;

import static dev.parley.testkit.engine.Desk.pin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.error.Reason;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalException.Cause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// An outage is a line when it begins and a line when it ends, whatever happens in between.
final class EngineLogTest {
  private static final Logger LOG = Logger.getLogger("dev.parley.core");

  private final Desk desk = Desk.fresh();
  private final List<LogRecord> lines = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          lines.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    desk.enrol("alice");
    LOG.setLevel(Level.INFO);
    LOG.addHandler(handler);
    LOG.setUseParentHandlers(false);
  }

  @AfterEach
  void stop() {
    LOG.removeHandler(handler);
    LOG.setUseParentHandlers(true);
    LOG.setLevel(Level.OFF);
  }

  private List<String> told() {
    return lines.stream().map(line -> line.getLevel() + " " + line.getMessage()).toList();
  }

  @Test
  void foreseenOutageIsOneLineWithoutStackAndItsEndAnother() {
    desk.journal.journal.failCommits(Cause.FULL);
    for (int i = 0; i < 10; i++) {
      desk.now(pin("alice", "k" + i)).refused(Reason.STORAGE_FULL);
      desk.advance(Duration.ofSeconds(1));
    }
    assertThat(told())
        .containsExactly(
            "SEVERE storage fails, nothing is stored: the journal in memory is to fail: FULL");
    assertThat(lines.getFirst().getThrown()).isNull();
    desk.journal.journal.failCommits(null);
    desk.advance(Duration.ofSeconds(1));
    assertThat(told()).hasSize(2).last().isEqualTo("INFO storage works again");
  }

  @Test
  void outageInWhichSomeCommitsWorkIsOneLineToo() {
    for (int i = 0; i < 10; i++) {
      desk.journal.journal.failNextCommit(Cause.FULL);
      desk.now(pin("alice", "refused" + i)).refused(Reason.STORAGE_FULL);
      desk.now(pin("alice", "taken" + i)).doneAt(i + 1);
    }
    assertThat(told()).hasSize(1);
    desk.advance(Duration.ofSeconds(1));
    assertThat(told()).hasSize(2).last().isEqualTo("INFO storage works again");
  }

  @Test
  void outageInWhichNothingCanBeReadIsOneLineToo() {
    desk.now(pin("alice", "1")).doneAt(1);
    desk.journal.journal.failCommits(Cause.BROKEN);
    desk.journal.findFails = new JournalException(Cause.BROKEN, "on purpose", null);
    desk.journal.headFails = desk.journal.findFails;
    for (int i = 0; i < 10; i++) {
      desk.now(pin("alice", "k" + i)).refused(Reason.STORAGE_UNAVAILABLE);
      desk.advance(Duration.ofSeconds(1));
    }
    assertThat(told()).containsExactly("SEVERE storage fails, nothing is stored");
    assertThat(lines.getFirst().getThrown()).isSameAs(desk.journal.findFails);
  }

  @Test
  void topicThatCannotBeLoadedIsToldOnce() {
    desk.journal.headFails = new JournalException(Cause.CORRUPT, "on purpose", null);
    Desk other = desk.another();
    other.journal.headFails = desk.journal.headFails;
    for (int i = 0; i < 10; i++) {
      other.now(pin("alice", "k" + i)).refused(Reason.STORAGE_CORRUPT);
    }
    assertThat(told()).hasSize(1).first().asString().endsWith(": on purpose");
  }
}
