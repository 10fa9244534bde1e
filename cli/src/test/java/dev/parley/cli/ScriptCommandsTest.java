package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.cli.TestParley.Result;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class ScriptCommandsTest {
  @RegisterExtension final TestParley parley = new TestParley();

  @Test
  void sendEndsWithNumberAndIdOnceAcknowledged() {
    Result sent = parley.run("send", "-u", "ann", "general", "hello,", "world", "--id", "one");

    assertThat(sent.exitCode()).isZero();
    assertThat(sent.out()).matches("\\d+\tone\\R");
    assertThat(parley.run("history", "-u", "bob", "general").out())
        .endsWith(" ann: hello, world\n");
  }

  @Test
  void sentAgainWithItsIdItIsSaidOnceAndThatIsTold() {
    String first = parley.run("send", "-u", "ann", "general", "hello", "--id", "one").out();
    Result again = parley.run("send", "-u", "ann", "general", "hello", "--id", "one");

    assertThat(again.exitCode()).isZero();
    assertThat(again.out()).isEqualTo(first);
    assertThat(again.err()).contains("said before");
    assertThat(parley.run("history", "-u", "ann", "general").lines()).hasSize(1);
  }

  @Test
  void sendReadsStandardInputWhole() {
    assertThat(parley.runWith("one\ntwo\n", "send", "-u", "ann", "general", "-").exitCode())
        .isZero();
    assertThat(parley.run("history", "-u", "ann", "general", "--json").out())
        .contains("\"text\":\"one\\ntwo\"");

    Result empty = parley.runWith("", "send", "-u", "ann", "general", "-");
    assertThat(empty.exitCode()).isEqualTo(2);
    assertThat(empty.err()).contains("standard input is empty");
  }

  @Test
  void sendAcknowledgementAsJson() {
    assertThat(parley.run("send", "-u", "ann", "general", "hi", "--json", "--id", "x").out())
        .contains("\"messageId\":\"x\"")
        .contains("\"sequence\":");
  }

  @Test
  void whatTheServerRefusesExitsWithOneAndSaysWhatToDo() {
    Result nowhere = parley.run("send", "-u", "ann", "nowhere", "hi");
    assertThat(nowhere.exitCode()).isEqualTo(1);
    assertThat(nowhere.err()).contains("ROOM_NOT_FOUND").contains("create this one");

    Result nobody = parley.run("send", "-u", "a b", "general", "hi");
    assertThat(nobody.exitCode()).isEqualTo(2);
    assertThat(nobody.err()).contains("user name \"a b\"").doesNotContain("connect");

    assertThat(parley.run("users", "nowhere").exitCode()).isEqualTo(1);
    assertThat(parley.run("history", "nowhere").exitCode()).isEqualTo(1);
    assertThat(parley.run("tail", "nowhere").exitCode()).isEqualTo(1);
    assertThat(parley.run("chat", "nowhere").exitCode()).isEqualTo(1);
  }

  @Test
  void withoutAServerTheExitCodeIsThree() {
    parley.stop();
    for (String command : new String[] {"send general hi", "tail general", "chat general"}) {
      Result result = parley.run((command + " --connect-timeout 1").split(" "));
      assertThat(result.exitCode()).as(command).isEqualTo(3);
      assertThat(result.err()).contains("connection refused").contains("Is the server running");
      assertThat(result.out()).isEmpty();
    }
    for (String command : new String[] {"history general", "search x", "rooms", "users general"}) {
      assertThat(parley.run((command + " --connect-timeout 1").split(" ")).exitCode())
          .as(command)
          .isEqualTo(3);
    }
  }

  @Test
  void wrongNumbersAreWrongUsage() {
    assertThat(parley.run("history", "general", "-n", "0").exitCode()).isEqualTo(2);
    assertThat(parley.run("search", "x", "-n", "201").exitCode()).isEqualTo(2);
    assertThat(parley.run("tail", "general", "--history", "1001").exitCode()).isEqualTo(2);
    assertThat(parley.run("chat", "--history", "-1").exitCode()).isEqualTo(2);
    assertThat(parley.run("send", "general").err()).contains("TEXT").contains("--help");
  }

  @Test
  void tailPrintsWhatHappensInOrderAndEndsAfterSoMany() {
    for (String text : new String[] {"one", "two", "three"}) {
      parley.run("send", "-u", "ann", "general", text);
    }
    Result tail = parley.run("tail", "-u", "bob", "general", "--history", "2", "-n", "2", "--json");

    assertThat(tail.exitCode()).isZero();
    assertThat(tail.lines()).hasSize(2);
    assertThat(tail.lines().get(0)).startsWith("{\"message\":").contains("\"text\":\"two\"");
    assertThat(tail.lines().get(1)).contains("\"text\":\"three\"");
  }

  @Test
  void tailOfARestoredServerSaysSoAndGoesOnFromItsEnd() throws Exception {
    for (String text : new String[] {"one", "two", "three"}) {
      parley.run("send", "-u", "ann", "general", text);
    }
    CompletableFuture<Result> tail =
        CompletableFuture.supplyAsync(
            () -> parley.run("tail", "-u", "bob", "general", "--history", "1", "-n", "4"));
    while (!parley.run("users", "general").out().contains("bob")) {
      assertThat(tail).isNotDone();
    }
    parley.restore();
    while (!tail.isDone()) {
      parley.run("send", "-u", "ann", "general", "after");
    }
    assertThat(tail.join().exitCode()).isZero();
    assertThat(tail.join().err()).contains("was restored from a backup");
    assertThat(tail.join().out()).contains("three", "after").doesNotContain("one", "two");
  }

  @Test
  void historyShowsWhatAMessageAnswers() {
    parley.run("send", "-u", "ann", "general", "who is there?", "--id", "q");
    parley.run("send", "-u", "bob", "general", "me", "--reply-to", "q");

    assertThat(parley.run("history", "-u", "ann", "general").lines())
        .satisfiesExactly(
            line -> assertThat(line).endsWith("ann: who is there?"),
            line -> assertThat(line).contains("╭").endsWith("ann: who is there?"),
            line -> assertThat(line).endsWith("bob: me"));
    assertThat(parley.run("history", "-u", "ann", "general", "-n", "1").lines()).hasSize(2);
  }

  @Test
  void searchFindsByWordsPhrasesAndAuthors() {
    parley.run("send", "-u", "ann", "general", "the disk is full");
    parley.run("send", "-u", "bob", "general", "a full moon on a disk");

    assertThat(parley.run("search", "-u", "ann", "full", "disk").lines()).hasSize(2);
    assertThat(parley.run("search", "-u", "ann", "\"disk is\"").lines())
        .singleElement()
        .asString()
        .startsWith("general  ")
        .contains("ann: the disk is full");
    assertThat(parley.run("search", "-u", "ann", "--from", "bob", "--json", "disk").lines())
        .singleElement()
        .asString()
        .contains("a full moon");
    assertThat(parley.run("search", "-u", "ann", "nothing").out()).isEmpty();
  }

  @Test
  void roomsTellsWhatIsUnreadAndWhoTheOtherOneIs() {
    parley.run("chat", "-u", "bob", "--history", "0");
    parley.run("send", "-u", "ann", "general", "hi");
    parley.runWith("/dm bob psst\n", "chat", "-u", "ann");

    Result rooms = parley.run("rooms", "-u", "bob");
    assertThat(rooms.lines().getFirst()).startsWith("ROOM").contains("UNREAD");
    assertThat(rooms.lines())
        .anyMatch(line -> line.startsWith("dm-") && line.contains("  @ann "))
        .anyMatch(line -> line.matches("general +General +public +2 +\\d +1 +\\d+"));
    assertThat(parley.run("rooms", "-u", "bob", "--json", "--joined").lines())
        .hasSize(2)
        .anyMatch(line -> line.contains("\"unreadCount\":1"));
  }

  @Test
  void aSearchByAMemberOfNoRoomSaysWhyItFindsNothing() {
    parley.run("send", "-u", "ann", "general", "hello");
    Result search = parley.run("search", "-u", "bob", "hello");
    assertThat(search.out()).isEmpty();
    assertThat(search.err()).contains("a member of no room").contains("--room");

    Result inRoom = parley.run("search", "-u", "bob", "--room", "general", "hello");
    assertThat(inRoom.out()).contains("ann: hello");
    assertThat(inRoom.err()).isEmpty();
    assertThat(parley.run("search", "-u", "ann", "nothing").err()).isEmpty();
  }

  @Test
  void aRoomIsMadeAndDeletedByItsOwner() {
    Result made =
        parley.run("rooms", "create", "ops", "-u", "ann", "--name", "The Ops", "--private");
    assertThat(made.exitCode()).isZero();
    assertThat(made.lines().getLast()).matches("ops +The Ops +private +1 .*");
    assertThat(parley.run("rooms", "-u", "bob").out()).doesNotContain("ops");
    assertThat(parley.run("rooms", "-u", "ann", "create", "dev", "--json").out())
        .contains("\"id\":\"dev\"");

    Result unsure = parley.run("rooms", "delete", "ops", "-u", "ann");
    assertThat(unsure.exitCode()).isEqualTo(2);
    assertThat(unsure.err()).contains("for good", "cannot be used again", "--yes");
    assertThat(parley.run("rooms", "delete", "dev", "-u", "bob", "--yes").exitCode()).isEqualTo(1);
    assertThat(parley.run("rooms", "delete", "ops", "-u", "ann", "--yes").exitCode()).isZero();
    assertThat(parley.run("rooms", "-u", "ann").out()).contains("dev").doesNotContain("ops");
  }

  @Test
  void aRoomThatCannotBeIsNotMade() {
    Result odd = parley.run("rooms", "create", "a b");
    assertThat(odd.exitCode()).isEqualTo(2);
    assertThat(odd.err()).contains("1 to 128 bytes without spaces");
    assertThat(parley.run("rooms", "create", "@ann").err()).contains("stands for a person");
    assertThat(parley.run("rooms", "craete", "x").err()).contains("parley rooms create?");
  }

  @Test
  void ownersMakeMembersAndOwners() {
    parley.run("rooms", "create", "ops", "-u", "ann", "--private");
    assertThat(parley.run("rooms", "add", "ops", "eve", "-u", "bob").exitCode()).isEqualTo(1);
    assertThat(parley.run("rooms", "add", "ops", "bob", "-u", "ann").exitCode()).isZero();
    assertThat(parley.run("rooms", "-u", "bob").out()).contains("ops");
    assertThat(parley.run("rooms", "remove", "ops", "@bob", "-u", "ann").exitCode()).isZero();
    assertThat(parley.run("rooms", "-u", "bob").out()).doesNotContain("ops");
    parley.run("rooms", "add", "ops", "bob", "-u", "ann", "--role", "owner");
    assertThat(parley.run("rooms", "delete", "ops", "-u", "bob", "--yes").exitCode()).isZero();
    Result chief = parley.run("rooms", "add", "ops", "bob", "--role", "chief");
    assertThat(chief.exitCode()).isEqualTo(2);
    assertThat(chief.err()).contains("moderator").doesNotContain("dev.parley");
  }

  @Test
  void twoPeopleTalkAloneByName() {
    assertThat(parley.run("send", "-u", "ann", "@ben", "psst").exitCode()).isZero();
    assertThat(parley.run("history", "-u", "ben", "@ann").out()).contains("ann: psst");
    assertThat(parley.run("search", "-u", "ben", "--room", "@ann", "psst").out()).contains("psst");
    assertThat(parley.run("tail", "-u", "ben", "@ann", "--history", "1", "-n", "1").out())
        .contains("ann: psst");
    assertThat(parley.runWith("hello\n", "chat", "-u", "ben", "@ann").out())
        .contains("ann: psst")
        .contains("ben: hello");
    assertThat(parley.run("history", "-u", "ann", "@ben").out()).contains("ben: hello");
  }

  @Test
  void usersIsEmptyWhereNobodyIsOnline() {
    assertThat(parley.run("users", "general").out().strip()).isEqualTo("USER  NAME  STATUS");
    assertThat(parley.run("users", "general", "--json").out()).isEmpty();
  }

  @Test
  void contentThatWouldMoveTheCursorIsPrintedHarmless() {
    parley.run("send", "-u", "mallory\u202e", "general", "look \u202eback\u202c and \u2066there");

    String out = parley.run("history", "-u", "ann", "general").out();
    assertThat(out).contains("mallory: look back and there").doesNotContain("\u202e", "\u2066");
  }

  @Test
  void noColoursWhereNobodyLooks() {
    parley.run("send", "-u", "ann", "general", "hi");
    assertThat(parley.run("history", "-u", "ann", "general").out()).doesNotContain("\u001b");
    assertThat(parley.run("search", "-u", "ann", "hi").out()).doesNotContain("\u001b");
  }

  @Test
  void pipedChatSaysLinesDoesCommandsAndEndsWhenAllIsAcknowledged() {
    Result chat =
        parley.runWith(
            "hello\n/create ops The Ops\nin ops\n/switch general\n/usr/bin is a path\n",
            "chat",
            "-u",
            "ann");

    assertThat(chat.exitCode()).isZero();
    assertThat(chat.out()).contains("ann: hello").contains("ann: /usr/bin is a path");
    assertThat(parley.run("history", "-u", "ann", "ops").out()).contains("ann: in ops");
    assertThat(parley.run("history", "-u", "ann", "general").out())
        .contains("ann: hello")
        .contains("ann: /usr/bin is a path");
  }

  @Test
  void pipedChatThatWasRefusedSomethingExitsWithOne() {
    assertThat(parley.runWith("/reply 99 hello\n", "chat", "-u", "ann").exitCode()).isEqualTo(1);
    assertThat(parley.runWith("/react\n", "chat", "-u", "ann").exitCode()).isEqualTo(1);
    assertThat(parley.runWith("/react\n", "chat", "-u", "ann", "--plain").exitCode()).isZero();
  }
}
