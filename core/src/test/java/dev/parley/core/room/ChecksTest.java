package dev.parley.core.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.limit.Limits;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChecksTest {
  private static Refusal refused(ThrowingCallable check) {
    RefusedException e = catchThrowableOfType(RefusedException.class, check);
    assertThat(e).as("refused").isNotNull();
    return e.refusal();
  }

  private static void refused(Reason reason, ThrowingCallable check) {
    assertThat(refused(check).reason()).isEqualTo(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "general", "3f2a-77", "日本", "naïve", "👩‍🚀", "a/../b", "%00"})
  void idsAreOneWord(String id) throws RefusedException {
    assertThat(Checks.id("id", id)).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a b",
        "a\tb",
        "a\n",
        "\u0000",
        "a\u007f",
        "\u0085",
        "\u00a0",
        "\u2003",
        "\u2028",
        "\u3000",
        "\ud83d",
        "a\udc00",
        "\udc00\ud83d"
      })
  void idsHaveNoSpacesControlsOrHalfCharacters(String id) {
    refused(Reason.INVALID_REQUEST, () -> Checks.id("id", id));
  }

  @Test
  void sizesAreOfUtf8() throws RefusedException {
    Checks.id("id", "x".repeat(Limits.MAX_ID_BYTES));
    Checks.id("id", "é".repeat(Limits.MAX_ID_BYTES / 2));
    Checks.id("id", "👍".repeat(Limits.MAX_ID_BYTES / 4));
    refused(Reason.TOO_LARGE, () -> Checks.id("id", "x".repeat(Limits.MAX_ID_BYTES + 1)));
    refused(Reason.TOO_LARGE, () -> Checks.id("id", "é".repeat(Limits.MAX_ID_BYTES / 2 + 1)));
    refused(Reason.TOO_LARGE, () -> Checks.id("id", "👍".repeat(Limits.MAX_ID_BYTES / 4 + 1)));
  }

  @Test
  void messagesNameFieldValueAndWhatWasExpected() {
    assertThat(refused(() -> Checks.id("room_id", "a b")).message())
        .isEqualTo(
            "room_id: character U+0020 at 1 (expected: no white space, no control characters)");
    assertThat(refused(() -> Checks.line("name", "x".repeat(9), 8)).message())
        .isEqualTo("name: 9 bytes (expected: at most 8)");
  }

  @Test
  void linesMayBeEmptyAndHaveSpaces() throws RefusedException {
    assertThat(Checks.line("name", "", 8)).isEmpty();
    assertThat(Checks.line("name", "a b", 8)).isEqualTo("a b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\rb", "\u001b[2J", "\u2028", "\u2029", "\u009b", "\ud800"})
  void linesAreSingleAndHarmless(String line) {
    refused(Reason.INVALID_REQUEST, () -> Checks.line("name", line, 100));
  }

  @Test
  void textKeepsItsLinesAndTabs() throws RefusedException {
    Content text = new Content.Text("a\n\tb\r\n");
    assertThat(MessageChecks.content(text)).isSameAs(text);
    MessageChecks.content(new Content.Text("x".repeat(Limits.MAX_TEXT_BYTES)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\u0000", "\u001b[31m", "\u0085", "half \ud83d"})
  void textWithoutSenseIsRefused(String text) {
    refused(Reason.INVALID_REQUEST, () -> MessageChecks.content(new Content.Text(text)));
  }

  @Test
  void textIsBounded() {
    refused(
        Reason.TOO_LARGE,
        () -> MessageChecks.content(new Content.Text("x".repeat(Limits.MAX_TEXT_BYTES + 1))));
    refused(
        Reason.TOO_LARGE,
        () -> MessageChecks.content(new Content.Text("é".repeat(Limits.MAX_TEXT_BYTES / 2 + 1))));
  }

  @Test
  void contentMustBeThere() {
    refused(Reason.INVALID_REQUEST, () -> MessageChecks.content(null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://example.org/a.png",
        "http://localhost:8080/a?b=c&d=%20#e",
        "HTTPS://EXAMPLE.ORG",
        "http://[::1]/x",
        "https://my_host/a,b;c(d)!$'*+=~",
        "https://exämple.org/ü",
      })
  void webAddressesAreTaken(String url) throws RefusedException {
    MessageChecks.content(new Content.Image(url, "", 0, 0));
    MessageChecks.content(new Content.File(url, "", 0, ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a.png",
        "/a.png",
        "//example.org/a",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.org/",
        "https:",
        "https://",
        "https:///a",
        "http:a",
        "https://example.org/a b",
        "https://example.org/\"onload=",
        "https://example.org/<b>",
        " https://example.org",
        "https://example.org/\u0000",
        "https://example.org/\u3000",
        "https://example.org/\ud83d"
      })
  void otherAddressesAreRefused(String url) {
    refused(Reason.INVALID_REQUEST, () -> MessageChecks.content(new Content.Image(url, "", 0, 0)));
    refused(Reason.INVALID_REQUEST, () -> MessageChecks.content(new Content.File(url, "", 0, "")));
  }

  @Test
  void picturesAndFilesAreBounded() {
    String url = "https://example.org/";
    String longUrl = url + "x".repeat(Limits.MAX_URL_BYTES);
    String longText = "x".repeat(Limits.MAX_DESCRIPTION_BYTES + 1);
    String longName = "x".repeat(Limits.MAX_FILE_NAME_BYTES + 1);
    refused(Reason.TOO_LARGE, () -> MessageChecks.content(new Content.Image(longUrl, "", 0, 0)));
    refused(Reason.TOO_LARGE, () -> MessageChecks.content(new Content.Image(url, longText, 0, 0)));
    refused(Reason.INVALID_REQUEST, () -> MessageChecks.content(new Content.Image(url, "", -1, 0)));
    refused(Reason.INVALID_REQUEST, () -> MessageChecks.content(new Content.Image(url, "", 0, -1)));
    refused(Reason.TOO_LARGE, () -> MessageChecks.content(new Content.File(url, longName, 0, "")));
    refused(Reason.TOO_LARGE, () -> MessageChecks.content(new Content.File(url, "", 0, longName)));
    refused(Reason.INVALID_REQUEST, () -> MessageChecks.content(new Content.File(url, "", -1, "")));
  }

  @Test
  void mentionsAreIdsAndNotTooMany() throws RefusedException {
    MessageChecks.mentions(Collections.nCopies(Limits.MAX_MENTIONS, "a"));
    refused(
        Reason.TOO_LARGE,
        () -> MessageChecks.mentions(Collections.nCopies(Limits.MAX_MENTIONS + 1, "a")));
    refused(Reason.INVALID_REQUEST, () -> MessageChecks.mentions(List.of("a", "")));
  }

  @Test
  void emojiIsAShortLine() throws RefusedException {
    assertThat(MessageChecks.emoji("👩‍🚀")).isEqualTo("👩‍🚀");
    refused(Reason.INVALID_REQUEST, () -> MessageChecks.emoji(""));
    refused(Reason.INVALID_REQUEST, () -> MessageChecks.emoji("\n"));
    refused(Reason.TOO_LARGE, () -> MessageChecks.emoji("x".repeat(Limits.MAX_EMOJI_BYTES + 1)));
  }

  @Test
  void pagesHaveADefaultAndALargest() throws RefusedException {
    assertThat(Checks.page("limit", 0, 50, 1_000)).isEqualTo(50);
    assertThat(Checks.page("limit", 7, 50, 1_000)).isEqualTo(7);
    assertThat(Checks.page("limit", Integer.MAX_VALUE, 50, 1_000)).isEqualTo(1_000);
    refused(Reason.INVALID_REQUEST, () -> Checks.page("limit", -1, 50, 1_000));
  }
}
