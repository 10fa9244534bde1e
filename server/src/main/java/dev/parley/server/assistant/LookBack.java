package dev.parley.server.assistant;

import dev.parley.core.limit.Limits;
import dev.parley.core.room.Content;
import dev.parley.core.room.Message;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.TopicId;
import dev.parley.server.rpc.Ids;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks through the rooms of assistants when the server begins: notes them ([SpokenIn]), and tells
/// each on which of its newest questions the server went down. What was asked before it last
/// stopped in order has been answered or declined. On readers' threads, some rooms at a time.
final class LookBack {
  private static final Logger LOG = LoggerFactory.getLogger(LookBack.class);

  private static final String INTERRUPTED = "[interrupted: the server went down; ask me again]";

  /// How old a question may be whose answer the server may have gone down on: longer than an answer
  /// takes.
  private static final long MAX_AGE_MICROS = Duration.ofMinutes(15).toMillis() * 1_000;

  private static final long SECONDS_PER_MINUTE = Duration.ofMinutes(1).toSeconds();

  /// Rooms that are looked into at once.
  private static final int ROOMS_AT_ONCE = 100;

  private final Assistants.Work work;
  private final Map<String, Assistant> byName;
  private final SpokenIn spokenIn;

  LookBack(Assistants.Work work, Map<String, Assistant> byName, SpokenIn spokenIn) {
    this.work = work;
    this.byName = byName;
    this.spokenIn = spokenIn;
  }

  void begin() {
    long now = work.clock().epochMicros();
    long since = Math.max(now - MAX_AGE_MICROS, work.lastStop().read());
    byName.values().forEach(each -> lookBack(each, since, now, ""));
  }

  private void lookBack(Assistant assistant, long sinceMicros, long nowMicros, String afterRoom) {
    work.reads()
        .read(
            reader -> interrupted(reader, assistant, sinceMicros, nowMicros, afterRoom),
            past -> {
              past.questions()
                  .forEach(
                      each ->
                          assistant.say(
                              work.engine(), each.room(), Ids.next(), INTERRUPTED, each.message()));
              if (past.lastRoom().isEmpty()) {
                spokenIn.complete();
              } else {
                lookBack(assistant, sinceMicros, nowMicros, past.lastRoom());
              }
            },
            why -> LOG.warn("rooms cannot be told what was interrupted: {}", why.message()));
  }

  /// Questions without answers.
  ///
  /// @param lastRoom after which there may be more rooms; empty: there are none
  private record Past(List<Unanswered> questions, String lastRoom) {}

  private record Unanswered(String room, String message) {}

  private Past interrupted(
      JournalReader reader, Assistant assistant, long sinceMicros, long nowMicros, String afterRoom)
      throws JournalException {
    String name = assistant.name();
    List<JournalReader.Listing> rooms =
        reader.topics(RoomRules.KIND, name, true, afterRoom, ROOMS_AT_ONCE);
    List<Unanswered> questions = new ArrayList<>();
    for (JournalReader.Listing room : rooms) {
      TopicId topic = room.head().topic();
      spokenIn.add(topic.name());
      Member member = room.membership();
      if (member != null) {
        long since = Math.max(sinceMicros, member.joinedAtMicros());
        long end = room.head().lastSequence() + 1;
        List<Message> messages =
            RoomContext.newest(reader, work.codec(), topic, end, since, nowMicros);
        for (String question : unanswered(assistant, topic.name(), messages)) {
          questions.add(new Unanswered(topic.name(), question));
        }
      }
    }
    boolean more = rooms.size() == ROOMS_AT_ONCE;
    return new Past(questions, more ? rooms.getLast().head().topic().name() : "");
  }

  /// Ids of the messages that asked an assistant and that it has neither answered nor may have
  /// declined in silence: it tells so once a minute. No more than it answers at once.
  private List<String> unanswered(Assistant assistant, String room, List<Message> messages) {
    Set<String> own = new HashSet<>();
    Map<String, Long> minutes = new LinkedHashMap<>();
    Set<Long> declining = new HashSet<>();
    for (Message message : messages) {
      long minute = message.at().getEpochSecond() / SECONDS_PER_MINUTE;
      if (message.author().id().equals(assistant.name())) {
        own.add(message.id());
        minutes.remove(message.replyTo());
        if (Assistant.isDecline(message.id())) {
          declining.add(minute);
        }
      } else if (asks(assistant, room, message, own)) {
        minutes.put(message.id(), minute);
      }
    }
    minutes.values().removeAll(declining);
    List<String> left = List.copyOf(minutes.keySet());
    return left.subList(Math.max(0, left.size() - Limits.MAX_ANSWERS_IN_ROOM), left.size());
  }

  /// @param own ids of what the assistant has said before
  private boolean asks(Assistant assistant, String room, Message message, Set<String> own) {
    return message.content() instanceof Content.Text text
        && !byName.containsKey(message.author().id())
        && (Assistants.isDirect(room)
            || own.contains(message.replyTo())
            || assistant.isMentioned(message.mentions(), text.text()));
  }
}
