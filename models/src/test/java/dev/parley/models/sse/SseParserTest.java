package dev.parley.models.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.core.model.ModelException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SseParserTest {
  private static ServerSentEvent message(String data) {
    return new ServerSentEvent("message", data, "");
  }

  private static Arguments stream(String name, String text, ServerSentEvent... events) {
    return Arguments.argumentSet(name, text.getBytes(UTF_8), List.of(events));
  }

  static List<Arguments> streams() {
    return List.of(
        stream("line feeds", "data: a\n\ndata: b\n\n", message("a"), message("b")),
        stream("carriage returns", "data: a\r\rdata: b\r\r", message("a"), message("b")),
        stream("both", "data: a\r\n\r\ndata: b\r\n\r\n", message("a"), message("b")),
        stream(
            "mixed",
            "data: a\ndata: b\rdata: c\r\n\n\rdata: d\r\n\r", // an empty event between
            message("a\nb\nc"),
            message("d")),
        stream("byte order mark", "\uFEFFdata: a\n\n", message("a")),
        stream("byte order mark before an empty line", "\uFEFF\ndata: a\n\n", message("a")),
        stream(
            "byte order mark only at the beginning", "data: a\n\n\uFEFFdata: b\n\n", message("a")),
        stream("comments", ": ping\n\n:\n\ndata: a\n: b\ndata: c\n\n", message("a\nc")),
        stream(
            "no space",
            "data:a\n\ndata:  b\n\ndata:\tc\n\n",
            message("a"),
            message(" b"),
            message("\tc")),
        stream("several colons", "data: {\"a\": \"b:c\"}\n\n", message("{\"a\": \"b:c\"}")),
        stream(
            "empty data",
            "data\n\ndata\ndata\n\ndata:\n\ndata: \n\n",
            message(""),
            message("\n"),
            message(""),
            message("")),
        stream(
            "no data", "event: a\nid: 1\n\ndata: b\n\n", new ServerSentEvent("message", "b", "1")),
        stream(
            "names",
            "event: a\ndata: 1\n\nevent: b\nevent: c\ndata: 2\n\nevent\ndata: 3\n\n",
            new ServerSentEvent("a", "1", ""),
            new ServerSentEvent("c", "2", ""),
            message("3")),
        stream(
            "ids",
            "id: 1\ndata: a\n\ndata: b\n\nid: \0\ndata: c\n\nid\ndata: d\n\n",
            new ServerSentEvent("message", "a", "1"),
            new ServerSentEvent("message", "b", "1"),
            new ServerSentEvent("message", "c", "1"),
            message("d")),
        stream(
            "other fields",
            "retry: 10\ndata: a\nDATA: b\ndatum: c\ndat: d\n data: e\n\n",
            message("a")),
        stream(
            "characters of every length",
            "data: aß€😀\nevent: é\n\n",
            new ServerSentEvent("é", "aß€😀", "")),
        stream("an event that does not end", "data: a\n\ndata: b\n", message("a")),
        stream("a line that does not end", "data: a\n\ndata: b", message("a")),
        stream("nothing", ""));
  }

  @ParameterizedTest
  @MethodSource("streams")
  void isTheSameHoweverTheStreamIsCut(byte[] bytes, List<ServerSentEvent> expected) {
    for (int first = 0; first <= bytes.length; first++) {
      for (int second = first; second <= bytes.length; second++) {
        assertThat(parsed(bytes, first, second)).as("%s, %s", first, second).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("streams")
  void isTheSameByteByByte(byte[] bytes, List<ServerSentEvent> expected) {
    SseParser parser = new SseParser();
    List<ServerSentEvent> events = new ArrayList<>();
    byte[] single = new byte[1];
    for (byte value : bytes) {
      single[0] = value;
      parser.feed(single, 0, 1, events::add);
      parser.feed(single, 1, 0, events::add);
    }
    assertThat(events).isEqualTo(expected);
  }

  @Test
  void anEventIsToldAsSoonAsItsEmptyLineBegins() {
    SseParser parser = new SseParser();
    List<ServerSentEvent> events = new ArrayList<>();
    byte[] bytes = "data: a\r\n\r".getBytes(UTF_8);
    parser.feed(bytes, 0, bytes.length - 1, events::add);
    assertThat(events).isEmpty();
    parser.feed(bytes, bytes.length - 1, 1, events::add);
    assertThat(events).containsExactly(message("a"));
  }

  @Test
  void brokenCharactersAreReplaced() {
    byte[] bytes = {'d', 'a', 't', 'a', ':', (byte) 0xC3, 'x', '\n', '\n'};
    assertThat(parsed(bytes, 6, 6)).containsExactly(message("\uFFFDx"));
  }

  @Test
  void longLinesInManyPiecesAreWhole() {
    String text = "0123456789".repeat(100_000);
    byte[] bytes = ("data: " + text + "\n\ndata: b\n\n").getBytes(UTF_8);
    SseParser parser = new SseParser();
    List<ServerSentEvent> events = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += 1_000) {
      parser.feed(bytes, at, Math.min(1_000, bytes.length - at), events::add);
    }
    assertThat(events).containsExactly(message(text), message("b"));
  }

  @Test
  void anEventAsLongAsAllowedIsRead() {
    byte[] bytes = "data: 456789\n\ndata: 456789\n\n: 4567890\n".getBytes(UTF_8);
    for (int cut = 0; cut <= bytes.length; cut++) {
      assertThat(parsed(new SseParser(12), bytes, cut, cut)).hasSize(2);
    }
  }

  @Test
  void aLineThatIsTooLongIsMalformed() {
    assertTooLong("data: 4567890\n", 12);
    assertTooLong("data: 4567890", 12);
    assertTooLong(": 4567890123", 11);
  }

  @Test
  void linesThatAreTooLongTogetherAreMalformed() {
    // "123" and its line feed are held when the second line comes.
    byte[] allowed = "data:123\ndata:456\n\n".getBytes(UTF_8);
    assertThat(parsed(new SseParser(12), allowed, 10, 12)).containsExactly(message("123\n456"));
    assertTooLong("data:123\ndata:4567\n", 12);
    assertTooLong("data\n".repeat(10), 12);
  }

  @Test
  void anEndlessEventWithoutDataIsNotTooLong() {
    byte[] bytes = ": ping\nevent: a\nid: 1\n".repeat(1_000).getBytes(UTF_8);
    assertThat(parsed(new SseParser(20), bytes, 7, 100)).isEmpty();
  }

  @Test
  void whatIsHeldIsKnownAndLetGoWithTheEvent() {
    SseParser parser = new SseParser();
    byte[] line = "data: %s".formatted("x".repeat(100_000)).getBytes(UTF_8);
    parser.feed(line, 0, line.length, _ -> {});
    assertThat(parser.heldBytes()).as("a line").isBetween(100_000L, 160_000L);
    byte[] end = {'\n'};
    parser.feed(end, 0, 1, _ -> {});
    assertThat(parser.heldBytes()).as("its text").isBetween(200_000L, 210_000L);
    parser.feed(end, 0, 1, _ -> {});
    assertThat(parser.heldBytes()).isZero();
    byte[] names =
        "event: %s\nid: %s\n".formatted("e".repeat(500), "i".repeat(500)).getBytes(UTF_8);
    parser.feed(names, 0, names.length, _ -> {});
    assertThat(parser.heldBytes()).isEqualTo(2_000);
  }

  @Test
  void theLimitIsChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SseParser(0))
        .withMessage("maxEventBytes: 0 (expected: >= 1)");
  }

  private static void assertTooLong(String text, int maxEventBytes) {
    byte[] bytes = text.getBytes(UTF_8);
    for (int cut = 0; cut <= bytes.length; cut++) {
      int at = cut;
      assertThatExceptionOfType(ModelException.class)
          .isThrownBy(() -> parsed(new SseParser(maxEventBytes), bytes, at, at))
          .withMessage("an event of the provider's stream has more than %d bytes", maxEventBytes)
          .matches(e -> e.kind() == ModelException.Kind.MALFORMED);
    }
  }

  private static List<ServerSentEvent> parsed(byte[] bytes, int first, int second) {
    return parsed(new SseParser(), bytes, first, second);
  }

  private static List<ServerSentEvent> parsed(
      SseParser parser, byte[] bytes, int first, int second) {
    List<ServerSentEvent> events = new ArrayList<>();
    parser.feed(bytes, 0, first, events::add);
    parser.feed(bytes, first, second - first, events::add);
    parser.feed(bytes, second, bytes.length - second, events::add);
    return events;
  }
}
