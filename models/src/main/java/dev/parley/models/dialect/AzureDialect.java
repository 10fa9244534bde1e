package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.Prompt;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// OpenAI's protocol as Azure speaks it, where models go by the names of their deployments.
public final class AzureDialect implements Dialect {
  /// What the secret is.
  public enum Credential {
    /// A key of the resource.
    API_KEY,
    /// An access token of Microsoft Entra.
    ENTRA
  }

  private final OpenAiDialect dialect = new OpenAiDialect(OpenAiDialect.Flavour.OPENAI);
  private final Credential credential;
  private final @Nullable String apiVersion;

  /// @param credential what secrets are
  /// @param apiVersion such as `2024-10-21`, for the paths with deployments; null: the paths of
  ///     version 1, which need none
  public AzureDialect(Credential credential, @Nullable String apiVersion) {
    this.credential = credential;
    this.apiVersion = apiVersion;
  }

  @Override
  public HttpCall ask(Prompt prompt, String secret) {
    String target =
        apiVersion == null
            ? "/openai/v1/chat/completions"
            : "/openai/deployments/%s/chat/completions?api-version=%s"
                .formatted(encoded(prompt.model()), encoded(apiVersion));
    return dialect.ask(target, prompt, credentials(secret));
  }

  @Override
  public AnswerReader reader() {
    return dialect.reader();
  }

  @Override
  public HttpCall list(String secret) {
    String target =
        apiVersion == null
            ? "/openai/v1/models"
            : "/openai/models?api-version=" + encoded(apiVersion);
    return OpenAiDialect.list(target, credentials(secret));
  }

  @Override
  public List<String> listed(HttpAnswer answer) {
    return dialect.listed(answer);
  }

  @Override
  public ModelException refusal(HttpAnswer answer) {
    return dialect.refusal(answer);
  }

  private Map<String, String> credentials(String secret) {
    return switch (credential) {
      case API_KEY -> secret.isEmpty() ? Map.of() : Map.of("api-key", secret);
      case ENTRA -> OpenAiDialect.bearer(secret);
    };
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
