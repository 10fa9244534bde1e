package dev.parley.server.model;

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
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.Image;
import dev.parley.models.Credential;
import dev.parley.models.Gateway;
import dev.parley.models.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Questions as they come on the wire, checked. Pure functions.
final class Questions {
  private static final int MAX_FALLBACKS = 8;
  private static final int MAX_TOOLS = 128;
  private static final int MAX_STOPS = 16;
  private static final double MAX_TEMPERATURE = 2;
  private static final int MAX_QUOTED = 100;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /// Others, such as `file:` or `gs:`, would have the provider read what only it, or the one whose
  /// credential it is, may read.
  private static final Pattern LINK = Pattern.compile("(?i)(https?://|data:)");

  private Questions() {}

  /// The models to be asked.
  ///
  /// @param provider the provider that the service stands for; empty: the question names it
  /// @throws ModelException if they cannot be asked
  static List<Route> routes(ChatRequest request, String provider, Gateway gateway) {
    expect(!request.getModel().isEmpty(), "model: empty (expected: PROVIDER/MODEL)");
    expect(
        request.getFallbackModelsCount() <= MAX_FALLBACKS,
        () ->
            "fallback_models: %d (expected: at most %d)"
                .formatted(request.getFallbackModelsCount(), MAX_FALLBACKS));
    String prefix = provider.isEmpty() ? "" : provider + "/";
    List<Route> routes = new ArrayList<>();
    routes.add(gateway.route(prefix + request.getModel()));
    request.getFallbackModelsList().forEach(name -> routes.add(gateway.route(prefix + name)));
    return routes;
  }

  /// What is asked, of whichever model.
  ///
  /// @throws ModelException `INVALID_REQUEST`
  static Prompt prompt(ChatRequest request) {
    expect(request.getTurnsCount() > 0, "turns: none (expected: at least one)");
    expect(
        request.getToolsCount() <= MAX_TOOLS,
        () -> "tools: %d (expected: at most %d)".formatted(request.getToolsCount(), MAX_TOOLS));
    List<Turn> turns = new ArrayList<>(request.getTurnsCount());
    for (int i = 0; i < request.getTurnsCount(); i++) {
      turns.add(turn(request.getTurns(i), "turns[" + i + "]"));
    }
    return new Prompt(
        request.getModel(),
        turns,
        sampling(request.getSampling()),
        request.getToolsList().stream().map(Questions::tool).toList(),
        choice(request.getToolChoice()),
        format(request.getOutputFormat()));
  }

  /// With which credential it is asked.
  ///
  /// @throws ModelException `INVALID_REQUEST`
  static Credential.Choice credential(dev.parley.model.v1.Credential credential) {
    boolean named = !credential.getName().isEmpty();
    expect(
        !named || credential.getSecret().isEmpty(),
        "credential: a secret and a name (expected: one of them)");
    if (named) {
      return new Credential.Choice.Named(credential.getName());
    }
    return credential.getSecret().isEmpty()
        ? Credential.Choice.Any.ANY
        : new Credential.Choice.Own(credential.getSecret());
  }

  private static Turn turn(dev.parley.model.v1.Turn turn, String where) {
    Role role =
        switch (turn.getRole()) {
          case ROLE_SYSTEM -> Role.SYSTEM;
          case ROLE_USER -> Role.USER;
          case ROLE_ASSISTANT -> Role.ASSISTANT;
          case ROLE_TOOL -> Role.TOOL;
          case ROLE_UNKNOWN, UNRECOGNIZED ->
              throw invalid(
                  "%s.role: not said (expected: system, user, assistant or tool)".formatted(where));
        };
    List<Part> parts = new ArrayList<>();
    if (!turn.getText().isEmpty()) {
      parts.add(new Part.Text(turn.getText()));
    }
    for (int i = 0; i < turn.getPartsCount(); i++) {
      parts.add(part(turn.getParts(i), role, where + ".parts[" + i + "]"));
    }
    expect(
        !parts.isEmpty(), () -> "%s: nothing is said (expected: text or parts)".formatted(where));
    expect(
        role != Role.TOOL || parts.stream().allMatch(Part.ToolResult.class::isInstance),
        () -> "%s: a tool's turn with something else than results".formatted(where));
    return new Turn(role, parts);
  }

  private static Part part(dev.parley.model.v1.Part part, Role role, String where) {
    Part made =
        switch (part.getPartCase()) {
          case TEXT -> new Part.Text(part.getText());
          case IMAGE -> image(part.getImage(), where);
          case TOOL_CALL ->
              new Part.ToolCall(
                  part.getToolCall().getId(),
                  part.getToolCall().getName(),
                  part.getToolCall().getArguments());
          case TOOL_RESULT ->
              new Part.ToolResult(
                  part.getToolResult().getCallId(),
                  part.getToolResult().getName(),
                  part.getToolResult().getContent(),
                  part.getToolResult().getFailed());
          case REASONING ->
              new Part.Reasoning(
                  part.getReasoning().getText(),
                  part.getReasoning().getSignature().isEmpty()
                      ? null
                      : part.getReasoning().getSignature());
          case PART_NOT_SET -> throw invalid("%s: nothing".formatted(where));
        };
    Role only =
        switch (made) {
          case Part.Text _ -> role == Role.TOOL ? Role.USER : role;
          case Part.Image _, Part.ImageLink _ -> Role.USER;
          case Part.ToolCall _, Part.Reasoning _ -> Role.ASSISTANT;
          case Part.ToolResult _ -> Role.TOOL;
        };
    expect(
        role == only, () -> "%s: only a turn of the role %s can hold this".formatted(where, only));
    return made;
  }

  private static Part image(Image image, String where) {
    return switch (image.getSourceCase()) {
      case DATA -> {
        expect(
            image.getMediaType().startsWith("image/"),
            () ->
                "%s.image.media_type: \"%s\" (expected: such as image/png)"
                    .formatted(where, image.getMediaType()));
        yield new Part.Image(image.getMediaType(), image.getData().toByteArray());
      }
      case URL -> {
        expect(
            LINK.matcher(image.getUrl()).lookingAt(),
            () ->
                "%s.image.url: \"%s\" (expected: an address of https:, http: or data:)"
                    .formatted(where, shortened(image.getUrl())));
        yield new Part.ImageLink(image.getUrl());
      }
      case SOURCE_NOT_SET -> throw invalid("%s.image: neither data nor url".formatted(where));
    };
  }

  private static String shortened(String text) {
    return text.length() > MAX_QUOTED ? text.substring(0, MAX_QUOTED) + "…" : text;
  }

  private static Sampling sampling(dev.parley.model.v1.Sampling sampling) {
    expect(
        !sampling.hasMaxTokens() || sampling.getMaxTokens() > 0,
        () -> "sampling.max_tokens: %d (expected: 1 or more)".formatted(sampling.getMaxTokens()));
    expect(
        within(sampling.getTemperature(), MAX_TEMPERATURE),
        () -> "sampling.temperature: %s (expected: 0 to 2)".formatted(sampling.getTemperature()));
    expect(
        within(sampling.getTopP(), 1),
        () -> "sampling.top_p: %s (expected: 0 to 1)".formatted(sampling.getTopP()));
    expect(
        sampling.getStopCount() <= MAX_STOPS,
        () ->
            "sampling.stop: %d (expected: at most %d)"
                .formatted(sampling.getStopCount(), MAX_STOPS));
    expect(
        sampling.getReasoningTokens() >= 0,
        () ->
            "sampling.reasoning_tokens: %d (expected: 0 or more)"
                .formatted(sampling.getReasoningTokens()));
    return new Sampling(
        sampling.hasMaxTokens() ? sampling.getMaxTokens() : null,
        sampling.hasTemperature() ? sampling.getTemperature() : null,
        sampling.hasTopP() ? sampling.getTopP() : null,
        sampling.getStopList(),
        sampling.hasSeed() ? sampling.getSeed() : null,
        sampling.hasReasoningTokens() ? sampling.getReasoningTokens() : null);
  }

  private static boolean within(double value, double most) {
    return value >= 0 && value <= most; // false for what is no number
  }

  private static Tool tool(dev.parley.model.v1.Tool tool) {
    name(tool.getName(), "tools.name");
    return new Tool(
        tool.getName(),
        tool.getDescription(),
        tool.getParameters().isEmpty()
            ? "{\"type\":\"object\",\"properties\":{}}"
            : tool.getParameters());
  }

  private static ToolChoice choice(dev.parley.model.v1.ToolChoice choice) {
    ToolChoice.Mode mode =
        switch (choice.getMode()) {
          case MODE_UNKNOWN, MODE_AUTO, UNRECOGNIZED -> ToolChoice.Mode.AUTO;
          case MODE_NONE -> ToolChoice.Mode.NONE;
          case MODE_REQUIRED -> ToolChoice.Mode.REQUIRED;
        };
    return new ToolChoice(
        mode, choice.getName().isEmpty() ? null : choice.getName(), choice.getAtMostOne());
  }

  private static OutputFormat format(dev.parley.model.v1.OutputFormat format) {
    return switch (format.getFormatCase()) {
      case JSON -> format.getJson() ? OutputFormat.Json.JSON : OutputFormat.Text.TEXT;
      case SCHEMA -> {
        name(format.getSchema().getName(), "output_format.schema.name");
        yield new OutputFormat.Schema(format.getSchema().getName(), format.getSchema().getSchema());
      }
      case FORMAT_NOT_SET -> OutputFormat.Text.TEXT;
    };
  }

  private static void name(String name, String where) {
    expect(
        NAME.matcher(name).matches(),
        () -> "%s: \"%s\" (expected: 1 to 64 letters, digits, _ and -)".formatted(where, name));
  }

  private static void expect(boolean held, String message) {
    expect(held, () -> message);
  }

  /// Puts the message together only where it is wanted: each question passes here a dozen times.
  private static void expect(boolean held, Supplier<String> message) {
    if (!held) {
      throw invalid(message.get());
    }
  }

  private static ModelException invalid(String message) {
    return new ModelException(Kind.INVALID_REQUEST, message);
  }
}
