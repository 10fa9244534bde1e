package dev.parley.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.client.ParleyException;
import io.grpc.Status;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private static ParleyException failure(
      Status.Code code, String reason, String message, @Nullable Duration retryAfter) {
    return new ParleyException(code, reason, message, "", "", retryAfter, null);
  }

  @Test
  void aRefusalSaysWhenToTryAgain() {
    ParleyException refused =
        failure(Status.Code.UNAVAILABLE, "OVERLOADED", "too much", Duration.ofMillis(1_500));
    assertThat(Failures.words(refused)).isEqualTo("too much (OVERLOADED)\nTry again in 2 s.");
    assertThat(Failures.words(refused, "here:1")).isEqualTo(Failures.words(refused));
  }

  @Test
  void whatSpeaksHttpWithoutGrpcIsNoServer() {
    ParleyException foreign =
        failure(
            Status.Code.UNIMPLEMENTED,
            "",
            "HTTP status code 404\ninvalid content-type: text/html\nheaders: Metadata()",
            null);
    assertThat(Failures.words(foreign, "here:1"))
        .startsWith("cannot reach here:1: what answers there is no Parley server")
        .doesNotContain("Metadata");
    assertThat(Failures.exitCode(foreign)).isEqualTo(ExitCode.NO_ANSWER);
  }
}
