package dev.parley.models.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Turn;
import dev.parley.models.Ask;
import dev.parley.models.Credential.Choice.Any;
import dev.parley.models.Gateway;
import dev.parley.models.Prices;
import dev.parley.models.ProviderKind;
import dev.parley.models.ProviderSettings;
import dev.parley.models.Route;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.tcp.SslProvider;

/// Providers behind TLS, with a certificate of an authority of their own.
@Timeout(60)
class SecureUpstreamTest {
  private static final Prompt HELLO = Prompt.of("", List.of(Turn.of(Role.USER, "hello")));
  private static final String PIECE =
      "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
  private static final String END =
      "data: {\"id\":\"c\",\"choices\":[{\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

  @TempDir private Path folder;

  private final EventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Set<String> protocols = ConcurrentHashMap.newKeySet();
  private final Set<String> connections = ConcurrentHashMap.newKeySet();
  private final List<DisposableServer> servers = new ArrayList<>();
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private X509Bundle certificate;
  private Path authorities;

  @BeforeEach
  void makeCertificate() throws Exception {
    certificate =
        new CertificateBuilder()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    authorities = Files.writeString(folder.resolve("ca.pem"), certificate.getCertificatePEM());
  }

  @AfterEach
  void close() {
    servers.forEach(DisposableServer::disposeNow);
    var _ = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private String serve(SslProvider.GenericSslContextSpec<?> tls, HttpProtocol... protocols) {
    DisposableServer server =
        HttpServer.create()
            .host("localhost")
            .port(0)
            .protocol(protocols)
            .secure(spec -> spec.sslContext(tls))
            .handle(this::answer)
            .bindNow();
    servers.add(server);
    return "https://localhost:" + server.port();
  }

  private Flux<Void> answer(HttpServerRequest request, HttpServerResponse response) {
    protocols.add(request.version().text());
    request.withConnection(
        connection ->
            connections.add(
                (connection.channel().parent() == null
                            || connection.channel().parent()
                                instanceof io.netty.channel.ServerChannel
                        ? connection.channel()
                        : connection.channel().parent())
                    .id()
                    .asLongText()));
    return request
        .receive()
        .aggregate()
        .asString()
        .flatMapMany(
            body ->
                body.contains("\"stall\"")
                    ? response
                        .send(
                            Flux.just(Unpooled.copiedBuffer(PIECE, UTF_8))
                                .concatWith(Flux.never())
                                .doOnCancel(cancelled::countDown),
                            _ -> true)
                        .then()
                    : response.sendString(Mono.just(PIECE + END)).then());
  }

  private Gateway gateway(String url, Map<String, String> options) {
    return new Gateway(
        List.of(
            ProviderSettings.of("one", ProviderKind.COMPATIBLE, url, "secret")
                .withOptions(options)),
        Prices.NONE,
        eventLoops,
        new SimpleMeterRegistry(),
        64 << 20);
  }

  private static Listener ask(Gateway gateway, String model) {
    return Listener.of(
        gateway.answer(
            new Ask(List.of(new Route("one", model)), HELLO, Any.ANY, List.of(), false), _ -> {}));
  }

  private String http2() throws Exception {
    return serve(
        Http2SslContextSpec.forServer(
            certificate.getKeyPair().getPrivate(), certificate.getCertificate()),
        HttpProtocol.H2,
        HttpProtocol.HTTP11);
  }

  @Test
  void http2IsSpokenWhereItIsOffered() throws Exception {
    try (Gateway gateway = gateway(http2(), Map.of("ca", authorities.toString()))) {
      assertThat(ask(gateway, "m").whole()).contains(new ModelEvent.Text("hi"));
      List<Listener> listeners = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        listeners.add(ask(gateway, "m"));
      }
      for (Listener listener : listeners) {
        assertThat(listener.whole()).contains(new ModelEvent.Text("hi"));
      }
      assertThat(protocols).containsExactly("HTTP/2.0");
      assertThat(connections).hasSizeLessThan(10);
    }
  }

  @Test
  void cancelEndsAStreamOfHttp2AndNotItsConnection() throws Exception {
    try (Gateway gateway = gateway(http2(), Map.of("ca", authorities.toString()))) {
      ask(gateway, "m").whole();
      int before = connections.size();
      Listener listener = ask(gateway, "stall");
      listener.await(2);
      listener.cancel();
      assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(ask(gateway, "m").whole()).contains(new ModelEvent.Text("hi"));
      assertThat(connections).hasSize(before);
    }
  }

  @Test
  void http11IsSpokenWhereHttp2IsNotOffered() throws Exception {
    String url =
        serve(
            Http11SslContextSpec.forServer(
                certificate.getKeyPair().getPrivate(), certificate.getCertificate()),
            HttpProtocol.HTTP11);
    try (Gateway gateway = gateway(url, Map.of("ca", authorities.toString()))) {
      assertThat(ask(gateway, "m").whole()).contains(new ModelEvent.Text("hi"));
      assertThat(protocols).containsExactly("HTTP/1.1");
    }
  }

  @Test
  void aCertificateThatNobodyVouchesForIsRefused() throws Exception {
    try (Gateway gateway = gateway(http2(), Map.of())) {
      assertThat(ask(gateway, "m").failure().kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(protocols).isEmpty();
    }
  }
}
