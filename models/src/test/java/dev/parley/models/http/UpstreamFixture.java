package dev.parley.models.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.Finished;
import dev.parley.core.model.ModelEvent.Started;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Text;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Turn;
import dev.parley.models.dialect.OpenAiDialect;
import dev.parley.models.dialect.ReplicateDialect;
import dev.parley.testkit.http.FakeProvider;
import dev.parley.testkit.http.FakeProvider.Exchange;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/// Providers that tests of [Upstream] ask, and how.
abstract class UpstreamFixture {
  static final Prompt HELLO = Prompt.of("gpt", List.of(Turn.of(Role.USER, "hello")));
  static final Prompt STORY = Prompt.of("teller/tale", HELLO.turns());
  static final String SECRET = "sk-test-0123456789";
  static final Duration SOON = Duration.ofMillis(300);
  static final Duration LONG = Duration.ofSeconds(30);
  static final Patience PATIENT = new Patience(LONG, LONG, LONG, LONG);

  static final Started STARTED = new Started("c1", "gpt-1");
  static final List<ModelEvent> ANSWER =
      List.of(
          STARTED,
          new Text("Hé"),
          new Text("llo"),
          new Finished(StopReason.STOP, "stop", new Usage(3, 2, -1, -1)));
  static final String TRANSCRIPT =
      """
      data: {"id":"c1","model":"gpt-1","choices":[{"index":0,"delta":{"content":"Hé"}}]}

      : a comment

      data: {"id":"c1","model":"gpt-1","choices":[{"index":0,"delta":{"content":"llo"}}]}

      data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

      data: {"id":"c1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}

      data: [DONE]

      """;

  final EventLoopGroup eventLoops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  final ConnectionProvider connections = ConnectionProvider.create("test", 100);
  final List<FakeProvider> providers = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (FakeProvider provider : providers) {
      provider.close();
    }
    connections.dispose();
    var _ = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  FakeProvider provider(FakeProvider.Script... scripts) throws IOException {
    FakeProvider provider = new FakeProvider(scripts);
    providers.add(provider);
    return provider;
  }

  LocalClients clients() {
    return new LocalClients(HttpClient.create(connections), eventLoops);
  }

  Upstream upstream(String url, Patience patience) {
    OpenAiDialect dialect = new OpenAiDialect(OpenAiDialect.Flavour.COMPATIBLE);
    return new Upstream(
        clients(), dialect, url, Secret.of(SECRET), patience, new MemoryBudget(64 << 20));
  }

  Upstream upstream(FakeProvider provider) {
    return upstream(provider.url(), PATIENT);
  }

  Upstream replicate(FakeProvider provider, Patience patience) {
    ReplicateDialect dialect = new ReplicateDialect(URI.create(provider.url()));
    return new Upstream(
        clients(),
        dialect,
        provider.url(),
        Secret.of(SECRET),
        patience,
        new MemoryBudget(64 << 20));
  }

  static void answer(Exchange exchange) throws IOException {
    exchange.stream();
    exchange.chunk(TRANSCRIPT);
    exchange.end();
  }

  /// A stream, and what becomes of it.
  ///
  /// @param chunks as they go onto the wire
  static FakeProvider.Script sends(FakeProvider.Script then, String... chunks) {
    return exchange -> {
      exchange.stream();
      for (String chunk : chunks) {
        exchange.chunk(chunk);
      }
      then.play(exchange);
    };
  }

  /// A stream of events, each of the data given, and what becomes of it.
  static FakeProvider.Script says(FakeProvider.Script then, String... data) {
    return sends(then, Arrays.stream(data).map("data: %s\n\n"::formatted).toArray(String[]::new));
  }

  static void assertFailed(Listener listener, Kind kind, ModelEvent... before) throws Exception {
    assertThat(listener.failure().kind()).isEqualTo(kind);
    assertThat(listener.events()).containsExactly(before);
  }

  static String text(String text) {
    return "{\"id\":\"c1\",\"model\":\"gpt-1\",\"choices\":[{\"delta\":{\"content\":\"%s\"}}]}"
        .formatted(text);
  }
}
