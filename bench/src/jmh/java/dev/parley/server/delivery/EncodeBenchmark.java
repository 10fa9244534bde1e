package dev.parley.server.delivery;

import dev.parley.core.topic.Entry;
import dev.parley.jmh.Talk;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Journaled messages as the events of native clients, and these as one frame: what an event loop
/// does once for all of a topic's streams. One operation is one message.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EncodeBenchmark {
  private final LoopByHand eventLoop = new LoopByHand();
  private final DeliveryLoop loop = eventLoop.delivery();
  private final Taker taker = new Taker();
  private final OutboundStream stream = loop.open(taker, Taker.FORMAT, /* batches= */ true);
  private final Entries said = new Entries();
  private final List<Entry> one = said.next(1);
  private final List<Entry> some = said.next(32);
  private final List<Entry> many = said.next(512);

  @Benchmark
  public Frame batchOf1() {
    return encode(one);
  }

  @Benchmark
  @OperationsPerInvocation(32)
  public Frame batchOf32() {
    return encode(some);
  }

  @Benchmark
  @OperationsPerInvocation(512)
  public Frame batchOf512() {
    return encode(many);
  }

  private Frame encode(List<Entry> entries) {
    new Chunk(Talk.ROOM, entries, true).sendTo(stream, null);
    loop.finish();
    return taker.last();
  }
}
