package dev.parley.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;

class WrapTest {
  @Test
  void aLineThatFitsIsLeftAlone() {
    assertThat(wrap(20, "15:20      2 ann: hi")).containsExactly("15:20      2 ann: hi");
    assertThat(wrap(0, "as long as it likes")).hasSize(1);
  }

  @Test
  void whatFollowsStandsBelowTheText() {
    assertThat(wrap(52, "15:20      2 ann: " + "word ".repeat(14).strip()))
        .containsExactly(
            "15:20      2 ann: word word word word word word word",
            "             word word word word word word word");
  }

  @Test
  void onANarrowTerminalTheIndentTakesAQuarter() {
    assertThat(wrap(20, "15:20      2 ann: one two three"))
        .containsExactly("15:20      2 ann:", "     one two three");
  }

  @Test
  void aLongWordStaysWholeForWhoeverCopiesIt() {
    String address = "https://example.org/" + "x".repeat(30);
    assertThat(wrap(30, "see " + address + " there")).containsExactly("see", address, "there");
  }

  @Test
  void wideCharactersTakeTwoColumnsAndBreakAnywhere() {
    assertThat(wrap(10, "日本語日本語日本語")).containsExactly("日本語日本", "語日本語");
  }

  @Test
  void nothingIsLostOfALongText() {
    String text = "15:20      2 ann: " + "some words 日本 and more ".repeat(2_000).strip();
    String joined = String.join("", wrap(40, text));
    assertThat(joined.replace(" ", "")).isEqualTo(text.replace(" ", ""));
  }

  @Test
  void aTerminalOfAFewColumnsLosesNothing() {
    String text = "15:20      2 ann: one  日本   three    ";
    for (int width = 1; width <= 40; width++) {
      String joined = String.join("", wrap(width, text));
      assertThat(joined.replace(" ", "")).as("%d", width).isEqualTo(text.replace(" ", ""));
    }
    assertThat(wrap(3, "15:20      2 ")).isNotEmpty();
    assertThat(wrap(3, "     ")).isNotEmpty();
  }

  private static List<String> wrap(int width, String line) {
    return Wrap.at(width, new AttributedString(line)).stream()
        .map(AttributedString::toString)
        .toList();
  }
}
