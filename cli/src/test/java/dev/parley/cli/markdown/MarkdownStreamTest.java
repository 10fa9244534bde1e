package dev.parley.cli.markdown;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.junit.jupiter.api.Test;

class MarkdownStreamTest {
  private static List<String> rendered(String text) {
    return texts(lines(text));
  }

  private static List<AttributedString> lines(String text) {
    var stream = new MarkdownStream();
    List<AttributedString> lines = new ArrayList<>(stream.add(text));
    lines.addAll(stream.end());
    return lines;
  }

  private static List<String> texts(List<AttributedString> lines) {
    return lines.stream().map(AttributedString::toString).toList();
  }

  @Test
  void blocksAreSetApartAndShownAsWhatTheyAre() {
    assertThat(
            rendered(
                """
                # Rivers
                Some are *long*, some `short`,
                all **wet**.

                - Rhine
                - Elbe
                  - Moldau

                1. one
                2. two

                > said
                > somebody

                ```java
                int x = 1;

                int y;
                ```
                ***
                [here](https://example.org) and <https://example.org>
                """))
        .containsExactly(
            "Rivers",
            "",
            "Some are long, some short,",
            "all wet.",
            "",
            "• Rhine",
            "• Elbe",
            "  • Moldau",
            "",
            "1. one",
            "2. two",
            "",
            "│ said",
            "│ somebody",
            "",
            "    int x = 1;",
            "    ",
            "    int y;",
            "",
            "─".repeat(20),
            "",
            "here (https://example.org) and https://example.org");
  }

  @Test
  void emphasisIsAStyle() {
    AttributedString expected =
        new AttributedStringBuilder()
            .append("a ")
            .styled(AttributedStyle.DEFAULT.bold(), "b")
            .append(" ")
            .styled(AttributedStyle.DEFAULT.italic(), "c")
            .toAttributedString();
    assertThat(lines("a **b** *c*")).containsExactly(expected);
  }

  @Test
  void tablesHaveColumns() {
    assertThat(rendered("| a | n |\n|---|--:|\n| long one | 1 |\n| x | 20 |\n"))
        .containsExactly("a          n", "long one   1", "x         20");
  }

  @Test
  void numbersOfListsGoOnHoweverTheyAreWritten() {
    assertThat(rendered("1. a\n1. b\n1. c\n\nend\n"))
        .containsExactly("1. a", "2. b", "3. c", "", "end");
    assertThat(rendered("7. a\n\n8. b\n")).containsExactly("7. a", "", "8. b");
  }

  @Test
  void aBlockIsFinishedWhenNothingCanBelongToItAnyMore() {
    var stream = new MarkdownStream();
    assertThat(stream.add("one\ntwo")).isEmpty();
    assertThat(texts(stream.unfinished())).containsExactly("one", "two");
    assertThat(texts(stream.add("\n\n"))).containsExactly("one", "two");
    assertThat(stream.unfinished()).isEmpty();
    assertThat(texts(stream.add("- a\n- **b"))).isEmpty();
    assertThat(texts(stream.unfinished())).containsExactly("", "• a", "• **b");
    assertThat(texts(stream.add("**\n"))).containsExactly("", "• a");
    assertThat(texts(stream.unfinished())).containsExactly("• b");
    assertThat(texts(stream.add("```\ncode\nmo"))).containsExactly("• b", "", "    code");
    assertThat(texts(stream.unfinished())).containsExactly("    mo");
    assertThat(texts(stream.add("re\n```\n"))).containsExactly("    more");
    assertThat(texts(stream.add("end"))).isEmpty();
    assertThat(texts(stream.end())).containsExactly("", "end");
  }

  @Test
  void terminalsAreToldNothing() {
    assertThat(rendered("a\u001b[2Jb &#27;[31m `\u001b]0;x\u0007`\n\n\u001b[1m\n"))
        .allSatisfy(line -> assertThat(line.chars().filter(c -> c < ' ')).isEmpty());
    assertThat(rendered("```\n\u001b[2J\n```\n")).containsExactly("    ␛[2J");
    assertThat(rendered("[a](<b&#10;c>)"))
        .allSatisfy(line -> assertThat(line).doesNotContain("\n"));
  }

  @Test
  void aBlockThatDoesNotEndIsShownAllTheSame() {
    String line = "word ".repeat(20).strip() + "\n";
    List<String> lines = rendered(line.repeat(2_000));
    assertThat(String.join(" ", lines).split("word", -1)).hasSize(40_001);
  }

  @Property(tries = 500)
  void theLinesDoNotDependOnHowTheTextIsCut(
      @ForAll("texts") String text, @ForAll("cuts") List<Integer> cuts) {
    var stream = new MarkdownStream();
    List<AttributedString> lines = new ArrayList<>();
    int from = 0;
    for (int cut : cuts) {
      int to = Math.min(text.length(), from + cut);
      lines.addAll(stream.add(text.substring(from, to)));
      // Looking at what is not finished changes nothing.
      stream.unfinished();
      from = to;
    }
    lines.addAll(stream.add(text.substring(from)));
    lines.addAll(stream.end());
    assertThat(lines).isEqualTo(lines(text));
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            "word",
            " ",
            "\n",
            "\n\n",
            "- ",
            "  - ",
            "1. ",
            "2. ",
            "# ",
            "> ",
            "```\n",
            "```",
            "`",
            "*",
            "**",
            "| a | b |\n",
            "|---|---|\n",
            "---\n",
            "    ",
            "[x](y)",
            "<br>",
            "&amp;",
            "ü",
            "日本")
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<List<Integer>> cuts() {
    return Arbitraries.integers().between(1, 12).list().ofMaxSize(60);
  }
}
