package dev.parley.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.parley.model.v1.ModelError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class ApiErrorTest {
  @ParameterizedTest
  @CsvSource({
    "INVALID_REQUEST, true, 400, invalid_value",
    "UNAUTHENTICATED, true, 401, invalid_api_key",
    "UNAUTHENTICATED, false, 502, provider_unauthenticated",
    "PERMISSION_DENIED, true, 403, permission_denied",
    "PERMISSION_DENIED, false, 502, provider_permission_denied",
    "NOT_FOUND, false, 404, model_not_found",
    "RATE_LIMITED, false, 429, rate_limit_exceeded",
    "OVERLOADED, false, 503, overloaded",
    "FAILED, false, 502, provider_failed",
    "UNREACHABLE, false, 502, provider_unreachable",
    "TIMEOUT, false, 504, provider_timeout",
    "CUT, false, 502, provider_cut",
    "MALFORMED, false, 502, provider_malformed",
    "UNREAD, false, 408, answer_unread",
    "BLOCKED, false, 400, content_filter",
    "INTERNAL, false, 500, internal",
  })
  void errorsHaveTheStatusThatFits(String kind, boolean own, int status, String code) {
    ModelError error =
        ModelError.newBuilder().setKind(ModelError.Kind.valueOf("KIND_" + kind)).build();
    assertThat(ApiError.of(error, own).status()).isEqualTo(status);
    assertThat(ApiError.of(error, own).code()).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sampling.temperature: 9.0 (expected: 0 to 2) | temperature",
        "fallback_models: 9 (expected: at most 8) | models",
        "tool_choice.at_most_one: no (leave it out) | parallel_tool_calls",
        "output_format.schema.name: \"?\" (expected: …) | response_format.json_schema.name",
      })
  void whatIsWrongWithAQuestionIsToldByItsNameHere(String message, String param) {
    ModelError error =
        ModelError.newBuilder()
            .setKind(ModelError.Kind.KIND_INVALID_REQUEST)
            .setMessage(message)
            .build();
    String told = param + message.substring(message.indexOf(':'));
    assertThat(ApiError.of(error, false).param()).isEqualTo(param);
    assertThat(ApiError.of(error, false).message()).isEqualTo(told);
    ModelError ofModel = error.toBuilder().setRoute("a/b").build();
    assertThat(ApiError.of(ofModel, false).param()).isEqualTo(param);
    assertThat(ApiError.of(ofModel, false).message()).isEqualTo("a/b: " + told);
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_REQUEST, 'the provider answered with 400: no', 'a/b: the provider answered with 400:"
        + " no'",
    "NOT_FOUND, 'the provider answered with 404', 'a/b: the provider answered with 404'",
    "FAILED, it failed, 'a/b: it failed'",
    "OVERLOADED, a/b failed too often, a/b failed too often",
  })
  void whatAModelSaysIsToldWithItsName(String kind, String said, String told) {
    ModelError error =
        ModelError.newBuilder()
            .setKind(ModelError.Kind.valueOf("KIND_" + kind))
            .setMessage(said)
            .setRoute("a/b")
            .build();
    assertThat(ApiError.of(error, false).message()).isEqualTo(told);
  }

  @Test
  void whatMayPassIsToBeAskedAgainAndWhenAndTheRestIsNot() {
    ModelError.Builder error =
        ModelError.newBuilder().setKind(ModelError.Kind.KIND_RATE_LIMITED).setMessage("slowly");
    error.setRetryAfter(Duration.newBuilder().setSeconds(2).setNanos(1));
    assertThat(ApiError.of(error.build(), false).headers()).containsEntry("retry-after", "3");
    assertThat(ApiError.of(error.build(), false).headers()).doesNotContainKey("x-should-retry");
    assertThat(ApiError.of(error.setAttempts(3).build(), false).headers())
        .as("this server tried it again already")
        .containsEntry("x-should-retry", "false")
        .containsEntry("retry-after", "3");
    error.setKind(ModelError.Kind.KIND_UNAUTHENTICATED).clearRetryAfter();
    assertThat(ApiError.of(error.build(), false).headers())
        .containsEntry("x-should-retry", "false");
    error.setKind(ModelError.Kind.KIND_TIMEOUT);
    assertThat(ApiError.of(error.build(), false).headers())
        .as("who asked has waited long enough")
        .containsEntry("x-should-retry", "false");
    error.setKind(ModelError.Kind.KIND_UNAUTHENTICATED);
    assertThat(JsonMapper.shared().readTree(ApiError.of(error.build(), false).json().toString()))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"error": {"message": "slowly", "type": "upstream_error", "param": null,
                     "code": "provider_unauthenticated"}}
                    """));
  }

  @Test
  void theDocumentedTableHasEachError() throws IOException {
    String table = Files.readString(Path.of("../docs/errors.md"));
    for (ModelError.Kind kind : ModelError.Kind.values()) {
      if (kind != ModelError.Kind.UNRECOGNIZED) {
        ModelError error = ModelError.newBuilder().setKind(kind).build();
        for (boolean own : new boolean[] {true, false}) {
          ApiError told = ApiError.of(error, own);
          assertThat(table).contains("| %d | `%s` | ".formatted(told.status(), told.code()));
        }
      }
    }
  }
}
