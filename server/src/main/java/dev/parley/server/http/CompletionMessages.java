package dev.parley.server.http;

import com.google.protobuf.ByteString;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.Image;
import dev.parley.model.v1.Part;
import dev.parley.model.v1.Reasoning;
import dev.parley.model.v1.Role;
import dev.parley.model.v1.ToolCall;
import dev.parley.model.v1.ToolResult;
import dev.parley.model.v1.Turn;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// The messages of a chat completion as turns. Results of tools that follow each other become one
/// turn, as they are answers to calls of one.
final class CompletionMessages {
  private static final String DATA = "data:";
  private static final String BASE64 = ";base64";
  private static final Pattern LINK = Pattern.compile("(?i)https?://");

  private final ChatRequest.Builder question;

  /// Names of tools by the ids of their calls: results have none, but some providers want it.
  private final Map<String, String> tools = new HashMap<>();

  private CompletionMessages(ChatRequest.Builder question) {
    this.question = question;
  }

  /// Adds messages to a question.
  ///
  /// @throws ApiException if one cannot be said to a model
  static void read(Node messages, ChatRequest.Builder question) {
    CompletionMessages reader = new CompletionMessages(question);
    messages.items().forEach(reader::message);
  }

  private void message(Node message) {
    switch (message.get("role").text()) {
      case "system", "developer" -> text(message, Role.ROLE_SYSTEM);
      case "user" -> user(message);
      case "assistant" -> assistant(message);
      case "tool" -> result(message);
      default -> throw message.get("role").invalid("system, developer, user, assistant or tool");
    }
  }

  private void text(Node message, Role role) {
    String text = text(message.get("content"));
    if (text.isEmpty()) {
      throw message.get("content").invalid("a text that is not empty");
    }
    question.addTurnsBuilder().setRole(role).setText(text);
  }

  /// A text, or the texts of parts.
  private static String text(Node content) {
    if (!content.isList()) {
      return content.text();
    }
    StringBuilder text = new StringBuilder();
    for (Node part : content.items()) {
      part.get("type").only("text");
      text.append(part.get("text").text());
    }
    return text.toString();
  }

  private void user(Node message) {
    Node content = message.get("content");
    if (!content.isList()) {
      text(message, Role.ROLE_USER);
      return;
    }
    Turn.Builder turn = Turn.newBuilder().setRole(Role.ROLE_USER);
    for (Node part : content.items()) {
      switch (part.get("type").text()) {
        case "text" -> addText(turn, part.get("text").text());
        case "image_url" ->
            turn.addPartsBuilder().setImage(image(part.get("image_url").get("url")));
        default -> throw part.get("type").unsupported("text or image_url");
      }
    }
    if (turn.getPartsCount() == 0) {
      throw content.invalid("something that is said");
    }
    question.addTurns(turn);
  }

  private static void addText(Turn.Builder turn, String text) {
    if (!text.isEmpty()) {
      turn.addPartsBuilder().setText(text);
    }
  }

  private static Image.Builder image(Node url) {
    String text = url.text();
    if (!text.startsWith(DATA)) {
      if (!LINK.matcher(text).lookingAt()) {
        throw url.invalid("a link of https: or http:, or data:image/…;base64,…");
      }
      return Image.newBuilder().setUrl(text);
    }
    int comma = text.indexOf(',');
    String head = comma < 0 ? "" : text.substring(DATA.length(), comma);
    if (!head.startsWith("image/") || !head.endsWith(BASE64)) {
      throw url.invalid("a link of https: or http:, or data:image/…;base64,…");
    }
    try {
      return Image.newBuilder()
          .setMediaType(head.substring(0, head.length() - BASE64.length()))
          .setData(ByteString.copyFrom(Base64.getDecoder().decode(text.substring(comma + 1))));
    } catch (IllegalArgumentException e) {
      throw url.invalid("bytes in Base64");
    }
  }

  /// What the model said before. One that said nothing is left out.
  private void assistant(Node message) {
    Turn.Builder turn = Turn.newBuilder().setRole(Role.ROLE_ASSISTANT);
    String thoughts = message.get("reasoning_content").textOr("");
    if (!thoughts.isEmpty()) {
      turn.addParts(Part.newBuilder().setReasoning(thoughts(thoughts)));
    }
    Node content = message.get("content");
    if (content.isList()) {
      content.items().forEach(part -> addText(turn, said(part)));
    } else {
      addText(turn, content.textOr(""));
    }
    addText(turn, message.get("refusal").textOr(""));
    for (String old : new String[] {"audio", "function_call"}) {
      if (!message.get(old).isAbsent()) {
        throw message.get(old).unsupported("without it");
      }
    }
    Node calls = message.get("tool_calls");
    if (!calls.isAbsent()) {
      calls.items().forEach(call -> turn.addPartsBuilder().setToolCall(call(call)));
    }
    if (turn.getPartsCount() > 0) {
      question.addTurns(turn);
    }
  }

  private static Reasoning.Builder thoughts(String text) {
    return Reasoning.newBuilder().setText(text);
  }

  private static String said(Node part) {
    return switch (part.get("type").text()) {
      case "text" -> part.get("text").text();
      case "refusal" -> part.get("refusal").text();
      default -> throw part.get("type").unsupported("text or refusal");
    };
  }

  private ToolCall.Builder call(Node call) {
    call.get("type").only("function");
    Node function = call.get("function");
    String id = call.get("id").text();
    String name = function.get("name").text();
    tools.put(id, name);
    return ToolCall.newBuilder()
        .setId(id)
        .setName(name)
        .setArguments(function.get("arguments").text());
  }

  private void result(Node message) {
    String id = message.get("tool_call_id").text();
    ToolResult.Builder result =
        ToolResult.newBuilder()
            .setCallId(id)
            .setName(tools.getOrDefault(id, ""))
            .setContent(text(message.get("content")));
    int last = question.getTurnsCount() - 1;
    Turn.Builder turn =
        last >= 0 && question.getTurns(last).getRole() == Role.ROLE_TOOL
            ? question.getTurnsBuilder(last)
            : question.addTurnsBuilder().setRole(Role.ROLE_TOOL);
    turn.addPartsBuilder().setToolResult(result);
  }
}
