package dev.parley.testkit.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.error.Reason;
import dev.parley.core.limit.Limits;
import dev.parley.core.topic.Attachment;
import dev.parley.core.topic.Departure;
import dev.parley.core.topic.Engine;
import dev.parley.core.topic.Kinds;
import dev.parley.core.topic.Outcome;
import dev.parley.core.topic.Subscription;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import dev.parley.core.user.Status;
import dev.parley.testkit.ManualClock;
import dev.parley.testkit.topic.MemoryJournal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/// An engine for boards whose turns are made by hand.
final class Desk {
  static final TopicId HALL = Board.topic("hall");

  /// Kept here, or it would be forgotten with its level. What fails in these tests is to fail.
  private static final Logger LOG = Logger.getLogger("dev.parley.core");

  static {
    LOG.setLevel(Level.OFF);
  }

  final WatchedJournal journal;
  final ManualClock clock;
  final Engine engine;

  Desk(MemoryJournal memory, ManualClock clock, Limits.Tunable limits) {
    this.journal = new WatchedJournal(memory);
    this.clock = clock;
    Board board = new Board();
    engine = new Engine(new Kinds().with(board, board), journal, clock, limits);
  }

  static Desk fresh() {
    return new Desk(new MemoryJournal(), new ManualClock(), Limits.Tunable.defaults());
  }

  /// Another engine on the same journal: after a restart, or beside this one.
  Desk another() {
    return new Desk(journal.journal, clock, Limits.Tunable.defaults());
  }

  static Profile profile(String id) {
    return new Profile(id, id, id, "");
  }

  static BoardCommand.Pin pin(String author, String key) {
    return new BoardCommand.Pin(author, key, "text of " + key);
  }

  /// What became of a command, once its turn was made.
  static final class Answer {
    private final List<Outcome> outcomes = new ArrayList<>();

    Outcome outcome() {
      assertThat(outcomes).as("answers").hasSize(1);
      return outcomes.getFirst();
    }

    boolean came() {
      return !outcomes.isEmpty();
    }

    Outcome.Done done() {
      assertThat(outcome()).isInstanceOf(Outcome.Done.class);
      return (Outcome.Done) outcome();
    }

    void doneAt(long sequence) {
      assertThat(done().sequence()).isEqualTo(sequence);
      assertThat(done().repeated()).isFalse();
    }

    void repeatedAt(long sequence) {
      assertThat(done().sequence()).isEqualTo(sequence);
      assertThat(done().repeated()).isTrue();
    }

    void refused(Reason reason) {
      assertThat(outcome()).isInstanceOf(Outcome.Refused.class);
      assertThat(((Outcome.Refused) outcome()).refusal().reason()).isEqualTo(reason);
    }
  }

  /// A stream that listens, or tried to.
  final class Listener {
    final TopicId topic;
    final Subscription subscription;
    final Ear ear;
    final List<Attachment> attachments = new ArrayList<>();

    private Listener(TopicId topic, Subscription subscription, Ear ear) {
      this.topic = topic;
      this.subscription = subscription;
      this.ear = ear;
    }

    Attachment.Begun begun() {
      assertThat(attachments).hasSize(1);
      assertThat(attachments.getFirst()).isInstanceOf(Attachment.Begun.class);
      return (Attachment.Begun) attachments.getFirst();
    }

    void refused(Reason reason) {
      assertThat(attachments).hasSize(1);
      assertThat(((Attachment.Refused) attachments.getFirst()).refusal().reason())
          .isEqualTo(reason);
    }

    void detach(Departure departure) {
      engine.detach(topic, subscription, departure);
    }
  }

  Answer submit(BoardCommand command) {
    return submit(HALL, command);
  }

  Answer submit(TopicId topic, Object command) {
    Answer answer = new Answer();
    engine.submit(
        topic,
        command,
        outcome -> {
          journal.log.add("answered");
          answer.outcomes.add(outcome);
        });
    return answer;
  }

  Listener attach(String user) {
    return attach(HALL, user, new Ear(), new BoardCommand.Look(user));
  }

  Listener attach(TopicId topic, String user, Ear ear, BoardCommand command) {
    Subscription subscription = new Subscription(profile(user), ear, true);
    Listener listener = new Listener(topic, subscription, ear);
    engine.attach(
        topic,
        command,
        subscription,
        Status.ONLINE,
        attachment -> {
          journal.log.add("attached");
          listener.attachments.add(attachment);
        });
    return listener;
  }

  void turn() {
    engine.turn();
  }

  void advance(Duration by) {
    clock.advance(by);
    turn();
  }

  /// Makes a member, at once.
  void enrol(String user) {
    Answer answer = submit(new BoardCommand.Enrol(user));
    turn();
    answer.done();
  }

  /// Carries one command out in a turn of its own.
  Answer now(BoardCommand command) {
    Answer answer = submit(command);
    turn();
    return answer;
  }

  Board.State state(TopicId topic) {
    Listener listener = attach(topic, "auditor", new Ear(), new BoardCommand.Look("auditor"));
    turn();
    Board.State state = (Board.State) listener.begun().state();
    listener.detach(Departure.LEFT);
    turn();
    return state;
  }

  List<Long> journaled() {
    return journal.journal.read(HALL, 0, 10_000, 1 << 30).stream()
        .map(entry -> entry.sequence())
        .toList();
  }
}
