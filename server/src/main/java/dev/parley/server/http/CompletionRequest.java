package dev.parley.server.http;

import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.Credential;
import dev.parley.model.v1.Sampling;
import dev.parley.model.v1.ToolChoice;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.JsonNode;

/// What is asked of `/v1/chat/completions`, as a question of Parley's own protocol, which is
/// checked as all of those are. What would change the answer and has no counterpart there is
/// refused; what would not is ignored.
///
/// @param streamed whether the answer is wanted in pieces
/// @param withUsage whether a stream's last piece is to tell what was used
/// @param user whose allowance it uses up; empty: not said
record CompletionRequest(ChatRequest question, boolean streamed, boolean withUsage, String user) {
  /// Tokens of thinking that an effort stands for, as with Gemini.
  private static final Map<String, Integer> EFFORTS =
      Map.of("none", 0, "minimal", 1_024, "low", 1_024, "medium", 8_192, "high", 24_576);

  /// Fields that are served, for those who misspell one.
  private static final String SERVED =
      "max_completion_tokens, max_tokens, messages, model, models, parallel_tool_calls,"
          + " reasoning_effort, response_format, seed, stop, stream, stream_options, temperature,"
          + " tool_choice, tools, top_p, user";

  /// Reads a body.
  ///
  /// @param secret the caller's own credential for the provider; empty: none
  /// @throws ApiException if it cannot be asked
  static CompletionRequest of(byte[] body, String secret) {
    Node root = new Node("", "", parse(body));
    Reader reader = new Reader(secret);
    root.fields().forEach(reader::read);
    return reader.done();
  }

  private static JsonNode parse(byte[] body) {
    try {
      return Json.parse(body);
    } catch (StreamConstraintsException e) {
      throw new ApiException(
          ApiError.invalid(
              null,
              "the body is JSON that is too deep, or has too many parts, or too long a name or"
                  + " number (expected: at most %d levels and %d names, values and brackets)"
                      .formatted(Json.MAX_LEVELS, Json.MAX_TOKENS)));
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      throw new ApiException(
          ApiError.invalid(
              null,
              at == null
                  ? "the body is no JSON"
                  : "the body is no JSON at line %d, column %d"
                      .formatted(at.getLineNr(), at.getColumnNr())));
    }
  }

  /// Gathers what the fields say. For one body.
  private static final class Reader {
    private final ChatRequest.Builder question = ChatRequest.newBuilder();
    private final Sampling.Builder sampling = question.getSamplingBuilder();
    private boolean streamed;
    private boolean withUsage;
    private String user = "";

    /// `max_completion_tokens` is the newer name of `max_tokens`, and wins.
    private boolean newerMax;

    Reader(String secret) {
      if (!secret.isEmpty()) {
        question.setCredential(Credential.newBuilder().setSecret(secret));
      }
    }

    CompletionRequest done() {
      if (question.getModel().isEmpty()) {
        throw Node.invalid("model", "missing (expected: PROVIDER/MODEL)");
      }
      if (question.getTurnsCount() == 0) {
        throw Node.invalid("messages", "none (expected: at least one)");
      }
      return new CompletionRequest(question.build(), streamed, withUsage, user);
    }

    private void read(Node field) {
      switch (field.name()) {
        case "model" -> question.setModel(field.text());
        case "models" -> field.items().forEach(model -> question.addFallbackModels(model.text()));
        case "messages" -> CompletionMessages.read(field, question);
        case "user" -> user = field.text();
        case "stream" -> streamed = field.flag();
        case "stream_options" -> withUsage = field.flagIn("include_usage");
        case "tools" -> field.items().forEach(this::tool);
        case "tool_choice" -> question.getToolChoiceBuilder().mergeFrom(choice(field).build());
        case "parallel_tool_calls" -> {
          if (!field.flag()) {
            question.getToolChoiceBuilder().setAtMostOne(true);
          }
        }
        case "response_format" -> format(field);
        default -> sampling(field);
      }
    }

    private void sampling(Node field) {
      switch (field.name()) {
        case "max_completion_tokens" -> {
          sampling.setMaxTokens(field.positive());
          newerMax = true;
        }
        case "max_tokens" -> {
          int max = field.positive();
          if (!newerMax) {
            sampling.setMaxTokens(max);
          }
        }
        case "temperature" -> sampling.setTemperature(field.number());
        case "top_p" -> sampling.setTopP(field.number());
        case "stop" -> field.itemsOrOne().forEach(text -> sampling.addStop(text.text()));
        case "seed" -> sampling.setSeed(field.whole());
        case "reasoning_effort" -> sampling.setReasoningTokens(effort(field));
        default -> other(field);
      }
    }

    private static void other(Node field) {
      switch (field.name()) {
        case "n" -> field.only(1);
        case "frequency_penalty", "presence_penalty", "top_logprobs" -> field.only(0);
        case "logprobs" -> field.only(false);
        case "logit_bias" -> {
          if (!field.fields().isEmpty()) {
            throw field.unsupported("only an empty one");
          }
        }
        case "modalities" -> field.items().forEach(kind -> kind.only("text"));
        case "metadata",
            "store",
            "service_tier",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention",
            "prediction" -> {
          // Nothing of the answer depends on it.
        }
        case "audio",
            "functions",
            "function_call",
            "min_p",
            "repetition_penalty",
            "top_a",
            "top_k",
            "verbosity",
            "web_search_options" ->
            throw field.unsupported("without it");
        default -> throw field.unknown(SERVED);
      }
    }

    private static int effort(Node field) {
      Integer tokens = EFFORTS.get(field.text());
      if (tokens == null) {
        throw field.invalid("none, minimal, low, medium or high");
      }
      return tokens;
    }

    private void tool(Node tool) {
      tool.get("type").only("function");
      Node function = tool.get("function");
      Node parameters = function.get("parameters");
      question
          .addToolsBuilder()
          .setName(function.get("name").text())
          .setDescription(function.get("description").textOr(""))
          .setParameters(parameters.isAbsent() ? "" : parameters.object());
    }

    private static ToolChoice.Builder choice(Node field) {
      ToolChoice.Builder choice = ToolChoice.newBuilder();
      if (!field.isText()) {
        field.get("type").only("function");
        return choice
            .setMode(ToolChoice.Mode.MODE_REQUIRED)
            .setName(field.get("function").get("name").text());
      }
      return switch (field.text()) {
        case "none" -> choice.setMode(ToolChoice.Mode.MODE_NONE);
        case "auto" -> choice.setMode(ToolChoice.Mode.MODE_AUTO);
        case "required" -> choice.setMode(ToolChoice.Mode.MODE_REQUIRED);
        default -> throw field.invalid("none, auto, required or a function");
      };
    }

    private void format(Node field) {
      switch (field.get("type").text()) {
        case "text" -> {
          // As it is without.
        }
        case "json_object" -> question.getOutputFormatBuilder().setJson(true);
        case "json_schema" -> {
          Node form = field.get("json_schema");
          question
              .getOutputFormatBuilder()
              .getSchemaBuilder()
              .setName(form.get("name").text())
              .setSchema(form.get("schema").object());
        }
        default -> throw field.get("type").invalid("text, json_object or json_schema");
      }
    }
  }
}
