package dev.parley.models.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.Finished;
import dev.parley.core.model.ModelEvent.Reasoning;
import dev.parley.core.model.ModelEvent.Refused;
import dev.parley.core.model.ModelEvent.Started;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Text;
import dev.parley.core.model.ModelEvent.ToolCall;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.models.dialect.OpenAiDialect.Flavour;
import dev.parley.models.sse.ServerSentEvent;
import dev.parley.models.sse.SseParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is read of an answer, mostly as the most lenient reads it; [OpenAiEndTest] has how it ends.
class OpenAiReaderTest {
  private static final Dialect COMPATIBLE = new OpenAiDialect(Flavour.COMPATIBLE);

  static final String OPENAI =
      """
      data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-x-1","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x"}

      data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-x-1","choices":[{"index":0,"delta":{"content":"Grüß"},"finish_reason":null}],"usage":null}

      : a comment

      data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-x-1","choices":[{"index":0,"delta":{"content":" dich 😀"},"finish_reason":null}],"usage":null}

      data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-x-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

      data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-x-1","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":22,"total_tokens":33,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":5}}}

      data: [DONE]

      """;

  private static final String TOOLS =
      """
      data: {"id":"1","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"weather","arguments":""}}]},"finish_reason":null}]}

      data: {"id":"1","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"city\\":"}}]},"finish_reason":null}]}

      data: {"id":"1","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\\"Ulm\\"}"}}]},"finish_reason":null}]}

      data: {"id":"1","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"time","arguments":"{"}}]},"finish_reason":null}]}

      data: {"id":"1","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"}"}},{"index":1,"function":{"arguments":""}}]},"finish_reason":null}]}

      data: {"id":"1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

      data: [DONE]

      """;

  private static final String MISTRAL =
      """
      data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"magistral","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

      data: {"id":"c1","model":"magistral","choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"},{"type":"text","text":", well"}]},{"type":"thinking","thinking":"..."}]},"finish_reason":null}]}

      data: {"id":"c1","model":"magistral","choices":[{"index":0,"delta":{"content":[{"type":"text","text":"Yes"},{"type":"reference","reference_ids":[1]}]},"finish_reason":null}]}

      data: {"id":"c1","model":"magistral","choices":[{"index":0,"delta":{"content":"."},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"total_tokens":3,"completion_tokens":2}}

      data: [DONE]

      """;

  static final List<ModelEvent> OPENAI_EVENTS =
      List.of(
          new Started("chatcmpl-1", "gpt-x-1"),
          new Text("Grüß"),
          new Text(" dich 😀"),
          new Finished(StopReason.STOP, "stop", new Usage(11, 22, 4, 5)));

  private static final List<ModelEvent> TOOLS_EVENTS =
      List.of(
          new Started("1", "m"),
          new ToolCall(0, "call_a", "weather", ""),
          new ToolCall(0, "", "", "{\"city\":"),
          new ToolCall(0, "", "", "\"Ulm\"}"),
          new ToolCall(1, "call_b", "time", "{"),
          new ToolCall(1, "", "", "}"),
          new Finished(StopReason.TOOL_CALLS, "tool_calls", Usage.UNKNOWN));

  private static final List<ModelEvent> MISTRAL_EVENTS =
      List.of(
          new Started("c1", "magistral"),
          new Reasoning("Hm", null),
          new Reasoning(", well", null),
          new Reasoning("...", null),
          new Text("Yes"),
          new Text("."),
          new Finished(StopReason.STOP, "stop", new Usage(1, 2, -1, -1)));

  @ParameterizedTest
  @EnumSource
  void theTranscriptsAreTheSameHoweverTheyAreCut(Flavour flavour) {
    Dialect dialect = new OpenAiDialect(flavour);
    assertSameHoweverCut(dialect, OPENAI, OPENAI_EVENTS);
    assertSameHoweverCut(dialect, TOOLS, TOOLS_EVENTS);
    assertSameHoweverCut(dialect, MISTRAL, MISTRAL_EVENTS);
    assertSameHoweverCut(dialect, OPENAI.replace("\n", "\r\n"), OPENAI_EVENTS);
  }

  @Test
  void azureBeginsWithThePromptAndHasChunksWithoutDelta() {
    assertThat(
            events(
                """
                {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}
                {"choices":[{"content_filter_results":{},"delta":{"content":"","role":"assistant"},"finish_reason":null,"index":0}],"id":"chatcmpl-2","model":"gpt-x"}
                {"choices":[{"content_filter_results":{},"delta":{"content":"Hi"},"finish_reason":null,"index":0}],"id":"chatcmpl-2","model":"gpt-x"}
                {"choices":[{"content_filter_offsets":{"check_offset":1},"content_filter_results":{},"finish_reason":null,"index":0}],"id":"","model":""}
                {"choices":[{"delta":{},"finish_reason":"content_filter","index":0}],"id":"chatcmpl-2","model":"gpt-x"}
                [DONE]
                """))
        .containsExactly(
            new Started("chatcmpl-2", "gpt-x"),
            new Text("Hi"),
            new Finished(StopReason.CONTENT_FILTER, "content_filter", Usage.UNKNOWN));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reasoning_content", "reasoning"})
  void thoughtsAreKeptApart(String field) {
    assertThat(
            events(
                """
                {"id":"1","model":"m","choices":[{"index":0,"delta":{"role":"assistant","FIELD":"Hm"}}]}
                {"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"","FIELD":"m"}}]}
                {"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"Yes","FIELD":null},"finish_reason":"length"}]}
                [DONE]
                """
                    .replace("FIELD", field)))
        .containsExactly(
            new Started("1", "m"),
            new Reasoning("Hm", null),
            new Reasoning("m", null),
            new Text("Yes"),
            new Finished(StopReason.LENGTH, "length", Usage.UNKNOWN));
  }

  @Test
  void thoughtsThatComeUnderBothNamesAreToldOnce() {
    assertThat(
            events(
                """
                {"id":"1","model":"m","choices":[{"index":0,"delta":{"reasoning":"Hm","reasoning_content":"Hm"},"finish_reason":"stop"}]}
                [DONE]
                """))
        .containsExactly(
            new Started("1", "m"),
            new Reasoning("Hm", null),
            new Finished(StopReason.STOP, "stop", Usage.UNKNOWN));
  }

  @Test
  void refusalsAreToldAndAreTheReason() {
    assertThat(
            events(
                """
                {"id":"1","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":null,"refusal":""}}]}
                {"id":"1","model":"m","choices":[{"index":0,"delta":{"refusal":"I can"}}]}
                {"id":"1","model":"m","choices":[{"index":0,"delta":{"refusal":"not."}}]}
                {"id":"1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
                [DONE]
                """))
        .containsExactly(
            new Started("1", "m"),
            new Refused("I can"),
            new Refused("not."),
            new Finished(StopReason.REFUSAL, "stop", Usage.UNKNOWN));
  }

  @ParameterizedTest
  @CsvSource({
    "stop, STOP",
    "length, LENGTH",
    "model_length, LENGTH",
    "tool_calls, TOOL_CALLS",
    "function_call, TOOL_CALLS",
    "content_filter, CONTENT_FILTER",
    "eos, OTHER"
  })
  void reasonsKeepTheProvidersWord(String word, StopReason reason) {
    assertThat(
            events(
                """
                {"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"%s"}]}
                """
                    .formatted(word)))
        .containsExactly(
            new Started("1", "m"), new Text("a"), new Finished(reason, word, Usage.UNKNOWN));
  }

  @Test
  void usageMayComeInPieces() {
    assertThat(
            events(
                """
                {"id":"1","model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":0}}
                {"id":"1","model":"m","choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}
                {"id":"1","model":"m","choices":[{"delta":{},"finish_reason":"stop"}]}
                {"id":"1","model":"m","choices":[],"usage":{"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":1}}}
                """))
        .containsExactly(
            new Started("1", "m"),
            new Text("a"),
            new Finished(StopReason.STOP, "stop", new Usage(3, 2, -1, 1)));
  }

  @Test
  void callsThatShareAnIndexAreToldApart() {
    assertThat(
            events(
                """
                {"id":"1","model":"m","choices":[{"delta":{"tool_calls":[{"id":"a","index":0,"function":{"name":"f","arguments":"{}"}},{"id":"b","index":0,"function":{"name":"f","arguments":{"x":1}}}]}}]}
                {"id":"1","model":"m","choices":[{"delta":{},"finish_reason":"stop"}]}
                """))
        .containsExactly(
            new Started("1", "m"),
            new ToolCall(0, "a", "f", "{}"),
            new ToolCall(1, "b", "f", "{\"x\":1}"),
            new Finished(StopReason.TOOL_CALLS, "stop", Usage.UNKNOWN));
  }

  @Test
  void piecesOfACallMayRepeatItsNameOrMakeUpIds() {
    assertThat(
            events(
                """
                {"id":"1","model":"m","choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{"}}]}}]}
                {"id":"1","model":"m","choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":" "}}]}}]}
                {"id":"1","model":"m","choices":[{"delta":{"tool_calls":[{"id":"z","function":{"arguments":"}"}}]}}]}
                {"id":"1","model":"m","choices":[{"delta":{},"finish_reason":"tool_calls"}]}
                """))
        .containsExactly(
            new Started("1", "m"),
            new ToolCall(0, "a", "f", "{"),
            new ToolCall(0, "", "", " "),
            new ToolCall(0, "", "", "}"),
            new Finished(StopReason.TOOL_CALLS, "tool_calls", Usage.UNKNOWN));
  }

  @Test
  void whatIsUnknownIsIgnored() {
    List<ModelEvent> events = new ArrayList<>();
    AnswerReader reader = COMPATIBLE.reader();
    reader.read(new ServerSentEvent("ping", "no JSON", ""), events::add);
    reader.read(
        message(
            """
            {"new":[1],"error":null,"choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"new":{},"content":"a"},"finish_reason":"stop"}]}
            """),
        events::add);
    reader.end(events::add);
    assertThat(events)
        .containsExactly(
            new Started("", ""),
            new Text("a"),
            new Finished(StopReason.STOP, "stop", Usage.UNKNOWN));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'message':'m','type':'server_error','code':null} | FAILED | m",
        "{'message':'m','type':'tokens','code':'rate_limit_exceeded'} | RATE_LIMITED | m",
        "{'message':'m','type':'insufficient_quota'} | PERMISSION_DENIED | m",
        "{'message':'m','type':'overloaded_error'} | OVERLOADED | m",
        "{'message':'m','code':'content_filter'} | BLOCKED | m",
        "{'message':'m','code':'x','innererror':{'code':'ResponsibleAIPolicyViolation'}} | BLOCKED"
            + " | m",
        "{'message':'m','type':'BadRequestError','code':400} | INVALID_REQUEST | m",
        "{'message':'m','code':503} | OVERLOADED | m",
        "{'message':'m','code':'429'} | RATE_LIMITED | m",
        "{'message':'m','code':200} | FAILED | m",
        "\"m\" | FAILED | m",
        "{} | FAILED | {\"error\":{}}"
      })
  void errorsInTheAnswerAreWhatTheyAre(String error, Kind kind, String message) {
    Told told =
        told(
            """
            data: {"id":"1","model":"m","choices":[{"delta":{"content":"a"}}]}

            data: {"error":%s}

            """
                .formatted(error.replace('\'', '"')));
    assertThat(told.events).containsExactly(new Started("1", "m"), new Text("a"));
    assertThat(told.failure)
        .hasMessage("the provider sent an error in its answer: " + message)
        .extracting(ModelException::kind)
        .isEqualTo(kind);
  }

  @Test
  void errorsMayComeWithoutAWrapperOrUnderTheirName() {
    assertThat(told("event: error\ndata: {\"message\":\"m\",\"code\":529}\n\n").failure)
        .hasMessage("the provider sent an error in its answer: m")
        .extracting(ModelException::kind)
        .isEqualTo(Kind.OVERLOADED);
    assertThat(
            told("data: {\"object\":\"error\",\"message\":{\"detail\":[1]},\"type\":\"x\"}\n\n")
                .failure)
        .hasMessage("the provider sent an error in its answer: {\"detail\":[1]}")
        .extracting(ModelException::kind)
        .isEqualTo(Kind.FAILED);
  }

  @Test
  void anErrorIsNoReasonToFinish() {
    Told told =
        told(
            """
            data: {"id":"1","model":"m","choices":[{"delta":{"content":"a"},"finish_reason":"error"}],"usage":{}}

            data: [DONE]

            """);
    assertThat(told.events).containsExactly(new Started("1", "m"), new Text("a"));
    assertThat(told.failure).extracting(ModelException::kind).isEqualTo(Kind.FAILED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"choices\":[",
        "{} x",
        "[]",
        "null",
        "3",
        "done",
        "{\"id\":\"1\"}",
        "{\"choices\":{}}",
        "{\"choices\":[3]}",
        "{\"choices\":[{\"delta\":\"a\"}]}",
        "{\"choices\":[{\"delta\":{\"tool_calls\":[3]}}]}",
        "{\"choices\":[{\"delta\":{\"content\":3}}]}",
        "{\"choices\":[{\"delta\":{\"content\":{}}}]}",
        "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"f\"}}]}}]}",
        "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\"}]}}]}",
        "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"\"}}]}}]}"
      })
  void whatCannotBeUnderstoodIsMalformed(String data) {
    assertThat(told("data: " + data + "\n\n").failure)
        .extracting(ModelException::kind)
        .isEqualTo(Kind.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'content':7",
        "'content':{}",
        "'content':[7]",
        "'content':[{'text':'b'}]",
        "'content':[{'type':7}]",
        "'content':[{'type':'text','text':7}]",
        "'content':[{'type':'thinking','thinking':7}]",
        "'content':[{'type':'thinking','thinking':['b']}]",
        "'content':[{'type':'thinking','thinking':[{'type':'text','text':{}}]}]",
        "'refusal':true",
        "'tool_calls':'x'",
        "'tool_calls':{'index':0}",
        "'tool_calls':[7]",
        "'tool_calls':[{'index':'0','function':{'arguments':'}'}}]",
        "'tool_calls':[{'index':0,'id':7,'function':{'arguments':'}'}}]",
        "'tool_calls':[{'index':0,'function':'}'}]",
        "'tool_calls':[{'index':0,'function':{'name':7,'arguments':'}'}}]",
        "'tool_calls':[{'index':0,'function':{'arguments':5}}]",
        "'tool_calls':[{'index':0,'function':{'arguments':['}']}}]"
      })
  void aLaterPieceOfAWrongTypeIsMalformed(String delta) {
    assertMalformedLater("'choices':[{'index':0,'delta':{%s}}]".formatted(delta));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'choices':'x'",
        "'choices':[{'index':'0','delta':{'content':'b'}}]",
        "'choices':[{'index':0.5,'delta':{'content':'b'}}]",
        "'choices':[{'index':0,'delta':[]}]",
        "'choices':[{'index':0,'delta':{},'finish_reason':7}]"
      })
  void aLaterChunkOfAWrongTypeIsMalformed(String chunk) {
    assertMalformedLater(chunk);
  }

  private static void assertMalformedLater(String chunk) {
    Told told =
        told(
            """
            data: {"id":"1","model":"m","choices":[{"delta":{"content":"a","tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{"}}]}}]}

            data: {"id":"1","model":"m",%s}

            """
                .formatted(chunk.replace('\'', '"')));
    assertThat(told.failure).extracting(ModelException::kind).isEqualTo(Kind.MALFORMED);
    assertThat(told.events)
        .containsExactly(new Started("1", "m"), new Text("a"), new ToolCall(0, "c", "f", "{"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'id':7",
        "'id':['1']",
        "'model':7",
        "'model':{}",
        "'usage':7",
        "'usage':{'prompt_tokens':'3'}",
        "'usage':{'completion_tokens':1e99}",
        "'usage':{'prompt_tokens_details':[]}",
        "'usage':{'completion_tokens_details':{'reasoning_tokens':true}}"
      })
  void whatIsOnlyPassedOnMayBeOfAWrongTypeFromCompatibleServersOnly(String field) {
    String text =
        """
        data: {%s,"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}

        data: [DONE]

        """
            .formatted(field.replace('\'', '"'));
    byte[] bytes = text.getBytes(UTF_8);
    OpenAiEndTest.documented()
        .forEach(
            dialect ->
                assertThat(told(dialect, List.of(bytes), bytes.length).failure)
                    .extracting(ModelException::kind)
                    .isEqualTo(Kind.MALFORMED));
    assertThat(told(text))
        .isEqualTo(
            new Told(
                List.of(
                    new Started("", ""),
                    new Text("a"),
                    new Finished(StopReason.STOP, "stop", Usage.UNKNOWN)),
                null));
  }

  @Test
  void aCountOfAWrongTypeHidesNoOther() {
    assertThat(
            events(
                """
                {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":"4","prompt_tokens_details":7,"completion_tokens_details":{"reasoning_tokens":1}}}
                """))
        .containsExactly(
            new Started("", ""),
            new Text("a"),
            new Finished(StopReason.STOP, "stop", new Usage(3, -1, -1, 1)));
  }

  @ParameterizedTest
  @EnumSource
  void thoughtsOfAWrongTypeAreNone(Flavour flavour) {
    byte[] bytes =
        """
        data: {"id":"1","model":"m","choices":[{"delta":{"reasoning_content":7,"reasoning":["b"],"content":"a"}}]}

        data: {"id":"1","model":"m","choices":[{"delta":{"reasoning_content":{},"reasoning":"Hm"},"finish_reason":"stop"}]}

        data: [DONE]

        """
            .getBytes(UTF_8);
    assertThat(told(new OpenAiDialect(flavour), List.of(bytes), bytes.length))
        .isEqualTo(
            new Told(
                List.of(
                    new Started("1", "m"),
                    new Text("a"),
                    new Reasoning("Hm", null),
                    new Finished(StopReason.STOP, "stop", Usage.UNKNOWN)),
                null));
  }

  @Test
  void nullIsNothing() {
    assertThat(
            events(
                """
                {"id":null,"model":null,"error":null,"choices":[{"index":null,"delta":{"content":"a","tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":null}}]}}],"usage":null}
                {"choices":[{"delta":null,"finish_reason":null}]}
                {"choices":[{"delta":{"content":null,"reasoning_content":null,"reasoning":null,"refusal":null,"tool_calls":null},"finish_reason":null}]}
                {"choices":[{"delta":{"tool_calls":[{"index":0,"id":null,"function":null},{"index":0,"function":{"name":null,"arguments":null}}]}}]}
                {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":3.0,"completion_tokens":null,"prompt_tokens_details":null,"completion_tokens_details":null}}
                """))
        .containsExactly(
            new Started("", ""),
            new Text("a"),
            new ToolCall(0, "c", "f", ""),
            new Finished(StopReason.TOOL_CALLS, "stop", new Usage(3, -1, -1, -1)));
  }

  /// What came of a stream.
  record Told(List<ModelEvent> events, @Nullable ModelException failure) {}

  private static Told told(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return told(COMPATIBLE, List.of(bytes), bytes.length);
  }

  /// The first bytes of some pieces, and then the end.
  static Told told(Dialect dialect, List<byte[]> pieces, int length) {
    SseParser parser = new SseParser();
    AnswerReader reader = dialect.reader();
    List<ModelEvent> events = new ArrayList<>();
    ModelException failure =
        catchThrowableOfType(
            ModelException.class,
            () -> {
              int left = length;
              for (byte[] piece : pieces) {
                int now = Math.min(left, piece.length);
                parser.feed(piece, 0, now, event -> reader.read(event, events::add));
                left -= now;
              }
              reader.end(events::add);
            });
    return new Told(events, failure);
  }

  private static void assertSameHoweverCut(
      Dialect dialect, String text, List<ModelEvent> expected) {
    byte[] bytes = text.getBytes(UTF_8);
    List<byte[]> singles = new ArrayList<>();
    for (int at = 0; at < bytes.length; at++) {
      byte[] head = Arrays.copyOf(bytes, at);
      byte[] tail = Arrays.copyOfRange(bytes, at, bytes.length);
      assertThat(told(dialect, List.of(head, tail), bytes.length))
          .isEqualTo(new Told(expected, null));
      singles.add(new byte[] {bytes[at]});
    }
    assertThat(told(dialect, singles, bytes.length)).isEqualTo(new Told(expected, null));
  }

  /// The events of an answer whose chunks are lines.
  private static List<ModelEvent> events(String chunks) {
    AnswerReader reader = COMPATIBLE.reader();
    List<ModelEvent> events = new ArrayList<>();
    chunks.lines().forEach(chunk -> reader.read(message(chunk), events::add));
    reader.end(events::add);
    return events;
  }

  private static ServerSentEvent message(String data) {
    return new ServerSentEvent("message", data, "");
  }
}
