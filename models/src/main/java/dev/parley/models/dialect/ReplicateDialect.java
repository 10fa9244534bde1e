package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.OutputFormat;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Sampling;
import dev.parley.core.model.Prompt.ToolChoice;
import dev.parley.core.model.Prompt.Turn;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The protocol of Replicate (replicate.com/docs/reference/http and /streaming).
///
/// Its models take one text, not a conversation. System turns become `system_prompt`, with an empty
/// line between them. A user's only turn becomes `prompt` as it is; of several turns, each becomes
/// a paragraph that begins with `User: ` or `Assistant: `, and the text ends with `Assistant:`. An
/// image of the last turn becomes `image`. A seed, a limit of thinking and former thoughts are left
/// out: no input of a common name stands for them. All else that cannot be said is refused.
///
/// A model is named `owner/name` or `owner/name:version`.
///
/// Where the stream is and how work is cancelled is told by the provider. So that nobody gets the
/// secret by that way, only its own hosts are believed.
public final class ReplicateDialect implements TwoStepDialect {
  private static final String API_HOST = "api.replicate.com";
  private static final String DOMAIN = ".replicate.com";
  private static final int HTTPS_PORT = 443;
  private static final int HTTP_PORT = 80;

  /// A URL's port where it names none.
  private static final int USUAL = -1;

  /// Parts that begin with a letter or digit cannot be `..`, nor can they end the path.
  private static final Pattern MODEL =
      Pattern.compile(
          "(?<owner>[A-Za-z0-9][\\w.-]*)/(?<name>[A-Za-z0-9][\\w.-]*)(:(?<version>[A-Za-z0-9]+))?");

  private final String scheme;
  private final String host;
  private final int port;

  /// @param base the provider's base URL, such as `https://api.replicate.com`
  /// @throws IllegalArgumentException if it is not `http` or `https`, or has no host
  public ReplicateDialect(URI base) {
    if (base.getScheme() == null || base.getHost() == null) {
      throw new IllegalArgumentException("base URL: " + base + " (expected: https://HOST)");
    }
    scheme = base.getScheme().toLowerCase(Locale.ROOT);
    host = base.getHost().toLowerCase(Locale.ROOT);
    port = base.getPort();
    if (!scheme.equals("https") && !scheme.equals("http")) {
      throw new IllegalArgumentException("base URL: " + base + " (expected: https://HOST)");
    }
  }

  @Override
  public HttpCall ask(Prompt prompt, String secret) {
    Matcher model = MODEL.matcher(prompt.model());
    if (!model.matches()) {
      throw invalid("model: %s (expected: owner/name[:version])".formatted(prompt.model()));
    }
    refuseWhatCannotBeSaid(prompt);
    ObjectNode body = Json.object();
    String version = model.group("version");
    if (version != null) {
      body.put("version", version);
    }
    input(prompt, body.putObject("input"));
    body.put("stream", true);
    String target =
        version == null
            ? "/v1/models/%s/%s/predictions".formatted(model.group("owner"), model.group("name"))
            : "/v1/predictions";
    return new HttpCall(
        "POST",
        target,
        Map.of(
            "authorization", "Bearer " + secret,
            "content-type", "application/json",
            "accept", "application/json"),
        Json.bytes(body));
  }

  private static void refuseWhatCannotBeSaid(Prompt prompt) {
    if (!prompt.tools().isEmpty() || prompt.toolChoice().mode() == ToolChoice.Mode.REQUIRED) {
      throw invalid("Replicate's models take no tools");
    }
    if (prompt.output() != OutputFormat.Text.TEXT) {
      throw invalid("Replicate's models answer with text only (expected: no format)");
    }
    if (!prompt.sampling().stop().isEmpty()) {
      throw invalid("Replicate's models have no common way to end answers at a text");
    }
  }

  private static void input(Prompt prompt, ObjectNode input) {
    StringJoiner instructions = new StringJoiner("\n\n");
    for (Turn turn : prompt.turns()) {
      if (turn.role() == Role.SYSTEM) {
        instructions.add(text(turn));
      }
    }
    List<Turn> said = prompt.turns().stream().filter(turn -> turn.role() != Role.SYSTEM).toList();
    if (said.isEmpty() || said.getLast().role() != Role.USER) {
      throw invalid("the last turn is not of a user (expected: something to answer)");
    }
    input.put("prompt", conversation(said));
    if (instructions.length() > 0) {
      input.put("system_prompt", instructions.toString());
    }
    image(prompt.turns(), prompt.turns().lastIndexOf(said.getLast()), input);
    Sampling sampling = prompt.sampling();
    if (sampling.maxTokens() != null) {
      input.put("max_tokens", sampling.maxTokens());
    }
    if (sampling.temperature() != null) {
      input.put("temperature", sampling.temperature());
    }
    if (sampling.topP() != null) {
      input.put("top_p", sampling.topP());
    }
  }

  private static String conversation(List<Turn> turns) {
    if (turns.size() == 1) {
      return text(turns.getFirst());
    }
    StringJoiner all = new StringJoiner("\n\n", "", "\n\nAssistant:");
    for (Turn turn : turns) {
      all.add((turn.role() == Role.USER ? "User: " : "Assistant: ") + text(turn));
    }
    return all.toString();
  }

  private static String text(Turn turn) {
    StringJoiner all = new StringJoiner("\n");
    for (Part part : turn.parts()) {
      switch (part) {
        case Part.Text text -> all.add(text.text());
        case Part.Reasoning ignored -> {}
        case Part.Image ignored -> {}
        case Part.ImageLink ignored -> {}
        case Part.ToolCall call ->
            throw invalid("Replicate's models take no tools: " + call.name());
        case Part.ToolResult result ->
            throw invalid("Replicate's models take no tools: " + result.name());
      }
    }
    return all.toString();
  }

  private static void image(List<Turn> turns, int last, ObjectNode input) {
    for (int i = 0; i < turns.size(); i++) {
      for (Part part : turns.get(i).parts()) {
        String url =
            switch (part) {
              case Part.ImageLink link -> link.url();
              case Part.Image image -> Requests.dataUrl(image);
              default -> "";
            };
        if (url.isEmpty()) {
          continue;
        }
        if (i != last || input.has("image")) {
          throw invalid("Replicate's models take one image, of the last turn");
        }
        input.put("image", url);
      }
    }
  }

  @Override
  public Begun begun(HttpAnswer answer, String secret) {
    if (answer.status() >= 300) {
      throw refusal(answer);
    }
    JsonNode prediction = Json.parse(answer.body(), "prediction");
    String status = Json.text(prediction, "status");
    if (status.equals("failed") || status.equals("canceled") || status.equals("aborted")) {
      throw new ModelException(
          Kind.FAILED, "the prediction %s: %s".formatted(status, Json.told(prediction, "error")));
    }
    JsonNode urls = prediction.path("urls");
    if (!urls.isObject()) {
      throw Json.malformed(prediction.toString(), "prediction with urls");
    }
    HttpCall cancel =
        new HttpCall(
            "POST",
            trusted(urls, "cancel"),
            Map.of("authorization", "Bearer " + secret, "accept", "application/json"),
            new byte[0]);
    if (urls.path("stream").isMissingNode()) {
      throw invalid("this model of Replicate does not stream its output");
    }
    HttpCall stream =
        new HttpCall(
            "GET",
            trusted(urls, "stream"),
            Map.of(
                "authorization", "Bearer " + secret,
                "accept", "text/event-stream",
                "cache-control", "no-store"),
            new byte[0]);
    return new Begun(stream, cancel);
  }

  /// A URL to which the secret may go.
  private String trusted(JsonNode urls, String field) {
    String text = Json.text(urls, field);
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      throw Json.malformed(text, "URL to " + field);
    }
    if (url.getScheme() == null || url.getHost() == null || url.getRawUserInfo() != null) {
      throw Json.malformed(text, "URL to " + field);
    }
    String itsScheme = url.getScheme().toLowerCase(Locale.ROOT);
    String itsHost = url.getHost().toLowerCase(Locale.ROOT);
    boolean asSafe = itsScheme.equals("https") || itsScheme.equals(scheme);
    boolean its = itsHost.equals(host) && isPort(url, port);
    boolean sibling = host.equals(API_HOST) && itsHost.endsWith(DOMAIN) && isPort(url, USUAL);
    boolean ours = its || sibling;
    if (!asSafe || !ours) {
      throw Json.malformed(text, "URL to %s that is its own".formatted(field));
    }
    return url.toASCIIString();
  }

  /// Whether a URL's port is this one, or both are the usual ones: behind another, somebody else
  /// may listen.
  private static boolean isPort(URI url, int wanted) {
    return usual(url.getScheme(), url.getPort()) == usual(url.getScheme(), wanted);
  }

  private static int usual(String scheme, int port) {
    int usual = scheme.equalsIgnoreCase("https") ? HTTPS_PORT : HTTP_PORT;
    return port == usual ? USUAL : port;
  }

  @Override
  public AnswerReader reader() {
    return new ReplicateReader();
  }

  /// Asks whose the secret is: that verifies it, and Replicate has thousands of models by anybody.
  @Override
  public HttpCall list(String secret) {
    return new HttpCall(
        "GET",
        "/v1/account",
        Map.of("authorization", "Bearer " + secret, "accept", "application/json"),
        new byte[0]);
  }

  /// Nothing: an account has no list of models that it may use.
  @Override
  public List<String> listed(HttpAnswer answer) {
    return List.of();
  }

  @Override
  public ModelException refusal(HttpAnswer answer) {
    JsonNode body = Answers.lenient(answer);
    String field = Json.told(body, "detail").isEmpty() ? "title" : "detail";
    String message = Answers.message(body, field, answer);
    return Statuses.refusal(Statuses.kind(answer.status()), answer, message);
  }

  private static ModelException invalid(String message) {
    return new ModelException(Kind.INVALID_REQUEST, message);
  }
}
