package dev.parley.cli.importing;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ImportMessagesRequest;
import dev.parley.cli.source.Origin;
import dev.parley.cli.source.SourceItem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Messages that travel together, and where each of them stood. Owned by one thread.
///
/// Small enough for one frame of any server, large enough that the answer's way does not matter.
final class Batch {
  /// A server takes up to 1,000 in a frame.
  static final int MAX_MESSAGES = 500;

  /// A server takes up to 1 MiB in a frame; one message more than this always fits.
  static final int MAX_BYTES = 256 * 1_024;

  private final ImportMessagesRequest.Builder request = ImportMessagesRequest.newBuilder();
  private final List<Origin> origins = new ArrayList<>();
  private @Nullable Origin roomOrigin;
  private long bytes;

  /// Adds a message, or a room that the next messages are in.
  void add(SourceItem item) {
    switch (item) {
      case SourceItem.Message said -> {
        ChatMessage message = said.message();
        bytes += message.getSerializedSize();
        request.addMessages(message);
        origins.add(said.origin());
      }
      case SourceItem.Room room -> {
        bytes += room.room().getSerializedSize();
        request.addRooms(room.room());
        roomOrigin = room.origin();
      }
    }
  }

  /// Whether it should go before this comes in. A room begins a new batch, so that whatever the
  /// server says of a room is said of this one.
  boolean isFullFor(SourceItem item) {
    return origins.size() >= MAX_MESSAGES
        || bytes >= MAX_BYTES
        || (item instanceof SourceItem.Room && !isEmpty());
  }

  boolean isEmpty() {
    return origins.isEmpty() && request.getRoomsCount() == 0;
  }

  ImportMessagesRequest request() {
    return request.build();
  }

  /// Where the message with this index stood; of a negative one, where the room did.
  Origin origin(int index) {
    Origin room = roomOrigin;
    return index < 0 && room != null ? room : origins.get(Math.max(0, index));
  }

  /// Rooms that its messages are in.
  List<String> rooms() {
    return request.getMessagesList().stream().map(ChatMessage::getRoomId).distinct().toList();
  }

  /// Messages in it.
  int size() {
    return origins.size();
  }
}
