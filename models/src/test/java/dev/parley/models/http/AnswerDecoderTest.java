package dev.parley.models.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.Reasoning;
import dev.parley.core.model.ModelEvent.Started;
import dev.parley.core.model.ModelEvent.Text;
import dev.parley.core.model.ModelEvent.ToolCall;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.models.dialect.AnswerReader;
import dev.parley.models.sse.ServerSentEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class AnswerDecoderTest {
  private static final int PIECE = 64 << 10;

  private final List<ModelEvent> out = new ArrayList<>();

  /// What each event stands for, whatever the provider's form.
  private static AnswerDecoder decoder(ModelEvent... pieces) {
    return new AnswerDecoder(
        new AnswerReader() {
          @Override
          public void read(ServerSentEvent event, Consumer<ModelEvent> to) {
            if (pieces.length == 0) {
              to.accept(new Text(event.data()));
            }
            List.of(pieces).forEach(to);
          }

          @Override
          public void end(Consumer<ModelEvent> to) {}
        });
  }

  private void feed(AnswerDecoder decoder, String... events) {
    for (String event : events) {
      decoder.feed((event + "\n\n").getBytes(UTF_8), out::add);
    }
  }

  private static String event(int id) {
    return "id: %d\ndata: %d".formatted(id, id);
  }

  private List<String> texts() {
    return out.stream().map(Pieces::text).toList();
  }

  @Test
  void anIdOfAnEventIsBounded() {
    AnswerDecoder decoder = decoder();
    feed(decoder, "id: " + "x".repeat(4_096) + "\ndata: fits");
    ModelException tooLong =
        assertThrows(
            ModelException.class, () -> feed(decoder, "id: " + "x".repeat(4_097) + "\ndata: not"));
    assertThat(tooLong.kind()).isEqualTo(Kind.MALFORMED);
    assertThat(texts()).containsExactly("fits");
  }

  @Test
  void aStreamThatBeginsAnewIsNotToldAnew() {
    AnswerDecoder decoder = decoder();
    feed(decoder, event(1), event(2), event(3));
    assertThat(decoder.isResumable()).isTrue();
    decoder.anotherStream();
    feed(decoder, event(1), event(2), event(3), event(4));
    assertThat(texts()).containsExactly("1", "2", "3", "4");
    assertThat(decoder.lastId()).isEqualTo("4");
  }

  @Test
  void aStreamThatBeginsWithTheNewestEventDoesNotTellItTwice() {
    AnswerDecoder decoder = decoder();
    feed(decoder, event(1), event(2));
    decoder.anotherStream();
    feed(decoder, event(2), "data: without an id", event(3));
    assertThat(texts()).containsExactly("1", "2", "without an id", "3");
  }

  @Test
  void streamsThatGoNoFurtherAreFruitless() {
    AnswerDecoder decoder = decoder();
    feed(decoder, event(1));
    for (int i = 0; i < 3; i++) {
      assertThat(decoder.isResumable()).isTrue();
      decoder.anotherStream();
      feed(decoder, event(1));
    }
    assertThat(decoder.isResumable()).isFalse();
    assertThat(texts()).containsExactly("1");
  }

  @Test
  void anAnswerIsNotResumedForEver() {
    AnswerDecoder decoder = decoder();
    int streams = 0;
    do {
      decoder.anotherStream();
      feed(decoder, event(++streams));
    } while (decoder.isResumable());
    assertThat(streams).isEqualTo(100);
  }

  @Test
  void whatIsSaidAtOnceIsToldInPieces() {
    String text = "x" + "😀".repeat(PIECE);
    AnswerDecoder decoder =
        decoder(
            new Started("1", "m"),
            new Text(text),
            new Reasoning(text, "signed"),
            new ToolCall(2, "c", "f", text));
    feed(decoder, "data: all");
    assertThat(texts()).allMatch(piece -> piece.length() <= PIECE + 1);
    assertThat(said(Text.class)).isEqualTo(text);
    assertThat(said(Reasoning.class)).isEqualTo(text);
    assertThat(said(ToolCall.class)).isEqualTo(text);
    List<Reasoning> thoughts =
        out.stream().filter(Reasoning.class::isInstance).map(Reasoning.class::cast).toList();
    assertThat(thoughts).filteredOn(thought -> thought.signature() != null).hasSize(1);
    assertThat(thoughts.getLast().signature()).isEqualTo("signed");
    List<ToolCall> calls =
        out.stream().filter(ToolCall.class::isInstance).map(ToolCall.class::cast).toList();
    assertThat(calls).allMatch(call -> call.index() == 2);
    assertThat(calls.getFirst().name()).isEqualTo("f");
    assertThat(calls.subList(1, calls.size())).allMatch(call -> call.id().isEmpty());
  }

  private String said(Class<? extends ModelEvent> kind) {
    return String.join("", out.stream().filter(kind::isInstance).map(Pieces::text).toList());
  }

  @Test
  void namesAreShort() {
    String name = "n".repeat(5_000);
    for (ModelEvent event :
        List.of(
            new Started(name, ""),
            new Started("", name),
            new ToolCall(0, name, "", ""),
            new ToolCall(0, "", name, ""))) {
      AnswerDecoder decoder = decoder(event);
      ModelException e = assertThrows(ModelException.class, () -> feed(decoder, "data: all"));
      assertThat(e.kind()).isEqualTo(Kind.MALFORMED);
      assertThat(e).hasMessageContaining("5000 characters (expected: at most 4096)");
    }
  }
}
