package dev.parley.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.cli.TestParley.Result;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MoveCommandsTest {
  /// Messages of the excerpt.
  private static final int SAID = 14;

  @RegisterExtension final TestParley parley = new TestParley();

  @Test
  void anIrcLogIsImportedInOrderWithItsAuthorsAndTimes() throws Exception {
    Result imported = parley.run("import", "irc", "--room", "#ubuntu", excerpt());

    assertThat(imported.exitCode()).isZero();
    assertThat(imported.out()).contains("imported                %d\n".formatted(SAID));
    List<String> history = parley.run("history", "-u", "ann", "#ubuntu", "--json").lines();
    assertThat(history).hasSize(SAID);
    assertThat(history.getFirst())
        .contains("\"id\":\"Xophe\"", "\"text\":\"Hello\"", "\"2004-12-25T03:41:00Z\"");
    assertThat(history.getLast())
        .contains("\"id\":\"RuffianSoldier\"", "\"text\":\"no\"", "\"2004-12-25T03:45:00Z\"");
    assertThat(parley.run("search", "-u", "ann", "--room", "#ubuntu", "panics", "boot").lines())
        .hasSize(1);
  }

  @Test
  void importingTwiceAddsNothing() throws Exception {
    parley.run("import", "irc", "--room", "#ubuntu", excerpt());
    String before = parley.run("export", "-u", "ann").out();
    Result again = parley.run("import", "irc", "--room", "#ubuntu", excerpt(), "--json");

    assertThat(again.exitCode()).isZero();
    assertThat(again.out()).contains("\"imported\":0,\"duplicates\":" + SAID);
    assertThat(parley.run("export", "-u", "ann").out()).isEqualTo(before);
  }

  @Test
  void aDryRunSendsNothing() throws Exception {
    parley.stop();
    Result dry = parley.run("import", "irc", "-n", "--room", "#ubuntu", excerpt());

    assertThat(dry.exitCode()).isZero();
    assertThat(dry.out()).contains(SAID + " messages");
  }

  @Test
  void whatCannotBeImportedIsCountedWithItsReasonAndLine() throws Exception {
    Path log = write("2020-01-01.txt", "[09:14] <ann> hello\n=== bob has joined\nwhat is this\n");
    Result irc = parley.run("import", "irc", "--room", "#a", log.toString());
    assertThat(irc.exitCode()).isZero();
    assertThat(irc.out())
        .contains("imported                 1\n")
        .contains("system line: somebody came, went or changed a name (2020-01-01.txt:2)")
        .contains("not a line of a chat log (2020-01-01.txt:3)");

    Path lines =
        write(
            "all.ndjson",
            """
            {"room":{"id":"a","name":"A"}}
            {"roomId":"a","id":"1","sender":{"id":"ann"},"content":{"text":"hello"}}
            {"roomId":"a",
            {"roomId":"a","id":"2","content":{"text":"hello"}}

            {"roomId":"a","id":"3","sender":{"id":"ann"},"content":{"text":"\\u001b[31m"}}
            """);
    Result ndjson = parley.run("import", "ndjson", lines.toString());
    assertThat(ndjson.exitCode()).isEqualTo(1);
    assertThat(ndjson.out())
        .contains("imported                 1\n")
        .contains("not a JSON object of a message (all.ndjson:3)")
        .contains("message without sender.id (all.ndjson:4)")
        .contains("INVALID_REQUEST")
        .contains("(all.ndjson:6)");
    assertThat(parley.run("import", "ndjson", lines.toString(), "--json").out())
        .contains("\"reason\":\"NOT_JSON\"", "\"first\":[\"all.ndjson:3\"]")
        .contains("\"duplicates\":1,\"refused\":1");
  }

  @Test
  void anImportOfNothingFails() throws Exception {
    for (String text : new String[] {"", "no JSON\n", "{\"roomId\":\"a\"}\n"}) {
      Result nothing = parley.run("import", "ndjson", write("a.ndjson", text).toString());
      assertThat(nothing.exitCode()).as(text).isEqualTo(1);
      assertThat(nothing.err()).contains("there is nothing to import");
    }
    Path room = write("a.ndjson", "{\"room\":{\"id\":\"a\"}}\n");
    assertThat(parley.run("import", "ndjson", room.toString()).exitCode()).isZero();
  }

  @Test
  void aRoomThatIsRefusedIsToldWithItsLine() throws Exception {
    Path lines =
        write(
            "a.ndjson",
            """
            {"room":{"id":"fine"}}
            {"roomId":"fine","id":"1","sender":{"id":"ann"},"content":{"text":"hello"}}
            {"room":{"id":"not fine"}}
            """);
    Result imported = parley.run("import", "ndjson", lines.toString());
    assertThat(imported.exitCode()).isEqualTo(1);
    assertThat(imported.out()).contains("rooms.id").contains("(a.ndjson:3)");
  }

  @Test
  void anImportReadsStandardInputAndPutsItWhereItIsTold() {
    String line = "{\"id\":\"1\",\"sender\":{\"id\":\"ann\"},\"content\":{\"text\":\"hello\"}}\n";
    assertThat(parley.runWith(line, "import", "ndjson", "-", "--room", "a").exitCode()).isZero();
    assertThat(parley.run("history", "-u", "bob", "a").out()).contains("ann: hello");
  }

  @Test
  void exportedAndImportedElsewhereItIsTheSame() throws Exception {
    parley.run("import", "irc", "--room", "#ubuntu", excerpt());
    parley.runWith(
        """
        /create ops The Ops
        first
        second 👩‍👩‍👧 \u202eline
        /reply last yes
        /edit last no
        /switch general
        hi @bob
        /dm bob psst
        """,
        "chat",
        "-u",
        "ann");
    Path file = parley.folder().resolve("all.ndjson");
    Result exported = parley.run("export", "-u", "ann", "--out", file.toString());
    assertThat(exported.exitCode()).isZero();
    assertThat(exported.out()).isEmpty();
    assertThat(exported.err()).contains("exported");
    String before = Files.readString(file);

    parley.stop();
    parley.startEmpty();
    Result imported = parley.run("import", "ndjson", file.toString());
    assertThat(imported.out()).contains("refused                  0");
    assertThat(imported.exitCode()).isZero();

    String after = parley.run("export", "-u", "ann").out();
    assertThat(comparable(after)).isEqualTo(comparable(before));
    parley.run("import", "ndjson", file.toString());
    assertThat(parley.run("export", "-u", "ann").out()).isEqualTo(after);
  }

  // A room is made anew, so the day it was made on differs; so do the places of messages, for what
  // became of them, such as edits, has places of its own and is not exported. That and when a
  // message was edited, and reactions, are not imported.
  private static List<String> comparable(String export) {
    return export
        .lines()
        .map(line -> line.replaceAll("\"createdAt\":\"[^\"]*\",?", ""))
        .map(line -> line.replaceAll(",\"(sequence|editedAt|editSequence)\":\"[^\"]+\"", ""))
        .toList();
  }

  @Test
  void exportOfOneRoomHoldsThatRoomOnly() throws Exception {
    parley.run("import", "irc", "--room", "#ubuntu", excerpt());
    Result one = parley.run("export", "-u", "ann", "#ubuntu");

    assertThat(one.lines()).hasSize(1 + SAID);
    assertThat(one.lines().getFirst()).startsWith("{\"room\":{\"id\":\"#ubuntu\"");
    assertThat(parley.run("export", "nowhere").exitCode()).isEqualTo(1);
  }

  @Test
  void filesThatAreNotThereAreWrongUsage() {
    assertThat(parley.run("import", "irc", "nowhere.txt").err())
        .contains("nowhere.txt: cannot be read");
    assertThat(parley.run("import", "irc", "nowhere.txt").exitCode()).isEqualTo(2);
    assertThat(parley.run("import", "ndjson", "nowhere").exitCode()).isEqualTo(2);
    assertThat(parley.run("replay", "nowhere.txt").exitCode()).isEqualTo(2);
    assertThat(TestParley.command("", "import").err()).contains("irc or ndjson");
  }

  @Test
  void replayFindsNothingMissing() throws Exception {
    Result replay = parley.run("replay", "--factor", "0", excerpt());
    assertThat(replay.exitCode()).isZero();
    assertThat(replay.out())
        .contains("14 messages by 4 clients", "14 acknowledged, 56 delivered")
        .contains("Everybody got everything");

    assertThat(parley.run("rooms").out()).doesNotContain("replay-");

    Result json =
        parley.run("replay", "--keep", "--factor", "0", "--max-clients", "2", "--json", excerpt());
    assertThat(json.out()).contains("\"acked\":14,\"delivered\":28").contains("\"ok\":true");
    assertThat(parley.run("rooms").out()).contains("replay-");
  }

  @Test
  void replayReportsWhatDidNotArrive() throws Exception {
    Path file =
        write(
            "long.ndjson",
            """
            {"id":"1","sender":{"id":"ann"},"content":{"text":"fine"}}
            {"id":"2","sender":{"id":"bob"},"content":{"text":"%s"}}
            """
                .formatted("x".repeat(70_000)));
    Result replay = parley.run("replay", "--factor", "0", file.toString());

    assertThat(replay.exitCode()).isEqualTo(1);
    assertThat(replay.out())
        .contains("VIOLATION: message 1 was refused")
        .contains("1 acknowledged");
  }

  @Test
  void replayWithoutAServerExitsWithThree() throws Exception {
    parley.stop();
    Result replay = parley.run("replay", "--factor", "0", "--connect-timeout", "1", excerpt());
    assertThat(replay.exitCode()).isEqualTo(3);
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(parley.folder().resolve(name), text, UTF_8);
  }

  private static String excerpt() throws URISyntaxException {
    return Path.of(
            Objects.requireNonNull(MoveCommandsTest.class.getResource("ubuntu-2004-12-25.txt"))
                .toURI())
        .toString();
  }
}
