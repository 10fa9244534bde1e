package dev.parley.bench.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;

/// A gateway that passes on each event of an answer as it likes, and tells everybody that all is
/// well.
final class LyingGateway implements AutoCloseable {
  private final HttpServer server;
  private final HttpClient client = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final int provider;
  private final Function<String, List<String>> lie;

  /// @param provider its port
  /// @param lie what is passed on in place of a line of the provider's answer
  LyingGateway(int provider, Function<String, List<String>> lie) throws IOException {
    this.provider = provider;
    this.lie = lie;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/v1/chat/completions", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:%d/v1".formatted(server.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    HttpRequest question =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/v1/chat/completions".formatted(provider)))
            .POST(HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()))
            .build();
    try (OutputStream out = body(exchange)) {
      try (Stream<String> lines =
          client.send(question, HttpResponse.BodyHandlers.ofLines()).body()) {
        for (String line : (Iterable<String>) lines::iterator) {
          for (String told : lie.apply(line)) {
            write(out, told);
          }
        }
      } catch (UncheckedIOException e) {
        write(out, "data: [DONE]"); // as if nothing had happened
        write(out, "");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static OutputStream body(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    return exchange.getResponseBody();
  }

  private static void write(OutputStream out, String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    client.shutdownNow();
  }
}
