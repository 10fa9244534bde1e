package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// JSON as providers speak it. Stateless.
final class Json {
  /// Of one thing that a provider says: a tree takes some fifty bytes for each, however short.
  private static final int MAX_TOKENS = 100_000;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxTokenCount(MAX_TOKENS).build())
                  .build())
          .build();

  /// Characters of something malformed that are quoted.
  private static final int MAX_QUOTED = 200;

  /// Characters of what is quoted that are looked at, blanks included.
  private static final int MAX_READ = 4_096;

  private Json() {}

  /// An empty object.
  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /// What a text says.
  ///
  /// @param what it was to be, for the message
  /// @throws ModelException `MALFORMED`
  static JsonNode parse(String text, String what) {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw malformed(text, what);
    }
  }

  /// As [#parse(String, String)].
  static JsonNode parse(byte[] text, String what) {
    return parse(new String(text, StandardCharsets.UTF_8), what);
  }

  /// What says that something is not what it was to be. (Without Jackson's exception, which quotes
  /// as much as it likes.)
  static ModelException malformed(String text, String what) {
    return new ModelException(
        ModelException.Kind.MALFORMED, "the provider sent no %s: %s".formatted(what, quoted(text)));
  }

  /// As much of a text as a message may hold.
  static String quoted(String text) {
    String line = text.substring(0, Math.min(text.length(), MAX_READ)).replaceAll("\\s+", " ");
    return line.length() <= MAX_QUOTED ? line : line.substring(0, MAX_QUOTED) + "…";
  }

  /// A text; empty: there is none, or null.
  ///
  /// @throws ModelException `MALFORMED`, if there is something else
  static String text(JsonNode object, String field) {
    JsonNode value = object.path(field);
    if (value.isString()) {
      return value.stringValue();
    }
    requireNothing(value, field, "text");
    return "";
  }

  /// A text that is only passed on, or one of an error, whose kind must not hide behind its form:
  /// empty, if there is something else.
  static String told(JsonNode object, String field) {
    return object.path(field).stringValue("");
  }

  /// A whole number, which may be written as `12` or as `12.0`; -1: there is none, or null.
  ///
  /// @throws ModelException `MALFORMED`, if there is something else
  static long number(JsonNode object, String field) {
    JsonNode value = object.path(field);
    if (isWhole(value)) {
      return value.longValue();
    }
    requireNothing(value, field, "whole number");
    return -1;
  }

  /// A whole number that is only passed on: -1, if there is something else.
  static long toldNumber(JsonNode object, String field) {
    JsonNode value = object.path(field);
    return isWhole(value) ? value.longValue() : -1;
  }

  private static boolean isWhole(JsonNode value) {
    return value.isNumber() && value.canConvertToExactIntegral() && value.canConvertToLong();
  }

  /// Whether something is said to be so; false: nothing is said, or null.
  ///
  /// @throws ModelException `MALFORMED`, if there is something else
  static boolean flag(JsonNode object, String field) {
    JsonNode value = object.path(field);
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    requireNothing(value, field, "boolean");
    return false;
  }

  /// An object; a missing node: there is none, or null.
  ///
  /// @throws ModelException `MALFORMED`, if there is something else
  static JsonNode object(JsonNode object, String field) {
    JsonNode value = object.path(field);
    if (value.isObject()) {
      return value;
    }
    requireNothing(value, field, "object");
    return MissingNode.getInstance();
  }

  /// An array; a missing node, which has no elements: there is none, or null.
  ///
  /// @throws ModelException `MALFORMED`, if there is something else
  static JsonNode array(JsonNode object, String field) {
    JsonNode value = object.path(field);
    if (value.isArray()) {
      return value;
    }
    requireNothing(value, field, "array");
    return MissingNode.getInstance();
  }

  private static void requireNothing(JsonNode value, String field, String type) {
    if (!value.isMissingNode() && !value.isNull()) {
      throw malformed(value.toString(), "%s as %s".formatted(type, field));
    }
  }

  /// As bytes to be sent.
  static byte[] bytes(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }
}
