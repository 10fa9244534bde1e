package dev.parley.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.time.Clock;
import dev.parley.models.Allowances;
import dev.parley.models.Gateway;
import dev.parley.models.Prices;
import dev.parley.models.ProviderKind;
import dev.parley.models.ProviderSettings;
import dev.parley.models.Quota;
import dev.parley.server.model.KnownModels;
import dev.parley.testkit.http.FakeProvider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The limits of the HTTP port, made small.
@Timeout(60)
class HttpPortTest {
  private static final Duration SOON = Duration.ofMillis(300);
  private static final Duration NEVER = Duration.ofHours(1);
  private static final HttpLimits LIMITS =
      new HttpLimits(1_024, 4_096, 1_024, 2, 1_500, SOON, SOON, NEVER, SOON);
  private static final String HEAD =
      """
      POST /v1/chat/completions HTTP/1.1\r
      host: localhost\r
      content-type: application/json\r
      """;
  private static final String HEALTH = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
  private static final String BODY =
      """
      {"model":"fake/m","stream":true,"messages":[{"role":"user","content":"hi"}]}\
      """;
  private static final String PIECE =
      "{\"id\":\"a\",\"choices\":[{\"delta\":{\"content\":\"%s\"}}]}";

  private static final int MEMORY_BYTES = 256 << 10;

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private volatile FakeProvider.Script script = FakeProvider.Exchange::stall;
  private final FakeProvider provider = new FakeProvider(exchange -> script.play(exchange));
  private final Gateway gateway =
      new Gateway(
          List.of(ProviderSettings.of("fake", ProviderKind.COMPATIBLE, provider.url(), "key")),
          Prices.NONE,
          loops,
          new SimpleMeterRegistry(),
          2 * MEMORY_BYTES);
  private volatile @Nullable String unhealthy;
  private @Nullable HttpPort port;

  private InetSocketAddress open(HttpLimits limits) throws IOException {
    HttpPort opened =
        new HttpPort(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            loops,
            loops,
            NioServerSocketChannel::new,
            gateway,
            new KnownModels(gateway, Clock.system(), loops),
            new Allowances(Quota.DEFAULT),
            () -> unhealthy,
            () -> "",
            Clock.system(),
            limits);
    port = opened;
    opened.start();
    return opened.address();
  }

  @AfterEach
  void close() throws IOException {
    if (port != null) {
      port.close();
    }
    gateway.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    provider.close();
  }

  private static Socket connect(InetSocketAddress address) throws IOException {
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(30_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
  }

  private static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), UTF_8);
  }

  /// Reads until something has come.
  private static String until(Socket socket, String part) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder read = new StringBuilder();
    while (read.indexOf(part) < 0) {
      int next = in.read();
      if (next < 0) {
        throw new AssertionError("the connection ended before " + part + ": " + read);
      }
      read.append((char) next);
    }
    return read.toString();
  }

  private static String post(String body) {
    return HEAD + "content-length: %d\r\n\r\n%s".formatted(body.length(), body);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GET /hea", HEALTH + "GET /hea"})
  void aConnectionOnWhichNoRequestComesIsClosed(String sent) throws IOException {
    try (Socket socket = connect(open(LIMITS))) {
      send(socket, sent);
      String answer = rest(socket);
      assertThat(answer.contains("serving")).isEqualTo(sent.startsWith(HEALTH));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "content-length: 100\r\n\r\n{",
        "transfer-encoding: chunked\r\n\r\n5\r\n{\"mod\r\n"
      })
  void aRequestThatDoesNotComeToItsEndIsToldSo(String half) throws IOException {
    try (Socket socket = connect(open(LIMITS))) {
      send(socket, HEAD + half);
      assertThat(rest(socket)).startsWith("HTTP/1.1 408").contains("request_timeout");
    }
  }

  @Test
  void moreRequestsThanAllowedAreRefusedUntilOthersEnd() throws Exception {
    InetSocketAddress address = open(LIMITS);
    try (Socket first = connect(address);
        Socket second = connect(address)) {
      send(first, post(BODY));
      send(second, post(BODY));
      provider.awaitRequests(2);
      try (Socket third = connect(address)) {
        send(third, post(BODY));
        assertThat(until(third, "}}"))
            .contains("503")
            .contains("retry-after")
            .contains("overloaded");
      }
    }
    provider.awaitClosed(2);
    script = exchange -> exchange.answer(404, "{}");
    try (Socket socket = connect(address)) {
      send(socket, post(BODY));
      assertThat(until(socket, "}}")).contains("404");
    }
  }

  @Test
  void bodiesOfAllTogetherHaveALimit() throws Exception {
    InetSocketAddress address = open(LIMITS);
    String padded = BODY + " ".repeat(800);
    try (Socket first = connect(address)) {
      send(first, post(padded));
      provider.awaitRequests(1);
      try (Socket second = connect(address)) {
        send(second, post(padded));
        assertThat(rest(second)).contains("503").contains("too many large requests");
      }
    }
    provider.awaitClosed(1);
    try (Socket third = connect(address)) {
      send(third, post(padded));
      provider.awaitRequests(2);
    }
  }

  @Test
  void whoReadsNothingForTooLongIsCutOff() throws Exception {
    String filler = PIECE.formatted("x".repeat(60_000));
    script =
        exchange -> {
          exchange.stream();
          for (int i = 0; i < 10_000; i++) {
            exchange.data(filler);
          }
        };
    HttpLimits impatient = new HttpLimits(1_024, 4_096, 1_024, 2, 1_500, SOON, SOON, SOON, SOON);
    try (Socket socket = connect(open(impatient))) {
      send(socket, post(BODY));
      provider.awaitClosed(1);
    }
  }

  @Test
  void anAnswerMayTakeLongerThanARequest() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          exchange.data(PIECE.formatted("first"));
          Thread.sleep(3 * SOON.toMillis());
          exchange.data(PIECE.formatted("second"));
          exchange.data("{\"id\":\"a\",\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
          exchange.chunk("data: [DONE]\n\n");
          exchange.end();
        };
    try (Socket socket = connect(open(LIMITS))) {
      send(socket, post(BODY));
      assertThat(until(socket, "[DONE]")).contains("first").contains("second");
    }
  }

  @Test
  void whyNothingIsServedIsTold() throws IOException {
    unhealthy = "the disk is full";
    try (Socket socket = connect(open(LIMITS))) {
      send(socket, HEALTH);
      assertThat(rest(socket))
          .startsWith("HTTP/1.1 503")
          .contains("\"reason\":\"the disk is full\"");
    }
  }

  @Test
  void wholeAnswersShareTheRoomThatThereIsForThem() throws Exception {
    String text = "x".repeat(10_000);
    script =
        exchange -> {
          exchange.stream();
          for (int i = 0; i < 20; i++) {
            exchange.data(PIECE.formatted(text));
          }
          exchange.stall();
        };
    String body = BODY.replace(",\"stream\":true", "");
    InetSocketAddress address = open(LIMITS);
    try (Socket socket = connect(address)) {
      send(socket, post(body));
      assertThat(until(socket, "\"refusal\":null}}}"))
          .startsWith("HTTP/1.1 503 ")
          .contains("\"code\":\"overloaded\"", "\"partial\":{", text);
    }
    script =
        exchange -> {
          exchange.stream();
          exchange.data(PIECE.formatted(text));
          exchange.data("{\"id\":\"a\",\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
          exchange.chunk("data: [DONE]\n\n");
          exchange.end();
        };
    try (Socket socket = connect(address)) {
      send(socket, post(body));
      assertThat(until(socket, "\"refusal\":null}")).startsWith("HTTP/1.1 200 ").contains(text);
    }
    try (MemoryBudget.Share probe = gateway.memory().share()) {
      while (!probe.resize(MEMORY_BYTES)) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }
  }
}
