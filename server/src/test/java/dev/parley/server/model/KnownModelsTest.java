package dev.parley.server.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.model.v1.Credential;
import dev.parley.model.v1.ListModelsRequest;
import dev.parley.model.v1.ListModelsResponse;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.model.v1.ModelServiceGrpc.ModelServiceBlockingStub;
import dev.parley.model.v1.VerifyCredentialRequest;
import dev.parley.model.v1.VerifyCredentialResponse;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import dev.parley.testkit.http.FakeProvider;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What providers say they have, as both ports tell it.
@Timeout(60)
class KnownModelsTest {
  private volatile FakeProvider.Script script =
      exchange -> exchange.answer(200, "{\"data\":[{\"id\":\"m\"}]}");
  private final FakeProvider provider = new FakeProvider(exchange -> script.play(exchange));

  @RegisterExtension
  final ServerExtension server =
      new ServerExtension()
          .with(Setting.HTTP, "127.0.0.1:0")
          .with(Setting.MAX_QUESTIONS_PER_USER, "1")
          .withLines(
              """
              provider.fake.kind = compatible
              provider.fake.base-url = %s
              provider.fake.key.a = canary-a
              provider.fake.key.b = canary-b
              """
                  .formatted(provider.url()));

  @AfterEach
  void close() throws IOException {
    provider.close();
  }

  private ModelServiceBlockingStub calls() {
    return ModelServiceGrpc.newBlockingStub(server.connect());
  }

  private static ListModelsResponse list(ModelServiceBlockingStub calls) {
    return calls.listModels(ListModelsRequest.newBuilder().setProvider("fake").build());
  }

  private static VerifyCredentialResponse verify(
      ModelServiceBlockingStub calls, Credential.Builder credential) {
    return calls.verifyCredential(
        VerifyCredentialRequest.newBuilder().setProvider("fake").setCredential(credential).build());
  }

  private String overHttp() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      String url = "http://127.0.0.1:%d/v1/models".formatted(server.httpAddress().getPort());
      return client
          .send(
              HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  @Test
  void aProviderIsAskedOnceForAllWhoWantToKnowOnWhicheverPort() throws Exception {
    ModelServiceBlockingStub calls = calls();
    for (int i = 0; i < 3; i++) {
      assertThat(list(calls).getProviders(0).getModelsList()).containsExactly("m");
      assertThat(overHttp()).contains("\"fake/m\"");
      assertThat(verify(calls, Credential.newBuilder()).getValid()).isTrue();
      assertThat(verify(calls, Credential.newBuilder().setName("b")).getValid()).isTrue();
    }
    assertThat(provider.requests()).hasSize(2); // with each of its credentials
    server.clock().advance(Duration.ofSeconds(31));
    list(calls);
    assertThat(provider.requests()).hasSize(4);
  }

  @Test
  void whatFailedIsAskedAgainSooner() {
    script = exchange -> exchange.answer(401, "{}");
    ModelServiceBlockingStub calls = calls();
    assertThat(list(calls).getProviders(0).getError().getKind())
        .isEqualTo(ModelError.Kind.KIND_UNAUTHENTICATED);
    list(calls);
    assertThat(provider.requests()).hasSize(2);
    assertThat(verify(calls, Credential.newBuilder().setName("a")).getError().getKind())
        .isEqualTo(ModelError.Kind.KIND_UNAUTHENTICATED);
    assertThat(verify(calls, Credential.newBuilder().setName("c")).getError().getMessage())
        .isEqualTo("fake has no credential \"c\" (expected: one of a, b)");
    script = exchange -> exchange.answer(200, "{\"data\":[]}");
    server.clock().advance(Duration.ofSeconds(6));
    assertThat(verify(calls, Credential.newBuilder().setName("a")).getValid()).isTrue();
  }

  @Test
  void verifyingACredentialOfTheCallersCountsAsAQuestion() throws Exception {
    script = FakeProvider.Exchange::stall;
    Credential.Builder own = Credential.newBuilder().setSecret("mine");
    var first =
        ModelServiceGrpc.newFutureStub(server.connect())
            .verifyCredential(
                VerifyCredentialRequest.newBuilder()
                    .setProvider("fake")
                    .setCredential(own)
                    .build());
    provider.awaitRequests(1);
    ModelError refused = verify(calls(), own).getError();
    assertThat(refused.getKind()).isEqualTo(ModelError.Kind.KIND_RATE_LIMITED);
    assertThat(provider.requests()).hasSize(1);
    assertThat(first.isDone()).isFalse();
  }

  @Test
  void aProviderThatThereIsNotIsNotFound() {
    assertThatThrownBy(
            () -> calls().listModels(ListModelsRequest.newBuilder().setProvider("x").build()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("NOT_FOUND");
  }
}
