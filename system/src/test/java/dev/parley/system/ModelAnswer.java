package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.Finished;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.Reasoning;
import dev.parley.model.v1.Started;
import dev.parley.model.v1.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What has come of an answer, in whatever pieces; checks that they come in order. For one thread.
final class ModelAnswer {
  private final List<ChatResponse> pieces = new ArrayList<>();

  void add(ChatResponse piece) {
    assertThat(hasEnded()).as("%s comes after the end of %s", piece, pieces).isFalse();
    assertThat(piece.hasStarted()).as("%s after %s", piece, pieces).isEqualTo(begins(piece));
    pieces.add(piece);
  }

  private boolean begins(ChatResponse piece) {
    return pieces.isEmpty() && !piece.hasError();
  }

  boolean hasEnded() {
    return !pieces.isEmpty() && (pieces.getLast().hasFinished() || pieces.getLast().hasError());
  }

  Started started() {
    return pieces.getFirst().getStarted();
  }

  /// Pieces of text.
  long texts() {
    return pieces.stream().filter(ChatResponse::hasText).count();
  }

  String text() {
    return pieces.stream().map(ChatResponse::getText).collect(Collectors.joining());
  }

  /// The thoughts; what signs them is the last one's.
  Reasoning reasoning() {
    Reasoning.Builder all = Reasoning.newBuilder();
    for (ChatResponse piece : pieces) {
      all.setText(all.getText() + piece.getReasoning().getText());
      all.mergeFrom(piece.getReasoning().toBuilder().clearText().build());
    }
    return all.build();
  }

  /// The calls, put together from their pieces.
  List<ToolCall> calls() {
    List<ToolCall.Builder> calls = new ArrayList<>();
    for (ChatResponse piece : pieces) {
      ToolCall call = piece.getToolCall();
      if (!piece.hasToolCall()) {
        continue;
      }
      if (call.getIndex() == calls.size()) {
        calls.add(call.toBuilder());
      } else {
        assertThat(call.getId() + call.getName()).as("given once").isEmpty();
        ToolCall.Builder begun = calls.get(call.getIndex());
        begun.setArguments(begun.getArguments() + call.getArguments());
      }
    }
    return calls.stream().map(ToolCall.Builder::build).toList();
  }

  Finished finished() {
    assertThat(pieces.getLast().hasFinished()).as("finished: %s", pieces).isTrue();
    return pieces.getLast().getFinished();
  }

  ModelError error() {
    assertThat(pieces.getLast().hasError()).as("failed: %s", pieces).isTrue();
    return pieces.getLast().getError();
  }

  @Override
  public String toString() {
    return pieces.toString();
  }
}
