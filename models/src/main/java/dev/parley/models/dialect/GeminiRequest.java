package dev.parley.models.dialect;

import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.OutputFormat;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Sampling;
import dev.parley.core.model.Prompt.Turn;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A prompt as `generateContent` takes it, at Gemini and at Vertex AI. Pure functions.
final class GeminiRequest {
  /// Begins the id of a call to which the provider gave none, and which it does not want to see.
  static final String OWN_ID = "parley-call-";

  private static final String SIGNATURE = "thoughtSignature";

  private GeminiRequest() {}

  static ObjectNode of(Prompt prompt) {
    ObjectNode body = Json.object();
    List<String> system = Requests.system(prompt);
    if (!system.isEmpty()) {
      ArrayNode parts = body.putObject("systemInstruction").putArray("parts");
      system.forEach(text -> parts.addObject().put("text", text));
    }
    addTurns(body.putArray("contents"), prompt.turns());
    addTools(body, prompt);
    ObjectNode config = Json.object();
    addSampling(config, prompt.sampling());
    addOutput(config, prompt.output());
    if (!config.isEmpty()) {
      body.set("generationConfig", config);
    }
    return body;
  }

  /// Turns of the same side that follow each other become one: the results of calls made at once
  /// must come at once.
  private static void addTurns(ArrayNode contents, List<Turn> turns) {
    String last = "";
    ArrayNode parts = contents.arrayNode();
    for (Turn turn : turns) {
      if (turn.role() == Role.SYSTEM) {
        continue;
      }
      String role = turn.role() == Role.ASSISTANT ? "model" : "user";
      if (!role.equals(last)) {
        addContent(contents, last, parts);
        parts = contents.arrayNode();
        last = role;
      }
      addParts(parts, turn);
    }
    addContent(contents, last, parts);
  }

  /// Nothing is added of a turn that says nothing.
  private static void addContent(ArrayNode contents, String role, ArrayNode parts) {
    if (!parts.isEmpty()) {
      contents.addObject().put("role", role).set("parts", parts);
    }
  }

  /// A signature belongs to the part after the thoughts, as [GeminiReader] tells it; one with no
  /// part after it gets an empty text.
  private static void addParts(ArrayNode parts, Turn turn) {
    String signature = null;
    for (Part part : turn.parts()) {
      Requests.requirePlace(part, turn);
      if (part instanceof Part.Reasoning reasoning) {
        if (!reasoning.text().isEmpty()) {
          parts.addObject().put("text", reasoning.text()).put("thought", true);
        }
        signature = reasoning.signature() == null ? signature : reasoning.signature();
        continue;
      }
      ObjectNode said = part(part);
      if (said != null) {
        if (signature != null) {
          said.put(SIGNATURE, signature);
          signature = null;
        }
        parts.add(said);
      }
    }
    if (signature != null) {
      parts.addObject().put("text", "").put(SIGNATURE, signature);
    }
  }

  /// A part; null: an empty text, which the provider does not take.
  private static @Nullable ObjectNode part(Part part) {
    ObjectNode said = Json.object();
    switch (part) {
      case Part.Text text -> {
        if (text.text().isEmpty()) {
          return null;
        }
        said.put("text", text.text());
      }
      case Part.Image image ->
          said.putObject("inlineData")
              .put("mimeType", image.mediaType())
              .put("data", Base64.getEncoder().encodeToString(image.bytes()));
      case Part.ImageLink _ ->
          throw Requests.invalid(
              "image: Gemini does not fetch images from links (expected: the image's bytes)");
      case Part.ToolCall call ->
          named(said.putObject("functionCall"), call.id(), call.name())
              .set("args", Requests.object(call.arguments(), "arguments of " + call.name()));
      case Part.ToolResult result ->
          named(said.putObject("functionResponse"), result.callId(), result.name())
              .putObject("response")
              .put(result.failed() ? "error" : "output", result.content());
      case Part.Reasoning _ -> throw new IllegalArgumentException("not a part of its own");
    }
    return said;
  }

  private static ObjectNode named(ObjectNode function, String id, String name) {
    if (!id.isEmpty() && !id.startsWith(OWN_ID)) {
      function.put("id", id);
    }
    return function.put("name", name);
  }

  private static void addTools(ObjectNode body, Prompt prompt) {
    List<Prompt.Tool> offered = Requests.offered(prompt);
    if (offered.isEmpty()) {
      return;
    }
    Requests.refuseAtMostOne(prompt, "Gemini");
    ArrayNode declarations = body.putArray("tools").addObject().putArray("functionDeclarations");
    for (Prompt.Tool tool : offered) {
      declarations
          .addObject()
          .put("name", tool.name())
          .put("description", tool.description())
          .set(
              "parametersJsonSchema",
              Requests.object(tool.parameters(), "parameters of " + tool.name()));
    }
    String name = prompt.toolChoice().name();
    switch (prompt.toolChoice().mode()) {
      case AUTO -> {
        // As the provider does by default.
      }
      case NONE -> calling(body).put("mode", "NONE");
      case REQUIRED -> {
        ObjectNode calling = calling(body).put("mode", "ANY");
        if (name != null) {
          calling.putArray("allowedFunctionNames").add(name);
        }
      }
    }
  }

  private static ObjectNode calling(ObjectNode body) {
    return body.putObject("toolConfig").putObject("functionCallingConfig");
  }

  private static void addSampling(ObjectNode config, Sampling sampling) {
    if (sampling.maxTokens() != null) {
      config.put("maxOutputTokens", sampling.maxTokens());
    }
    if (sampling.temperature() != null) {
      config.put("temperature", sampling.temperature());
    }
    if (sampling.topP() != null) {
      config.put("topP", sampling.topP());
    }
    if (!sampling.stop().isEmpty()) {
      sampling.stop().forEach(config.putArray("stopSequences")::add);
    }
    if (sampling.seed() != null) {
      config.put("seed", sampling.seed());
    }
    Integer thinking = sampling.reasoningTokens();
    if (thinking != null) {
      config
          .putObject("thinkingConfig")
          .put("thinkingBudget", thinking)
          .put("includeThoughts", thinking > 0);
    }
  }

  private static void addOutput(ObjectNode config, OutputFormat output) {
    switch (output) {
      case OutputFormat.Text _ -> {
        // As the provider does by default.
      }
      case OutputFormat.Json _ -> config.put("responseMimeType", "application/json");
      case OutputFormat.Schema schema ->
          config
              .put("responseMimeType", "application/json")
              .set(
                  "responseJsonSchema",
                  Requests.object(schema.schema(), "schema " + schema.name()));
    }
  }
}
