package dev.parley.models.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.Finished;
import dev.parley.core.model.ModelEvent.Started;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Text;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.models.dialect.OpenAiDialect.Flavour;
import dev.parley.models.dialect.OpenAiReaderTest.Told;
import dev.parley.models.sse.ServerSentEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How an answer ends: properly, or not.
class OpenAiEndTest {
  private static final Dialect COMPATIBLE = new OpenAiDialect(Flavour.COMPATIBLE);

  private static final String OPENAI = OpenAiReaderTest.OPENAI;
  private static final List<ModelEvent> EVENTS = OpenAiReaderTest.OPENAI_EVENTS;

  /// Whose documents say that a reason comes, and then the mark of the end.
  static Stream<Dialect> documented() {
    return Stream.of(
        new OpenAiDialect(Flavour.OPENAI),
        new OpenAiDialect(Flavour.MISTRAL),
        new AzureDialect(AzureDialect.Credential.API_KEY, null));
  }

  @ParameterizedTest
  @MethodSource("documented")
  void everyCutStreamIsToldToBeCut(Dialect dialect) {
    byte[] bytes = OPENAI.getBytes(UTF_8);
    for (int length = 0; length < bytes.length; length++) {
      assertCut(OpenAiReaderTest.told(dialect, List.of(bytes), length));
    }
    assertThat(told(dialect, OPENAI)).isEqualTo(new Told(EVENTS, null));
  }

  @Test
  void everyCutStreamOfACompatibleServerIsToldToBeCutOrIsWhole() {
    byte[] bytes = OPENAI.getBytes(UTF_8);
    int reasonEnds = OPENAI.substring(0, OPENAI.indexOf("\"stop\"")).getBytes(UTF_8).length;
    for (int length = 0; length < bytes.length; length++) {
      Told told = OpenAiReaderTest.told(COMPATIBLE, List.of(bytes), length);
      if (told.failure() != null) {
        assertCut(told);
      } else {
        assertThat(length).isGreaterThan(reasonEnds);
        assertThat(told.events().getLast()).isInstanceOf(Finished.class);
        assertThat(told.events()).hasSize(EVENTS.size());
      }
    }
  }

  private static void assertCut(Told told) {
    assertThat(told.failure()).extracting(ModelException::kind).isEqualTo(Kind.CUT);
    assertThat(told.events()).isEqualTo(EVENTS.subList(0, told.events().size()));
    assertThat(told.events()).noneMatch(Finished.class::isInstance);
  }

  /// Ends that lack something, and what a compatible server means by them.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "[DONE]                                                              | none   | OTHER",
        "{'choices':[{'finish_reason':'length'}]}                            | length | LENGTH",
        "{'choices':[{'finish_reason':'length'}],'usage':{}}                 | length | LENGTH",
        "{'choices':[{'finish_reason':'length'}]}~{'choices':[],'usage':{}}  | length | LENGTH"
      })
  void halfAnEndWillDoForCompatibleServersOnly(String end, String word, StopReason reason) {
    String text =
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: %s\n\n"
            .formatted(end.replace('\'', '"').replace("~", "\n\ndata: "));
    List<ModelEvent> half = List.of(new Started("", ""), new Text("a"));
    documented()
        .forEach(
            dialect -> {
              Told told = told(dialect, text);
              assertThat(told.events()).isEqualTo(half);
              assertThat(told.failure())
                  .hasMessage("the provider's answer stopped without its proper end")
                  .extracting(ModelException::kind)
                  .isEqualTo(Kind.CUT);
            });
    List<ModelEvent> whole = new ArrayList<>(half);
    whole.add(new Finished(reason, word == null ? "" : word, Usage.UNKNOWN));
    assertThat(told(COMPATIBLE, text)).isEqualTo(new Told(whole, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "data: [DONE]\n\n",
        "data: {\"id\":\"\",\"choices\":[]}\n\ndata: [DONE]\n\n",
        "data: {\"id\":\"1\",\"choices\":[{\"delta\":{\"content\":\"\"}}]}\n\n",
        "data: {\"id\":\"1\",\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\n"
      })
  void anAnswerWithoutItsEndIsCutWhoeverSpeaks(String text) {
    Stream.concat(documented(), Stream.of(COMPATIBLE))
        .forEach(
            dialect -> {
              Told told = told(dialect, text);
              assertThat(told.failure()).extracting(ModelException::kind).isEqualTo(Kind.CUT);
              assertThat(told.events()).noneMatch(Finished.class::isInstance);
            });
  }

  @Test
  void aCompatibleServersEndIsToldOnceUsageIsKnown() {
    assertThat(toldBefore(COMPATIBLE, "[DONE]")).isEqualTo(EVENTS);
    assertThat(toldBefore(COMPATIBLE, "\"usage\":{")).hasSize(3);
  }

  @ParameterizedTest
  @MethodSource("documented")
  void theEndIsToldWithItsMark(Dialect dialect) {
    assertThat(toldBefore(dialect, "[DONE]")).hasSize(3);
  }

  @ParameterizedTest
  @MethodSource("documented")
  void nothingIsReadAfterTheEnd(Dialect dialect) {
    AnswerReader reader = dialect.reader();
    List<ModelEvent> events = new ArrayList<>();
    Transcripts.events(OPENAI).forEach(event -> reader.read(event, events::add));
    reader.read(Transcripts.events(OPENAI).get(1), events::add);
    reader.read(new ServerSentEvent("message", "{", ""), events::add);
    reader.read(new ServerSentEvent("error", "{}", ""), events::add);
    reader.end(events::add);
    assertThat(events).isEqualTo(EVENTS);
  }

  /// Its filter may run behind the answer (learn.microsoft.com, "Content streaming").
  @ParameterizedTest
  @CsvSource({"null, STOP, stop", "'\"content_filter\"', CONTENT_FILTER, content_filter"})
  void azureMayJudgeAfterTheReason(String judged, StopReason reason, String word) {
    String text =
        """
        data: {"id":"","object":"","created":0,"model":"","prompt_filter_results":[{"prompt_index":0}],"choices":[],"usage":null}

        data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt","choices":[{"index":0,"finish_reason":null,"delta":{"content":"a"}}],"usage":null}

        data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt","choices":[{"index":0,"finish_reason":"stop","delta":{}}],"usage":{"prompt_tokens":1}}

        data: {"id":"","object":"","created":0,"model":"","choices":[{"index":0,"finish_reason":%s,"content_filter_results":{},"content_filter_offsets":{"check_offset":44}}],"usage":null}

        data: [DONE]

        """
            .formatted(judged);
    Dialect azure = new AzureDialect(AzureDialect.Credential.API_KEY, null);
    assertThat(told(azure, text).events())
        .containsExactly(
            new Started("c", "gpt"),
            new Text("a"),
            new Finished(reason, word, new Usage(1, -1, -1, -1)));
  }

  private static Told told(Dialect dialect, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return OpenAiReaderTest.told(dialect, List.of(bytes), bytes.length);
  }

  /// What is told before the event that holds a text.
  private static List<ModelEvent> toldBefore(Dialect dialect, String text) {
    AnswerReader reader = dialect.reader();
    List<ModelEvent> events = new ArrayList<>();
    Transcripts.events(OPENAI).stream()
        .takeWhile(event -> !event.data().contains(text))
        .forEach(event -> reader.read(event, events::add));
    return events;
  }
}
