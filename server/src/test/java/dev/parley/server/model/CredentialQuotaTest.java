package dev.parley.server.model;

import static dev.parley.server.model.ModelServiceTest.question;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.Credential;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.server.ServerExtension;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A credential of the configuration that may use so many tokens a minute, as callers meet it.
@Timeout(60)
class CredentialQuotaTest {
  @RegisterExtension
  final ServerExtension server =
      new ServerExtension()
          .withLines(
              """
              provider.simulated.pace = 0s
              provider.simulated.tokens-per-minute = 12
              provider.simulated.key.team-a = canary-a
              provider.simulated.key.team-b = canary-b
              """);

  private static ChatRequest by(String credential, String text) {
    return question("q", text).setCredential(Credential.newBuilder().setName(credential)).build();
  }

  private static void assertTired(ModelError error) {
    assertThat(error.getKind()).isEqualTo(ModelError.Kind.KIND_RATE_LIMITED);
    // More than 60 tokens were used of 12 a minute.
    assertThat(error.getRetryAfter().getSeconds()).isBetween(60L, 1_000L);
  }

  @Test
  void whoIsOverTheRateOfACredentialIsRefusedAndToldWhenToComeAgain() throws Exception {
    var calls = ModelServiceGrpc.newBlockingStub(server.connect());
    assertThat(calls.chat(by("team-a", "word ".repeat(40))).getAnswer().hasFinished()).isTrue();
    StatusRuntimeException refused =
        catchThrowableOfType(StatusRuntimeException.class, () -> calls.chat(by("team-a", "hello")));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refused)
        .hasMessageContaining("credential team-a of simulated used all tokens for now")
        .hasMessageContaining("(allowed: 12 a minute)");
    assertTired(StatusProto.fromThrowable(refused).getDetails(0).unpack(ModelError.class));

    var stream = new ModelServiceTest.Stream(server.connect(), Integer.MAX_VALUE);
    stream.send(by("team-a", "hello"));
    assertTired(stream.answer().getLast().getError());
    stream.send(by("team-b", "hello"));
    assertThat(stream.answer().getLast().hasFinished()).as("the other one has tokens").isTrue();
  }
}
