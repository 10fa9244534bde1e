package dev.parley.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.cli.TestParley;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// `parley chat --ai` at a terminal.
@Timeout(120)
class TerminalTalkTest {
  private static final String CTRL_C = "\u0003";
  private static final String CTRL_D = "\u0004";
  private static final String LONG = "word ".repeat(60).strip();

  @RegisterExtension
  final TestParley parley =
      new TestParley()
          .withLines(
              """
              provider.simulated.pace = 0s
              provider.slow.kind = simulated
              provider.slow.pace = 50ms
              """);

  private TestTerminal talk(String... more) throws Exception {
    String[] args = new String[more.length + 3];
    args[0] = "--ai";
    args[1] = "--server=" + parley.server();
    args[2] = "--user=ann";
    System.arraycopy(more, 0, args, 3, more.length);
    TestTerminal talk = TestTerminal.chat(true, null, args);
    talk.await("ann in ");
    talk.awaitReading(1);
    return talk;
  }

  @Test
  void anAnswerIsShownWithItsMarkdownRenderedAndWhatItTook() throws Exception {
    try (TestTerminal ann = talk()) {
      ann.await("new session");
      ann.line("How **deep** is it?");
      String screen = ann.await(" tokens in,");
      assertThat(screen)
          .contains("1 You › How **deep** is it?")
          .contains("You said: How deep is it?")
          .contains("simulated/simulated · context 2 messages · ")
          .contains(" · first after ")
          .containsPattern("· \\d+ chunks? · first after [\\d.]+ s · [\\d.]+\\s+s\\s+in\\s+all");
      assertThat(ann.raw()).as("bold").contains("\u001b[1mdeep");
    }
  }

  @Test
  void ctrlCStopsTheAnswerAndOnlyLaterTheProgram() throws Exception {
    try (TestTerminal ann = talk("--model", "slow/slow")) {
      ann.line(LONG);
      ann.await("You said: word word");
      ann.await("Ctrl-C stops");
      ann.type(CTRL_C);
      ann.await("stopped · slow/slow");
      ann.line("again");
      ann.await("You said: again");
      ann.await("context 4 messages");
      ann.type("half");
      ann.await("half");
      ann.type(CTRL_C);
      ann.awaitGone("half");
    }
  }

  @Test
  void ctrlCTwiceEndsWhenNothingIsToBeStopped() throws Exception {
    try (TestTerminal ann = talk()) {
      ann.type(CTRL_C);
      ann.await("Ctrl-C once more ends");
      ann.awaitReading(2);
      ann.type(CTRL_C);
      assertThat(ann.exitCode()).isZero();
    }
    try (TestTerminal ann = talk()) {
      ann.type(CTRL_D);
      assertThat(ann.exitCode()).isZero();
    }
  }

  @Test
  void aServerThatGoesDownInMidAnswerIsComeBackTo() throws Exception {
    try (TestTerminal ann = talk("--model", "slow/slow")) {
      ann.line(LONG);
      ann.await("You said: word word");
      parley.stop();
      ann.await("the server is going away");
      ann.line("and now?");
      ann.await("goes out with the next connection");
      parley.startAgain();
      ann.await("interrupted: the server went away");
      ann.await("You said: and now?");
    }
  }

  @Test
  void whatIsSaidMeanwhileWaitsForItsTurn() throws Exception {
    try (TestTerminal ann = talk("--model", "slow/slow")) {
      ann.line("one two three four five six seven eight nine ten");
      ann.await("You said: one");
      ann.line("second");
      assertThat(ann.await("⧖ 1 waiting")).doesNotContain("2 You ›");
      ann.type("half a li");
      String screen = ann.await("You said: second");
      assertThat(screen.indexOf("context 2 messages")).isLessThan(screen.indexOf("2 You › second"));
      ann.await("context 4 messages");
      ann.await("half a li"); // which the line that was printed above it hid for a moment
    }
  }

  @Test
  void inMidAnswerItIsStoppedAndAskedAgain() throws Exception {
    try (TestTerminal ann = talk("--model", "slow/slow")) {
      ann.line(LONG);
      ann.await("You said: word word");
      ann.line("/retry");
      ann.await("asked again");
      ann.await("stopped · slow/slow");
    }
  }

  @Test
  void aSessionThatIsDeletedInMidAnswerDoesNotGoOn() throws Exception {
    try (TestTerminal ann = talk("--model", "slow/slow")) {
      ann.line(LONG);
      ann.await("You said: word word");
      ann.line("/delete");
      assertThat(ann.await("is deleted")).contains("stopped").doesNotContain("goes on at");
    }
  }

  @Test
  void whatHappensInMidAnswerStandsBelowWhatHasCome() throws Exception {
    try (TestTerminal ann = talk("--model", "slow/slow")) {
      ann.line("first");
      ann.await("context 2 messages");
      ann.line(LONG);
      ann.await("You said: word word");
      ann.line("/fork 2");
      String screen = ann.await("which stays as it is");
      assertThat(screen.indexOf("You said: word word")).isLessThan(screen.indexOf("forked of"));
    }
    try (TestTerminal ann = talk("--model", "slow/slow")) {
      ann.line(LONG);
      ann.await("You said: word word");
      parley.stop();
      String screen = ann.await("the server is going away");
      assertThat(screen.indexOf("You said: word word"))
          .isLessThan(screen.indexOf("the server is going away"));
    }
  }

  @Test
  void anotherSessionIsGoneOnWithWhereItWas() throws Exception {
    try (TestTerminal ann = talk()) {
      ann.line("about rivers");
      ann.await("context 2 messages");
      ann.line("/new");
      ann.awaitReading(3);
      ann.line("/clear");
      ann.awaitGone("about rivers");
      ann.line("/resume");
      ann.await("1 You › about rivers");
      ann.line("go on");
      ann.await("3 turns so far");
    }
  }

  @Test
  void tabCompletesCommands() throws Exception {
    try (TestTerminal ann = talk()) {
      ann.type("/re\t");
      ann.await("/rename   /resume   /retry");
    }
  }

  @Test
  void terminalsThatCanDoNothingGetFinishedBlocks() throws Exception {
    try (TestTerminal ann =
        TestTerminal.dumb("--ai", "--server=" + parley.server(), "--user=ann")) {
      ann.await("You ›");
      ann.line("hello");
      ann.await("You said: hello");
      ann.await("context 2 messages");
    }
  }
}
