package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.OutputFormat;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Sampling;
import dev.parley.core.model.Prompt.Tool;
import dev.parley.core.model.Prompt.ToolChoice;
import dev.parley.core.model.Prompt.Turn;
import dev.parley.models.dialect.OpenAiDialect.Flavour;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A prompt as a chat completion request.
record OpenAiRequest(Flavour flavour, Prompt prompt) {
  /// Budgets of thoughts that count as low and as medium effort; more is high.
  private static final int LOW_EFFORT_TOKENS = 2_048;

  private static final int MEDIUM_EFFORT_TOKENS = 16_384;

  /// The whole body.
  ///
  /// @throws ModelException `INVALID_REQUEST`, if the protocol cannot say this
  ObjectNode body() {
    ObjectNode body = Json.object();
    body.put("model", prompt.model()).put("stream", true);
    if (flavour != Flavour.MISTRAL) {
      // Mistral tells it anyway.
      body.putObject("stream_options").put("include_usage", true);
    }
    ArrayNode messages = body.putArray("messages");
    for (Turn turn : prompt.turns()) {
      addTurn(messages, turn);
    }
    addSampling(body);
    addTools(body);
    addFormat(body);
    return body;
  }

  private void addTurn(ArrayNode messages, Turn turn) {
    switch (turn.role()) {
      case SYSTEM, USER -> {
        ObjectNode message = messages.addObject();
        message.put("role", turn.role().name().toLowerCase(Locale.ROOT));
        addContent(message, turn);
      }
      case ASSISTANT -> addAnswer(messages.addObject(), turn);
      case TOOL -> {
        for (Part part : turn.parts()) {
          addResult(messages.addObject(), part);
        }
      }
    }
  }

  private static void addContent(ObjectNode message, Turn turn) {
    List<Part> parts = turn.parts();
    if (parts.size() == 1 && parts.getFirst() instanceof Part.Text(String text)) {
      message.put("content", text);
      return;
    }
    ArrayNode content = message.putArray("content");
    for (Part part : parts) {
      switch (part) {
        case Part.Text(String text) -> content.addObject().put("type", "text").put("text", text);
        case Part.Image image when turn.role() == Role.USER ->
            addImage(content, Requests.dataUrl(image));
        case Part.ImageLink(String url) when turn.role() == Role.USER -> addImage(content, url);
        case Part.Image _, Part.ImageLink _, Part.Reasoning _, Part.ToolCall _, Part.ToolResult _ ->
            throw misplaced(turn.role(), part);
      }
    }
  }

  private static void addImage(ArrayNode content, String url) {
    content.addObject().put("type", "image_url").putObject("image_url").put("url", url);
  }

  private void addAnswer(ObjectNode message, Turn turn) {
    StringBuilder text = new StringBuilder();
    StringBuilder thoughts = new StringBuilder();
    ArrayNode calls = Json.object().arrayNode();
    for (Part part : turn.parts()) {
      switch (part) {
        case Part.Text(String piece) -> text.append(piece);
        case Part.Reasoning(String piece, _) -> thoughts.append(piece);
        case Part.ToolCall(String id, String name, String arguments) ->
            calls
                .addObject()
                .put("id", id)
                .put("type", "function")
                .putObject("function")
                .put("name", name)
                .put("arguments", arguments.isBlank() ? "{}" : arguments);
        case Part.Image _, Part.ImageLink _, Part.ToolResult _ ->
            throw misplaced(turn.role(), part);
      }
    }
    message.put("role", "assistant");
    if (flavour == Flavour.MISTRAL && !thoughts.isEmpty()) {
      addThoughts(message.putArray("content"), thoughts.toString(), text.toString());
    } else if (text.isEmpty() && !calls.isEmpty()) {
      message.putNull("content");
    } else {
      message.put("content", text.toString());
    }
    if (!calls.isEmpty()) {
      // DeepSeek wants the thoughts behind a call to be given back, and refused others.
      if (flavour == Flavour.COMPATIBLE && !thoughts.isEmpty()) {
        message.put("reasoning_content", thoughts.toString());
      }
      message.set("tool_calls", calls);
    }
  }

  private static void addThoughts(ArrayNode content, String thoughts, String text) {
    ObjectNode thinking = content.addObject().put("type", "thinking");
    thinking.putArray("thinking").addObject().put("type", "text").put("text", thoughts);
    if (!text.isEmpty()) {
      content.addObject().put("type", "text").put("text", text);
    }
  }

  private static void addResult(ObjectNode message, Part part) {
    if (!(part instanceof Part.ToolResult result)) {
      throw misplaced(Role.TOOL, part);
    }
    message.put("role", "tool").put("tool_call_id", result.callId());
    message.put("content", result.content());
  }

  /// How much thinking, where it is not said in tokens.
  private static String effort(int tokens) {
    if (tokens == 0) {
      return "none";
    }
    if (tokens <= LOW_EFFORT_TOKENS) {
      return "low";
    }
    return tokens <= MEDIUM_EFFORT_TOKENS ? "medium" : "high";
  }

  private void addSampling(ObjectNode body) {
    Sampling sampling = prompt.sampling();
    if (sampling.maxTokens() != null) {
      body.put(
          flavour == Flavour.OPENAI ? "max_completion_tokens" : "max_tokens", sampling.maxTokens());
    }
    if (sampling.temperature() != null) {
      body.put("temperature", sampling.temperature());
    }
    if (sampling.topP() != null) {
      body.put("top_p", sampling.topP());
    }
    if (!sampling.stop().isEmpty()) {
      ArrayNode stop = body.putArray("stop");
      sampling.stop().forEach(stop::add);
    }
    if (sampling.reasoningTokens() != null && flavour != Flavour.MISTRAL) {
      body.put("reasoning_effort", effort(sampling.reasoningTokens()));
    }
    if (sampling.seed() != null) {
      body.put(flavour == Flavour.MISTRAL ? "random_seed" : "seed", sampling.seed());
    }
  }

  private void addTools(ObjectNode body) {
    ToolChoice choice = prompt.toolChoice();
    String only = choice.name();
    List<Tool> tools = prompt.tools();
    if (only != null && tools.stream().noneMatch(tool -> tool.name().equals(only))) {
      throw invalid("the tool that is chosen, %s, is not among the tools".formatted(only));
    }
    if (tools.isEmpty()) {
      if (choice.mode() == ToolChoice.Mode.REQUIRED) {
        throw invalid("a tool call is required, but there are no tools");
      }
      return;
    }
    ArrayNode list = body.putArray("tools");
    for (Tool tool : tools) {
      // "This one or none" has no word of its own, so the others are left out.
      if (only == null || choice.mode() != ToolChoice.Mode.AUTO || tool.name().equals(only)) {
        addTool(list, tool);
      }
    }
    if (choice.atMostOne() && choice.mode() != ToolChoice.Mode.NONE) {
      body.put("parallel_tool_calls", false);
    }
    switch (choice.mode()) {
      case AUTO -> body.put("tool_choice", "auto");
      case NONE -> body.put("tool_choice", "none");
      case REQUIRED -> {
        if (only == null) {
          body.put("tool_choice", flavour == Flavour.MISTRAL ? "any" : "required");
        } else {
          ObjectNode object = body.putObject("tool_choice").put("type", "function");
          object.putObject("function").put("name", only);
        }
      }
    }
  }

  private static void addTool(ArrayNode list, Tool tool) {
    ObjectNode function = list.addObject().put("type", "function").putObject("function");
    function.put("name", tool.name());
    if (!tool.description().isEmpty()) {
      function.put("description", tool.description());
    }
    function.set("parameters", schema(tool.parameters(), "parameters of tool " + tool.name()));
  }

  private void addFormat(ObjectNode body) {
    switch (prompt.output()) {
      case OutputFormat.Text _ -> {}
      case OutputFormat.Json _ -> body.putObject("response_format").put("type", "json_object");
      case OutputFormat.Schema(String name, String schema) -> {
        ObjectNode format = body.putObject("response_format").put("type", "json_schema");
        ObjectNode form = format.putObject("json_schema").put("name", name).put("strict", true);
        form.set("schema", schema(schema, "schema of the answer"));
      }
    }
  }

  private static JsonNode schema(String text, String what) {
    try {
      JsonNode schema = Json.parse(text, what);
      if (schema.isObject()) {
        return schema;
      }
    } catch (ModelException e) {
      // Malformed it is, but not by the provider.
    }
    throw invalid("the %s must be a JSON object: %s".formatted(what, Json.quoted(text)));
  }

  private static ModelException misplaced(Role role, Part part) {
    return invalid("a turn of %s cannot hold %s".formatted(role, part.getClass().getSimpleName()));
  }

  private static ModelException invalid(String message) {
    return new ModelException(ModelException.Kind.INVALID_REQUEST, message);
  }
}
