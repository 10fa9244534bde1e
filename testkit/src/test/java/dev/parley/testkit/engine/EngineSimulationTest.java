package dev.parley.testkit.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.Limits;
import dev.parley.core.signal.Signal;
import dev.parley.core.topic.Attachment;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Departure;
import dev.parley.core.topic.Engine;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.JournalException.Cause;
import dev.parley.core.topic.Kinds;
import dev.parley.core.topic.Outcome;
import dev.parley.core.topic.Outlet;
import dev.parley.core.topic.Subscription;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Status;
import dev.parley.testkit.ManualClock;
import dev.parley.testkit.topic.MemoryJournal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/// Two engines on one journal, some boards, some outlets, and everything that may happen to them in
/// any order: sends, repetitions, rewritings, streams that come, break and come back, expulsions,
/// commits that fail before or after, restarts, memory that is too small. Whatever happens, every
/// stream sees from its cursor on each sequence once, in order, as the journal has it; and what was
/// acknowledged is there.
final class EngineSimulationTest {
  private static final int STEPS = 250;
  private static final int MUCH = 1 << 30;
  private static final List<TopicId> BOARDS =
      List.of(Board.topic("a"), Board.topic("b"), Board.topic("c"));
  private static final List<String> USERS = List.of("ann", "bob", "cat");

  @Property(tries = 300, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
  void everyStreamSeesTheJournal(@ForAll long seed) {
    new World(new Random(seed)).live();
  }

  /// What a stream has seen of a board.
  private static final class Stream {
    final TopicId board;
    final Subscription subscription;
    long from = -1;
    long cursor;
    final List<Entry> seen = new ArrayList<>();

    Stream(TopicId board, Subscription subscription) {
      this.board = board;
      this.subscription = subscription;
    }

    void take(Entry entry) {
      assertThat(entry.sequence()).as("sequence after %d", cursor).isEqualTo(cursor + 1);
      cursor = entry.sequence();
      seen.add(entry);
    }
  }

  /// An outlet with its streams, as an event loop would have them.
  private static final class Loop implements Outlet {
    final List<Stream> streams = new ArrayList<>();

    @Override
    public void publish(TopicId topic, List<Entry> entries) {
      for (Stream stream : streams) {
        if (stream.board.equals(topic)) {
          entries.forEach(stream::take);
        }
      }
    }

    @Override
    public void signal(TopicId topic, Signal signal) {}

    @Override
    public void evict(TopicId topic, Decision.Eviction eviction) {
      streams.removeIf(
          stream ->
              stream.board.equals(topic)
                  && (eviction.user() == null
                      || eviction.user().equals(stream.subscription.user().id())));
    }

    @Override
    public void execute(Runnable answer) {
      answer.run();
    }

    @Override
    public void flush() {}
  }

  /// A process: an engine with its loops, until it is restarted.
  private static final class Node {
    final Engine engine;
    final List<Loop> loops = List.of(new Loop(), new Loop());

    Node(Engine engine) {
      this.engine = engine;
    }
  }

  private static final class World {
    private final Random random;
    private final MemoryJournal journal = new MemoryJournal();
    private final ManualClock clock = new ManualClock();
    private final Limits.Tunable limits;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Stream> ended = new ArrayList<>();
    private final Map<List<Object>, Long> acknowledged = new HashMap<>();
    private int nextKey;

    World(Random random) {
      this.random = random;
      limits = tightLimits();
      nodes.add(start());
      nodes.add(start());
    }

    private Limits.Tunable tightLimits() {
      Limits.Tunable d = Limits.Tunable.defaults();
      return new Limits.Tunable(
          d.maxFrameBytes(),
          d.maxMetadataBytes(),
          d.maxRoomsPerStream(),
          d.maxInFlight(),
          d.maxStreamsPerConnection(),
          d.maxQueuedCommands(),
          1 + random.nextInt(40),
          1 + random.nextInt(500),
          1 + random.nextInt(20),
          1 + random.nextInt(3_000),
          1 + random.nextInt(5_000),
          random.nextInt(3),
          1 + random.nextInt(10),
          d.presenceGrace(),
          d.presenceInterval(),
          d.pingInterval(),
          d.pingTimeout(),
          d.stallTimeout(),
          d.joinWait());
    }

    private Node start() {
      Board board = new Board();
      return new Node(new Engine(new Kinds().with(board, board), journal, clock, limits));
    }

    void live() {
      for (int i = 0; i < STEPS; i++) {
        step();
      }
      comeToRest();
      nodes.forEach(this::streamsEnd);
      ended.forEach(this::assertSawTheJournal);
      assertAcknowledgedIsThere();
      assertStatesAgree();
    }

    private void step() {
      Node node = pick(nodes);
      int dice = random.nextInt(100);
      if (dice < 30) {
        node.engine.turn();
      } else if (dice < 55) {
        pin(node, "k" + (random.nextInt(3) == 0 ? random.nextInt(nextKey + 1) : nextKey++));
      } else if (dice < 63) {
        rewrite(node);
      } else if (dice < 78) {
        attach(node);
      } else if (dice < 86) {
        detach(node);
      } else if (dice < 89) {
        submit(node, pick(BOARDS), new BoardCommand.Expel(pick(USERS)));
      } else if (dice < 92) {
        submit(node, pick(BOARDS), new BoardCommand.Enrol(pick(USERS)));
      } else if (dice < 93) {
        submit(node, pick(BOARDS), new BoardCommand.ExpelGuests());
      } else if (dice < 96) {
        fail();
      } else if (dice < 98) {
        clock.advance(Duration.ofMillis(random.nextInt(400)));
      } else {
        restart(node);
      }
    }

    private <T> T pick(List<T> list) {
      return list.get(random.nextInt(list.size()));
    }

    private void submit(Node node, TopicId board, BoardCommand command) {
      node.engine.submit(board, command, _ -> {});
    }

    private void pin(Node node, String key) {
      TopicId board = pick(BOARDS);
      String author = pick(USERS);
      node.engine.submit(
          board,
          new BoardCommand.Pin(author, key, "text " + random.nextInt()),
          outcome -> acknowledge(board, author, key, outcome));
    }

    private void rewrite(Node node) {
      TopicId board = pick(BOARDS);
      String author = pick(USERS);
      String key = "r" + nextKey++;
      long sequence = 1L + random.nextInt(30);
      node.engine.submit(
          board,
          new BoardCommand.Rewrite(author, key, sequence, "rewritten " + random.nextInt()),
          outcome -> acknowledge(board, author, key, outcome));
    }

    /// One request, one place, whenever and wherever it is told.
    private void acknowledge(TopicId board, String author, String key, Outcome outcome) {
      if (outcome instanceof Outcome.Done done) {
        Long before = acknowledged.putIfAbsent(List.of(board, author, key), done.sequence());
        assertThat(done.sequence()).isEqualTo(before == null ? done.sequence() : before);
        Entry entry = journal.read(board, done.sequence() - 1, 1, 1).getFirst();
        assertThat(entry.key()).as("acknowledged before it was there").isEqualTo(key);
      }
    }

    private void attach(Node node) {
      Loop loop = pick(node.loops);
      TopicId board = pick(BOARDS);
      String user = pick(USERS);
      Subscription subscription = new Subscription(Desk.profile(user), loop, random.nextBoolean());
      Stream stream = new Stream(board, subscription);
      int wanted = random.nextInt(30);
      node.engine.attach(
          board,
          new BoardCommand.Look(user),
          subscription,
          Status.ONLINE,
          attachment -> {
            if (attachment instanceof Attachment.Begun begun) {
              begin(loop, stream, begun, wanted);
            }
          });
    }

    /// Catches up from a cursor, from memory where that has it, else from the journal.
    private void begin(Loop loop, Stream stream, Attachment.Begun begun, int wanted) {
      assertThat(begun.state()).isEqualTo(replay(stream.board, begun.lastSequence()));
      stream.from = Math.max(0, begun.lastSequence() - wanted);
      stream.cursor = stream.from;
      while (stream.cursor < begun.lastSequence()) {
        List<Entry> page =
            begun.tail().read(stream.cursor, begun.lastSequence(), 1 + random.nextInt(5), MUCH);
        List<Entry> stored =
            journal.read(stream.board, stream.cursor, begun.lastSequence(), 5, MUCH);
        for (int i = 0; i < page.size() && begun.lastSequence() == last(stream.board); i++) {
          assertThat(text(page.get(i))).as("tail").isEqualTo(text(stored.get(i)));
        }
        (page.isEmpty() ? stored : page).forEach(stream::take);
      }
      loop.streams.add(stream);
    }

    private long last(TopicId board) {
      var head = journal.head(board);
      return head == null ? 0 : head.lastSequence();
    }

    private void detach(Node node) {
      Loop loop = pick(node.loops);
      if (!loop.streams.isEmpty()) {
        Stream stream = loop.streams.remove(random.nextInt(loop.streams.size()));
        ended.add(stream);
        Departure departure = random.nextBoolean() ? Departure.BROKEN : Departure.LEFT;
        node.engine.detach(stream.board, stream.subscription, departure);
      }
    }

    private void fail() {
      Cause kind = pick(List.of(Cause.FULL, Cause.READ_ONLY, Cause.CORRUPT, Cause.BROKEN));
      if (random.nextBoolean()) {
        journal.failNextCommit(kind);
      } else {
        journal.failNextCommitAfterwards(kind);
      }
    }

    /// What was queued is lost, as in a crash.
    private void restart(Node node) {
      streamsEnd(node);
      nodes.set(nodes.indexOf(node), start());
    }

    private void streamsEnd(Node node) {
      for (Loop loop : node.loops) {
        ended.addAll(loop.streams);
        loop.streams.clear();
      }
    }

    /// Works off what is queued, then writes once more through each node, so that each has seen all
    /// that the other did, save that the first has not seen what the second writes last.
    private void comeToRest() {
      for (int i = 0; i < 200; i++) {
        nodes.forEach(node -> node.engine.turn());
      }
      for (Node node : nodes) {
        for (TopicId board : BOARDS) {
          String key = "z" + nodes.indexOf(node);
          List<Outcome> outcomes = new ArrayList<>();
          while (outcomes.stream().noneMatch(Outcome.Done.class::isInstance)) {
            assertThat(outcomes).as("tries").hasSizeLessThan(100);
            node.engine.submit(board, new BoardCommand.Enrol("zoe"), _ -> {});
            node.engine.submit(board, new BoardCommand.Pin("zoe", key, "end"), outcomes::add);
            node.engine.turn();
            node.engine.turn();
          }
        }
        for (Loop loop : node.loops) {
          for (Stream stream : loop.streams) {
            assertThat(stream.cursor).as("seen when all is quiet").isEqualTo(last(stream.board));
          }
        }
      }
    }

    private void assertSawTheJournal(Stream stream) {
      List<Entry> journaled = journal.read(stream.board, stream.from, stream.cursor, MUCH, MUCH);
      assertThat(stream.seen.stream().map(World::identity).toList())
          .isEqualTo(journaled.stream().map(World::identity).toList());
    }

    private static List<Object> identity(Entry entry) {
      return List.of(
          entry.sequence(), entry.type(), entry.author(), "" + entry.key(), entry.atMicros());
    }

    private static String text(Entry entry) {
      return new String(entry.body(), StandardCharsets.UTF_8);
    }

    private void assertAcknowledgedIsThere() {
      acknowledged.forEach(
          (request, sequence) -> {
            TopicId board = (TopicId) request.getFirst();
            Entry entry = journal.read(board, sequence - 1, 1, 1).getFirst();
            assertThat(entry.sequence()).isEqualTo(sequence);
            assertThat(List.<Object>of(board, entry.author(), "" + entry.key())).isEqualTo(request);
          });
    }

    /// Forgotten, loaded from a snapshot or never forgotten: the state is that of the journal.
    private void assertStatesAgree() {
      Node fresh = start();
      for (TopicId board : BOARDS) {
        List<Attachment> attachments = new ArrayList<>();
        fresh.engine.attach(
            board,
            new BoardCommand.Look("zoe"),
            new Subscription(Desk.profile("zoe"), fresh.loops.getFirst(), false),
            Status.ONLINE,
            attachments::add);
        fresh.engine.turn();
        Attachment.Begun begun = (Attachment.Begun) attachments.getFirst();
        assertThat(begun.lastSequence()).isEqualTo(last(board));
        assertThat(begun.state()).isEqualTo(replay(board, last(board)));
      }
    }

    private Board.State replay(TopicId topic, long upTo) {
      Board board = new Board();
      Board.State state = board.initial(topic);
      for (Entry entry : journal.read(topic, 0, upTo, MUCH, MUCH)) {
        state = board.apply(state, entry.sequence(), board.decode(topic, entry));
      }
      return state;
    }
  }
}
