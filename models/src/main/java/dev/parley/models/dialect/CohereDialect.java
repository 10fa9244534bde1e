package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.OutputFormat;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Sampling;
import dev.parley.core.model.Prompt.Tool;
import dev.parley.core.model.Prompt.ToolChoice;
import dev.parley.core.model.Prompt.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The protocol of Cohere, version 2 of its chat (docs.cohere.com/reference/chat-stream).
///
/// What Cohere has no words for is said so: a choice of one tool, by offering only that tool; a
/// tool's failure, by `error: ` before its result. Thoughts go back as the plan of the calls that
/// came of them, or else as thinking; Cohere signs neither.
public final class CohereDialect implements Dialect {
  /// Input or output holds what Cohere does not allow.
  private static final int BLOCKED = 498;

  /// The most that Cohere lists at once; it has far fewer models.
  private static final String LIST = "/v1/models?page_size=1000";

  /// For any server of this protocol.
  public CohereDialect() {}

  @Override
  public HttpCall ask(Prompt prompt, String secret) {
    ObjectNode body = Json.object().put("model", prompt.model()).put("stream", true);
    ArrayNode messages = body.putArray("messages");
    for (Turn turn : prompt.turns()) {
      turn(turn, messages);
    }
    sampling(prompt.sampling(), body);
    tools(prompt, body);
    switch (prompt.output()) {
      case OutputFormat.Text ignored -> {}
      case OutputFormat.Json ignored ->
          body.putObject("response_format").put("type", "json_object");
      case OutputFormat.Schema schema ->
          body.putObject("response_format")
              .put("type", "json_object")
              .set("json_schema", given(schema.schema(), "schema of the answer"));
    }
    return new HttpCall(
        "POST",
        "/v2/chat",
        Map.of(
            "authorization", "Bearer " + secret,
            "content-type", "application/json",
            "accept", "text/event-stream"),
        Json.bytes(body));
  }

  private static void turn(Turn turn, ArrayNode messages) {
    switch (turn.role()) {
      case SYSTEM, USER -> content(turn, messages.addObject().put("role", name(turn.role())));
      case ASSISTANT -> assistant(turn, messages.addObject().put("role", name(turn.role())));
      case TOOL -> {
        for (Part part : turn.parts()) {
          if (!(part instanceof Part.ToolResult result)) {
            throw misplaced(part, turn.role());
          }
          messages
              .addObject()
              .put("role", "tool")
              .put("tool_call_id", result.callId())
              .put("content", result.failed() ? "error: " + result.content() : result.content());
        }
      }
    }
  }

  private static void content(Turn turn, ObjectNode message) {
    if (turn.parts().size() == 1 && turn.parts().getFirst() instanceof Part.Text only) {
      message.put("content", only.text());
      return;
    }
    ArrayNode content = message.putArray("content");
    for (Part part : turn.parts()) {
      switch (part) {
        case Part.Text text -> content.addObject().put("type", "text").put("text", text.text());
        case Part.Image image when turn.role() == Role.USER ->
            image(Requests.dataUrl(image), content);
        case Part.ImageLink link when turn.role() == Role.USER -> image(link.url(), content);
        default -> throw misplaced(part, turn.role());
      }
    }
  }

  private static void image(String url, ArrayNode content) {
    content.addObject().put("type", "image_url").putObject("image_url").put("url", url);
  }

  private static void assistant(Turn turn, ObjectNode message) {
    ArrayNode content = Json.object().arrayNode();
    ArrayNode calls = Json.object().arrayNode();
    StringJoiner thoughts = new StringJoiner("\n\n");
    for (Part part : turn.parts()) {
      switch (part) {
        case Part.Text text -> content.addObject().put("type", "text").put("text", text.text());
        case Part.Reasoning reasoning -> thoughts.add(reasoning.text());
        case Part.ToolCall call -> {
          ObjectNode function =
              calls.addObject().put("id", call.id()).put("type", "function").putObject("function");
          function.put("name", call.name()).put("arguments", call.arguments());
        }
        default -> throw misplaced(part, turn.role());
      }
    }
    if (thoughts.length() > 0 && calls.isEmpty()) {
      content.insertObject(0).put("type", "thinking").put("thinking", thoughts.toString());
    } else if (thoughts.length() > 0) {
      message.put("tool_plan", thoughts.toString());
    }
    if (!content.isEmpty() || calls.isEmpty()) {
      message.set("content", content);
    }
    if (!calls.isEmpty()) {
      message.set("tool_calls", calls);
    }
  }

  private static void sampling(Sampling sampling, ObjectNode body) {
    if (sampling.maxTokens() != null) {
      body.put("max_tokens", sampling.maxTokens());
    }
    if (sampling.temperature() != null) {
      body.put("temperature", sampling.temperature());
    }
    if (sampling.topP() != null) {
      body.put("p", sampling.topP());
    }
    if (!sampling.stop().isEmpty()) {
      sampling.stop().forEach(body.putArray("stop_sequences")::add);
    }
    if (sampling.seed() != null) {
      body.put("seed", sampling.seed());
    }
    Integer budget = sampling.reasoningTokens();
    if (budget != null && budget == 0) {
      body.putObject("thinking").put("type", "disabled");
    } else if (budget != null) {
      body.putObject("thinking").put("type", "enabled").put("token_budget", budget);
    }
  }

  private static void tools(Prompt prompt, ObjectNode body) {
    ToolChoice choice = prompt.toolChoice();
    List<Tool> offered =
        prompt.tools().stream()
            .filter(tool -> choice.name() == null || choice.name().equals(tool.name()))
            .toList();
    if (offered.isEmpty() && (choice.mode() == ToolChoice.Mode.REQUIRED || choice.name() != null)) {
      String name = choice.name() == null ? "any" : choice.name();
      throw invalid("the tool that is chosen is not among those offered: " + name);
    }
    if (offered.isEmpty()) {
      return;
    }
    Requests.refuseAtMostOne(prompt, "Cohere");
    ArrayNode tools = body.putArray("tools");
    for (Tool tool : offered) {
      ObjectNode function = tools.addObject().put("type", "function").putObject("function");
      function
          .put("name", tool.name())
          .put("description", tool.description())
          .set("parameters", given(tool.parameters(), "parameters of the tool " + tool.name()));
    }
    if (choice.mode() != ToolChoice.Mode.AUTO) {
      body.put("tool_choice", choice.mode().name());
    }
  }

  /// An object that the caller gave as text.
  private static JsonNode given(String text, String what) {
    JsonNode value;
    try {
      value = Json.parse(text, what);
    } catch (ModelException e) {
      throw invalid(what + ": not JSON (expected: a JSON object)");
    }
    if (!value.isObject()) {
      throw invalid(what + ": no object (expected: a JSON object)");
    }
    return value;
  }

  private static ModelException misplaced(Part part, Role role) {
    return invalid(
        "a turn of %s holds what only others may: %s"
            .formatted(name(role), part.getClass().getSimpleName()));
  }

  private static ModelException invalid(String message) {
    return new ModelException(Kind.INVALID_REQUEST, message);
  }

  private static String name(Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public AnswerReader reader() {
    return new CohereReader();
  }

  @Override
  public HttpCall list(String secret) {
    return new HttpCall(
        "GET",
        LIST,
        Map.of("authorization", "Bearer " + secret, "accept", "application/json"),
        new byte[0]);
  }

  @Override
  public List<String> listed(HttpAnswer answer) {
    JsonNode body = Json.parse(answer.body(), "list of models");
    if (!body.path("models").isArray()) {
      throw Json.malformed(body.toString(), "list of models");
    }
    List<String> names = new ArrayList<>();
    for (JsonNode model : body.path("models")) {
      String name = Json.text(model, "name");
      if (name.isEmpty()) {
        throw Json.malformed(model.toString(), "name of a model");
      }
      for (JsonNode endpoint : model.path("endpoints")) {
        if (endpoint.isString() && endpoint.stringValue().equals("chat")) {
          names.add(name);
          break;
        }
      }
    }
    return List.copyOf(names);
  }

  @Override
  public ModelException refusal(HttpAnswer answer) {
    Kind kind = answer.status() == BLOCKED ? Kind.BLOCKED : Statuses.kind(answer.status());
    String message = Answers.message(Answers.lenient(answer), answer);
    return Statuses.refusal(kind, answer, message);
  }
}
