package dev.parley.bench.load;

import dev.parley.bench.measure.Latency;
import dev.parley.bench.wire.MessageTemplate;
import dev.parley.bench.wire.Signal;
import dev.parley.chat.v1.ChatEvent;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A user who talks in one room, on a stream and a connection of its own, and listens to nothing
/// but the answers. Owned by its lane.
///
/// With a rate, each message has its time, and carries it, however late it goes out. Without, as
/// many are under way as the window says: until they are acknowledged, or, where readers set the
/// pace, until they have reached the readers too.
final class Sender implements ChatCall.Owner {
  /// Messages under way at which a sender with a rate waits for the server.
  private static final int MAX_UNDER_WAY = 4_096;

  private static final long MIN_TICK_NANOS = 100_000;
  private static final double NANOS = 1e9;

  private final Lane lane;
  private final Protocol protocol;
  private final String user;
  private final RoomTraffic room;
  private final Verdict verdict;
  private final MessageTemplate template;
  private final AtomicBoolean woken = new AtomicBoolean();
  private final boolean pacedByReaders;
  private @Nullable ManagedChannel channel;
  private @Nullable ChatCall call;
  private boolean running;
  private int window;
  private long intervalNanos;
  private long nextNanos;
  private long sent;
  private long answered;
  private boolean broken;

  /// @param number of the sender, unique in the run
  Sender(Lane lane, Plan plan, int number, RoomTraffic room, Verdict verdict) {
    this.lane = lane;
    this.protocol = plan.protocol();
    this.room = room;
    room.senders.incrementAndGet();
    this.verdict = verdict;
    user = "%s-sender-%d".formatted(plan.run(), number);
    template = new MessageTemplate(room.id, number, plan.textBytes(), new SplittableRandom(number));
    pacedByReaders = plan.workload() == Workload.FANOUT && plan.rate() == 0;
    if (pacedByReaders) {
      room.onProgress(this::wake);
    }
  }

  Lane lane() {
    return lane;
  }

  /// Connects and becomes a member of the room.
  ///
  /// @param in run when that is done
  void open(InetSocketAddress server, Runnable in) {
    ManagedChannel fresh = lane.connectSender(server);
    channel = fresh;
    Runnable stream =
        () -> {
          byte[] first =
              protocol == Protocol.NATIVE ? Hellos.open(user, List.of()) : Hellos.introduce(user);
          call = new ChatCall(lane, fresh, this, first, ChatCall.CREDIT);
        };
    // A native stream that is open is brought into the room that its user joins; this one is to
    // hear nothing, so it comes later. A classic one has to be in the room.
    if (protocol == Protocol.CLASSIC) {
      stream.run();
      join(fresh, in);
    } else {
      join(
          fresh,
          () -> {
            stream.run();
            in.run();
          });
    }
  }

  private void join(ManagedChannel fresh, Runnable in) {
    Consumer<@Nullable String> done =
        refusal ->
            lane.execute(
                () -> {
                  if (refusal == null) {
                    in.run();
                  } else {
                    verdict
                        .violations()
                        .add("%s cannot join %s: %s".formatted(user, room.id, refusal));
                  }
                });
    RoomCalls.join(fresh, protocol, user, room.id, done);
  }

  /// Begins to send at a rate.
  ///
  /// @param perSecond messages a second
  /// @param phase part of the interval to wait first, 0 to 1, so that senders take turns
  void sendAtRate(double perSecond, double phase) {
    running = true;
    intervalNanos = Math.max(1, Math.round(NANOS / perSecond));
    nextNanos = System.nanoTime() + (long) (intervalNanos * phase);
    lane.after(nextNanos - System.nanoTime(), this::tick);
  }

  /// Begins to send as fast as a window allows.
  void sendInWindow(int messages) {
    running = true;
    window = messages;
    pump();
  }

  /// Sends one message, in any case.
  void sendOne() {
    send(System.nanoTime());
  }

  /// Sends nothing more.
  void stop() {
    running = false;
  }

  /// Whether everything that was sent has its answer.
  boolean isSettled() {
    return sent == answered || broken;
  }

  void close() {
    ChatCall open = call;
    if (open != null) {
      open.end();
    }
    ManagedChannel connected = channel;
    if (connected != null) {
      var _ = connected.shutdownNow();
    }
  }

  private void tick() {
    if (!running || broken) {
      return;
    }
    long now = System.nanoTime();
    while (nextNanos <= now && sent - answered < MAX_UNDER_WAY) {
      send(nextNanos);
      nextNanos += intervalNanos;
    }
    lane.after(Math.max(MIN_TICK_NANOS, nextNanos - System.nanoTime()), this::tick);
  }

  private void wake() {
    if (woken.compareAndSet(false, true)) {
      lane.execute(
          () -> {
            woken.set(false);
            pump();
          });
    }
  }

  private void pump() {
    if (window == 0) {
      return;
    }
    while (running && !broken && hasRoom()) {
      send(System.nanoTime());
    }
  }

  private boolean hasRoom() {
    return sent - answered < window
        && (!pacedByReaders || room.underWay() < (long) window * room.senders.get());
  }

  private void send(long atNanos) {
    ChatCall open = call;
    if (open != null && !open.hasEnded()) {
      sent++;
      room.sent.incrementAndGet();
      lane.counts.sent.increment();
      open.send(template.next(atNanos));
    }
  }

  @Override
  public void ack(long id, long sequence, boolean duplicate, long sentNanos) {
    answered++;
    lane.counts.acknowledged.increment();
    room.acknowledged.incrementAndGet();
    if (duplicate) {
      verdict.violations().add("%s: a message was acknowledged as said before".formatted(user));
    }
    if (protocol == Protocol.NATIVE) {
      room.ledger.acknowledged(sequence, template.hash(id), user);
    }
    if (sentNanos >= 0) {
      lane.latencies.record(Latency.ACK, lane.frameNanos - sentNanos);
    }
  }

  @Override
  public void message(long inRoom, long sequence, long hash, long sentNanos) {}

  @Override
  public void signal(Signal signal) {}

  @Override
  public void other(ChatEvent event) {
    switch (event.getEventCase()) {
      case PING -> {
        ChatCall open = call;
        if (open != null) {
          open.send(Hellos.pong(event.getPing()));
        }
      }
      case ERROR -> {
        answered++;
        lane.counts.refused.increment();
        verdict.refusals().add("%s was refused: %s".formatted(user, Words.of(event.getError())));
      }
      default -> {
        // welcome, and what comes later
      }
    }
  }

  @Override
  public void frameRead() {
    pump();
  }

  @Override
  public void broken(Status status) {
    broken = true;
    verdict.violations().add("the stream of %s ended: %s".formatted(user, Words.of(status)));
  }
}
