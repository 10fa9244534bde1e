package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.cli.TestParley.Result;
import dev.parley.testkit.http.FakeProvider;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Commands that ask a provider who does not take every credential.
@Timeout(60)
class ProviderCommandsTest {
  private final FakeProvider provider = new FakeProvider(ProviderCommandsTest::play);

  @RegisterExtension
  final TestParley parley =
      new TestParley()
          .withLines(
              """
              provider.single.kind = compatible
              provider.single.base-url = %1$s
              provider.single.key = bad-key
              provider.several.kind = compatible
              provider.several.base-url = %1$s
              provider.several.key.old = bad-key
              provider.several.key.new = good-key
              """
                  .formatted(provider.url()));

  @AfterEach
  void close() throws IOException {
    provider.close();
  }

  private static void play(FakeProvider.Exchange exchange) throws IOException {
    String body = exchange.request().body();
    if (body.contains("say nothing")) {
      exchange.stream();
      exchange.data("{\"id\":\"c\",\"choices\":[{\"index\":0,\"finish_reason\":\"length\"}]}");
      exchange.data("[DONE]");
      exchange.end();
    } else if (body.contains("be busy")) {
      exchange.answer(429, "{\"error\":{\"message\":\"slow down\"}}", "retry-after: 42");
    } else if ("Bearer good-key".equals(exchange.request().headers().get("authorization"))) {
      exchange.answer(200, "{\"data\":[{\"id\":\"m-1\"}]}");
    } else {
      exchange.answer(401, "{\"error\":{\"message\":\"no such key: bad-key\"}}");
    }
  }

  @Test
  void modelsNamesCredentialsThatDoNotWork() {
    Result models = parley.run("models");
    assertThat(models.exitCode()).isEqualTo(1);
    assertThat(models.lines()).containsExactly("several/m-1", "simulated/simulated");
    assertThat(models.err().lines())
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).startsWith("single: ").contains("no such key"),
            line -> assertThat(line).startsWith("several, credential old: "));
    assertThat(models.out() + models.err()).doesNotContain("bad-key", "good-key");
  }

  @Test
  void modelsAsJsonTellsItOfEachCredential() {
    Result models = parley.run("models", "--json");
    assertThat(models.exitCode()).isEqualTo(1);
    assertThat(models.err()).isEmpty();
    assertThat(models.lines())
        .filteredOn(line -> line.contains("\"several\""))
        .singleElement()
        .asString()
        .containsPattern("\"name\":\"old\",\"error\":\\{\"kind\":\"KIND_UNAUTHENTICATED\"")
        .contains("{\"name\":\"new\"}");
  }

  @Test
  void anAnswerWithoutTextIsSaidToHaveNone() {
    Result answer = parley.run("ask", "-m", "single/m-1", "say nothing");
    assertThat(answer.exitCode()).isZero();
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err())
        .isEqualTo("the model answered without any text (stop reason LENGTH)\n");
    Result json = parley.run("ask", "-m", "single/m-1", "--json", "say nothing");
    assertThat(json.err()).isEmpty();
  }

  @Test
  void askSaysWhenToTryAgain() {
    Result answer = parley.run("ask", "-m", "single/m-1", "be busy");
    assertThat(answer.exitCode()).isEqualTo(1);
    assertThat(answer.err()).contains("slow down").contains("Try again in 42 s.");
  }

  @Test
  void askWithACredentialThatDoesNotWorkSaysSo() {
    Result answer = parley.run("ask", "-m", "single/m-1", "hello");
    assertThat(answer.exitCode()).isEqualTo(1);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err()).startsWith("parley: single/m-1: ").contains("no such key");
  }
}
