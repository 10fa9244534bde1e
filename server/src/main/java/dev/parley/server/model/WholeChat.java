package dev.parley.server.model;

import com.google.protobuf.Any;
import dev.parley.core.limit.MemoryBudget;
import dev.parley.model.v1.Answer;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.ModelError;
import dev.parley.models.Allowance;
import dev.parley.models.Gateway;
import dev.parley.server.rpc.Refusals;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.List;

/// One question whose answer is given whole; or why it is not, with what had come of it.
/// Thread-safe.
final class WholeChat implements Question.Taker, OpenChats.Chat {
  /// Bytes of headers that status and details take. Clients take 8 KiB in all, unless told
  /// otherwise.
  private static final int MAX_STATUS_BYTES = 7 << 10;

  /// Bytes of an error's message that are told.
  private static final int MAX_MESSAGE_BYTES = 1 << 10;

  /// Bytes of headers for a byte of the message, which is percent-encoded, beside the details.
  private static final int MAX_ENCODED_BYTES = 3;

  /// Bytes that name the type of a detail, and the lengths of both.
  private static final int DETAIL_BYTES = 64;

  private final ServerCallStreamObserver<ChatResponse> out;
  private final OpenChats open;
  private final Question question;
  private final MemoryBudget.Share held;
  private final WholeAnswer answer;
  private boolean ended;

  /// @param open where it is noted while it is open
  /// @param id the caller's id of the question; empty: none
  WholeChat(
      ServerCallStreamObserver<ChatResponse> out, OpenChats open, Gateway gateway, String id) {
    this.out = out;
    this.open = open;
    held = gateway.memory().share();
    answer = new WholeAnswer(held);
    question = new Question(id, gateway, this);
  }

  /// @param allowances whose it uses up
  void ask(ChatRequest request, String provider, List<Allowance> allowances) {
    out.setOnCancelHandler(this::onGone);
    out.setOnCloseHandler(held::close);
    if (open.add(this)) {
      question.ask(request, provider, allowances);
    } else {
      end(Refusals.status(ModelStream.STOPPING));
    }
  }

  /// Nobody takes the answer any more.
  private void onGone() {
    question.cancel();
    held.close();
    open.remove(this);
  }

  @Override
  public void drain(Duration grace) {
    // nothing can be told before the answer
  }

  @Override
  public void endIfStalled(long nowNanos, Duration limit) {
    // nothing of it waits to be read before it is whole
  }

  @Override
  public void endOfDrain() {
    question.cancel();
    end(Refusals.status(ModelStream.STOPPING));
  }

  private void end(StatusRuntimeException status) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      out.onError(answer.length() == 0 ? status : withAnswer(status));
    }
    open.remove(this);
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public boolean isPatient() {
    return true;
  }

  @Override
  public void take(Question asked, ChatResponse piece) {
    if (piece.hasError()) {
      end(status(piece.getError()));
      return;
    }
    boolean tooLong;
    synchronized (this) {
      if (ended) {
        return;
      }
      answer.add(piece);
      tooLong = answer.length() > WholeAnswer.MAX_BYTES;
    }
    if (tooLong) {
      question.cancel();
      end(
          Status.RESOURCE_EXHAUSTED
              .withDescription(
                  "the answer has more than %d bytes (expected: sampling.max_tokens, or StreamChat)"
                      .formatted(WholeAnswer.MAX_BYTES))
              .asRuntimeException());
    }
  }

  /// With what there is of the answer as another detail, as far as it fits.
  private StatusRuntimeException withAnswer(StatusRuntimeException e) {
    com.google.rpc.Status status = StatusProto.fromThrowable(e);
    if (status == null) {
      return e;
    }
    int message = MAX_ENCODED_BYTES * status.getMessageBytes().size();
    int details = (MAX_STATUS_BYTES - message) / 4 * 3; // they go in base 64
    int room = details - status.getSerializedSize() - DETAIL_BYTES;
    Answer part = answer.build(room);
    return part.getSerializedSize() > room
        ? e
        : StatusProto.toStatusRuntimeException(
            status.toBuilder().addDetails(Any.pack(part)).build());
  }

  /// The error as a status; all that the status cannot tell is in the details.
  private static StatusRuntimeException status(ModelError error) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code(error.getKind()).value())
            .setMessage(WholeAnswer.beginning(error.getMessage(), MAX_MESSAGE_BYTES))
            .addDetails(Any.pack(error.toBuilder().clearMessage().build()))
            .build());
  }

  private static Status.Code code(ModelError.Kind kind) {
    return switch (kind) {
      case KIND_INVALID_REQUEST -> Status.Code.INVALID_ARGUMENT;
      case KIND_UNAUTHENTICATED -> Status.Code.UNAUTHENTICATED;
      case KIND_PERMISSION_DENIED -> Status.Code.PERMISSION_DENIED;
      case KIND_NOT_FOUND -> Status.Code.NOT_FOUND;
      case KIND_RATE_LIMITED -> Status.Code.RESOURCE_EXHAUSTED;
      case KIND_TIMEOUT -> Status.Code.DEADLINE_EXCEEDED;
      case KIND_BLOCKED -> Status.Code.FAILED_PRECONDITION;
      case KIND_CANCELLED, KIND_UNREAD -> Status.Code.CANCELLED;
      case KIND_OVERLOADED, KIND_FAILED, KIND_UNREACHABLE, KIND_CUT -> Status.Code.UNAVAILABLE;
      case KIND_MALFORMED, KIND_INTERNAL, KIND_UNKNOWN, UNRECOGNIZED -> Status.Code.INTERNAL;
    };
  }

  @Override
  public void ended(Question asked) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      out.onNext(
          ChatResponse.newBuilder().setRequestId(asked.id()).setAnswer(answer.build()).build());
      out.onCompleted();
    }
    open.remove(this);
  }
}
