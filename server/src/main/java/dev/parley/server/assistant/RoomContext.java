package dev.parley.server.assistant;

import dev.parley.core.limit.Limits;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.room.Content;
import dev.parley.core.room.Message;
import dev.parley.core.room.RoomEntry;
import dev.parley.core.room.RoomState;
import dev.parley.core.topic.Codec;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.TopicId;
import dev.parley.server.config.AssistantSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What a model is shown of a room: the instructions, the question, and of what was said before as
/// many of the newest messages as fit ([Limits#MAX_ROOM_CONTEXT_MESSAGES],
/// [Limits#MAX_ROOM_CONTEXT_BYTES]), each whole or not at all. What others said begins with their
/// names, and stands in one turn where it follows each other.
final class RoomContext {
  private RoomContext() {}

  /// The newest messages before a place, without those that were stored before one time or after
  /// another.
  ///
  /// @param codec how rooms are written down
  static List<Message> newest(
      JournalReader reader,
      Codec<RoomState, RoomEntry> codec,
      TopicId topic,
      long end,
      long sinceMicros,
      long untilMicros)
      throws JournalException {
    int most = Limits.MAX_ROOM_CONTEXT_MESSAGES + 1;
    long after = Math.max(0, reader.oldestOf(most, topic, end, null) - 1);
    List<Message> messages = new ArrayList<>();
    List<Entry> page = page(reader, topic, after, end);
    while (!page.isEmpty()) {
      for (Entry entry : page) {
        after = entry.sequence();
        boolean seen = entry.atMicros() >= sinceMicros && entry.atMicros() <= untilMicros;
        if (seen && codec.decode(topic, entry) instanceof RoomEntry.Said said) {
          messages.add(said.message());
        }
      }
      page = page(reader, topic, after, end);
    }
    return messages;
  }

  private static List<Entry> page(JournalReader reader, TopicId topic, long after, long end)
      throws JournalException {
    return reader.page(topic, after, end, null, Limits.MAX_PAGE, Limits.MAX_READ_BYTES);
  }

  /// The turns of a prompt.
  ///
  /// @param messages what was said, oldest first, the question last; deleted ones are left out
  static List<Prompt.Turn> of(AssistantSettings settings, String room, List<Message> messages) {
    List<Prompt.Turn> turns = new ArrayList<>();
    turns.add(Prompt.Turn.of(Role.SYSTEM, instructions(settings, room)));
    List<Part> said = new ArrayList<>();
    for (Message message : fitting(messages)) {
      boolean own = message.author().id().equals(settings.name());
      if (!own) {
        said.add(new Part.Text(message.author().id() + ": " + text(message)));
      } else if (!said.isEmpty() || turns.size() > 1) {
        // an answer without what it answers is left out: providers want the user's turn first
        if (!said.isEmpty()) {
          turns.add(new Prompt.Turn(Role.USER, said));
          said.clear();
        }
        turns.add(Prompt.Turn.of(Role.ASSISTANT, text(message)));
      }
    }
    turns.add(new Prompt.Turn(Role.USER, said));
    return turns;
  }

  private static String instructions(AssistantSettings settings, String room) {
    String given =
        """
        You are %s, an assistant in the chat room "%s", where several people talk. Each message \
        begins with the name of who said it. Answer the last one. Do not begin with your name.\
        """
            .formatted(settings.name(), room);
    return settings.system().isEmpty() ? given : given + "\n\n" + settings.system();
  }

  private static List<Message> fitting(List<Message> messages) {
    List<Message> there = messages.stream().filter(each -> each.content() != null).toList();
    long bytes = 0;
    int from = there.size() - 1;
    while (from > 0 && there.size() - from <= Limits.MAX_ROOM_CONTEXT_MESSAGES) {
      bytes += text(there.get(from - 1)).getBytes(StandardCharsets.UTF_8).length;
      if (bytes > Limits.MAX_ROOM_CONTEXT_BYTES) {
        break;
      }
      from--;
    }
    return there.subList(Math.max(from, 0), there.size());
  }

  private static String text(Message message) {
    return switch (message.content()) {
      case null -> "";
      case Content.Text text -> text.text();
      case Content.Image image -> "[a picture: %s %s]".formatted(image.altText(), image.url());
      case Content.File file -> "[a file: %s %s]".formatted(file.name(), file.url());
    };
  }
}
