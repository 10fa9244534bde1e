package dev.parley.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import dev.parley.testkit.http.FakeProvider;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A server with a provider behind it, and how it is asked over HTTP.
abstract class HttpDoorFixture {
  static final String FINISH =
      """
      {"id":"up-1","model":"m-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
      """
          .strip();
  static final String DONE = "data: [DONE]";

  volatile FakeProvider.Script script = exchange -> exchange.answer(500, "{}");
  final FakeProvider provider = new FakeProvider(exchange -> script.play(exchange));

  @RegisterExtension
  final ServerExtension server =
      new ServerExtension()
          .with(Setting.HTTP, "127.0.0.1:0")
          .with(Setting.DRAIN_GRACE, "3s")
          .withLines(
              """
              provider.simulated.pace = 0s
              provider.slow.kind = simulated
              provider.slow.pace = 20ms
              provider.fake.kind = compatible
              provider.fake.base-url = %1$s
              provider.fake.key = fake-key
              provider.hasty.kind = compatible
              provider.hasty.base-url = %1$s
              provider.hasty.token-timeout = 300ms
              """
                  .formatted(provider.url()));

  final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() throws IOException {
    client.shutdownNow();
    provider.close();
  }

  static String delta(String text) {
    return """
    {"id":"up-1","model":"m-1","choices":[{"index":0,"delta":{"content":"%s"}}]}\
    """
        .formatted(text);
  }

  static String question(String model, String more) {
    return """
    {"model": "%s", "messages": [{"role": "user", "content": "hello there"}] %s}\
    """
        .formatted(model, more);
  }

  HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:%d%s".formatted(server.httpAddress().getPort(), path)))
        .version(HttpClient.Version.HTTP_1_1);
  }

  HttpRequest.Builder post(String body) {
    return to("/v1/chat/completions")
        .header("content-type", "application/json")
        .header("authorization", "Bearer anything")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  HttpResponse<String> ask(String body) throws Exception {
    return client.send(post(body).build(), BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws Exception {
    return client.send(to(path).build(), BodyHandlers.ofString());
  }

  static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }

  /// The data of a stream's events.
  static List<String> events(Stream<String> lines) {
    return lines.filter(line -> !line.isEmpty()).toList();
  }

  static JsonNode data(String line) {
    assertThat(line).startsWith("data: ");
    return json(line.substring("data: ".length()));
  }

  static String text(List<String> events) {
    StringBuilder text = new StringBuilder();
    for (String event : events) {
      if (!event.equals(DONE)) {
        text.append(data(event).at("/choices/0/delta/content").stringValue(""));
      }
    }
    return text.toString();
  }

  static JsonNode error(HttpResponse<String> response) {
    JsonNode error = json(response.body()).path("error");
    assertThat(error.properties())
        .as(response.body())
        .extracting(java.util.Map.Entry::getKey)
        .containsExactly("message", "type", "param", "code");
    return error;
  }

  static void assertRefused(HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(error(response).path("code").stringValue()).isEqualTo(code);
  }
}
