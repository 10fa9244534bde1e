package dev.parley.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.assistant.v1.ChatRequest;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.Outcome;
import dev.parley.assistant.v1.UpdateSessionRequest;
import dev.parley.server.ServerExtension;
import dev.parley.testkit.http.FakeProvider;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Sessions and a provider that begins to answer, and then breaks off or says nothing more.
@Timeout(60)
class SessionProviderTest {
  private final FakeProvider provider = new FakeProvider(SessionProviderTest::begin);

  @RegisterExtension
  final ServerExtension server =
      new ServerExtension()
          .withLines(
              """
              provider.held.kind = compatible
              provider.held.base-url = %s
              """
                  .formatted(provider.url()));

  @AfterEach
  void close() throws IOException {
    provider.close();
  }

  private static void begin(FakeProvider.Exchange exchange) throws IOException {
    if (exchange.request().body().contains("\"busy\"")) {
      exchange.answer(429, "{\"error\":{\"message\":\"slowly\"}}", "retry-after: 61");
      return;
    }
    exchange.stream();
    exchange.data("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Ahoy\"}}]}");
    if (exchange.request().body().contains("\"cut\"")) {
      exchange.cut();
    } else {
      exchange.stall();
    }
  }

  private SessionClient ann() {
    return SessionClient.of(server.connect(), "ann");
  }

  @Test
  void instructionsReachTheProviderAndAStopDoesToo() throws Exception {
    SessionClient ann = ann();
    String session = ann.create("held/any");
    ann.calls.updateSession(
        UpdateSessionRequest.newBuilder()
            .setSessionId(session)
            .setSystemPrompt("Be a pirate.")
            .build());
    ann.ask(session, "q1", "Where to?");
    ann.awaitChunkOrEnd();
    assertThat(provider.requests().getFirst().body()).contains("Be a pirate.", "Where to?");
    ann.send(ChatRequest.newBuilder().setType(ChatRequest.Type.STOP).setSessionId(session));
    ChatResponse end = ann.awaitEnd();
    provider.awaitAllClosed();
    assertThat(end.getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_STOPPED);
    assertThat(ann.transcript(session).getTurns(0).getAnswer().getText()).isEqualTo("Ahoy");
  }

  @Test
  void anAnswerThatItsProviderCutsKeepsWhatCame() {
    SessionClient ann = ann();
    String session = ann.create("held/cut");
    ann.ask(session, "q1", "Where to?");
    ChatResponse end = ann.awaitEnd();
    assertThat(end.getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_FAILED);
    assertThat(end.getAnswer().getReason()).isEqualTo("CUT");
    assertThat(ann.transcript(session).getTurns(0).getAnswer().getText()).isEqualTo("Ahoy");
  }

  @Test
  void whenItMayGoBetterIsToldWithTheFailure() {
    SessionClient ann = ann();
    String session = ann.create("held/busy");
    ann.ask(session, "q1", "Where to?");
    ChatResponse end = ann.awaitEnd();
    assertThat(end.getAnswer().getReason()).isEqualTo("RATE_LIMITED");
    assertThat(end.getErrorMessage()).contains("slowly").endsWith("the same again after 61 s)");
  }
}
