package dev.parley.core.error;

/// Why a request is refused. Names are part of the protocol: they never change, and docs/errors.md
/// lists them.
public enum Reason {
  INVALID_REQUEST(Code.INVALID_ARGUMENT, "Correct the request; sending it again will not help."),
  HELLO_EXPECTED(Code.INVALID_ARGUMENT, "Open a new stream and send `hello` with a sender first."),
  HELLO_REPEATED(Code.FAILED_PRECONDITION, "Go on; the stream has its user already."),
  TOO_LARGE(Code.INVALID_ARGUMENT, "Send less; `welcome.limits` tells how much is allowed."),
  UNAUTHENTICATED(Code.UNAUTHENTICATED, "Say who you are: metadata `parley-user` or a sender id."),
  PERMISSION_DENIED(
      Code.PERMISSION_DENIED, "Ask someone who may: the author, a moderator or an owner."),
  NOT_A_MEMBER(Code.PERMISSION_DENIED, "Join the room first."),
  ROOM_NOT_FOUND(Code.NOT_FOUND, "List the rooms, or create this one."),
  MESSAGE_NOT_FOUND(Code.NOT_FOUND, "Read the room's history for the messages that there are."),
  USER_NOT_FOUND(Code.NOT_FOUND, "Check the user's id."),
  ROOM_EXISTS(Code.ALREADY_EXISTS, "Use the room that is there, or choose another id."),
  ROOM_DELETED(Code.NOT_FOUND, "Use another room; this one's id stays taken."),
  MESSAGE_DELETED(Code.FAILED_PRECONDITION, "Go on; the message is gone."),
  DIRECT_ROOM(Code.FAILED_PRECONDITION, "A direct room has its two people for ever; make a room."),
  OWNER_STAYS(
      Code.FAILED_PRECONDITION, "Make another member an owner and have that one let you go."),
  SESSION_NOT_FOUND(Code.NOT_FOUND, "List your sessions, or create one."),
  LIMIT_REACHED(Code.FAILED_PRECONDITION, "Give something up first; the message names the limit."),
  UNKNOWN_COMMAND(Code.INVALID_ARGUMENT, "Known are /typing, /stoptyping and /users."),
  OVERLOADED(Code.UNAVAILABLE, "Wait, then send it again."),
  DRAINING(Code.UNAVAILABLE, "Connect again and send it again."),
  STORAGE_FULL(Code.RESOURCE_EXHAUSTED, "Wait, then send it again; the operator must make room."),
  STORAGE_READ_ONLY(Code.UNAVAILABLE, "Wait, then send it again; the operator must act."),
  STORAGE_CORRUPT(Code.DATA_LOSS, "Tell the operator: the data must be restored."),
  STORAGE_UNAVAILABLE(Code.UNAVAILABLE, "Wait, then send it again."),
  STALLED(Code.RESOURCE_EXHAUSTED, "Connect again, resume, and read faster."),
  IDLE(Code.DEADLINE_EXCEEDED, "Connect again, resume, and answer pings."),
  INTERNAL(Code.INTERNAL, "Send it again once; if it stays, report it with the session id.");

  /// Canonical status codes, numbered as gRPC numbers them.
  public enum Code {
    INVALID_ARGUMENT(3),
    DEADLINE_EXCEEDED(4),
    NOT_FOUND(5),
    ALREADY_EXISTS(6),
    PERMISSION_DENIED(7),
    RESOURCE_EXHAUSTED(8),
    FAILED_PRECONDITION(9),
    INTERNAL(13),
    UNAVAILABLE(14),
    DATA_LOSS(15),
    UNAUTHENTICATED(16);

    private final int number;

    Code(int number) {
      this.number = number;
    }

    /// The code's number on the wire.
    public int number() {
      return number;
    }
  }

  private final Code code;
  private final String advice;

  Reason(Code code, String advice) {
    this.code = code;
    this.advice = advice;
  }

  /// The status code that goes with it.
  public Code code() {
    return code;
  }

  /// What the client does next, in words.
  public String advice() {
    return advice;
  }

  /// A refusal for this reason.
  ///
  /// @param message what was wrong and what was expected, in words
  public Refusal because(String message) {
    return new Refusal(this, message, null);
  }
}
