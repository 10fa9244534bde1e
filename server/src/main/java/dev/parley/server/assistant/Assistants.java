package dev.parley.server.assistant;

import dev.parley.core.limit.Limits;
import dev.parley.core.model.Prompt;
import dev.parley.core.room.Content;
import dev.parley.core.room.Message;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomEntry;
import dev.parley.core.room.RoomRules;
import dev.parley.core.room.RoomState;
import dev.parley.core.time.Clock;
import dev.parley.core.topic.Codec;
import dev.parley.core.topic.Engine;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Found;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.Outcome;
import dev.parley.core.topic.TopicId;
import dev.parley.models.Allowances;
import dev.parley.models.Gateway;
import dev.parley.server.config.AssistantSettings;
import dev.parley.server.delivery.Reads;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The server's assistants, and what they are writing in rooms. Thread-safe; nobody who tells it of
/// a message waits.
///
/// A message asks an assistant that is a member of its room and that it mentions, or one of whose
/// messages it answers; in a direct room every message does. What assistants say asks nobody, so
/// they never talk to each other.
public final class Assistants implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Assistants.class);

  /// The id of what an assistant says when it comes to a room, and so says once.
  private static final String GREETING = "assistant-is-here";

  private final Work work;
  private final Map<String, Assistant> byName = new LinkedHashMap<>();
  private final Map<String, RoomAnswer> answers = new LinkedHashMap<>();
  private final Map<Place, RoomUse> uses =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, RoomUse> eldest) {
          return size() > Limits.MAX_ASSISTED_ROOMS;
        }
      };
  private final CompletableFuture<Void> drained = new CompletableFuture<>();

  /// Of how many messages of each user it is being looked up whether they ask somebody.
  private final Map<String, Integer> lookedUp = new HashMap<>();

  private int allLookedUp;
  private final SpokenIn spokenIn;
  private boolean draining;
  private long stoppedMicros;

  /// What is worked with.
  ///
  /// @param codec how rooms are written down
  /// @param executor where models are asked: never the engine's thread
  /// @param users what each user may ask
  /// @param lastStop when the server stopped
  public record Work(
      Engine engine,
      Gateway gateway,
      Reads reads,
      Codec<RoomState, RoomEntry> codec,
      ScheduledExecutorService executor,
      Allowances users,
      LastStop lastStop,
      Clock clock) {}

  /// An assistant in a room.
  private record Place(String assistant, String room) {}

  /// A message that asks an assistant.
  private record Question(
      Assistant assistant, Member member, String room, RoomCommand.Say say, long sequence) {}

  public Assistants(List<AssistantSettings> settings, Work work) {
    this.work = work;
    settings.forEach(each -> byName.put(each.name(), Assistant.of(each)));
    spokenIn = new SpokenIn(byName.size());
  }

  /// Whether a user is an assistant.
  public boolean has(String user) {
    return byName.containsKey(user);
  }

  /// Has an assistant come to a room that everyone may enter, and say so.
  public void join(String room, String name, Consumer<Outcome> answer) {
    Assistant assistant = byName.get(name);
    if (assistant == null) {
      throw new IllegalArgumentException(name + " (expected: an assistant)");
    }
    work.engine()
        .submit(
            RoomRules.topic(room),
            new RoomCommand.Join(assistant.self(), RoomCommand.Join.As.MEMBER),
            outcome -> {
              if (outcome instanceof Outcome.Done) {
                spokenIn.add(room);
                assistant.say(
                    work.engine(),
                    room,
                    GREETING,
                    "I am here: mention me as @%s, or answer what I say.".formatted(name),
                    "");
              }
              answer.accept(outcome);
            });
  }

  /// A user has said something, and it is stored.
  ///
  /// @param sequence its place in the room
  public void said(String room, RoomCommand.Say say, long sequence) {
    if (byName.isEmpty()
        || has(say.author().id())
        || !(say.content() instanceof Content.Text said)) {
      return;
    }
    boolean anyone = isDirect(room) || (!say.replyTo().isEmpty() && spokenIn.mayHave(room));
    List<Assistant> perhaps =
        byName.values().stream()
            .filter(each -> anyone || each.isMentioned(say.mentions(), said.text()))
            .toList();
    String asker = say.author().id();
    if (perhaps.isEmpty() || !lookUp(asker)) {
      return;
    }
    work.reads()
        .read(
            reader -> asked(reader, perhaps, room, say, said.text(), sequence),
            questions -> {
              try {
                questions.forEach(this::ask);
              } finally {
                lookedUp(asker);
              }
            },
            refusal -> {
              lookedUp(asker);
              LOG.debug("room {}: asked nobody: {}", room, refusal.message());
            });
  }

  static boolean isDirect(String room) {
    return room.startsWith(RoomRules.DIRECT_PREFIX);
  }

  private synchronized boolean lookUp(String asker) {
    int his = lookedUp.getOrDefault(asker, 0);
    if (drained.isDone()
        || allLookedUp >= Limits.MAX_ROOM_QUESTIONS_LOOKED_UP
        || his >= Limits.MAX_ROOM_QUESTIONS_LOOKED_UP_PER_USER) {
      return false;
    }
    lookedUp.put(asker, his + 1);
    allLookedUp++;
    return true;
  }

  private void lookedUp(String asker) {
    boolean last;
    synchronized (this) {
      lookedUp.computeIfPresent(asker, (_, his) -> his > 1 ? his - 1 : null);
      allLookedUp--;
      last = isDrained();
    }
    if (last) {
      drained.complete(null);
    }
  }

  private synchronized boolean isDrained() {
    return draining && answers.isEmpty() && allLookedUp == 0;
  }

  /// Which of some assistants a message asks.
  private static List<Question> asked(
      JournalReader reader,
      List<Assistant> perhaps,
      String room,
      RoomCommand.Say say,
      String text,
      long sequence)
      throws JournalException {
    TopicId topic = RoomRules.topic(room);
    Lookup.OfEntry parent = new Lookup.ByAnyKey(topic, say.replyTo());
    List<Lookup> lookups = new ArrayList<>();
    if (!say.replyTo().isEmpty()) {
      lookups.add(parent);
    }
    perhaps.forEach(each -> lookups.add(new Lookup.OfMember(topic, each.name())));
    Found found = reader.find(lookups);
    Entry answered = found.entries().get(parent);
    List<Question> questions = new ArrayList<>();
    for (Assistant each : perhaps) {
      String name = each.name();
      Member member = found.members().get(new Lookup.OfMember(topic, name));
      boolean addressed =
          isDirect(room)
              || each.isMentioned(say.mentions(), text)
              || (answered != null && answered.author().equals(name));
      if (member != null && addressed) {
        questions.add(new Question(each, member, room, say, sequence));
      }
    }
    return questions;
  }

  /// Has a question answered, or says why not.
  private void ask(Question question) {
    Assistant assistant = question.assistant();
    long now = work.clock().epochMicros();
    RoomAnswer answer;
    synchronized (this) {
      RoomUse use =
          uses.computeIfAbsent(new Place(assistant.name(), question.room()), _ -> new RoomUse());
      RoomUse.Bound bound = bound(question.say().author().id());
      String refusal = refusal(bound, use, assistant.settings(), now);
      spokenIn.add(question.room());
      if (refusal != null) {
        if (use.mayTell(bound, now)) {
          assistant.decline(work.engine(), question.room(), refusal, question.say().id());
        }
        return;
      }
      answer =
          new RoomAnswer(
              work,
              assistant.self(),
              assistant.settings().model(),
              question.room(),
              question.say(),
              it -> ended(it, use));
      answers.put(answer.id(), answer);
    }
    work.reads()
        .read(
            reader -> shown(reader, question),
            turns -> begin(answer, turns),
            why -> answer.end("", "no answer: the room cannot be read"));
  }

  /// Why a question is not answered; null: it is, and counted.
  private @Nullable String refusal(
      RoomUse.Bound bound, RoomUse use, AssistantSettings settings, long now) {
    return switch (bound) {
      case SERVER -> "I am asked in too many rooms; ask me again in a minute.";
      case STOPPING -> "The server is stopping; ask me again in a minute.";
      case ASKER ->
          "I write at most %d answers for one user, in all rooms; %s"
              .formatted(
                  Limits.MAX_ROOM_ANSWERS_PER_USER,
                  "ask me again when one is finished or stopped.");
      case ROOM -> use.begin(settings, now);
    };
  }

  /// Whose bound decides whether a user is answered now.
  private synchronized RoomUse.Bound bound(String asker) {
    if (draining) {
      return RoomUse.Bound.STOPPING;
    }
    if (answers.size() >= Limits.MAX_ROOM_ANSWERS) {
      return RoomUse.Bound.SERVER;
    }
    long his = answers.values().stream().filter(each -> each.asker().equals(asker)).count();
    return his >= Limits.MAX_ROOM_ANSWERS_PER_USER ? RoomUse.Bound.ASKER : RoomUse.Bound.ROOM;
  }

  private static void begin(RoomAnswer answer, List<Prompt.Turn> turns) {
    if (turns.isEmpty()) {
      answer.abandon(); // the question was deleted meanwhile
    } else {
      answer.begin(turns);
    }
  }

  /// What the model is shown; nothing if the question is there no more. Of what was said before the
  /// assistant was a member it is shown nothing.
  private List<Prompt.Turn> shown(JournalReader reader, Question question) throws JournalException {
    List<Message> messages =
        RoomContext.newest(
            reader,
            work.codec(),
            RoomRules.topic(question.room()),
            question.sequence() + 1,
            question.member().joinedAtMicros(),
            Long.MAX_VALUE);
    boolean there =
        !messages.isEmpty()
            && messages.getLast().sequence() == question.sequence()
            && messages.getLast().content() != null;
    return there
        ? RoomContext.of(question.assistant().settings(), question.room(), messages)
        : List.of();
  }

  private void ended(RoomAnswer answer, RoomUse use) {
    long used = answer.tokens();
    boolean last;
    synchronized (this) {
      answers.remove(answer.id());
      use.end(used, work.clock().epochMicros());
      last = isDrained();
    }
    if (last) {
      drained.complete(null);
    }
  }

  /// The server is about to take messages: the rooms are told on which of their newest questions it
  /// went down.
  public void begin() {
    new LookBack(work, byName, spokenIn).begin();
  }

  /// An answer that is being written.
  ///
  /// @param message id of its message; empty: the newest one that the asker has asked for
  /// @return null: there is none
  public synchronized @Nullable RoomAnswer writing(String room, String message, String asker) {
    RoomAnswer found = null;
    for (RoomAnswer each : answers.values()) {
      boolean meant = message.isEmpty() ? each.asker().equals(asker) : each.id().equals(message);
      if (meant && each.room().equals(room)) {
        found = each;
      }
    }
    return found;
  }

  /// How many answers are being written.
  public synchronized int size() {
    return answers.size();
  }

  /// No further answer begins: who asks is told so.
  ///
  /// @return done when none is under way, which may be at once
  public CompletableFuture<Void> drain() {
    boolean none;
    synchronized (this) {
      draining = true;
      stoppedMicros = work.clock().epochMicros();
      none = isDrained();
    }
    if (none) {
      drained.complete(null);
    }
    return drained;
  }

  /// Ends the answers that are left, as interrupted.
  ///
  /// @return done when that is stored
  public CompletableFuture<Void> end() {
    List<RoomAnswer> left;
    synchronized (this) {
      left = List.copyOf(answers.values());
    }
    left.forEach(RoomAnswer::interrupt);
    return drained;
  }

  /// Notes, if nothing is under way any more, that what was asked until now needs no word when the
  /// server begins again.
  @Override
  public void close() {
    if (drained.isDone() && !byName.isEmpty()) {
      work.lastStop().write(stoppedMicros);
    }
  }
}
