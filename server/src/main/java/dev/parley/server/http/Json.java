package dev.parley.server.http;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// JSON as it comes and goes here. Stateless.
final class Json {
  /// Of objects and arrays in each other.
  static final int MAX_LEVELS = StreamReadConstraints.defaults().getMaxNestingDepth();

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private Json() {}

  /// An empty object.
  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /// What bytes say.
  ///
  /// @throws tools.jackson.core.JacksonException if they are no JSON
  static JsonNode parse(byte[] bytes) {
    return MAPPER.readTree(bytes);
  }

  /// As bytes to be sent.
  static byte[] bytes(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }
}
