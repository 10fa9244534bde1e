package dev.parley.bench.load;

import dev.parley.bench.wire.EventSink;
import dev.parley.bench.wire.Frame;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;

/// One `Chat` stream. Owned by its lane.
///
/// Takes frames by credit: as many at a time as keep the server busy, or fewer, or none, for those
/// who read slowly.
final class ChatCall {
  /// Frames that are asked for at a time, usually.
  static final int CREDIT = 64;

  /// Whom the stream tells, on the lane.
  interface Owner extends EventSink {
    /// All events of a frame have been told.
    void frameRead();

    /// The stream has ended, and not because [#end] was called.
    void broken(Status status);
  }

  private final Lane lane;
  private final Owner owner;
  private final ClientCall<byte[], Frame> call;
  private final int fullCredit;
  private int credit;
  private boolean paused;
  private boolean ended;

  /// @param first the first request
  /// @param fullCredit frames that are asked for at a time
  ChatCall(Lane lane, Channel channel, Owner owner, byte[] first, int fullCredit) {
    this.fullCredit = fullCredit;
    this.lane = lane;
    this.owner = owner;
    call = channel.newCall(lane.chat, CallOptions.DEFAULT);
    call.start(new Listener(), new Metadata());
    call.sendMessage(first);
    replenish();
  }

  void send(byte[] request) {
    if (!ended) {
      call.sendMessage(request);
    }
  }

  /// Whether requests go out at once.
  boolean isReady() {
    return !ended && call.isReady();
  }

  /// Takes nothing more, beyond what was asked for before.
  void pause() {
    paused = true;
  }

  /// Takes one frame more, though paused.
  void takeOne() {
    if (!ended) {
      credit++;
      call.request(1);
    }
  }

  /// Takes everything again.
  void resume() {
    paused = false;
    replenish();
  }

  /// Ends the stream; nothing more is told.
  void end() {
    if (!ended) {
      ended = true;
      call.cancel("done", null);
    }
  }

  boolean hasEnded() {
    return ended;
  }

  private void replenish() {
    if (!paused && !ended && credit <= fullCredit / 2) {
      int more = fullCredit - credit;
      credit = fullCredit;
      call.request(more);
    }
  }

  private void read(Frame frame) {
    credit--;
    lane.frameNanos = System.nanoTime();
    lane.counts.frames.increment();
    lane.counts.bytes.add(frame.length());
    try {
      lane.reader.read(frame.bytes(), frame.length(), owner);
    } catch (IOException e) {
      end();
      owner.broken(Status.INTERNAL.withDescription("a frame that is no event").withCause(e));
      return;
    }
    owner.frameRead();
    replenish();
  }

  private final class Listener extends ClientCall.Listener<Frame> {
    @Override
    public void onMessage(Frame frame) {
      if (!ended) {
        read(frame);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      lane.execute(
          () -> {
            if (!ended) {
              ended = true;
              owner.broken(status);
            }
          });
    }
  }
}
