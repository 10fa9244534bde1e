package dev.parley.server.stream;

/// How many requests may be taken from a stream's client: those that gRPC was asked for and those
/// that have come but have no answer yet stay, together, within the bound. So neither can pile up.
/// Owned by the stream's event loop.
public final class RequestWindow {
  private final int size;
  private int asked;
  private int unanswered;

  /// @param size most requests asked for or unanswered
  RequestWindow(int size) {
    this.size = size;
  }

  /// A request has come; [#answered] must follow.
  void came() {
    asked--;
    unanswered++;
  }

  /// A part of a request is being answered elsewhere; [#answered] must follow.
  public void began() {
    unanswered++;
  }

  void answered() {
    unanswered--;
  }

  /// Whether everything that has come is answered.
  boolean isIdle() {
    return unanswered == 0;
  }

  /// How many further requests gRPC is to be asked for now.
  int ask() {
    int free = Math.max(0, size - asked - unanswered);
    asked += free;
    return free;
  }
}
