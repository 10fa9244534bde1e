package dev.parley.models.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Turn;
import dev.parley.models.dialect.AzureDialect.Credential;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AzureDialectTest {
  private static final Prompt PROMPT = Prompt.of("my gpt/1", List.of(Turn.of(Role.USER, "Hello")));

  @Test
  void asksWithAKey() {
    HttpCall call = new AzureDialect(Credential.API_KEY, null).ask(PROMPT, "s3cret");
    assertThat(call.method()).isEqualTo("POST");
    assertThat(call.target()).isEqualTo("/openai/v1/chat/completions");
    assertThat(call.headers())
        .isEqualTo(
            Map.of(
                "api-key", "s3cret",
                "content-type", "application/json",
                "accept", "text/event-stream"));
    assertThat(Json.parse(call.body(), "body"))
        .isEqualTo(
            Json.parse(
                """
                {"model":"my gpt/1","stream":true,"stream_options":{"include_usage":true},
                 "messages":[{"role":"user","content":"Hello"}]}
                """,
                "expectation"));
  }

  @Test
  void asksADeploymentIfThereIsAVersion() {
    AzureDialect dialect = new AzureDialect(Credential.ENTRA, "2024-10-21");
    HttpCall call = dialect.ask(PROMPT, "s3cret");
    assertThat(call.target())
        .isEqualTo("/openai/deployments/my%20gpt%2F1/chat/completions?api-version=2024-10-21");
    assertThat(call.headers())
        .isEqualTo(
            Map.of(
                "authorization", "Bearer s3cret",
                "content-type", "application/json",
                "accept", "text/event-stream"));
  }

  @Test
  void listsModels() {
    HttpCall call = new AzureDialect(Credential.API_KEY, null).list("s3cret");
    assertThat(call.method()).isEqualTo("GET");
    assertThat(call.target()).isEqualTo("/openai/v1/models");
    assertThat(call.headers()).isEqualTo(Map.of("api-key", "s3cret", "accept", "application/json"));
    AzureDialect versioned = new AzureDialect(Credential.ENTRA, "2024-10-21");
    assertThat(versioned.list("s3cret").target())
        .isEqualTo("/openai/models?api-version=2024-10-21");
    assertThat(versioned.list("s3cret").headers())
        .isEqualTo(Map.of("authorization", "Bearer s3cret", "accept", "application/json"));
    assertThat(
            versioned.listed(
                new HttpAnswer(200, Map.of(), "{\"data\":[{\"id\":\"a\"}]}".getBytes(UTF_8))))
        .containsExactly("a");
  }

  @Test
  void filteredPromptsAreBlocked() {
    String body =
        """
        {"error":{"message":"The prompt was filtered.","type":null,"param":"prompt",
         "code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation",
         "content_filter_result":{"hate":{"filtered":true,"severity":"high"}}}}}
        """;
    ModelException refusal =
        new AzureDialect(Credential.API_KEY, null)
            .refusal(new HttpAnswer(400, Map.of(), body.getBytes(UTF_8)));
    assertThat(refusal).hasMessage("the provider answered with 400: The prompt was filtered.");
    assertThat(refusal.kind()).isEqualTo(ModelException.Kind.BLOCKED);
  }

  @Test
  void aMissingDeploymentIsNotFound() {
    String body = "{\"error\":{\"code\":\"DeploymentNotFound\",\"message\":\"No deployment.\"}}";
    assertThat(
            new AzureDialect(Credential.API_KEY, null)
                .refusal(new HttpAnswer(404, Map.of(), body.getBytes(UTF_8)))
                .kind())
        .isEqualTo(ModelException.Kind.NOT_FOUND);
  }
}
