package dev.parley.models.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.Finished;
import dev.parley.core.model.ModelEvent.Reasoning;
import dev.parley.core.model.ModelEvent.Refused;
import dev.parley.core.model.ModelEvent.Started;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Text;
import dev.parley.core.model.ModelEvent.ToolCall;
import dev.parley.core.model.ModelEvent.Usage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WholeCharactersTest {
  private static final String FIRST = "\uD83D";
  private static final String SECOND = "\uDE00";
  private static final ModelEvent END = new Finished(StopReason.STOP, "stop", Usage.UNKNOWN);

  private static List<ModelEvent> passed(ModelEvent... events) {
    WholeCharacters characters = new WholeCharacters();
    List<ModelEvent> passed = new ArrayList<>();
    for (ModelEvent event : events) {
      characters.pass(event, passed::add);
    }
    return passed;
  }

  @Test
  void whatIsWholePassesAsItIs() {
    ModelEvent[] events = {
      new Started("1", "m"),
      new Text("a"),
      new Text(FIRST + SECOND),
      new Reasoning("", "signed"),
      new ToolCall(0, "c", "f", ""),
      END
    };
    assertThat(passed(events)).containsExactly(events);
  }

  @Test
  void theFirstHalfWaitsForTheSecond() {
    assertThat(passed(new Text("a" + FIRST), new Text(SECOND + "b"), END))
        .containsExactly(new Text("a"), new Text("😀b"), END);
    assertThat(passed(new Text(FIRST), new Text(SECOND + FIRST), new Text(SECOND), END))
        .containsExactly(new Text("😀"), new Text("😀"), END);
    assertThat(passed(new Reasoning("a" + FIRST, null), new Reasoning(SECOND, "signed")))
        .containsExactly(new Reasoning("a", null), new Reasoning("😀", "signed"));
    assertThat(passed(new Refused(FIRST), new Refused(SECOND))).containsExactly(new Refused("😀"));
  }

  @Test
  void theNameOfACallDoesNotWaitAndIsToldOnce() {
    assertThat(passed(new ToolCall(1, "c", "f", FIRST), new ToolCall(1, "", "", SECOND + "\"}")))
        .containsExactly(new ToolCall(1, "c", "f", ""), new ToolCall(1, "", "", "😀\"}"));
  }

  @Test
  void aHalfWhoseOtherDoesNotComeIsToldAsNoCharacter() {
    assertThat(passed(new Text("a" + FIRST), END))
        .containsExactly(new Text("a"), new Text("\uFFFD"), END);
    assertThat(passed(new Text(FIRST), new Text("b")))
        .containsExactly(new Text("\uFFFD"), new Text("b"));
    assertThat(passed(new Text(FIRST), new Reasoning("b", null), new Text(SECOND)))
        .startsWith(new Text("\uFFFD"), new Reasoning("b", null));
    assertThat(passed(new ToolCall(0, "", "", FIRST), new ToolCall(1, "c", "f", "{")))
        .containsExactly(new ToolCall(0, "", "", "\uFFFD"), new ToolCall(1, "c", "f", "{"));
  }
}
