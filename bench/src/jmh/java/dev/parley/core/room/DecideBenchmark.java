package dev.parley.core.room;

import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Facts;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.Role;
import dev.parley.jmh.Talk;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// The rules of a room when somebody says something: what is to be looked up, the decision, and the
/// state after it. One operation is one message.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DecideBenchmark {
  private static final int COMMANDS = 1 << 12;

  /// All of them are members and listen.
  @Param({"10", "5000"})
  public int members;

  private final RoomRules rules = new RoomRules();
  private List<RoomCommand.Say> commands;
  private Facts<RoomEntry> facts;
  private RoomState state;
  private long sequence;

  @Setup
  public void fillRoom() {
    commands = new Talk(members).says(COMMANDS);
    Map<String, Member> known = new HashMap<>();
    for (int i = 0; i < members; i++) {
      String id = Talk.user(i).id();
      known.put(id, new Member(id, Role.MEMBER, Talk.NOW_MICROS, 0));
    }
    facts = new Known(known);
    state = rules.initial(Talk.ROOM);
    decide(
        new RoomCommand.Create(
            Talk.user(0), "General", "", RoomState.Visibility.PUBLIC, List.of(), false));
  }

  @Benchmark
  public void say(Blackhole lookups) {
    RoomCommand command = commands.get((int) sequence & (COMMANDS - 1));
    lookups.consume(rules.needs(Talk.ROOM, command));
    decide(command);
  }

  private void decide(RoomCommand command) {
    Decision<RoomEntry> decision = rules.decide(state, command, facts, Talk.NOW_MICROS);
    if (!(decision instanceof Decision.Accepted<RoomEntry> accepted)) {
      throw new IllegalStateException(decision + " (expected: accepted)");
    }
    for (RoomEntry entry : accepted.entries()) {
      state = rules.apply(state, ++sequence, entry);
    }
  }

  /// What the engine has looked up: members, and that nothing was said under this id before.
  private record Known(Map<String, Member> members) implements Facts<RoomEntry> {
    @Override
    public Facts.@Nullable Known<RoomEntry> byKey(String author, String key) {
      return null;
    }

    @Override
    public Facts.@Nullable Known<RoomEntry> byAnyKey(String key) {
      return null;
    }

    @Override
    public Facts.@Nullable Known<RoomEntry> at(long place) {
      return null;
    }

    @Override
    public @Nullable Member member(String user) {
      return members.get(user);
    }

    @Override
    public boolean present(String user) {
      return members.containsKey(user);
    }

    @Override
    public int online() {
      return members.size();
    }

    @Override
    public long lastSequence() {
      return 0;
    }
  }
}
