package dev.parley.server.model;

import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.ModelError;
import dev.parley.models.Allowance;
import dev.parley.models.Gateway;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;

/// One question whose answer is given whole. Thread-safe.
final class WholeChat implements Question.Taker {
  /// Characters of an answer; a model that says more is ended.
  private static final int MAX_CHARS = 16 << 20;

  private final ServerCallStreamObserver<ChatResponse> out;
  private final WholeAnswer answer = new WholeAnswer();
  private boolean ended;

  WholeChat(ServerCallStreamObserver<ChatResponse> out) {
    this.out = out;
  }

  /// @param allowances whose it uses up
  void ask(ChatRequest request, String provider, Gateway gateway, List<Allowance> allowances) {
    Question question = new Question(request.getRequestId(), gateway, this);
    out.setOnCancelHandler(question::cancel);
    question.ask(request, provider, allowances);
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public synchronized void take(Question question, ChatResponse piece) {
    if (ended) {
      return;
    }
    if (piece.hasError()) {
      ended = true;
      out.onError(status(piece.getError()).asRuntimeException());
      return;
    }
    answer.add(piece);
    if (answer.length() > MAX_CHARS) {
      ended = true;
      question.cancel();
      out.onError(
          Status.RESOURCE_EXHAUSTED
              .withDescription(
                  "the answer has more than %d characters (expected: sampling.max_tokens, or StreamChat)"
                      .formatted(MAX_CHARS))
              .asRuntimeException());
    }
  }

  private static Status status(ModelError error) {
    Status status =
        switch (error.getKind()) {
          case KIND_INVALID_REQUEST -> Status.INVALID_ARGUMENT;
          case KIND_UNAUTHENTICATED -> Status.UNAUTHENTICATED;
          case KIND_PERMISSION_DENIED -> Status.PERMISSION_DENIED;
          case KIND_NOT_FOUND -> Status.NOT_FOUND;
          case KIND_RATE_LIMITED -> Status.RESOURCE_EXHAUSTED;
          case KIND_TIMEOUT -> Status.DEADLINE_EXCEEDED;
          case KIND_BLOCKED -> Status.FAILED_PRECONDITION;
          case KIND_CANCELLED -> Status.CANCELLED;
          case KIND_OVERLOADED, KIND_FAILED, KIND_UNREACHABLE, KIND_CUT -> Status.UNAVAILABLE;
          case KIND_MALFORMED, KIND_INTERNAL, KIND_UNKNOWN, UNRECOGNIZED -> Status.INTERNAL;
        };
    return status.withDescription(error.getMessage());
  }

  @Override
  public synchronized void ended(Question question) {
    if (!ended) {
      ended = true;
      out.onNext(
          ChatResponse.newBuilder().setRequestId(question.id()).setAnswer(answer.build()).build());
      out.onCompleted();
    }
  }
}
