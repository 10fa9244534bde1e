package dev.parley.cli.source;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.Room;
import dev.parley.cli.source.ByteLines.Line;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The messages of a file with one JSON object on each line, in proto3 JSON (field names in either
/// spelling): a `parley.chat.v1.ChatMessage`, or `{"room":{…}}` with a `parley.chat.v1.Room` that
/// is wanted before the messages after it. Owned by one thread.
public final class NdjsonSource implements MessageSource {
  private static final Pattern ROOM_LINE =
      Pattern.compile("\\s*\\{\\s*\"room\"\\s*:\\s*(?<room>\\{.*\\})\\s*\\}\\s*", Pattern.DOTALL);
  private static final JsonFormat.Parser STRICT = JsonFormat.parser();
  private static final JsonFormat.Parser LENIENT = JsonFormat.parser().ignoringUnknownFields();

  private final String name;
  private final ByteLines lines;
  private final long bytesTotal;
  private final @Nullable String room;
  private final SourceTally tally = new SourceTally();
  private long bytesRead;

  /// @param name what to call the input; `-` for standard input
  /// @param in the input, closed with this
  /// @param bytesTotal its length; 0 if unknown
  /// @param room the room of everything; null: each message's own
  public NdjsonSource(String name, InputStream in, long bytesTotal, @Nullable String room) {
    this.name = name;
    this.lines = new ByteLines(in);
    this.bytesTotal = bytesTotal;
    this.room = room;
    tally.file();
  }

  @Override
  public @Nullable SourceItem next() throws IOException {
    for (Line line = lines.next(); line != null; line = lines.next()) {
      bytesRead += line.bytes();
      tally.line();
      Origin origin = new Origin(name, line.number());
      SourceItem item = read(line, origin);
      if (item != null) {
        return item;
      }
    }
    return null;
  }

  private @Nullable SourceItem read(Line line, Origin origin) {
    if (line.tooLong()) {
      return skip(SkipReason.LINE_TOO_LONG, origin);
    }
    if (line.text().isBlank()) {
      return skip(SkipReason.EMPTY_LINE, origin);
    }
    if (!line.utf8()) {
      tally.remarks().add(Remark.NOT_UTF8, origin);
    }
    Matcher roomLine = ROOM_LINE.matcher(line.text());
    if (roomLine.matches()) {
      return room(roomLine.group("room"), origin);
    }
    ChatMessage.Builder message = ChatMessage.newBuilder();
    if (!merge(line.text(), message, origin)) {
      return skip(SkipReason.NOT_JSON, origin);
    }
    if (room != null) {
      message.setRoomId(room);
    }
    SkipReason unfit = unfit(message);
    if (unfit != null) {
      return skip(unfit, origin);
    }
    if (message.getId().isEmpty()) {
      tally.remarks().add(Remark.ID_MADE, origin);
      message.setId(MessageIds.of(origin, line.text()));
    }
    tally.message();
    return new SourceItem.Message(message.build(), origin);
  }

  private @Nullable SourceItem room(String json, Origin origin) {
    Room.Builder wanted = Room.newBuilder();
    if (!merge(json, wanted, origin)) {
      return skip(SkipReason.NOT_JSON, origin);
    }
    if (wanted.getId().isEmpty()) {
      return skip(SkipReason.NO_ROOM, origin);
    }
    tally.room();
    // One room for everything: the rooms of the input are not wanted.
    return room == null ? new SourceItem.Room(wanted.build(), origin) : null;
  }

  private static @Nullable SkipReason unfit(ChatMessage.Builder message) {
    if (message.hasDeletedAt()) {
      return SkipReason.DELETED;
    }
    if (message.getRoomId().isEmpty()) {
      return SkipReason.NO_ROOM;
    }
    if (message.getSender().getId().isEmpty()) {
      return SkipReason.NO_AUTHOR;
    }
    return switch (message.getContent().getContentCase()) {
      case CONTENT_NOT_SET -> SkipReason.NO_CONTENT;
      case SYSTEM -> SkipReason.SYSTEM_MESSAGE;
      case TEXT, IMAGE, FILE -> null;
    };
  }

  // Strictly at first, since only so unknown fields are noticed.
  private boolean merge(String json, Message.Builder into, Origin origin) {
    try {
      STRICT.merge(json, into);
      return true;
    } catch (InvalidProtocolBufferException _) {
      into.clear();
    }
    try {
      LENIENT.merge(json, into);
      tally.remarks().add(Remark.UNKNOWN_FIELDS, origin);
      return true;
    } catch (InvalidProtocolBufferException _) {
      return false;
    }
  }

  private @Nullable SourceItem skip(SkipReason reason, Origin origin) {
    tally.skipped().add(reason, origin);
    return null;
  }

  @Override
  public SourceTally tally() {
    return tally;
  }

  @Override
  public long bytesRead() {
    return bytesRead;
  }

  @Override
  public long bytesTotal() {
    return bytesTotal;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
