package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.ToolChoice.Mode;
import dev.parley.core.model.Prompt.Turn;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;
import tools.jackson.databind.node.ObjectNode;

/// What several dialects need to say a prompt. Pure functions.
final class Requests {
  private static final String UNRESERVED = "-._~";

  private Requests() {}

  /// What says that a prompt cannot be said in a protocol.
  static ModelException invalid(String message) {
    return new ModelException(Kind.INVALID_REQUEST, message);
  }

  /// An image as a link that holds it (RFC 2397).
  static String dataUrl(Part.Image image) {
    return "data:%s;base64,%s"
        .formatted(image.mediaType(), Base64.getEncoder().encodeToString(image.bytes()));
  }

  /// Refuses a part in a turn whose side cannot say it.
  static void requirePlace(Part part, Turn turn) {
    boolean fits =
        switch (part) {
          case Part.Text _ -> turn.role() != Role.TOOL;
          case Part.Image _, Part.ImageLink _ -> turn.role() == Role.USER;
          case Part.Reasoning _, Part.ToolCall _ -> turn.role() == Role.ASSISTANT;
          case Part.ToolResult _ -> turn.role() == Role.TOOL;
        };
    if (!fits) {
      throw misplaced(part, turn);
    }
  }

  private static ModelException misplaced(Part part, Turn turn) {
    return invalid(
        "a turn of %s holds a part that it cannot have: %s"
            .formatted(turn.role(), part.getClass().getSimpleName()));
  }

  /// A JSON object that is part of a prompt; one of nothing but spaces is an empty object.
  ///
  /// @param what it is, for the message
  /// @throws ModelException `INVALID_REQUEST`
  static ObjectNode object(String text, String what) {
    if (text.isBlank()) {
      return Json.object();
    }
    try {
      if (Json.parse(text, what) instanceof ObjectNode object) {
        return object;
      }
    } catch (ModelException e) {
      throw new ModelException(Kind.INVALID_REQUEST, notAnObject(what), null, e);
    }
    throw invalid(notAnObject(what));
  }

  private static String notAnObject(String what) {
    return what + ": expected a JSON object";
  }

  /// The tools that the model may ask for: where it may ask for one only, none of the others is
  /// offered, since the protocols can name one only where a call is required.
  static List<Prompt.Tool> offered(Prompt prompt) {
    String only = prompt.toolChoice().name();
    return only == null || prompt.toolChoice().mode() != Mode.AUTO
        ? prompt.tools()
        : prompt.tools().stream().filter(tool -> tool.name().equals(only)).toList();
  }

  /// For providers that cannot be told so.
  static void refuseAtMostOne(Prompt prompt, String provider) {
    if (prompt.toolChoice().atMostOne() && prompt.toolChoice().mode() != Mode.NONE) {
      throw invalid(
          "tool_choice.at_most_one: %s cannot be told to ask for one tool at a time (leave it out)"
              .formatted(provider));
    }
  }

  /// The instructions' texts, wherever they stand; empty ones left out.
  static List<String> system(Prompt prompt) {
    return prompt.turns().stream()
        .filter(turn -> turn.role() == Role.SYSTEM)
        .flatMap(turn -> turn.parts().stream().map(part -> instruction(part, turn)))
        .filter(Predicate.not(String::isEmpty))
        .toList();
  }

  private static String instruction(Part part, Turn turn) {
    if (part instanceof Part.Text text) {
      return text.text();
    }
    throw misplaced(part, turn);
  }

  /// A name as one segment of a path, which it cannot leave (RFC 3986, 2.1 and 3.3).
  ///
  /// @param what it is, for the message
  /// @throws ModelException `INVALID_REQUEST`
  static String segment(String name, String what) {
    if (name.isBlank() || name.equals(".") || name.equals("..")) {
      throw invalid("%s: \"%s\" (expected: a name)".formatted(what, name));
    }
    StringBuilder encoded = new StringBuilder();
    for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
      if (isUnreserved(octet)) {
        encoded.append((char) octet);
      } else {
        encoded.append("%%%02X".formatted(octet & 0xFF));
      }
    }
    return encoded.toString();
  }

  private static boolean isUnreserved(byte octet) {
    return (octet >= 'a' && octet <= 'z')
        || (octet >= 'A' && octet <= 'Z')
        || (octet >= '0' && octet <= '9')
        || UNRESERVED.indexOf(octet) >= 0;
  }
}
