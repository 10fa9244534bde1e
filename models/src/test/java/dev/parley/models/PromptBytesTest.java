package dev.parley.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.OutputFormat;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Sampling;
import dev.parley.core.model.Prompt.ToolChoice;
import dev.parley.core.model.Prompt.Turn;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptBytesTest {
  private static final String LONG = "x".repeat(10_000);

  private static Prompt with(Part part) {
    return Prompt.of("m", List.of(new Turn(Role.USER, List.of(part))));
  }

  private static Prompt with(
      Sampling sampling, List<Prompt.Tool> tools, ToolChoice choice, OutputFormat output) {
    return new Prompt("m", List.of(), sampling, tools, choice, output);
  }

  /// Each has one long text, at another place.
  private static List<Prompt> all() {
    Sampling stop = new Sampling(null, null, null, List.of(LONG), null, null);
    ToolChoice named = new ToolChoice(ToolChoice.Mode.REQUIRED, LONG);
    OutputFormat text = OutputFormat.Text.TEXT;
    return List.of(
        Prompt.of(LONG, List.of()),
        with(new Part.Text(LONG)),
        with(new Part.Image("image/png", new byte[LONG.length()])),
        with(new Part.Image(LONG, new byte[0])),
        with(new Part.ImageLink(LONG)),
        with(new Part.Reasoning(LONG, null)),
        with(new Part.Reasoning("", LONG)),
        with(new Part.ToolCall(LONG, "", "")),
        with(new Part.ToolCall("", LONG, "")),
        with(new Part.ToolCall("", "", LONG)),
        with(new Part.ToolResult(LONG, "", "", false)),
        with(new Part.ToolResult("", LONG, "", false)),
        with(new Part.ToolResult("", "", LONG, false)),
        with(stop, List.of(), ToolChoice.AUTO, text),
        with(Sampling.DEFAULT, List.of(), named, text),
        with(Sampling.DEFAULT, List.of(new Prompt.Tool(LONG, "", "")), ToolChoice.AUTO, text),
        with(Sampling.DEFAULT, List.of(new Prompt.Tool("", LONG, "")), ToolChoice.AUTO, text),
        with(Sampling.DEFAULT, List.of(new Prompt.Tool("", "", LONG)), ToolChoice.AUTO, text),
        with(Sampling.DEFAULT, List.of(), ToolChoice.AUTO, new OutputFormat.Schema(LONG, "")),
        with(Sampling.DEFAULT, List.of(), ToolChoice.AUTO, new OutputFormat.Schema("", LONG)));
  }

  @Test
  void whateverIsLongCounts() {
    assertThat(all())
        .allSatisfy(prompt -> assertThat(PromptBytes.of(prompt)).isBetween(10_000L, 11_000L));
  }

  @ParameterizedTest
  @ValueSource(ints = {1_000, 100_000})
  void manySmallOnesCountAsWhatTheyTake(int count) {
    List<Turn> turns = Collections.nCopies(count, Turn.of(Role.USER, "a"));
    assertThat(PromptBytes.of(Prompt.of("m", turns))).isGreaterThan(200L * count);
    Turn one = new Turn(Role.USER, Collections.nCopies(count, new Part.Text("a")));
    assertThat(PromptBytes.of(Prompt.of("m", List.of(one)))).isGreaterThan(100L * count);
  }
}
