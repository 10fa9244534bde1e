package dev.parley.models.http;

import dev.parley.core.model.ModelEvent;

/// The text of pieces of answers, whatever pieces they are. Pure functions.
final class Pieces {
  private Pieces() {}

  /// What it says; of a call, of its arguments; empty: nothing.
  static String text(ModelEvent event) {
    return switch (event) {
      case ModelEvent.Text text -> text.text();
      case ModelEvent.Reasoning reasoning -> reasoning.text();
      case ModelEvent.Refused refused -> refused.text();
      case ModelEvent.ToolCall call -> call.arguments();
      case ModelEvent.Started _, ModelEvent.Finished _ -> "";
    };
  }

  /// Characters of all that it holds.
  static int chars(ModelEvent event) {
    return text(event).length()
        + switch (event) {
          case ModelEvent.Reasoning thought ->
              thought.signature() == null ? 0 : thought.signature().length();
          case ModelEvent.ToolCall call -> call.id().length() + call.name().length();
          case ModelEvent.Started begun -> begun.id().length() + begun.model().length();
          case ModelEvent.Text _, ModelEvent.Refused _, ModelEvent.Finished _ -> 0;
        };
  }

  /// The same with another text.
  static ModelEvent with(ModelEvent event, String text) {
    return switch (event) {
      case ModelEvent.Text _ -> new ModelEvent.Text(text);
      case ModelEvent.Reasoning reasoning -> new ModelEvent.Reasoning(text, reasoning.signature());
      case ModelEvent.Refused _ -> new ModelEvent.Refused(text);
      case ModelEvent.ToolCall call ->
          new ModelEvent.ToolCall(call.index(), call.id(), call.name(), text);
      case ModelEvent.Started _, ModelEvent.Finished _ -> event;
    };
  }

  /// The same when id and name have been told.
  static ModelEvent nameless(ModelEvent event) {
    return event instanceof ModelEvent.ToolCall call
        ? new ModelEvent.ToolCall(call.index(), "", "", call.arguments())
        : event;
  }

  /// The first part of a piece, with this of its text. A signature stands at the end.
  static ModelEvent beginning(ModelEvent event, String text) {
    return event instanceof ModelEvent.Reasoning
        ? new ModelEvent.Reasoning(text, null)
        : with(event, text);
  }
}
