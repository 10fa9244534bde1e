package dev.parley.models.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.testkit.http.FakeProvider;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

@Timeout(60)
class GoogleSecretTest {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());

  @TempDir private Path folder;

  private static FakeProvider.Script giving(String token) {
    return exchange ->
        exchange.answer(
            200,
            "{\"access_token\":\"%s\",\"expires_in\":3600,\"token_type\":\"Bearer\"}"
                .formatted(token),
            "content-type: application/json");
  }

  private GoogleSecret secret(FakeProvider google) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2_048);
    String key =
        Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
    Path file =
        Files.writeString(
            folder.resolve("account.json"),
            """
            {"type": "service_account", "project_id": "p", "client_email": "a@p.example.com",
             "client_id": "1", "private_key_id": "k", "token_uri": "%s/token",
             "private_key": "-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n"}
            """
                .formatted(google.url(), key.replace("\n", "\\n")));
    return new GoogleSecret(file.toString(), now::get);
  }

  @Test
  void aTokenIsGotOnceForManyQuestionsAndRenewedBeforeItExpires() throws Exception {
    try (FakeProvider google = new FakeProvider(giving("t1"), giving("t2"))) {
      GoogleSecret secret = secret(google);
      List<String> tokens =
          Flux.range(0, 100).flatMap(_ -> secret.current(), 100).collectList().block();
      assertThat(tokens).hasSize(100).containsOnly("t1");
      assertThat(google.requests()).hasSize(1);
      assertThat(secret.latest()).isEqualTo("t1");
      String asked = URLDecoder.decode(google.requests().getFirst().body(), StandardCharsets.UTF_8);
      String claims = asked.substring(asked.indexOf("assertion=")).split("\\.", -1)[1];
      assertThat(new String(Base64.getUrlDecoder().decode(claims), StandardCharsets.UTF_8))
          .contains("https://www.googleapis.com/auth/cloud-platform", "a@p.example.com");
      now.updateAndGet(time -> time.plus(Duration.ofSeconds(3_550)));
      assertThat(secret.current().block()).isEqualTo("t2");
      assertThat(google.requests()).hasSize(2);
    }
  }

  @Test
  void whatGoogleRefusesIsToldAsThat() throws Exception {
    try (FakeProvider google =
        new FakeProvider(exchange -> exchange.answer(401, "{\"error\":\"invalid_client\"}"))) {
      GoogleSecret secret = secret(google);
      ModelException failure = assertThrows(ModelException.class, () -> secret.current().block());
      assertThat(failure.kind()).isEqualTo(Kind.UNAUTHENTICATED);
      assertThat(failure).hasMessageContaining("account.json");
    }
  }

  @Test
  void aGoogleThatCannotBeReachedMayBeLater() throws Exception {
    FakeProvider google = new FakeProvider(giving("t1"));
    GoogleSecret secret = secret(google);
    google.close();
    ModelException failure = assertThrows(ModelException.class, () -> secret.current().block());
    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    // and it is tried again by whoever asks next
    assertThrows(ModelException.class, () -> secret.current().block());
  }
}
