package dev.parley.server.http;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// JSON as it comes and goes here. Stateless.
final class Json {
  /// Of objects and arrays in each other.
  static final int MAX_LEVELS = StreamReadConstraints.defaults().getMaxNestingDepth();

  /// Names, values, and beginnings and ends: a tree takes some fifty bytes for each, however short.
  static final int MAX_TOKENS = 200_000;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxTokenCount(MAX_TOKENS).build())
                  .build())
          .build();

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
