package dev.parley.models.dialect;

import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.OutputFormat;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Sampling;
import dev.parley.core.model.Prompt.ToolChoice;
import dev.parley.core.model.Prompt.Turn;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A prompt as Anthropic's Messages API takes it. Pure functions.
final class AnthropicRequest {
  /// Most tokens of an answer where the prompt says nothing; the API has no default. Every model
  /// allows as many.
  static final int DEFAULT_MAX_TOKENS = 4_096;

  /// Begins a signature that stands for thoughts which the API gives in no other form. (No
  /// signature of the API's own has a colon: they are Base64.)
  static final String REDACTED = "redacted:";

  private static final String ONE_ONLY = "disable_parallel_tool_use";

  private AnthropicRequest() {}

  static ObjectNode of(Prompt prompt) {
    ObjectNode body = Json.object().put("model", prompt.model()).put("stream", true);
    addSampling(body, prompt.sampling());
    List<String> system = Requests.system(prompt);
    if (!system.isEmpty()) {
      ArrayNode blocks = body.putArray("system");
      system.forEach(text -> addText(blocks, text));
    }
    addTurns(body.putArray("messages"), prompt.turns());
    addTools(body, prompt);
    addOutput(body, prompt.output());
    return body;
  }

  private static void addSampling(ObjectNode body, Sampling sampling) {
    Integer thinking = sampling.reasoningTokens();
    Integer max = sampling.maxTokens();
    // The budget is part of max_tokens and must be less.
    body.put(
        "max_tokens",
        max != null ? max.longValue() : DEFAULT_MAX_TOKENS + (thinking == null ? 0L : thinking));
    if (thinking != null) {
      ObjectNode form = body.putObject("thinking");
      if (thinking == 0) {
        form.put("type", "disabled");
      } else {
        form.put("type", "enabled").put("budget_tokens", thinking);
      }
    }
    if (sampling.temperature() != null) {
      body.put("temperature", sampling.temperature());
    }
    if (sampling.topP() != null) {
      body.put("top_p", sampling.topP());
    }
    if (!sampling.stop().isEmpty()) {
      sampling.stop().forEach(body.putArray("stop_sequences")::add);
    }
  }

  /// Turns of the same side that follow each other become one: results of tools belong to the user
  /// and must all stand in the turn after the calls.
  private static void addTurns(ArrayNode messages, List<Turn> turns) {
    String last = "";
    ArrayNode content = messages.arrayNode();
    for (Turn turn : turns) {
      if (turn.role() == Role.SYSTEM) {
        continue;
      }
      String role = turn.role() == Role.ASSISTANT ? "assistant" : "user";
      if (!role.equals(last)) {
        addMessage(messages, last, content);
        content = messages.arrayNode();
        last = role;
      }
      for (Part part : turn.parts()) {
        addPart(content, part, turn);
      }
    }
    addMessage(messages, last, content);
  }

  /// Nothing is added of a turn that says nothing, which the API does not take.
  private static void addMessage(ArrayNode messages, String role, ArrayNode content) {
    if (!content.isEmpty()) {
      messages.addObject().put("role", role).set("content", content);
    }
  }

  private static void addPart(ArrayNode content, Part part, Turn turn) {
    Requests.requirePlace(part, turn);
    switch (part) {
      case Part.Text text -> addText(content, text.text());
      case Part.Image image ->
          addImage(content)
              .put("type", "base64")
              .put("media_type", image.mediaType())
              .put("data", Base64.getEncoder().encodeToString(image.bytes()));
      case Part.ImageLink link -> addImage(content).put("type", "url").put("url", link.url());
      case Part.Reasoning reasoning -> addReasoning(content, reasoning);
      case Part.ToolCall call ->
          content
              .addObject()
              .put("type", "tool_use")
              .put("id", call.id())
              .put("name", call.name())
              .set("input", Requests.object(call.arguments(), "arguments of " + call.name()));
      case Part.ToolResult result -> addResult(content, result);
    }
  }

  /// Empty texts are left out: the API does not take them.
  private static void addText(ArrayNode content, String text) {
    if (!text.isEmpty()) {
      content.addObject().put("type", "text").put("text", text);
    }
  }

  private static ObjectNode addImage(ArrayNode content) {
    return content.addObject().put("type", "image").putObject("source");
  }

  /// Thoughts without a signature are left out: the API takes only what it knows to be its own.
  private static void addReasoning(ArrayNode content, Part.Reasoning reasoning) {
    String signature = reasoning.signature();
    if (signature == null) {
      return;
    }
    if (signature.startsWith(REDACTED)) {
      content
          .addObject()
          .put("type", "redacted_thinking")
          .put("data", signature.substring(REDACTED.length()));
    } else {
      content
          .addObject()
          .put("type", "thinking")
          .put("thinking", reasoning.text())
          .put("signature", signature);
    }
  }

  private static void addResult(ArrayNode content, Part.ToolResult result) {
    ObjectNode block =
        content
            .addObject()
            .put("type", "tool_result")
            .put("tool_use_id", result.callId())
            .put("content", result.content());
    if (result.failed()) {
      block.put("is_error", true);
    }
  }

  private static void addTools(ObjectNode body, Prompt prompt) {
    List<Prompt.Tool> offered = Requests.offered(prompt);
    if (offered.isEmpty()) {
      return;
    }
    ArrayNode tools = body.putArray("tools");
    for (Prompt.Tool tool : offered) {
      tools
          .addObject()
          .put("name", tool.name())
          .put("description", tool.description())
          .set("input_schema", Requests.object(tool.parameters(), "parameters of " + tool.name()));
    }
    ToolChoice choice = prompt.toolChoice();
    String name = choice.name();
    switch (choice.mode()) {
      case AUTO -> {
        if (choice.atMostOne()) { // else as the API does by default
          body.putObject("tool_choice").put("type", "auto").put(ONE_ONLY, true);
        }
      }
      case NONE -> body.putObject("tool_choice").put("type", "none");
      case REQUIRED -> {
        ObjectNode chosen =
            body.putObject("tool_choice").put("type", name == null ? "any" : "tool");
        if (name != null) {
          chosen.put("name", name);
        }
        if (choice.atMostOne()) {
          chosen.put(ONE_ONLY, true);
        }
      }
    }
  }

  private static void addOutput(ObjectNode body, OutputFormat output) {
    switch (output) {
      case OutputFormat.Text _ -> {
        // As the API does by default.
      }
      case OutputFormat.Json _ ->
          throw Requests.invalid(
              "output: Anthropic makes JSON only by a schema (expected: a schema, or text)");
      case OutputFormat.Schema schema ->
          body.putObject("output_config")
              .putObject("format")
              .put("type", "json_schema")
              .set("schema", Requests.object(schema.schema(), "schema " + schema.name()));
    }
  }
}
