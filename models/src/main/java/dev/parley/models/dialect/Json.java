package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// JSON as providers speak it. Stateless.
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  /// Characters of something malformed that are quoted.
  private static final int MAX_QUOTED = 200;

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
    return text.length() <= MAX_QUOTED ? text : text.substring(0, MAX_QUOTED) + "…";
  }

  /// A text that is there, or nothing.
  static String text(JsonNode object, String field) {
    JsonNode value = object.path(field);
    return value.isString() ? value.stringValue() : "";
  }

  /// A number that is there, or -1.
  static long number(JsonNode object, String field) {
    JsonNode value = object.path(field);
    return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : -1;
  }

  /// As bytes to be sent.
  static byte[] bytes(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }
}
