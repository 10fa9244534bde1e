package dev.parley.core.model;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a model is asked. Immutable.
///
/// @param model the provider's name of the model
/// @param turns the conversation so far, oldest first; at least one
/// @param sampling how the answer is chosen
/// @param tools functions that the model may ask for
/// @param toolChoice whether it may, must, or must not
/// @param output the form of the answer
public record Prompt(
    String model,
    List<Turn> turns,
    Sampling sampling,
    List<Tool> tools,
    ToolChoice toolChoice,
    OutputFormat output) {
  public Prompt {
    turns = List.copyOf(turns);
    tools = List.copyOf(tools);
  }

  /// A prompt that leaves everything else to the provider.
  public static Prompt of(String model, List<Turn> turns) {
    return new Prompt(
        model, turns, Sampling.DEFAULT, List.of(), ToolChoice.AUTO, OutputFormat.Text.TEXT);
  }

  /// The same for another model.
  public Prompt withModel(String name) {
    return new Prompt(name, turns, sampling, tools, toolChoice, output);
  }

  /// What one side said.
  ///
  /// @param role who
  /// @param parts what, in order
  public record Turn(Role role, List<Part> parts) {
    public Turn {
      parts = List.copyOf(parts);
    }

    /// A turn of nothing but text.
    public static Turn of(Role role, String text) {
      return new Turn(role, List.of(new Part.Text(text)));
    }
  }

  /// Whose turn it is.
  public enum Role {
    /// The instructions.
    SYSTEM,
    USER,
    /// The model.
    ASSISTANT,
    /// Results of tools, each a [Part.ToolResult].
    TOOL
  }

  /// A piece of a turn.
  public sealed interface Part {
    /// Text.
    record Text(String text) implements Part {}

    /// An image, with its bytes. Of users only.
    ///
    /// @param mediaType such as `image/png`
    record Image(String mediaType, byte[] bytes) implements Part {}

    /// An image that the provider fetches. Of users only.
    record ImageLink(String url) implements Part {}

    /// The model's own thoughts, given back to it. Of the model only.
    ///
    /// @param signature by which the provider knows them to be its own; null: none
    record Reasoning(String text, @Nullable String signature) implements Part {}

    /// A call that the model asked for. Of the model only.
    ///
    /// @param id by which the result names it
    /// @param arguments a JSON object
    record ToolCall(String id, String name, String arguments) implements Part {}

    /// What came of a call. Of tools only.
    ///
    /// @param callId id of the call
    /// @param name of the tool
    /// @param failed whether `content` tells of an error
    record ToolResult(String callId, String name, String content, boolean failed) implements Part {}
  }

  /// How the answer is chosen; null: as the provider does by default.
  ///
  /// @param maxTokens most tokens of the answer
  /// @param temperature 0 to 2
  /// @param topP 0 to 1
  /// @param stop texts that end the answer
  /// @param seed for the same answer again, where the provider can
  /// @param reasoningTokens most tokens of thinking, where the provider can; 0: none
  public record Sampling(
      @Nullable Integer maxTokens,
      @Nullable Double temperature,
      @Nullable Double topP,
      List<String> stop,
      @Nullable Long seed,
      @Nullable Integer reasoningTokens) {
    /// Everything as the provider does by default.
    public static final Sampling DEFAULT = new Sampling(null, null, null, List.of(), null, null);

    public Sampling {
      stop = List.copyOf(stop);
    }
  }

  /// A function that the model may ask for.
  ///
  /// @param parameters a JSON Schema of an object
  public record Tool(String name, String description, String parameters) {}

  /// Whether the model may ask for tools.
  ///
  /// @param name the only one that it may ask for; null: any
  /// @param atMostOne whether an answer may hold no more than one call
  public record ToolChoice(Mode mode, @Nullable String name, boolean atMostOne) {
    /// It may.
    public static final ToolChoice AUTO = new ToolChoice(Mode.AUTO, null);

    /// It may, it must not, it must.
    public enum Mode {
      AUTO,
      NONE,
      REQUIRED
    }

    public ToolChoice {
      Objects.requireNonNull(mode);
    }

    /// Of which an answer may hold any number.
    public ToolChoice(Mode mode, @Nullable String name) {
      this(mode, name, false);
    }
  }

  /// The form of the answer.
  public sealed interface OutputFormat {
    /// Free text.
    enum Text implements OutputFormat {
      TEXT
    }

    /// Some JSON object.
    enum Json implements OutputFormat {
      JSON
    }

    /// JSON of a form.
    ///
    /// @param name letters, digits, `_` and `-`
    /// @param schema a JSON Schema
    record Schema(String name, String schema) implements OutputFormat {}
  }
}
