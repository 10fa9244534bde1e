package dev.parley.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.model.v1.ListModelsRequest;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.testkit.http.FakeProvider;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Peers of the HTTP port that leave, do not read, or speak otherwise; and what a stop tells them.
@Timeout(60)
class HttpPeersTest extends HttpDoorFixture {
  /// A peer that sends what it likes.
  private final class Peer implements AutoCloseable {
    private final Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), server.httpAddress().getPort());
    private final BufferedReader in =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));

    Peer() throws IOException {
      socket.setSoTimeout(30_000);
    }

    Peer send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(UTF_8));
      return this;
    }

    Peer post(String body) throws IOException {
      return send(
          """
          POST /v1/chat/completions HTTP/1.1\r
          host: localhost\r
          content-type: application/json\r
          content-length: %d\r
          \r
          %s\
          """
              .formatted(body.getBytes(UTF_8).length, body));
    }

    /// Reads up to a line that contains something.
    String until(String part) throws IOException {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.contains(part)) {
          return line;
        }
      }
      throw new AssertionError("the connection ended before " + part);
    }

    /// Reads one answer that is not chunked.
    String answer() throws IOException {
      StringBuilder answer = new StringBuilder(until("HTTP/1.1"));
      int length = 0;
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        answer.append(line).append('\n');
        if (line.startsWith("content-length: ")) {
          length = Integer.parseInt(line.substring("content-length: ".length()));
        }
      }
      for (int i = 0; i < length; i++) {
        answer.append((char) in.read());
      }
      return answer.toString();
    }

    String rest() throws IOException {
      StringBuilder rest = new StringBuilder();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        rest.append(line).append('\n');
      }
      return rest.toString();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void whoLeavesBeforeTheFirstPieceEndsTheQuestionAtTheProvider() throws Exception {
    script = FakeProvider.Exchange::stall;
    for (String more : List.of("", ", \"stream\": true")) {
      int before = provider.requests().size();
      try (Peer peer = new Peer()) {
        peer.post(question("fake/m", more));
        provider.awaitRequests(before + 1);
      }
      provider.awaitClosed(before + 1);
    }
  }

  @Test
  void whoLeavesInMidStreamEndsTheQuestionAtTheProvider() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          exchange.data(delta("part"));
          exchange.stall();
        };
    try (Peer peer = new Peer()) {
      peer.post(question("fake/m", ", \"stream\": true")).until("part");
    }
    provider.awaitClosed(1);
  }

  @Test
  void whoDoesNotReadMakesTheProviderWait() throws Exception {
    String filler = delta("x".repeat(60_000));
    int count = 1_000;
    script =
        exchange -> {
          exchange.stream();
          for (int i = 0; i < count; i++) {
            exchange.data(filler);
          }
          exchange.data(FINISH);
          exchange.chunk("data: [DONE]\n\n");
          exchange.end();
        };
    try (Peer peer = new Peer()) {
      peer.post(question("fake/m", ", \"stream\": true"));
      provider.awaitRequests(1);
      long before = -1;
      for (long now = 0; now != before; now = provider.written()) {
        before = now;
        TimeUnit.MILLISECONDS.sleep(500);
      }
      assertThat(before).as("bytes that the provider got rid of").isLessThan(30_000_000L);
      int pieces = 0;
      for (String line = peer.until("data: "); !line.equals(DONE); line = peer.until("data: ")) {
        pieces += line.contains("xxxx") ? 1 : 0;
      }
      assertThat(pieces).isEqualTo(count);
    }
  }

  @Test
  void requestsOnOneConnectionAreAnsweredInTheirOrder() throws Exception {
    try (Peer peer = new Peer()) {
      String slow = question("slow", ", \"stream\": true");
      peer.post(slow)
          .post(question("nobody/m", ""))
          .send("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
          .post(question("simulated", ""));
      peer.until(DONE);
      assertThat(peer.answer()).contains("404");
      assertThat(peer.answer()).contains("serving");
      assertThat(peer.answer()).contains("You said");
    }
  }

  @Test
  void theOldProtocolGetsItsAnswerToo() throws Exception {
    String body = question("simulated", ", \"stream\": true");
    try (Peer peer = new Peer()) {
      peer.send(
          "POST /v1/chat/completions HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length:"
              + " %d\r\n\r\n%s".formatted(body.length(), body));
      String answer = peer.rest();
      assertThat(answer).contains("200 OK").endsWith(DONE + "\n\n").doesNotContain("chunked");
    }
  }

  @Test
  void whoAsksWhetherToGoOnIsTold() throws Exception {
    String body = question("simulated", "");
    try (Peer peer = new Peer()) {
      peer.send(
          "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n"
              + "content-type: application/json\r\ncontent-length: %d\r\n\r\n"
                  .formatted(body.length()));
      peer.until("100 Continue");
      assertThat(peer.send(body).answer()).contains("200 OK").contains("You said");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "evil.test, 421",
    "evil.test:8080, 421",
    "localhost.evil.test, 421",
    "192.0.2.1, 421",
    "'', 421",
    "localhost, 200",
    "LOCALHOST:1, 200",
    "127.0.0.1:80, 200",
    "[::1]:80, 200"
  })
  void namesThatAreNotThisMachinesAreRefused(String host, int status) throws Exception {
    try (Peer peer = new Peer()) {
      peer.send("GET /healthz HTTP/1.1\r\nhost: %s\r\n\r\n".formatted(host));
      assertThat(peer.until("HTTP/1.1")).contains(Integer.toString(status));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:80/healthz, 200",
    "HTTP://localhost/healthz?x, 200",
    "http://localhost, 404",
    "http://evil.test/healthz, 421",
    "ftp://localhost/healthz, 404"
  })
  void theTargetMayNameTheHost(String target, int status) throws Exception {
    try (Peer peer = new Peer()) {
      peer.send("GET %s HTTP/1.1\r\nhost: localhost\r\n\r\n".formatted(target));
      assertThat(peer.until("HTTP/1.1")).contains(Integer.toString(status));
    }
  }

  @Test
  void aClientOfGrpcIsToldThatItIsWrongHere() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(server.httpAddress()).usePlaintext().build();
    try {
      assertThatThrownBy(
              () ->
                  ModelServiceGrpc.newBlockingStub(channel)
                      .listModels(ListModelsRequest.getDefaultInstance()))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("this port speaks HTTP/1.1; gRPC is served on another one");
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void aHostThereMustBeAndOnlyOne() throws Exception {
    for (String hosts : List.of("", "host: localhost\r\nhost: evil.test\r\n")) {
      try (Peer peer = new Peer()) {
        peer.send("GET /healthz HTTP/1.1\r\n%s\r\n".formatted(hosts)).until("400");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0016\u0003\u0001 hello\r\n\r\n",
        "GET /LONG HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\na: LONG\r\nb: LONG\r\n\r\n",
        "POST CHAT\r\ncontent-length: x\r\n\r\n",
        "POST CHAT\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n"
      })
  void bytesThatAreNoRequestEndTheConnectionAndNothingElse(String bytes) throws Exception {
    String head =
        "/v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json";
    try (Peer peer = new Peer()) {
      peer.send(bytes.replace("LONG", "x".repeat(10_000)).replace("CHAT", head));
      assertThat(peer.rest()).startsWith("HTTP/1.1 4").contains("\"error\"");
    }
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void aServerThatStopsLetsAnswersEndAndTakesNothingNew() throws Exception {
    String health = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    try (Peer busy = new Peer();
        Peer watcher = new Peer();
        Peer other = new Peer();
        Peer late = new Peer()) {
      busy.post(question("slow", ", \"stream\": true")).until("You");
      assertThat(late.send(health).answer()).contains("200");
      assertThat(other.send(health).answer()).contains("200");
      CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::stop);
      String answer = watcher.send(health).answer();
      while (!answer.contains("connection: close")) {
        answer = watcher.send(health).answer();
      }
      assertThat(other.send(health).answer()).contains("503").contains("not_serving");
      late.post(question("simulated", ""));
      assertThat(late.rest()).contains("503").contains("retry-after: 1").contains("draining");
      busy.until(DONE);
      stopped.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void answersThatDoNotEndAreCutWhenTheServerStops() throws Exception {
    script =
        exchange -> {
          exchange.stream();
          exchange.data(delta("part"));
          exchange.stall();
        };
    try (Peer peer = new Peer()) {
      peer.post(question("fake/m", ", \"stream\": true")).until("part");
      server.stop();
      assertThat(peer.rest()).contains("\"code\":\"draining\"").doesNotContain(DONE);
      provider.awaitClosed(1);
    }
  }

  @Test
  void aWholeAnswerThatDoesNotComeIsRefusedWhenTheServerStops() throws Exception {
    script = FakeProvider.Exchange::stall;
    try (Peer peer = new Peer()) {
      peer.post(question("fake/m", ""));
      provider.awaitRequests(1);
      server.stop();
      assertThat(peer.rest()).startsWith("HTTP/1.1 503").contains("\"code\":\"draining\"");
      provider.awaitClosed(1);
    }
  }
}
