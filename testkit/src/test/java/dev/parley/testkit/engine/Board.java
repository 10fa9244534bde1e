package dev.parley.testkit.engine;

import dev.parley.core.error.Reason;
import dev.parley.core.signal.Signal;
import dev.parley.core.topic.Amendment;
import dev.parley.core.topic.Codec;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Decision.Accepted;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Facts;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Role;
import dev.parley.core.topic.Rules;
import dev.parley.core.topic.TopicId;
import dev.parley.testkit.engine.BoardCommand.Where;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A kind of conversation that is no room: notes pinned to a board. Its state is a digest of all
/// that was pinned, in order, so that whoever loses, repeats or swaps an entry has another.
final class Board
    implements Rules<Board.State, BoardCommand, Board.Note>, Codec<Board.State, Board.Note> {
  static final String KIND = "board";

  /// Text at which decoding fails.
  static final String UNREADABLE = "unreadable";

  /// Text after which more is to come, until the next note.
  static final String BUSY = "busy";

  private static final int PINNED = 1;
  private static final int REWRITTEN = 2;

  record State(long notes, long digest, boolean down, boolean broken, boolean busy) {}

  record Note(String author, String key, String text, long rewrites, @Nullable Where breaks) {}

  record Nudged(String text) implements Signal {
    @Override
    public Object key() {
      return this;
    }

    @Override
    public @Nullable String exceptUser() {
      return null;
    }
  }

  static TopicId topic(String name) {
    return new TopicId(KIND, name);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public State initial(TopicId topic) {
    return new State(0, 0, false, false, false);
  }

  @Override
  public int weigh(BoardCommand command) {
    return command instanceof BoardCommand.Pin pin ? pin.text().length() : 0;
  }

  @Override
  public List<Lookup> needs(TopicId topic, BoardCommand command) {
    return switch (command) {
      case BoardCommand.Pin pin ->
          List.of(
              new Lookup.ByKey(topic, pin.author(), pin.key()),
              new Lookup.OfMember(topic, pin.author()));
      case BoardCommand.Rewrite rewrite ->
          List.of(
              new Lookup.ByKey(topic, rewrite.author(), rewrite.key()),
              new Lookup.At(topic, rewrite.sequence()));
      case BoardCommand.Enrol enrol -> List.of(new Lookup.OfMember(topic, enrol.user()));
      case BoardCommand.Look look -> List.of(new Lookup.OfMember(topic, look.user()));
      case BoardCommand.Expel _,
          BoardCommand.ExpelGuests _,
          BoardCommand.Nudge _,
          BoardCommand.TakeDown _,
          BoardCommand.Collapse _ ->
          List.of();
      case BoardCommand.Break breaks -> {
        failIf(breaks.where() == Where.NEEDS);
        yield List.of();
      }
    };
  }

  private static void failIf(boolean condition) {
    if (condition) {
      throw new IllegalStateException("broken on purpose");
    }
  }

  @Override
  public Decision<Note> decide(
      State state, BoardCommand command, Facts<Note> facts, long nowMicros) {
    if (state.down()) {
      return new Decision.Refused<>(Reason.ROOM_DELETED.because("the board was taken down"));
    }
    return switch (command) {
      case BoardCommand.Pin pin -> pin(pin, facts);
      case BoardCommand.Rewrite rewrite -> rewrite(rewrite, facts);
      case BoardCommand.Enrol enrol ->
          facts.member(enrol.user()) != null
              ? Accepted.nothing()
              : Accepted.<Note>nothing()
                  .members(List.of(new MemberChange.Put(enrol.user(), Role.MEMBER, nowMicros)));
      case BoardCommand.Look _ -> Accepted.nothing();
      case BoardCommand.Expel expel ->
          Accepted.<Note>nothing()
              .members(List.of(new MemberChange.Remove(expel.user())))
              .evicting(new Decision.Eviction(expel.user(), "EXPELLED"));
      case BoardCommand.ExpelGuests _ -> Accepted.<Note>nothing().evictingGuests("NO_GUESTS");
      case BoardCommand.Nudge nudge -> Accepted.tell(List.of(new Nudged(nudge.text())));
      case BoardCommand.TakeDown _ ->
          Accepted.journal(List.of(new Note("", "", "down", 0, null)))
              .evicting(new Decision.Eviction(null, "DOWN"))
              .erasing();
      case BoardCommand.Break breaks -> breakSomething(breaks.where());
      case BoardCommand.Collapse _ -> throw new StackOverflowError("on purpose");
    };
  }

  private static Decision<Note> pin(BoardCommand.Pin pin, Facts<Note> facts) {
    Facts.Known<Note> before = facts.byKey(pin.author(), pin.key());
    if (before != null) {
      return new Decision.Repeated<>(before.entry().sequence(), before.entry().atMicros());
    }
    if (facts.member(pin.author()) == null && !facts.present(pin.author())) {
      return new Decision.Refused<>(Reason.NOT_A_MEMBER.because("stay outside"));
    }
    return Accepted.journal(List.of(new Note(pin.author(), pin.key(), pin.text(), 0, null)));
  }

  private static Decision<Note> rewrite(BoardCommand.Rewrite rewrite, Facts<Note> facts) {
    Facts.Known<Note> before = facts.byKey(rewrite.author(), rewrite.key());
    if (before != null) {
      return new Decision.Repeated<>(before.entry().sequence(), before.entry().atMicros());
    }
    Facts.Known<Note> note = facts.at(rewrite.sequence());
    if (note == null || note.content().rewrites() > 0) {
      return new Decision.Refused<>(Reason.MESSAGE_NOT_FOUND.because("no such note"));
    }
    return Accepted.journal(
        List.of(
            new Note(rewrite.author(), rewrite.key(), rewrite.text(), rewrite.sequence(), null)));
  }

  private static Decision<Note> breakSomething(Where where) {
    failIf(where == Where.DECIDE);
    Accepted<Note> accepted =
        Accepted.journal(
            List.of(new Note("x", "good", "good", 0, null), new Note("x", "bad", "", 0, where)));
    return where == Where.ENCODE_STATE ? accepted.indexed(true) : accepted;
  }

  @Override
  public State apply(State state, long sequence, Note note) {
    failIf(note.breaks() == Where.APPLY);
    return new State(
        sequence,
        state.digest() * 31 + (sequence + note.key() + note.author()).hashCode(),
        state.down() || note.text().equals("down"),
        note.breaks() == Where.ENCODE_STATE,
        note.text().equals(BUSY));
  }

  @Override
  public boolean isBusy(State state) {
    return state.busy();
  }

  @Override
  public Encoded encode(TopicId topic, long sequence, Note note, long atMicros) {
    failIf(note.breaks() == Where.ENCODE);
    byte[] body = (note.rewrites() + ":" + note.text()).getBytes(StandardCharsets.UTF_8);
    boolean rewritten = note.rewrites() > 0;
    List<Amendment> amendments = new ArrayList<>();
    if (rewritten) {
      byte[] amended = ("0:" + note.text()).getBytes(StandardCharsets.UTF_8);
      amendments.add(new Amendment(note.rewrites(), amended, note.text()));
    }
    String key = note.key().isEmpty() ? null : note.key();
    return new Encoded(
        new Draft(
            rewritten ? REWRITTEN : PINNED,
            !rewritten,
            note.author(),
            key,
            null,
            atMicros,
            body,
            note.text()),
        amendments);
  }

  @Override
  public Note decode(TopicId topic, Entry entry) {
    String body = new String(entry.body(), StandardCharsets.UTF_8);
    int colon = body.indexOf(':');
    String text = body.substring(colon + 1);
    failIf(text.equals(UNREADABLE));
    String key = entry.key() == null ? "" : entry.key();
    return new Note(entry.author(), key, text, Long.parseLong(body.substring(0, colon)), null);
  }

  @Override
  public byte[] encodeState(State state) {
    failIf(state.broken());
    return ByteBuffer.allocate(17)
        .putLong(state.notes())
        .putLong(state.digest())
        .put((byte) ((state.down() ? 1 : 0) + (state.busy() ? 2 : 0)))
        .array();
  }

  @Override
  public State decodeState(TopicId topic, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long notes = buffer.getLong();
    long digest = buffer.getLong();
    byte flags = buffer.get();
    return new State(notes, digest, (flags & 1) != 0, false, (flags & 2) != 0);
  }
}
