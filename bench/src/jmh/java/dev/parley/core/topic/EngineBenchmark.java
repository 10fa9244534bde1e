package dev.parley.core.topic;

import dev.parley.core.limit.Limits;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.room.RoomState;
import dev.parley.core.time.Clock;
import dev.parley.core.user.Status;
import dev.parley.jmh.Talk;
import dev.parley.server.chat.RoomCodec;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The engine from submitting to the answer, with rules and codec of rooms and a journal that takes
/// no time: messages to one room that one outlet listens to, so many in a turn. One operation is
/// one message.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EngineBenchmark {
  private static final int MAX_TURN = 512;
  private static final int USERS = 100;

  private final ForgetfulJournal journal = new ForgetfulJournal();
  private final CountingOutlet outlet = new CountingOutlet();
  private final Engine engine =
      new Engine(
          new Kinds().with(new RoomRules(), new RoomCodec()),
          journal,
          Clock.system(),
          Limits.Tunable.defaults());
  private final List<RoomCommand.Say> commands = new Talk(USERS).says(MAX_TURN);
  private long submitted;
  private long done;

  @Setup
  public void openRoom() {
    submit(
        new RoomCommand.Create(
            Talk.user(0), "General", "", RoomState.Visibility.PUBLIC, List.of(), false));
    engine.attach(
        Talk.ROOM,
        new RoomCommand.Join(Talk.user(0), RoomCommand.Join.As.MEMBER),
        new Subscription(Talk.user(0).user(), outlet, true),
        Status.ONLINE,
        _ -> {});
    engine.turn();
  }

  @Benchmark
  public void turnOf1() {
    turn(1);
  }

  @Benchmark
  @OperationsPerInvocation(32)
  public void turnOf32() {
    turn(32);
  }

  @Benchmark
  @OperationsPerInvocation(512)
  public void turnOf512() {
    turn(512);
  }

  private void turn(int messages) {
    for (int i = 0; i < messages; i++) {
      submit(commands.get(i));
    }
    engine.turn();
  }

  private void submit(RoomCommand command) {
    submitted++;
    engine.submit(Talk.ROOM, command, this::answered);
  }

  private void answered(Outcome outcome) {
    done += outcome instanceof Outcome.Done ? 1 : 0;
  }

  /// The room's making was published to nobody.
  @TearDown(Level.Iteration)
  public void check() {
    if (done != submitted || outlet.entries != submitted - 1 || journal.entries != submitted) {
      throw new IllegalStateException(
          "%d submitted, %d done, %d journaled, %d published (expected: all, once)"
              .formatted(submitted, done, journal.entries, outlet.entries));
    }
  }
}
