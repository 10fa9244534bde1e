package dev.parley.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// A place in a request's JSON that knows its name, so that what is wrong with it can be told. Null
/// counts as absent.
///
/// @param path such as `messages[0].content`
/// @param name of the field that it is, if it is one
record Node(String path, String name, JsonNode json) {

  boolean isAbsent() {
    return json.isMissingNode() || json.isNull();
  }

  boolean isText() {
    return json.isString();
  }

  boolean isList() {
    return json.isArray();
  }

  /// A field of an object, which may be absent.
  Node get(String field) {
    requireObject();
    JsonNode value = json.get(field);
    return new Node(inside(field), field, value == null ? MissingNode.getInstance() : value);
  }

  /// The fields of an object, without those that are null.
  List<Node> fields() {
    requireObject();
    List<Node> fields = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      if (!field.getValue().isNull()) {
        fields.add(new Node(inside(field.getKey()), field.getKey(), field.getValue()));
      }
    }
    return fields;
  }

  private String inside(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  private void requireObject() {
    if (!json.isObject()) {
      throw invalid("an object");
    }
  }

  /// The items of a list.
  List<Node> items() {
    if (!json.isArray()) {
      throw invalid("a list");
    }
    List<Node> items = new ArrayList<>();
    for (JsonNode item : json) {
      items.add(new Node("%s[%d]".formatted(path, items.size()), name, item));
    }
    return items;
  }

  /// The items of a list, or the one that stands for it.
  List<Node> itemsOrOne() {
    return json.isArray() ? items() : List.of(this);
  }

  String text() {
    if (!json.isString()) {
      throw invalid("a text");
    }
    return json.stringValue();
  }

  String textOr(String absent) {
    return isAbsent() ? absent : text();
  }

  boolean flag() {
    if (!json.isBoolean()) {
      throw invalid("true or false");
    }
    return json.booleanValue();
  }

  /// Whether a field is there and true.
  boolean flagIn(String field) {
    Node value = get(field);
    return !value.isAbsent() && value.flag();
  }

  int integer() {
    if (!json.isIntegralNumber() || !json.canConvertToInt()) {
      throw invalid("a whole number");
    }
    return json.intValue();
  }

  long whole() {
    if (!json.isIntegralNumber() || !json.canConvertToLong()) {
      throw invalid("a whole number");
    }
    return json.longValue();
  }

  double number() {
    if (!json.isNumber()) {
      throw invalid("a number");
    }
    return json.doubleValue();
  }

  /// An object as JSON text.
  String object() {
    requireObject();
    return json.toString();
  }

  /// Refuses any other number.
  void only(int supported) {
    if (number() != supported) {
      throw unsupported(Integer.toString(supported));
    }
  }

  /// Refuses any other truth.
  void only(boolean supported) {
    if (flag() != supported) {
      throw unsupported(Boolean.toString(supported));
    }
  }

  /// Refuses any other text.
  void only(String supported) {
    if (!text().equals(supported)) {
      throw unsupported("\"" + supported + "\"");
    }
  }

  /// What is wrong here.
  ApiException invalid(String expected) {
    return invalid(
        path.isEmpty() ? "the body" : path,
        (isAbsent() ? "missing" : "wrong") + " (expected: %s)".formatted(expected));
  }

  static ApiException invalid(String path, String message) {
    return new ApiException(ApiError.invalid(path, path + ": " + message));
  }

  /// What is no name of anything.
  ///
  /// @param known names of what might be meant, in words
  ApiException unknown(String known) {
    return new ApiException(
        ApiError.unknown(path, "%s: unknown (expected: one of %s)".formatted(path, known)));
  }

  /// A whole number of at least 1.
  int positive() {
    int number = integer();
    if (number < 1) {
      throw invalid("1 or more");
    }
    return number;
  }

  /// What is right with OpenAI, but not served here.
  ApiException unsupported(String expected) {
    return new ApiException(
        ApiError.unsupported(path, "%s: not supported (expected: %s)".formatted(path, expected)));
  }
}
