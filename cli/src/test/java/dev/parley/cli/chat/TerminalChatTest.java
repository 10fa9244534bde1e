package dev.parley.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.cli.TestParley;
import dev.parley.cli.terminal.HistoryFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TerminalChatTest {
  private static final String UP = "\u001bOA";
  private static final String CTRL_C = "\u0003";
  private static final String CTRL_D = "\u0004";

  @RegisterExtension final TestParley parley = new TestParley();

  private TestTerminal chat(String user, String... rooms) throws Exception {
    String[] args = new String[rooms.length + 2];
    args[0] = "--server=" + parley.server();
    args[1] = "--user=" + user;
    System.arraycopy(rooms, 0, args, 2, rooms.length);
    TestTerminal chat = TestTerminal.chat(true, null, args);
    chat.await(user + " in general");
    chat.awaitReading(1);
    return chat;
  }

  @Test
  void aMessageIsShownAboveTheLineThatIsBeingTyped() throws Exception {
    try (TestTerminal ann = chat("ann");
        TestTerminal bob = chat("bob")) {
      ann.type("half a li");
      bob.await("ann is typing");
      bob.line("hello ann");

      ann.await("bob: hello ann");
      String screen = ann.await("> half a li");
      assertThat(screen.indexOf("bob: hello ann")).isLessThan(screen.indexOf("> half a li"));
      ann.line("ne");
      bob.await("ann: half a line");
      bob.awaitGone("is typing");
    }
  }

  @Test
  void tabCompletesCommandsRoomsAndPeople() throws Exception {
    try (TestTerminal ann = chat("ann");
        TestTerminal bob = chat("bob")) {
      bob.await("ann, bob");
      ann.await("bob is here");
      ann.type("/sw\t");
      ann.await("> /switch ");
      ann.type("g\t");
      ann.await("> /switch general");
      ann.type(CTRL_C);
      ann.awaitGone("/switch");
      ann.type("hello @b\t");
      ann.await("> hello @bob");
      ann.type(CTRL_C);
      ann.awaitGone("hello");
      ann.type("/h\t");
      ann.await("/help      /history");
    }
  }

  @Test
  void aMessageIsAnsweredChangedReactedToAndDeletedByItsNumber() throws Exception {
    try (TestTerminal ann = chat("ann")) {
      ann.line("first");
      ann.await("2 ann: first");
      ann.line("/reply 2 second");
      assertThat(ann.await("3 ann: second")).contains("╭ 2 ann: first");
      ann.line("/edit 3 third");
      ann.await("✎ 3 ann: third (edited)");
      ann.line("/react 2 👍");
      ann.await("ann put");
      ann.line("/delete 3");
      ann.await("✗ ann deleted 3");
      ann.line("/edit last now");
      ann.await("✎ 2 ann: now (edited)");
      ann.line("/history");
      assertThat(ann.await("3 ann: (deleted)")).contains("2 ann: now (edited)");
    }
  }

  @Test
  void whoEntersLaterSeesMessagesAsTheyAreNowAndNothingTwice() throws Exception {
    parley.runWith("one\n/edit last two\n/react last 👍\n", "chat", "-u", "ann");
    try (TestTerminal bob = chat("bob")) {
      bob.await("2 ann: two (edited)");
      bob.line("after");
      assertThat(bob.await("bob: after")).doesNotContain("✎").doesNotContain("put 👍");
    }
  }

  @Test
  void wrongCommandsSayWhatWasExpected() throws Exception {
    try (TestTerminal ann = chat("ann")) {
      ann.line("/jion random");
      ann.await("/jion: there is no such command; did you mean /join?");
      ann.line("/reply x");
      ann.await("expected: /reply NUMBER|last TEXT");
      ann.line("/edit 9 x");
      ann.await("there is no message 9");
      ann.line("/switch @bob");
      ann.await("@bob is none of your rooms; /dm bob");
      ann.line("/leave nowhere");
      ann.await("nowhere is none of your rooms");
      ann.line("/join nowhere");
      ann.await("ROOM_NOT_FOUND");
      ann.line("/help nonsense");
      ann.await("/nonsense: there is no such command; /help lists all");
      ann.line("/sttus away");
      ann.await("did you mean /status?");
      ann.line("/status offline");
      ann.await("offline are those who have ended: /quit");
      ann.line("/create @bob");
      ann.await("no @ in front");
      ann.line("/dm ann hello");
      ann.await("that is you");
    }
  }

  @Test
  void onlyTheAuthorOfAMessageCanChangeIt() throws Exception {
    parley.run("send", "-u", "bob", "general", "mine");
    try (TestTerminal ann = chat("ann")) {
      ann.await("2 bob: mine");
      ann.line("/edit 2 yours");
      assertThat(ann.await("message 2 is bob's, who alone can change it"))
          .doesNotContain("moderator");
    }
  }

  @Test
  void whoLeavesARoomSeesWhereHeIsThen() throws Exception {
    try (TestTerminal ann = chat("ann", "general", "random")) {
      ann.await("also in random");
      ann.line("/leave");
      ann.await("you left general");
      ann.await("—— random ——");
      ann.line("/leave");
      ann.await("you left random");
      ann.await("you are in no room now; /join ROOM");
    }
  }

  @Test
  void whoOnlySendsIsHeardAndNotSeenComing() throws Exception {
    try (TestTerminal ann = chat("ann")) {
      parley.run("send", "-u", "bob", "general", "hello");
      parley.run("send", "-u", "bob", "general", "again");
      ann.await("bob: again");
      try (TestTerminal _ = chat("eve")) {
        assertThat(ann.await("eve is here")).contains("bob: hello").doesNotContain("bob is here");
      }
    }
  }

  @Test
  void otherRoomsShowWhatIsUnreadUntilTheyAreLookedAt() throws Exception {
    try (TestTerminal ann = chat("ann", "general", "random")) {
      ann.await("also in random");
      parley.run("send", "-u", "bob", "random", "one");
      ann.await("random 1");
      parley.run("send", "-u", "bob", "random", "two @ann", "--mention", "ann");
      ann.await("random 2!");
      ann.await("bob speaks to you in random: /switch random");
      ann.line("/switch random");
      assertThat(ann.await("bob: two @ann")).contains("bob: one");
      ann.await("ann in random ");
      ann.awaitGone("random 2!");
    }
  }

  @Test
  void whoComesBackIsNotToldOfTheRoomThatHeEnters() throws Exception {
    parley.runWith("", "chat", "-u", "ann");
    parley.run("send", "-u", "bob", "general", "one");
    try (TestTerminal ann = chat("ann")) {
      ann.await("bob: one");
      assertThat(ann.raw()).doesNotContain("unread in general");
    }
  }

  @Test
  void peopleTalkAlone() throws Exception {
    try (TestTerminal ann = chat("ann");
        TestTerminal bob = chat("bob")) {
      ann.line("/dm bob psst");
      ann.await("ann in @bob");
      ann.await("ann: psst");
      bob.await("ann speaks to you in @ann: /switch @ann");
      bob.line("/switch @ann");
      bob.await("ann: psst");
      bob.line("/rooms");
      assertThat(bob.await("ROOM ")).doesNotContain("dm-");
    }
  }

  @Test
  void hostileTextReachesNoTerminalRaw() throws Exception {
    parley.run(
        "send", "-u", "mal\u202elory", "general", "one\n12:00     99 ann: \u202eforged\u2066");
    try (TestTerminal ann = chat("ann")) {
      String screen = ann.await("mallory: one");
      assertThat(screen).contains("                12:00     99 ann: forged");
      assertThat(ann.raw()).doesNotContain("\u202e", "\u2066");
    }
  }

  @Test
  void authorsHaveColoursUnlessNoneAreWanted() throws Exception {
    parley.run("send", "-u", "bob", "general", "hello");
    try (TestTerminal ann = chat("ann")) {
      ann.await("bob: hello");
      assertThat(ann.raw()).containsPattern("\u001b\\[[0-9;]*38;5;\\d+[0-9;]*mbob");
    }
    String[] args = {"--server=" + parley.server(), "--user=ann"};
    try (TestTerminal ann = TestTerminal.chat(false, null, args)) {
      ann.await("bob: hello");
      ann.await("ann in general");
      assertThat(ann.raw()).doesNotContainPattern("\u001b\\[[0-9;]*m");
    }
  }

  @Test
  void aDumbTerminalTellsInItsPromptWhereOneIs() throws Exception {
    String[] args = {"--server=" + parley.server(), "--user=ann"};
    try (TestTerminal ann = TestTerminal.dumb(args)) {
      ann.await("general> ");
      ann.line("hello");
      ann.await("ann: hello");
      assertThat(ann.raw()).doesNotContain("\u001b[");
      ann.type(CTRL_D);
      assertThat(ann.exitCode()).isZero();
    }
  }

  @Test
  void typedLinesAreRememberedAcrossRuns() throws Exception {
    Path typed = HistoryFile.prepared(parley.folder().resolve("typed"));
    String[] args = {"--server=" + parley.server(), "--user=ann"};
    try (TestTerminal ann = TestTerminal.chat(true, typed, args)) {
      ann.await("> ");
      ann.line("something to remember");
      ann.await("ann: something to remember");
      ann.type(CTRL_D);
      assertThat(ann.exitCode()).isZero();
    }
    try (TestTerminal ann = TestTerminal.chat(true, typed, args)) {
      ann.await("> ");
      ann.awaitReading(1);
      ann.type(UP);
      ann.await("> something to remember");
    }
  }

  @Test
  void ctrlCClearsTheLineAndThenEnds() throws Exception {
    try (TestTerminal ann = chat("ann")) {
      ann.type("not to be said");
      ann.await("> not to be said");
      ann.type(CTRL_C);
      ann.awaitGone("not to be said");
      ann.awaitReading(2);
      ann.type(CTRL_C);
      assertThat(ann.exitCode()).isZero();
    }
    assertThat(parley.run("history", "-u", "ann", "general").out()).isEmpty();
  }

  @Test
  void whatIsSaidWithoutAServerArrivesOnceWhenItIsBack() throws Exception {
    try (TestTerminal ann = chat("ann")) {
      parley.stop();
      ann.await("reconnecting");
      ann.line("into the void");
      ann.await("⧖ into the void");
      ann.await("1 not sent yet");
      parley.startAgain();
      ann.await("connected again");
      ann.await("ann: into the void");
      ann.awaitGone("not sent yet");
    }
    assertThat(parley.run("history", "-u", "bob", "general").lines()).hasSize(1);
  }

  @Test
  void whoEndsBeforeAllIsSentIsToldWhatWasNot() throws Exception {
    try (TestTerminal ann = chat("ann")) {
      parley.stop();
      ann.await("reconnecting");
      ann.line("into the void");
      ann.await("⧖ into the void");
      ann.awaitReading(2);
      ann.type(CTRL_C);
      ann.await("1 message not sent yet; Ctrl-C again to give it up");
      ann.type(CTRL_C);
      assertThat(ann.exitCode()).isEqualTo(3);
      ann.await("1 message not acknowledged:");
      ann.awaitGone("ann in general");
    }
  }

  @Test
  void theLastMessageIsNeverAnOlderOneThanTheOneOnItsWay() throws Exception {
    try (TestTerminal ann = chat("ann")) {
      ann.line("first");
      ann.await("ann: first");
      parley.stop();
      ann.await("reconnecting");
      ann.line("second");
      ann.line("/edit last third");
      ann.await("your last message is still on its way");
      ann.line("/delete last");
      parley.startAgain();
      ann.await("ann: second");
      ann.line("/edit last third");
      ann.await("ann: third (edited)");
    }
    assertThat(parley.run("history", "-u", "bob", "general").out())
        .contains("ann: first\n")
        .contains("ann: third (edited)\n");
  }

  @Test
  void aRestoredRoomIsShownFromItsEndAndNotWhole() throws Exception {
    for (int i = 1; i <= 30; i++) {
      parley.run("send", "-u", "bob", "general", "old " + i + ".");
    }
    try (TestTerminal ann = chat("ann", "--history", "2")) {
      ann.await("bob: old 30.");
      parley.restore();
      ann.await("begins anew");
      parley.run("send", "-u", "bob", "general", "after");
      ann.await("bob: after");
      assertThat(ann.raw()).contains("old 29.").doesNotContain("old 28.");
    }
  }

  @Test
  void ownersInvite() throws Exception {
    try (TestTerminal ann = chat("ann")) {
      ann.line("/create ops");
      ann.await("ann in ops");
      ann.line("/invite bob chief");
      ann.await("expected: /invite USER [moderator|owner]");
      ann.line("/invite @bob owner");
      ann.await("ann made bob an owner");
    }
  }

  @Test
  void theScreenIsDrawnAnewInItsNewSize() throws Exception {
    parley.run("send", "-u", "bob", "general", "a message with a lot of words that goes on and on");
    try (TestTerminal ann = chat("ann")) {
      ann.await("goes on and on");
      ann.type("typing");
      ann.await("> typing");
      ann.resize(40, 12);
      ann.await("          of words that goes on and on");
      ann.await("> typing");
    }
  }
}
