package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.Prompt;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Google's own models at Vertex AI, with an access token. The list is of all that Google
/// publishes there, and may be empty; whether a location has them is known only by asking.
public final class VertexDialect implements Dialect {
  /// The location that is none: Google chooses.
  public static final String GLOBAL = "global";

  private static final String GOOGLE = "publishers/google/";
  private static final String AUTHORIZATION = "authorization";
  private static final Pattern PROJECT = Pattern.compile("[a-z0-9][a-z0-9.:-]*");
  private static final Pattern LOCATION = Pattern.compile("[a-z0-9-]+");

  private final String folder;

  /// Asks on behalf of a project.
  ///
  /// @param project id or number
  /// @param location such as `europe-west4`, or `global`
  /// @throws IllegalArgumentException if one of them cannot be a name
  public VertexDialect(String project, String location) {
    require(PROJECT, project, "project", "an id such as my-project-1, or a number");
    requireLocation(location);
    folder = "/v1/projects/%s/locations/%s/%s".formatted(project, location, GOOGLE);
  }

  /// Where Google answers for a location, which has a host of its own unless it is [#GLOBAL].
  ///
  /// @throws IllegalArgumentException if it cannot be a name, for the secret goes to that host
  public static String baseUrl(String location) {
    requireLocation(location);
    String prefix = location.equals(GLOBAL) ? "" : location + "-";
    return "https://" + prefix + "aiplatform.googleapis.com";
  }

  private static void requireLocation(String location) {
    require(LOCATION, location, "location", "a name such as europe-west4, or " + GLOBAL);
  }

  private static void require(Pattern form, String name, String what, String expected) {
    if (!form.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "%s: \"%s\" (expected: %s)".formatted(what, name, expected));
    }
  }

  @Override
  public HttpCall ask(Prompt prompt, String secret) {
    return GeminiDialect.ask(folder, prompt, AUTHORIZATION, bearer(secret));
  }

  private static String bearer(String secret) {
    return "Bearer " + secret;
  }

  @Override
  public AnswerReader reader() {
    return new GeminiReader();
  }

  @Override
  public HttpCall list(String secret) {
    return new HttpCall(
        "GET",
        "/v1beta1/publishers/google/models?pageSize=100&listAllVersions=true",
        Map.of(AUTHORIZATION, bearer(secret)),
        new byte[0]);
  }

  @Override
  public List<String> listed(HttpAnswer answer) {
    return GeminiDialect.listed(answer, "publisherModels", GOOGLE + "models/");
  }

  @Override
  public ModelException refusal(HttpAnswer answer) {
    return GeminiErrors.refusal(answer);
  }
}
