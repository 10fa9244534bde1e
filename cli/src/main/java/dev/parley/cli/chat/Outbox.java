package dev.parley.cli.chat;

import dev.parley.chat.v1.AckEvent;
import dev.parley.cli.command.Failures;
import dev.parley.cli.output.PlainText;
import dev.parley.cli.render.EventLines;
import dev.parley.cli.terminal.ChatLoop;
import dev.parley.cli.terminal.Screen;
import dev.parley.client.OutgoingMessage;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// What the user has said and the server has not acknowledged yet. Owned by the [ChatLoop]; the
/// client's own outbox bounds it.
final class Outbox {
  private final ChatLoop loop;
  private final Screen screen;
  // Texts by message, in the order in which they were said.
  private final Map<String, String> unacked = new LinkedHashMap<>();
  // Rooms by message.
  private final Map<String, String> unshown = new HashMap<>();
  private int asked;
  private int refused;

  Outbox(ChatLoop loop, Screen screen) {
    this.loop = loop;
    this.screen = screen;
  }

  /// Sends a message and tells if it is refused.
  ///
  /// @param send hands it to the client
  void send(OutgoingMessage message, Function<OutgoingMessage, CompletableFuture<AckEvent>> send) {
    unacked.put(message.id(), message.content().getText());
    unshown.put(message.id(), message.room());
    track(message.id(), message.content().getText(), send.apply(message));
  }

  /// Tells if some other request is refused.
  void request(String what, CompletableFuture<?> answer) {
    request(what, answer, () -> {});
  }

  /// The same, and does something about it.
  void request(String what, CompletableFuture<?> answer, Runnable ifRefused) {
    asked++;
    var _ =
        answer.whenComplete(
            (_, failure) ->
                loop.post(
                    () -> {
                      asked--;
                      if (failure != null) {
                        failed(what, failure);
                        ifRefused.run();
                      }
                    }));
  }

  private void track(String id, String text, CompletableFuture<AckEvent> ack) {
    var _ =
        ack.whenComplete(
            (_, failure) ->
                loop.post(
                    () -> {
                      unacked.remove(id);
                      if (failure != null) {
                        unshown.remove(id);
                        failed("not said: " + PlainText.line(text), failure);
                      }
                    }));
  }

  private void failed(String what, Throwable failure) {
    failed(what + "\n" + Failures.words(failure));
  }

  /// Tells that something was not done.
  void failed(String words) {
    refused++;
    screen.print(EventLines.error(words));
  }

  /// A message of the user's has come back as an event.
  void shown(String id) {
    unshown.remove(id);
  }

  /// Messages that have not come back yet.
  int unshown() {
    return unshown.size();
  }

  /// Whether any of them is in this room.
  boolean hasUnshown(String roomId) {
    return unshown.containsValue(roomId);
  }

  /// Messages not acknowledged.
  int unacked() {
    return unacked.size();
  }

  /// What they say, oldest first.
  List<String> unackedTexts() {
    return List.copyOf(unacked.values());
  }

  /// Other requests that are not answered.
  int asked() {
    return asked;
  }

  /// What was not done so far.
  int refused() {
    return refused;
  }
}
