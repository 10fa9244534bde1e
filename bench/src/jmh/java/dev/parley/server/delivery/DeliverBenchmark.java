package dev.parley.server.delivery;

import dev.parley.core.limit.Limits;
import dev.parley.core.topic.Attachment;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Subscription;
import dev.parley.core.topic.Tail;
import dev.parley.core.topic.Tails;
import dev.parley.jmh.Talk;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// One published batch on its way to [#SUBSCRIBERS] streams of one event loop, up to where gRPC
/// takes it. One operation is one subscriber and the whole batch; its encoding is part of it, once
/// for all where they are live.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DeliverBenchmark {
  private static final int SUBSCRIBERS = 200;
  private static final Limits.Tunable LIMITS = Limits.Tunable.defaults();

  /// Messages of the batch.
  @Param({"1", "32"})
  public int messages;

  /// Whether the streams take several events in one frame.
  @Param({"true", "false"})
  public boolean batches;

  private final LoopByHand eventLoop = new LoopByHand();
  private final DeliveryLoop loop = eventLoop.delivery();
  private final Entries said = new Entries();
  private final Tail tail = new Tail(LIMITS.maxTailEntries(), LIMITS.maxTailBytes());
  private final List<Taker> takers = new ArrayList<>();
  private final List<Subscriber> subscribers = new ArrayList<>();

  @Setup
  public void subscribe() {
    for (int i = 0; i < SUBSCRIBERS; i++) {
      Taker taker = new Taker();
      Subscriber subscriber =
          loop.subscribe(
              loop.open(taker, Taker.FORMAT, batches),
              Talk.ROOM,
              new Subscription(Talk.user(i).user(), loop, true),
              new Attachment.Begun(0, 1, tail, "", SUBSCRIBERS, List.of(), null),
              null,
              _ -> {});
      loop.release(subscriber, 0);
      takers.add(taker);
      subscribers.add(subscriber);
    }
    loop.finish();
  }

  /// All are at the journal's end and ready: they get the same frame, or the same frames.
  @Benchmark
  @OperationsPerInvocation(SUBSCRIBERS)
  public void live() {
    publish();
    eventLoop.work();
  }

  /// None is ready when the batch comes. Then one after the other is, and gets it from the tail:
  /// frames of his own, since each may be elsewhere.
  @Benchmark
  @OperationsPerInvocation(SUBSCRIBERS)
  public void behind() {
    takers.forEach(taker -> taker.ready = false);
    publish();
    eventLoop.work();
    for (int i = 0; i < SUBSCRIBERS; i++) {
      takers.get(i).ready = true;
      subscribers.get(i).stream.pump();
      loop.finish();
    }
  }

  private void publish() {
    List<Entry> batch = said.next(messages);
    for (Entry entry : batch) {
      Tails.add(tail, entry);
    }
    loop.publish(Talk.ROOM, batch);
    loop.flush();
  }

  @TearDown(Level.Iteration)
  public void check() {
    long bytes = takers.getFirst().bytes;
    for (int i = 0; i < SUBSCRIBERS; i++) {
      Subscriber subscriber = subscribers.get(i);
      if (!subscriber.live || subscriber.cursor != said.last() || takers.get(i).bytes != bytes) {
        throw new IllegalStateException(
            "subscriber %d is at %d and has %d bytes (expected: at %d, %d bytes)"
                .formatted(i, subscriber.cursor, takers.get(i).bytes, said.last(), bytes));
      }
    }
  }
}
